/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x86 bzImage: boot sector, set-up code, then the self-decompressing kernel (all little-endian).
 *   0x1f1 sectors of set-up code(1; 0 means 4)  0x1f4 size of the rest in 16-byte units(4)
 *   0x1fe 55 aa   0x202 "HdrS"   0x206 version(2)   0x20e version text, minus 0x200(2)
 *   0x236 flags, bit 0: 64-bit (version 2.12)   0x248 payload offset(4), 0x24c its length (2.08);
 *   the offset counts from the end of the set-up code
 */
#include "format/kernel.h"

enum { SECTOR = 512, VERSION_PAYLOAD = 0x208, VERSION_FLAGS = 0x20c, HEAD = 0x260 };

static uint64_t setup_size(struct span in)
{
	return (uint64_t)SECTOR * ((in.p[0x1f1] ? in.p[0x1f1] : 4u) + 1u);
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < HEAD || !SPAN_IS(in, 0x1fe, "\x55\xaa") || !SPAN_IS(in, 0x202, "HdrS"))
		return 0;
	uint16_t version = span_le16(in, 0x206);
	if (version < 0x200 || version > 0x2ff || in.p[0x1f1] > 64 || span_le32(in, 0x1f4) == 0)
		return 0;
	*size = setup_size(in) + UINT64_C(16) * span_le32(in, 0x1f4);
	return 90;
}

static enum status bzimage_open(struct span in, struct sink *out)
{
	uint64_t size, at;
	enum codec c;
	if (!bid(in, &size))
		return ST_DAMAGED;
	struct span own = span_cut(in, 0, size);
	uint64_t from = setup_size(in);
	if (span_le16(in, 0x206) >= VERSION_PAYLOAD)
		from += span_le32(in, 0x248);
	out->used = own.n;
	if (!kernel_payload(own, from, &at, &c) && !kernel_payload(own, HEAD, &at, &c)) {
		sink_note(out, from, "no compressed kernel was found");
		return own.n < size ? ST_TRUNCATED : ST_DAMAGED;
	}
	struct entry e = {.path = "vmlinux", .type = ENTRY_PART, .at = at};
	return sink_stream(out, &e, c, span_from(own, at), NULL);
}

static void label(struct span in, struct label *out)
{
	bool wide = span_le16(in, 0x206) >= VERSION_FLAGS && (span_le16(in, 0x236) & 1);
	struct span text = span_cut(in, UINT64_C(0x200) + span_le16(in, 0x20e), sizeof out->text - 1);
	size_t n = 0;
	while (n < text.n && text.p[n])
		n++;
	out->type = "kernel";
	out->arch = wide ? "x86-64" : "x86";
	if (span_le16(in, 0x20e))
		snprintf(out->text, sizeof out->text, "%.*s", (int)n, (const char *)text.p);
}

const struct format format_bzimage = {
	.name = "bzimage",
	.title = "Linux x86 bzImage",
	.reference = "Linux Documentation/arch/x86/boot.rst",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0x202, "HdrS"), MAGIC_END},
	.bid = bid,
	.open = bzimage_open,
	.label = label,
};
