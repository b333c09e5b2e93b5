/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coreboot file system (CBFS): a row of files at multiples of 64 bytes, big endian:
 *
 *   0 "LARCHIVE"  8 length(4)  12 type(4)  16 attributes at(4)  20 content at(4)  24 name, NUL
 *
 * It ends where no header stands any more. What is packed inside is found by its own magics.
 * Reference: coreboot Documentation/lib/cbfs (cbfs_serialized.h).
 */
#include "format/part.h"

enum { HEADER = 24, ALIGN = 64, MAX_FILES = 512, EMPTY = 0xffffffff };

static bool is_file(struct span in, uint64_t at)
{
	uint32_t data = span_be32(in, at + 20), n = span_be32(in, at + 8);
	return SPAN_IS(in, at, "LARCHIVE") && data > HEADER && data < 4096 && n < 1u << 28 &&
	       part_is_text(in, at + HEADER, 1, 0);
}

static uint64_t next_of(struct span in, uint64_t at)
{
	uint64_t end = at + span_be32(in, at + 20) + span_be32(in, at + 8);
	return (end + ALIGN - 1) & ~(uint64_t)(ALIGN - 1);
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t at = 0;
	unsigned n = 0;
	for (; n < MAX_FILES && is_file(in, at); n++)
		at = next_of(in, at);
	*size = at;
	return n >= 2 ? 92 : n ? 55 : 0;
}

static enum status cbfs_open(struct span in, struct sink *out)
{
	uint64_t at = 0;
	enum status st = ST_OK;
	char name[128];
	for (unsigned n = 0; n < MAX_FILES && st == ST_OK && is_file(in, at); n++) {
		uint32_t data = span_be32(in, at + 20), type = span_be32(in, at + 12);
		part_text(in, at + HEADER, data - HEADER, name, sizeof name);
		if (!*name)
			snprintf(name, sizeof name, "unnamed-%u", n);
		if (type != 0 && type != EMPTY)
			st = part_slice(out, in, name, at + data, span_be32(in, at + 8));
		at = next_of(in, at);
	}
	out->used = at < in.n ? at : in.n;
	return st;
}

const struct format format_cbfs = {
    .name = "cbfs",
    .title = "coreboot file system (CBFS)",
    .reference = "coreboot cbfs_serialized.h",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(0, "LARCHIVE"), MAGIC_END},
    .bid = bid,
    .open = cbfs_open,
};
