/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Realtek image header (RTL819x SDK and its makers), big endian:
 *
 *   0 signature(4)  4 start address(4)  8 flash address(4)  12 length(4)  16 content
 *
 * The 16-bit words of the content, its last word included, sum up to zero. The signature says
 * what it is: cs6c kernel, cr6c kernel before a root file system, r6cr root file system, w6cv web
 * pages, boot; vendors have others (F6LB). One maker puts 32 bytes (MD5 and model) between header
 * and content. An image file is a row of such sections; each is found on its own.
 * Reference: OpenWrt firmware-utils cvimg.c; Realtek rtl819x-SDK, users/tools/cvimg.
 */
#include "format/part.h"

enum { HEADER = 16, LONG_HEADER = 48 };

static const struct {
	const char sign[5];
	const char *part;
	bool common; /* an ordinary word: only the checksum makes it a header */
} kinds[] = {
	{"cs6c", "kernel", false}, {"cs6b", "kernel", false}, {"csys", "kernel", true},
	{"cr6c", "kernel", false}, {"cr6b", "kernel", false}, {"csro", "kernel", true},
	{"r6cr", "rootfs", false}, {"r6br", "rootfs", false}, {"root", "rootfs", true},
	{"w6cv", "web", false},    {"w6cg", "web", false},    {"w6bg", "web", false},
	{"webp", "web", true},     {"boot", "boot", true},    {"F6LB", "kernel", false},
};

static int kind_of(struct span in)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (span_is(in, 0, kinds[i].sign, 4))
			return (int)i;
	return -1;
}

static bool sum_fits(struct span in, uint64_t at, uint32_t n)
{
	return span_has(in, at, n) && (part_sum16(span_cut(in, at, n), true) & 0xffff) == 0;
}

/* Where the content begins: behind the long header when sum or length of the file say so. */
static uint32_t content_at(struct span in, uint32_t n)
{
	if (sum_fits(in, HEADER, n) || !part_is_text(in, 32, 16, 4))
		return HEADER;
	return sum_fits(in, LONG_HEADER, n) || LONG_HEADER + (uint64_t)n == in.n ? LONG_HEADER : HEADER;
}

static int bid(struct span in, uint64_t *size)
{
	int kind = kind_of(in);
	uint32_t start = span_be32(in, 4), flash = span_be32(in, 8), n = span_be32(in, 12);
	*size = 0;
	if (kind < 0 || in.n < HEADER + 4 || n < 4 || n > (64u << 20))
		return 0;
	bool ram = start >= 0x80000000 && start < 0xc0000000, rom = flash < (64u << 20);
	if (!rom || (!ram && start >= (64u << 20)))
		return 0;
	uint32_t at = content_at(in, n);
	bool fits = sum_fits(in, at, n) && !part_all(in, at, n, 0);
	*size = (uint64_t)at + n;
	if (fits)
		return kinds[kind].common ? 70 : 88;
	/* Damaged or cut: all that is left to go by is the header. */
	return !kinds[kind].common && ram && (flash & 0xff) == 0 ? 50 : 0;
}

static enum status realtek_open(struct span in, struct sink *out)
{
	int kind = kind_of(in);
	uint32_t n = span_be32(in, 12);
	if (kind < 0)
		return ST_DAMAGED;
	uint32_t at = content_at(in, n);
	if (span_has(in, at, n) && !sum_fits(in, at, n))
		sink_note(out, 12, "checksum is wrong");
	out->used = (uint64_t)at + n < in.n ? (uint64_t)at + n : in.n;
	return part_slice(out, in, kinds[kind].part, at, n);
}

static void realtek_label(struct span in, struct label *out)
{
	char sign[5], model[17] = "";
	if (content_at(in, span_be32(in, 12)) == LONG_HEADER)
		part_text(in, 32, 16, model, sizeof model);
	snprintf(out->text, sizeof out->text, "%s, start %08x, flash %06x%s%s",
		 part_text(in, 0, 4, sign, sizeof sign), span_be32(in, 4), span_be32(in, 8),
		 *model ? ", " : "", model);
}

const struct format format_realtek = {
	.name = "realtek",
	.title = "Realtek section (cs6c, cr6c, r6cr, w6cv, F6LB ...)",
	.reference = "OpenWrt firmware-utils cvimg.c",
	.tested = "generator in tests",
	.magic = (const struct magic[]){
		MAGIC(0, "cs6c"), MAGIC(0, "cs6b"), MAGIC(0, "csys"), MAGIC(0, "cr6c"), MAGIC(0, "cr6b"),
		MAGIC(0, "csro"), MAGIC(0, "r6cr"), MAGIC(0, "r6br"), MAGIC(0, "root"), MAGIC(0, "w6cv"),
		MAGIC(0, "w6cg"), MAGIC(0, "w6bg"), MAGIC(0, "webp"), MAGIC(0, "boot"), MAGIC(0, "F6LB"),
		MAGIC_END},
	.bid = bid,
	.open = realtek_open,
	.label = realtek_label,
};
