/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LZ4 legacy stream, as in Linux kernels (lz4_Frame_format.md, "Legacy frame"):
 *   02 21 4c 18, then blocks: size(4, LE) bytes; each block but the last holds 8 MiB
 */
#include "format/format.h"

enum { BLOCK = 8 << 20, BOUND = BLOCK + BLOCK / 255 + 16 };

/* The first sequence needs literals, and its match must lie inside them. */
static bool first_sequence_is_sane(struct span s)
{
	struct reader r = reader_of(s, false);
	uint8_t token = read_u8(&r);
	uint64_t n = token >> 4;
	if (n == 15)
		for (uint8_t b = 255; b == 255 && !r.bad;)
			n += b = read_u8(&r);
	read_skip(&r, n);
	if (r.bad || n == 0)
		return false;
	if (r.pos == s.n)
		return true; /* one run of literals is all */
	uint16_t distance = read_u16(&r);
	return !r.bad && distance && distance <= n;
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t n = span_le32(in, 4);
	*size = 0;
	if (in.n < 16 || !SPAN_IS(in, 0, "\x02\x21\x4c\x18") || n < 8 || n > BOUND)
		return 0;
	return first_sequence_is_sane(span_cut(in, 8, n)) ? 75 : 0;
}

static enum status legacy_open(struct span in, struct sink *out)
{
	struct entry e = {.path = "data", .type = ENTRY_PART};
	return sink_stream(out, &e, CODEC_LZ4_LEGACY, in, &out->used);
}

const struct format format_lz4_legacy = {
	.name = "lz4-legacy",
	.title = "LZ4 legacy stream",
	.reference = "lz4_Frame_format.md, Legacy frame (LZ4 project)",
	.tested = "lz4 -l",
	.magic = (const struct magic[]){MAGIC(0, "\x02\x21\x4c\x18"), MAGIC_END},
	.flags = FORMAT_STREAM,
	.bid = bid,
	.open = legacy_open,
};
