/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cab:  "MSCF" 0(4) size(4) 0(4) first file(4) 0(4) 3 1 folders(2) files(2) flags(2) set(2) index(2)
 *       [reserved: header(2) folder(1) data(1), header bytes] [names of the set's neighbours]
 *       folders: first data block(4) blocks(2) compression(2) reserved
 *       data blocks: checksum(4) packed(2) size(2) reserved, content
 * The members are read by libarchive, whose reader of damaged block lists is weak: the lists are
 * checked here first, and a cabinet with a wrong one is not opened.
 * Reference: MS-CAB.
 */
#include "format/archive_adapter.h"

#include <archive.h>

enum { HEADER = 36, PREVIOUS = 1, RESERVED = 4, BLOCK_MAX = 32768 };

static int bid(struct span in, uint64_t *size)
{
	uint32_t end = span_le32(in, 8), files = span_le32(in, 16);
	*size = 0;
	if (in.n < HEADER || !SPAN_IS(in, 0, "MSCF") || span_le32(in, 4) || span_le32(in, 12) ||
	    span_le32(in, 20))
		return 0;
	if (in.p[25] != 1 || in.p[24] > 9 || span_le16(in, 26) == 0 || span_le16(in, 30) > 7)
		return 0;
	if (files < HEADER || end < files)
		return 0;
	*size = end;
	return 95;
}

/* Skip a NUL-terminated name. */
static void skip_name(struct reader *r)
{
	while (!r->bad && read_u8(r))
		;
}

/* Is each block of a folder inside, of a size that its compression allows? */
static bool blocks_are_right(struct span in, struct reader *folder, unsigned reserved)
{
	uint64_t at = read_u32(folder);
	unsigned count = read_u16(folder), kind = read_u16(folder) & 15;
	for (unsigned i = 0; i < count; i++) {
		unsigned packed = span_le16(in, at + 4), size = span_le16(in, at + 6);
		if (!span_has(in, at, 8u + reserved + packed) || !packed || !size ||
		    size > BLOCK_MAX || packed > BLOCK_MAX + 6144)
			return false;
		if (kind == 0 && packed != size)
			return false;
		at += 8u + reserved + packed;
	}
	return count > 0;
}

static bool lists_are_right(struct span in)
{
	struct reader r = reader_of(in, false);
	unsigned folders = span_le16(in, 26), flags = span_le16(in, 30), header = 0;
	unsigned folder = 0, data = 0;
	read_seek(&r, HEADER);
	if (flags & RESERVED) {
		header = read_u16(&r);
		folder = read_u8(&r);
		data = read_u8(&r);
		read_skip(&r, header);
	}
	for (unsigned i = 0; i < 2; i++)
		if (flags & (PREVIOUS << i)) {
			skip_name(&r);
			skip_name(&r);
		}
	for (unsigned i = 0; i < folders && !r.bad; i++) {
		if (!blocks_are_right(in, &r, data))
			return false;
		read_skip(&r, folder);
	}
	return !r.bad;
}

static enum status cab_open(struct span in, struct sink *out)
{
	uint64_t end;
	if (!bid(in, &end))
		return ST_DAMAGED;
	out->used = end < in.n ? end : in.n;
	if (!lists_are_right(span_cut(in, 0, end))) {
		out->note(out, HEADER, "a list of data blocks is damaged or cut off, nothing is opened");
		return end > in.n ? ST_TRUNCATED : ST_DAMAGED;
	}
	enum status st = archive_members(span_cut(in, 0, end), out, archive_read_support_format_cab);
	return st;
}

const struct format format_cab = {
	.name = "cab",
	.title = "Microsoft cabinet",
	.reference = "MS-CAB",
	.tested = "gcab (stored, MSZIP); read by libarchive",
	.magic = (const struct magic[]){MAGIC(0, "MSCF\0\0\0\0"), MAGIC_END},
	.flags = FORMAT_TREE,
	.bid = bid,
	.open = cab_open,
};
