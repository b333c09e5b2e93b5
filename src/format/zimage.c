/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ARM zImage: a self-decompressing kernel. Fixed words in the head (byte order of the machine):
 *   0x24 magic 016f2818   0x28 address of the start   0x2c address of the end   0x30 04030201
 * The compressed kernel stands behind the decompressor, in any of the kernel's compressions.
 */
#include "format/kernel.h"

enum { MAGIC_AT = 0x24, HEAD = 0x34, LEAST = 16 * 1024, MOST = 256 << 20 };

static bool big(struct span in)
{
	return SPAN_IS(in, MAGIC_AT, "\x01\x6f\x28\x18");
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < HEAD || (!big(in) && !SPAN_IS(in, MAGIC_AT, "\x18\x28\x6f\x01")))
		return 0;
	uint32_t start = span_u32(in, 0x28, big(in)), end = span_u32(in, 0x2c, big(in));
	if (end < start || end - start < LEAST || end - start > MOST || start % 4)
		return 0;
	*size = end - start;
	return 85;
}

static enum status zimage_open(struct span in, struct sink *out)
{
	uint64_t size, at;
	enum codec c;
	if (!bid(in, &size))
		return ST_DAMAGED;
	struct span own = span_cut(in, 0, size);
	out->used = own.n;
	if (!kernel_payload(own, HEAD, &at, &c)) {
		sink_note(out, HEAD, "no compressed kernel was found");
		return own.n < size ? ST_TRUNCATED : ST_DAMAGED;
	}
	struct entry e = {.path = "vmlinux", .type = ENTRY_PART, .at = at};
	return sink_stream(out, &e, c, span_from(own, at), NULL);
}

static void label(struct span in, struct label *out)
{
	out->type = "kernel";
	out->arch = big(in) ? "armeb" : "arm";
}

const struct format format_zimage = {
	.name = "zimage",
	.title = "Linux ARM zImage",
	.reference = "Linux arch/arm/boot/compressed/head.S",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(MAGIC_AT, "\x18\x28\x6f\x01"),
					MAGIC(MAGIC_AT, "\x01\x6f\x28\x18"), MAGIC_END},
	.bid = bid,
	.open = zimage_open,
	.label = label,
};
