/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VxWorks memory file system of consumer routers, big endian:
 *
 *   0 "owowowow..."(32)  32 version(4, = 1)  36 files(4)  40 ?(4)
 *   44 files: name(40) size(4) offset(4); the offset counts from the first byte
 *
 * Reference: Binary Analysis Next Generation vxworks_memfs.ksy; devttys0, "Mystery file system";
 * Quarkslab, "Reverse-engineering a router's VxWorks".
 */
#include "format/part.h"

enum { HEADER = 44, ROW = 48, MAX_FILES = 8192 };

static bool is_row(struct span in, uint64_t at)
{
	return span_has(in, at, ROW) && part_is_text(in, at, 40, 1) &&
	       span_be32(in, at + 44) >= HEADER;
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t files = span_be32(in, 36);
	*size = 0;
	if (!SPAN_IS(in, 0, "owowowowowowowowowowowowowowowow") || span_be32(in, 32) != 1 || files == 0 ||
	    files > MAX_FILES)
		return 0;
	uint64_t end = HEADER + (uint64_t)files * ROW;
	for (uint32_t i = 0; i < files; i++) {
		uint64_t at = HEADER + (uint64_t)i * ROW;
		if (!is_row(in, at))
			return i ? 60 : 0;
		uint64_t to = (uint64_t)span_be32(in, at + 44) + span_be32(in, at + 40);
		if (to > end)
			end = to;
	}
	*size = end;
	return 93;
}

static enum status memfs_open(struct span in, struct sink *out)
{
	uint32_t files = span_be32(in, 36);
	uint64_t end = HEADER;
	char name[41];
	enum status st = ST_OK;
	for (uint32_t i = 0; i < files && i < MAX_FILES && st == ST_OK; i++) {
		uint64_t at = HEADER + (uint64_t)i * ROW;
		if (!is_row(in, at)) {
			sink_note(out, at, "row %u of the table makes no sense", i);
			return ST_DAMAGED;
		}
		uint32_t n = span_be32(in, at + 40), from = span_be32(in, at + 44);
		st = part_file(out, in, part_text(in, at, 40, name, sizeof name), from, n);
		if ((uint64_t)from + n > end)
			end = (uint64_t)from + n;
	}
	out->used = end < in.n ? end : in.n;
	return st;
}

const struct format format_vxworks_memfs = {
	.name = "vxworks-memfs",
	.title = "VxWorks memory file system",
	.reference = "Binary Analysis Next Generation vxworks_memfs.ksy",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "owowowowowowowowowowowowowowowow"), MAGIC_END},
	.flags = FORMAT_TREE,
	.bid = bid,
	.open = memfs_open,
};
