/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allwinner's package of later loaders (TOC1), little endian:
 *
 *   0 "sunxi-package"  16 0x89119800(4)  20 sum(4)  32 items(4)  36 length of all(4)  60 "MIE;"
 *   items of 368 bytes: name(64) offset(4) size(4) encrypted(4) type(4) address(4) ... "IIE;"
 *
 * The sum is that of all 32-bit words, with 0x5f0a6c39 in its own place.
 * Reference: u-boot include/sunxi_image.h and tools/sunxi_toc1.c (downstream).
 */
#include "format/part.h"

enum { HEADER = 64, ITEM = 368, MAX_ITEMS = 32, STAMP = 0x5f0a6c39, MOST = 64 << 20 };

static int bid(struct span in, uint64_t *size)
{
	uint32_t items = span_le32(in, 32), all = span_le32(in, 36);
	*size = 0;
	if (!SPAN_IS(in, 0, "sunxi-package\0\0\0\x00\x98\x11\x89") || !SPAN_IS(in, 60, "MIE;") ||
	    items == 0 || items > MAX_ITEMS || all % 4 || all > MOST ||
	    all < HEADER + (uint64_t)items * ITEM)
		return 0;
	*size = all;
	return 95;
}

static bool sum_ok(struct span in, uint64_t all)
{
	uint32_t sum = STAMP;
	for (uint64_t at = 0; at < all; at += 4)
		if (at != 20)
			sum += span_le32(in, at);
	return sum == span_le32(in, 20);
}

static enum status package_open(struct span in, struct sink *out)
{
	uint64_t all = 0;
	char name[65];
	enum status st = ST_OK;
	if (!bid(in, &all))
		return ST_DAMAGED;
	struct span package = span_cut(in, 0, all);
	out->used = package.n;
	for (uint32_t i = 0; i < span_le32(in, 32) && st == ST_OK; i++) {
		uint64_t at = HEADER + (uint64_t)i * ITEM;
		if (!span_has(in, at, ITEM)) {
			sink_note(out, at, "table runs past the end");
			return ST_TRUNCATED;
		}
		if (!SPAN_IS(in, at + ITEM - 4, "IIE;")) {
			sink_note(out, at, "table of items makes no sense");
			return ST_DAMAGED;
		}
		part_name(in, at, 64, name, sizeof name);
		st = (span_le32(in, at + 72) ? part_encrypted : part_slice)(
			out, package, name, span_le32(in, at + 64), span_le32(in, at + 68));
	}
	if (st != ST_OK || all > in.n || sum_ok(in, all))
		return st;
	sink_note(out, 20, "checksum is wrong");
	return ST_DAMAGED;
}

const struct format format_sunxi_package = {
	.name = "sunxi-package",
	.title = "Allwinner package of loaders (TOC1)",
	.reference = "u-boot include/sunxi_image.h, tools/sunxi_toc1.c",
	.tested = "generator in tests, images of devices",
	.magic = (const struct magic[]){MAGIC(0, "sunxi-package\x00\x00\x00"), MAGIC_END},
	.bid = bid,
	.open = package_open,
};
