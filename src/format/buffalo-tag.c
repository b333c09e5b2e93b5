/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffalo's tag before its firmware, big endian:
 *
 *   0 product(32) brand(32) major(8) minor(8) region(2) regions(4) ?(2) language(8) platform(8)
 *   104 "hwv"(4) its value(4) ?(24)
 *   kind 1  136 length with the tag(4) sum(4) base(4) base(4)  152 length of the content(4)
 *           flags(1) ?(3)  160 content
 *   kind 2  136 length with the tag(4) sum(4)  144 length of part 1(4), of part 2(4) flags(1) ?(3)
 *           156 content
 *   kind 3  136 length with the tag(4) sum(4)  144 length of the content(4) base(4)  152 content
 *
 * The sum is that of POSIX cksum over all with its own place zero; zero when it was left out.
 * Reference: OpenWrt firmware-utils buffalo-lib.h, buffalo-tag.c.
 */
#include "format/part.h"

enum { FIXED = 136, LEAST = 160 };

/* The length of the tag by the kind whose lengths agree; 0: none. */
static uint32_t tag_length(struct span in)
{
	uint64_t total = span_be32(in, FIXED), one = span_be32(in, 144), two = span_be32(in, 148);
	if (span_be32(in, 152) && total == 160 + (uint64_t)span_be32(in, 152))
		return 160;
	if (one && total == 156 + one + two)
		return 156;
	return one && total == 152 + one ? 152 : 0;
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < LEAST || !part_is_text(in, 0, 32, 2) || !part_is_text(in, 32, 32, 2) ||
	    !part_is_text(in, 64, 8, 1) || !part_is_text(in, 72, 8, 0) ||
	    !part_is_text(in, 88, 8, 0) || !part_is_text(in, 96, 8, 0) || !tag_length(in))
		return 0;
	*size = span_be32(in, FIXED);
	return 93;
}

static uint32_t add(uint32_t crc, uint8_t byte)
{
	crc ^= (uint32_t)byte << 24;
	for (int b = 0; b < 8; b++)
		crc = crc & 0x80000000 ? crc << 1 ^ 0x04c11db7 : crc << 1;
	return crc;
}

static uint32_t cksum(struct span in)
{
	uint32_t crc = 0;
	for (size_t i = 0; i < in.n; i++)
		crc = add(crc, i >= FIXED + 4 && i < FIXED + 8 ? 0 : in.p[i]);
	for (size_t n = in.n; n; n >>= 8)
		crc = add(crc, (uint8_t)n);
	return ~crc;
}

static enum status tag_open(struct span in, struct sink *out)
{
	uint32_t tag = tag_length(in), total = span_be32(in, FIXED),
		 want = span_be32(in, FIXED + 4);
	if (!tag)
		return ST_DAMAGED;
	struct span image = span_cut(in, 0, total);
	out->used = image.n;
	if (image.n == total && want && cksum(image) != want)
		sink_note(out, FIXED + 4, "checksum is wrong");
	if (tag != 156)
		return part_slice(out, in, "firmware", tag, total - tag);
	uint32_t one = span_be32(in, 144);
	enum status st = part_slice(out, in, "firmware", tag, one);
	return st == ST_OK && span_be32(in, 148)
		   ? part_slice(out, in, "data", (uint64_t)tag + one, span_be32(in, 148))
		   : st;
}

static void tag_label(struct span in, struct label *out)
{
	char product[33], brand[33], major[9], minor[9];
	snprintf(out->text, sizeof out->text, "%s %s, version %s %s",
		 part_text(in, 32, 32, brand, sizeof brand),
		 part_text(in, 0, 32, product, sizeof product),
		 part_text(in, 64, 8, major, sizeof major),
		 part_text(in, 72, 8, minor, sizeof minor));
}

const struct format format_buffalo_tag = {
    .name = "buffalo-tag",
    .title = "Buffalo firmware with a tag",
    .reference = "OpenWrt firmware-utils buffalo-lib.h, buffalo-tag.c",
    .tested = "OpenWrt buffalo-tag.c, followed in tests",
    .magic = (const struct magic[]){MAGIC(32, "BUFFALO"), MAGIC(32, "Buffalo"), MAGIC(32, "MELCO"),
				    MAGIC_END},
    .bid = bid,
    .open = tag_open,
    .label = tag_label,
};
