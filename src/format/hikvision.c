/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hikvision firmware (digicap.dav), little endian; the header is xor-ed with a published key of 16
 * bytes, byte i with byte (i + i / 16) % 16 of the key:
 *
 *   0 "SWKH"  4 sum(4)  8 header length(4)  12 files(4)  16 language(4)  20 class(4) ...
 *   64 files of 44: name(32) at(4) length(4) sum(4)
 *
 * Newer headers encrypt the members, or are of another kind; members are handed out as they stand.
 * Reference: MatrixEditor hiktools (fmod); ezviz unpacker.
 */
#include "format/part.h"

enum { FILES = 64, ENTRY = 44, MAX_FILES = 64, MAX_HEADER = FILES + MAX_FILES * ENTRY };

static const uint8_t key[16] = {0xba, 0xcd, 0xbc, 0xfe, 0xd6, 0xca, 0xdd, 0xd3,
				0xba, 0xb9, 0xa3, 0xab, 0xbf, 0xcb, 0xb5, 0xbe};

/* The decoded header; its length, 0 when it makes no sense. */
static uint32_t decode(struct span in, uint8_t head[MAX_HEADER])
{
	size_t n = in.n < MAX_HEADER ? in.n : MAX_HEADER;
	for (size_t i = 0; i < n; i++)
		head[i] = in.p[i] ^ key[(i + (i >> 4)) & 15];
	struct span h = SPAN(head, n);
	uint32_t length = span_le32(h, 8), files = span_le32(h, 12);
	if (!SPAN_IS(h, 0, "SWKH") || files == 0 || files > MAX_FILES ||
	    length < FILES + files * ENTRY || length > n)
		return 0;
	for (uint32_t i = 0; i < files; i++) {
		uint64_t e = FILES + (uint64_t)i * ENTRY;
		if (!part_is_text(h, e, 32, 1) || span_le32(h, e + 32) < length)
			return 0;
	}
	return length;
}

static int bid(struct span in, uint64_t *size)
{
	uint8_t head[MAX_HEADER];
	uint32_t length = in.n >= FILES + ENTRY ? decode(in, head) : 0;
	struct span h = SPAN(head, length);
	*size = 0;
	for (uint64_t e = FILES;
	     length && e + ENTRY <= length && e < FILES + (uint64_t)ENTRY * span_le32(h, 12);
	     e += ENTRY) {
		uint64_t end = (uint64_t)span_le32(h, e + 32) + span_le32(h, e + 36);
		*size = end > *size ? end : *size;
	}
	return length ? 94 : 0;
}

static enum status hikvision_open(struct span in, struct sink *out)
{
	uint8_t head[MAX_HEADER];
	char name[33];
	uint32_t length = in.n >= FILES + ENTRY ? decode(in, head) : 0;
	struct span h = SPAN(head, length);
	enum status st = ST_OK;
	uint64_t end = 0;
	if (!length)
		return ST_DAMAGED;
	for (uint32_t i = 0; i < span_le32(h, 12) && st == ST_OK; i++) {
		uint64_t e = FILES + (uint64_t)i * ENTRY;
		part_name(h, e, 32, name, sizeof name);
		st = part_slice(out, in, *name ? name : "file", span_le32(h, e + 32),
				span_le32(h, e + 36));
	}
	bid(in, &end);
	out->used = end < in.n ? end : in.n;
	return st;
}

const struct format format_hikvision = {
    .name = "hikvision",
    .title = "Hikvision firmware (digicap.dav)",
    .reference = "MatrixEditor hiktools, fmod",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(0, "\xe9\x9a\xf7\xb6"), MAGIC_END},
    .bid = bid,
    .open = hikvision_open,
};
