/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sercomm's table of images (Beeline, Linksys, Rostelecom ...), 256 bytes padded with ff, little
 * endian:
 *
 *   0 "Ser\0"  4 end of the images(4)  8 sum(4)  12 images(1) ff(3)
 *   16 rows of 24 bytes: offset(4) size(4) CRC-32(4) version(4) ff..(8)
 *
 * Offsets are those of the flash or of the file; the first image stands behind the table or behind
 * a second one. The sum is a CRC-32: over the 16 bytes with zero in its place, or over all 256 with
 * ff in its place and in that of the magic.
 * Reference: OpenWrt scripts/sercomm-kernel-header.py, sercomm-factory-wrap.py.
 */
#include "base/hash.h"
#include "format/part.h"

enum { TABLE = 256, ROW = 24, ROWS = 16, MAX_ROWS = 8 };

static bool sum_fits(struct span in)
{
	uint8_t t[TABLE];
	uint32_t want = span_le32(in, 8);
	memcpy(t, in.p, TABLE);
	memset(t + 8, 0, 4);
	if (hash_crc32(0, SPAN(t, 16)) == want)
		return true;
	memset(t, 0xff, 4);
	memset(t + 8, 0xff, 4);
	return hash_crc32(0, SPAN(t, TABLE)) == want;
}

static bool is_table(struct span in)
{
	return in.n > TABLE && SPAN_IS(in, 0, "Ser\0") && in.p[12] >= 1 && in.p[12] <= MAX_ROWS &&
	       SPAN_IS(in, 13, "\xff\xff\xff") && sum_fits(in);
}

static bool image_fits(struct span in, uint64_t at, uint64_t row)
{
	uint32_t n = span_le32(in, row + 4);
	return n && span_has(in, at, n) &&
	       hash_crc32(0, span_cut(in, at, n)) == span_le32(in, row + 8);
}

/* Where the image of a row stands: where its offset says, or right behind the one before. */
static uint64_t place(struct span in, unsigned i, uint64_t first, uint64_t end)
{
	uint64_t row = ROWS + (uint64_t)i * ROW;
	uint64_t told = first + (uint64_t)span_le32(in, row) - span_le32(in, ROWS);
	if (span_le32(in, row) >= span_le32(in, ROWS) && image_fits(in, told, row))
		return told;
	return image_fits(in, end, row) ? end : 0;
}

static uint64_t first_place(struct span in)
{
	for (uint64_t at = TABLE; at <= 2 * TABLE; at += TABLE)
		if (image_fits(in, at, ROWS))
			return at;
	return 0;
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (!is_table(in))
		return 0;
	uint64_t first = first_place(in), end = first + span_le32(in, ROWS + 4);
	*size = TABLE;
	if (!first)
		return 70;
	for (unsigned i = 1; i < in.p[12]; i++) {
		uint64_t at = place(in, i, first, end);
		uint64_t stop = at + span_le32(in, ROWS + (uint64_t)i * ROW + 4);
		end = at && stop > end ? stop : end;
	}
	*size = end;
	return 94;
}

static enum status table_open(struct span in, struct sink *out)
{
	static const char *const names[] = {"kernel", "rootfs"};
	uint64_t size = 0, first = first_place(in), end = 0;
	char name[16];
	enum status st = ST_OK;
	if (!bid(in, &size))
		return ST_DAMAGED;
	out->used = size;
	if (!first)
		sink_note(out, ROWS, "the images of this table are not here, or damaged");
	for (unsigned i = 0; first && i < in.p[12] && st == ST_OK; i++) {
		uint64_t row = ROWS + (uint64_t)i * ROW, at = i ? place(in, i, first, end) : first;
		snprintf(name, sizeof name, "image-%u", i + 1);
		if (!at && span_le32(in, row + 4) > 4)
			sink_note(out, row, "image %u is not here, or damaged", i + 1);
		if (!at)
			continue;
		st = part_slice(out, in, i < 2 ? names[i] : name, at, span_le32(in, row + 4));
		end = at + span_le32(in, row + 4);
	}
	return st;
}

const struct format format_sercomm_table = {
    .name = "sercomm-table",
    .title = "Sercomm table of images",
    .reference = "OpenWrt scripts/sercomm-kernel-header.py, sercomm-factory-wrap.py",
    .tested = "OpenWrt sercomm-kernel-header.py, sercomm-factory-wrap.py, followed in tests",
    .magic = (const struct magic[]){MAGIC(0, "Ser\0"), MAGIC_END},
    .bid = bid,
    .open = table_open,
};
