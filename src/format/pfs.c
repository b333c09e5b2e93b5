/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PFS, the read-only file system of DrayTek and other RTOS routers, little endian:
 *
 *   0 "PFS/" version(8)  8 ?(6)  14 files(2)
 *   16 rows: name(16, 32, 40, 64 or 128) number(4) offset(4) size(4)
 *   content, which the offsets count from
 *
 * The length of names is not told: it is the one with which every row makes sense.
 * Reference: binwalk plugin unpfs.py; draytools.
 */
#include "format/part.h"

enum { HEADER = 16, TAIL = 12, MAX_FILES = 8192 };

static const uint32_t name_sizes[] = {32, 40, 64, 128, 16, 24, 48, 56, 80, 96, 112, 256};

/* All rows in order, each where the last ended or behind it; *end: of the content. */
static bool rows_fit(struct span in, uint32_t name, uint32_t files, uint64_t *end)
{
	uint64_t row = name + TAIL, content = HEADER + row * files, last = 0;
	*end = content;
	for (uint32_t i = 0; i < files; i++) {
		uint64_t at = HEADER + row * i;
		if (!span_has(in, at, row) || !part_is_text(in, at, name, 1))
			return false;
		uint32_t offset = span_le32(in, at + name + 4), n = span_le32(in, at + name + 8);
		if (offset < last || offset > (64u << 20))
			return false;
		last = (uint64_t)offset + n;
	}
	*end = content + last;
	return true;
}

static uint32_t name_size(struct span in, uint64_t *end)
{
	uint32_t files = span_le16(in, 14);
	if (!SPAN_IS(in, 0, "PFS/") || files == 0 || files > MAX_FILES)
		return 0;
	for (size_t i = 0; i < sizeof name_sizes / sizeof *name_sizes; i++)
		if (rows_fit(in, name_sizes[i], files, end))
			return name_sizes[i];
	return 0;
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t end = 0;
	*size = 0;
	if (!name_size(in, &end))
		return 0;
	*size = end;
	return 92;
}

static enum status pfs_open(struct span in, struct sink *out)
{
	uint64_t end = 0;
	uint32_t name = name_size(in, &end), files = span_le16(in, 14);
	uint64_t row = name + TAIL, content = HEADER + row * files;
	char path[257];
	enum status st = ST_OK;
	if (!name)
		return ST_DAMAGED;
	for (uint32_t i = 0; i < files && st == ST_OK; i++) {
		uint64_t at = HEADER + row * i, from = content + span_le32(in, at + name + 4);
		uint32_t n = span_le32(in, at + name + 8);
		part_text(in, at, name, path, sizeof path);
		for (char *c = path; *c; c++)
			if (*c == '\\')
				*c = '/';
		st = part_file(out, in, path, from, n);
	}
	out->used = end < in.n ? end : in.n;
	return st;
}

const struct format format_pfs = {
	.name = "pfs",
	.title = "PFS file system (DrayTek and others)",
	.reference = "binwalk unpfs.py, draytools",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "PFS/0.9"), MAGIC(0, "PFS/1.0"), MAGIC_END},
	.flags = FORMAT_TREE,
	.bid = bid,
	.open = pfs_open,
};
