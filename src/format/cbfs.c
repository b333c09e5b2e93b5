/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coreboot file system (CBFS): a row of files at multiples of 64 bytes, big endian:
 *
 *   0 "LARCHIVE"  8 length(4)  12 type(4)  16 attributes at(4)  20 content at(4)  24 name, NUL
 *
 * Attributes, between name and content: tag(4) length(4) ...; "BCZL" is packing(4: 1 LZMA, 2 LZ4,
 * 3 Zstandard) and the plain length(4). It ends where no header stands any more.
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

/* How a file is packed: 0 when it is not. */
static uint32_t packing_of(struct span in, uint64_t at, uint32_t *plain)
{
	uint64_t attribute = span_be32(in, at + 16), end = span_be32(in, at + 20);
	for (int i = 0; i < 16 && attribute >= HEADER && attribute + 16 <= end; i++) {
		uint32_t n = span_be32(in, at + attribute + 4);
		if (SPAN_IS(in, at + attribute, "BCZL")) {
			*plain = span_be32(in, at + attribute + 12);
			return span_be32(in, at + attribute + 8);
		}
		if (n < 8)
			break;
		attribute += n;
	}
	return 0;
}

static enum status open_file(struct span in, uint64_t at, const char *name, struct sink *out)
{
	static const enum codec codecs[] = {CODEC_LZMA_ALONE, CODEC_LZ4_FRAME, CODEC_ZSTD};
	uint64_t from = at + span_be32(in, at + 20), used;
	uint32_t size = span_be32(in, at + 8), plain = 0, packing = packing_of(in, at, &plain);
	if (packing < 1 || packing > 3)
		return part_slice(out, in, name, from, size);
	struct entry e = {.path = name, .type = ENTRY_PART, .at = from, .size = plain};
	enum status st = sink_stream(out, &e, codecs[packing - 1], span_cut(in, from, size), &used);
	if (st == ST_SKIP)
		return ST_OK;
	if (st == ST_DAMAGED || st == ST_TRUNCATED) {
		sink_note(out, from, "%s: packed content is damaged", name);
		return ST_OK;
	}
	return st;
}

static enum status cbfs_open(struct span in, struct sink *out)
{
	uint64_t at = 0;
	enum status st = ST_OK;
	char name[128];
	for (unsigned n = 0; n < MAX_FILES && st == ST_OK && is_file(in, at); n++) {
		uint32_t data = span_be32(in, at + 20), type = span_be32(in, at + 12);
		uint32_t attributes = span_be32(in, at + 16);
		part_text(in, at + HEADER,
			  (attributes > HEADER && attributes < data ? attributes : data) - HEADER,
			  name, sizeof name);
		if (!*name)
			snprintf(name, sizeof name, "unnamed-%u", n);
		if (type != 0 && type != EMPTY)
			st = open_file(in, at, name, out);
		at = next_of(in, at);
	}
	out->used = at < in.n ? at : in.n;
	return st;
}

const struct format format_cbfs = {
    .name = "cbfs",
    .title = "coreboot file system (CBFS)",
    .reference = "coreboot cbfs_serialized.h",
    .tested = "cbfstool 4.15; generator in tests",
    .magic = (const struct magic[]){MAGIC(0, "LARCHIVE"), MAGIC_END},
    .bid = bid,
    .open = cbfs_open,
};
