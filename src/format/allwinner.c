/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allwinner image (LiveSuit, PhoenixSuit), little endian, headers of 1024 bytes:
 *
 *   0 "IMAGEWTY"  8 format(4: 0x100 or 0x300)  12 length(4)  24 image length(4)  28 header
 * length(4) 56 files(4), in format 0x300 at 60 file: 0 length of name(4) 4 header length(4) 8 main
 * type(8) 16 sub type(16) 0x100: 36 stored(4) 40 length(4) 44 at(4) 52 name(256) 0x300: 36
 * name(256) 292 stored(4) 300 length(4) 308 at(4)
 *
 * Encrypted images (RC6, Twofish) have no magic and stay unknown.
 * Reference: Ithamar awutils, imagewty.h.
 */
#include "format/part.h"

enum { HEADER = 1024, MAX_FILES = 256 };

static bool is_new(struct span in)
{
	return span_le32(in, 8) >= 0x300;
}

static uint32_t file_count(struct span in)
{
	return span_le32(in, is_new(in) ? 60 : 56);
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t n = file_count(in);
	uint64_t end = HEADER + (uint64_t)n * HEADER;
	*size = 0;
	if (!SPAN_IS(in, 0, "IMAGEWTY") || in.n < 2 * HEADER || n == 0 || n > MAX_FILES ||
	    span_le32(in, HEADER + 4) != HEADER)
		return 0;
	for (uint64_t i = 1; i <= n; i++) {
		uint64_t e = i * HEADER, at = span_le32(in, e + (is_new(in) ? 308 : 44));
		at += span_le32(in, e + (is_new(in) ? 292 : 36));
		end = at > end ? at : end;
	}
	*size = span_le32(in, 24) > end ? span_le32(in, 24) : end;
	return 96;
}

static enum status allwinner_open(struct span in, struct sink *out)
{
	bool new = is_new(in);
	uint64_t end = 0;
	enum status st = ST_OK;
	char name[257];
	if (!bid(in, &end))
		return ST_DAMAGED;
	for (uint64_t i = 1; i <= file_count(in) && st == ST_OK; i++) {
		uint64_t e = i * HEADER;
		part_name(in, e + (new ? 36 : 52), 256, name, sizeof name);
		if (!*name)
			snprintf(name, sizeof name, "file-%llu", (unsigned long long)i);
		st = part_slice(out, in, name, span_le32(in, e + (new ? 308 : 44)),
				span_le32(in, e + (new ? 300 : 40)));
	}
	out->used = end < in.n ? end : in.n;
	return st;
}

const struct format format_allwinner = {
    .name = "allwinner",
    .title = "Allwinner image (IMAGEWTY)",
    .reference = "Ithamar awutils, imagewty.h",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(0, "IMAGEWTY"), MAGIC_END},
    .bid = bid,
    .open = allwinner_open,
};
