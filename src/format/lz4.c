/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LZ4 frame (lz4_Frame_format.md, LZ4 project):
 *   04 22 4d 18  flags(1: version 01, ...)  block size(1)  [content size(8)] [dictionary id(4)]
 *   header checksum(1): second byte of the xxHash32 of the descriptor; blocks; 00 00 00 00; [checksum]
 */
#include "format/format.h"

enum { HAS_DICT = 1, RESERVED = 2, HAS_SIZE = 8 };

static uint32_t rotate(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

/* xxHash32 with seed 0 of fewer than 16 bytes: longer descriptors do not exist. */
static uint32_t xxhash32_short(struct span s)
{
	const uint32_t p1 = 2654435761u, p2 = 2246822519u, p3 = 3266489917u, p4 = 668265263u;
	const uint32_t p5 = 374761393u;
	uint32_t h = p5 + (uint32_t)s.n;
	size_t at = 0;
	for (; span_has(s, at, 4); at += 4)
		h = rotate(h + span_le32(s, at) * p3, 17) * p4;
	for (; at < s.n; at++)
		h = rotate(h + s.p[at] * p5, 11) * p1;
	h = (h ^ h >> 15) * p2;
	h = (h ^ h >> 13) * p3;
	return h ^ h >> 16;
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < 11 || !SPAN_IS(in, 0, "\x04\x22\x4d\x18"))
		return 0;
	uint8_t flags = in.p[4], block = in.p[5];
	if ((flags & 0xc0) != 0x40 || (flags & RESERVED) || (block & 0x8f) || block < 0x40)
		return 0;
	size_t n = 2u + (flags & HAS_SIZE ? 8u : 0) + (flags & HAS_DICT ? 4u : 0);
	if (!span_has(in, 4, n + 1))
		return 0;
	return in.p[4 + n] == (uint8_t)(xxhash32_short(span_cut(in, 4, n)) >> 8) ? 95 : 0;
}

static enum status lz4_open(struct span in, struct sink *out)
{
	struct entry e = {.path = "data", .type = ENTRY_PART};
	return sink_stream(out, &e, CODEC_LZ4_FRAME, in, &out->used);
}

const struct format format_lz4 = {
	.name = "lz4",
	.title = "LZ4 frame",
	.reference = "lz4_Frame_format.md (LZ4 project)",
	.tested = "lz4",
	.magic = (const struct magic[]){MAGIC(0, "\x04\x22\x4d\x18"), MAGIC_END},
	.flags = FORMAT_STREAM,
	.bid = bid,
	.open = lz4_open,
};
