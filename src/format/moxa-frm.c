/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moxa FRM (NPort, MGate), little endian:
 *
 *   0 "*FRM"  4 00 00 00 01  8 total length(4)  12 header length(2, = 96)  14 sections(2)  16 ?(48)
 *   64 sections: type(4: 1 program, 2 files) offset(4) length(4) ?(4)
 *   files: 0 device(32)  32 ?(16)  48 table at(4)  52 table length(4)  56 row length(2, = 64)
 *          58 rows(2)  60 data length(4)  66 rows, elsewhere(2)
 *   rows: name(48) ?(8) length(4) offset from the section(4)
 *
 * Reference: unblob moxa/frm.py.
 */
#include "format/part.h"

enum { HEADER = 96, TABLE = 64, ROW = 16, MAX_SECTIONS = 2, FILE_ROW = 64 };

static int bid(struct span in, uint64_t *size)
{
	uint32_t total = span_le32(in, 8);
	uint16_t sections = span_le16(in, 14);
	*size = 0;
	if (!SPAN_IS(in, 0, "*FRM") || in.n < HEADER || span_le16(in, 12) != HEADER || sections == 0 ||
	    sections > MAX_SECTIONS || total <= HEADER)
		return 0;
	for (unsigned i = 0; i < sections; i++) {
		uint64_t at = TABLE + (uint64_t)i * ROW;
		uint64_t end = (uint64_t)span_le32(in, at + 4) + span_le32(in, at + 8);
		if (span_le32(in, at + 4) < HEADER || end > total)
			return 0;
	}
	*size = total;
	return 93;
}

/* The section at `base`; files end with it. */
static enum status open_files(struct span in, uint64_t base, uint32_t size, struct sink *out)
{
	struct span whole = span_cut(in, 0, base + size), section = span_from(whole, base);
	uint32_t table = span_le32(section, 48), row = span_le16(section, 56);
	uint32_t count = span_le16(section, 58) ? span_le16(section, 58) : span_le16(section, 66);
	char name[49];
	enum status st = ST_OK;
	if (row < FILE_ROW) {
		sink_note(out, base, "table of files makes no sense");
		return ST_OK;
	}
	for (uint32_t i = 0; i < count && st == ST_OK; i++) {
		uint64_t at = table + (uint64_t)i * row;
		if (!span_has(section, at, FILE_ROW))
			break;
		if (!*part_text(section, at, 48, name, sizeof name))
			continue;
		uint32_t n = span_le32(section, at + 56), from = span_le32(section, at + 60);
		st = part_file(out, whole, name, (uint64_t)base + from, n);
	}
	return st;
}

static enum status frm_open(struct span in, struct sink *out)
{
	uint64_t size = 0;
	enum status st = ST_OK;
	if (!bid(in, &size))
		return ST_DAMAGED;
	for (unsigned i = 0; i < span_le16(in, 14) && st == ST_OK; i++) {
		uint64_t at = TABLE + (uint64_t)i * ROW;
		uint32_t type = span_le32(in, at), from = span_le32(in, at + 4), n = span_le32(in, at + 8);
		st = type == 2 ? open_files(in, from, n, out)
			       : part_slice(out, in, "firmware", from, n);
	}
	out->used = size < in.n ? size : in.n;
	return st;
}

const struct format format_moxa_frm = {
	.name = "moxa-frm",
	.title = "Moxa FRM firmware",
	.reference = "unblob moxa/frm.py",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "*FRM\x00\x00\x00\x01"), MAGIC_END},
	.flags = FORMAT_TREE,
	.bid = bid,
	.open = frm_open,
};
