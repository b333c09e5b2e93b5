/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Luxul firmware, little endian:
 *
 *   0 "LXL#"  4 version(4, 0 to 3)  8 header length(4)
 *   from version 1: 12 flags(4) 16 board(16)   from 2: 32 release(4)   from 3: 36 blobs at(4)
 *   40 length of blobs(4);  a blob: "D#" type(2: 1 certificate, 2 signature) length(4)
 *
 * The image stands behind the header, to the end.
 * Reference: OpenWrt firmware-utils lxlfw.c.
 */
#include "format/part.h"

enum { LEAST = 12, MAX_BLOBS = 16 };

static uint32_t least_of(uint32_t version)
{
	static const uint8_t lengths[] = {12, 32, 36, 44};
	return lengths[version < 3 ? version : 3];
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t version = span_le32(in, 4), header = span_le32(in, 8);
	*size = 0;
	if (!SPAN_IS(in, 0, "LXL#") || version > 16 || header < least_of(version) ||
	    header > 0x10000 || header >= in.n || (version && !part_is_text(in, 16, 16, 0)))
		return 0;
	return version ? 85 : 60;
}

static enum status luxul_open(struct span in, struct sink *out)
{
	uint32_t version = span_le32(in, 4), header = span_le32(in, 8);
	uint64_t at = span_le32(in, 36), end = at + span_le32(in, 40);
	enum status st = ST_OK;
	if (in.n <= header)
		return ST_TRUNCATED;
	out->used = in.n;
	for (int i = 0;
	     version >= 3 && i < MAX_BLOBS && st == ST_OK && at && at + 8 <= end && end <= header;
	     i++) {
		uint16_t type = span_le16(in, at + 2);
		if (!SPAN_IS(in, at, "D#"))
			break;
		st = part_slice(out, in,
				type == 1   ? "certificate"
				: type == 2 ? "signature"
					    : "blob",
				at + 8, span_le32(in, at + 4));
		at += 8 + (uint64_t)span_le32(in, at + 4);
	}
	return st != ST_OK ? st : part_slice(out, in, "firmware", header, in.n - header);
}

static void label(struct span in, struct label *out)
{
	char board[17];
	if (span_le32(in, 4))
		snprintf(out->text, sizeof out->text, "board %s",
			 part_text(in, 16, 16, board, sizeof board));
}

const struct format format_luxul = {
    .name = "luxul",
    .title = "Luxul firmware",
    .reference = "OpenWrt firmware-utils lxlfw.c",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(0, "LXL#"), MAGIC_END},
    .flags = FORMAT_START,
    .bid = bid,
    .open = luxul_open,
    .label = label,
};
