/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partition tables inside packed kernels: the command line that a kernel was built with
 * (CONFIG_CMDLINE, with its mtdparts=) and device trees that were put behind it. Kernels are looked
 * for where they begin in flash: behind a uImage header, or at a multiple of 512. Decoding takes
 * time, so only what has the size of a whole flash is looked at.
 *
 * Reference: Linux Documentation/kbuild, arch/mips/Kconfig (CMDLINE), drivers/mtd/parsers/.
 */
#include "format/flash_table.h"
#include "format/kernel.h"

enum {
	LOOK = 32 << 20,
	STEP = 512,
	TRIALS = 16,  /* places that look like a packed kernel */
	KERNELS = 4,  /* kernels that are decoded */
	MADE = 48 << 20,
	UIMAGE = 64,
	SMALLEST = 1 << 20,
};

/* One kernel: `to` gets tables as if they stood where it begins. */
struct inside {
	struct flash_tables tables;
	struct flash_tables *to;
	uint64_t at;
};

struct unpacked {
	struct codec_out out;
	struct buf bytes;
};

static bool on_table(struct flash_tables *tables, struct flash_table *t)
{
	struct inside *k = (struct inside *)tables;
	t->from = strcmp(t->from, "device tree") == 0 ? "device tree in a packed kernel"
						      : "command line in a packed kernel";
	t->at = k->at;
	return k->to->table(k->to, t);
}

static enum status on_bytes(struct codec_out *out, const void *p, size_t n)
{
	struct unpacked *u = (struct unpacked *)out;
	return buf_add(&u->bytes, p, n) ? ST_OK : ST_LIMIT;
}

static bool look_into(struct span in, uint64_t at, enum codec c, struct flash_tables *to)
{
	struct inside k = {{.table = on_table}, to, at};
	struct unpacked u = {.out = {on_bytes}, .bytes = {.max = MADE}};
	uint64_t used;
	codec_stream(c, span_from(in, at), &u.out, &used);
	bool taken = flash_kernel_tables(buf_span(&u.bytes), &k.tables);
	buf_free(&u.bytes);
	return taken;
}

/* The packed kernel that begins at `at`, or behind a uImage header there. */
static bool kernel_at(struct span in, uint64_t at, uint64_t *packed, enum codec *c, unsigned *trials)
{
	struct span s = span_from(in, at);
	if (SPAN_IS(s, 0, "\x27\x05\x19\x56")) {
		struct span body = span_cut(s, UIMAGE, span_be32(s, 12));
		++*trials;
		bool found = kernel_payload(body, 0, packed, c);
		*packed += at + UIMAGE;
		return found;
	}
	*packed = at;
	return kernel_packed(s, c, trials);
}

static bool may_begin(struct span in, uint64_t at)
{
	static const char firsts[] = "\x27\x1f\xfd\x5d\x6d\x89\x02\x28" "B";
	return memchr(firsts, in.p[at], sizeof firsts - 1) != NULL;
}

static bool is_flash(uint64_t n)
{
	return n >= SMALLEST && ((n & (n - 1)) == 0 || n % (16 << 20) == 0);
}

void flash_packed(struct span whole, struct flash_tables *to)
{
	struct span in = span_cut(whole, 0, LOOK);
	unsigned trials = 0, kernels = 0;
	if (!is_flash(whole.n))
		return;
	for (uint64_t at = 0; at < in.n && trials < TRIALS && kernels < KERNELS; at += STEP) {
		uint64_t packed;
		enum codec c;
		if (!may_begin(in, at) || (!at && SPAN_IS(in, 0, "\x27\x05\x19\x56")))
			continue; /* an image for an update begins with its kernel, a flash does not */
		if (!kernel_at(in, at, &packed, &c, &trials))
			continue;
		kernels++;
		if (look_into(in, packed, c, to))
			return;
	}
}
