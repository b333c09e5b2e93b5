/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compress(1) file:  1f 9d  flags(1: low 5 bits widest code 9..16, 0x80 block mode)  LZW codes
 * The stream has no end of its own, so it is only looked for at the start of an artifact.
 */
#include "format/format.h"

enum { TRIAL = 512 };

static int bid(struct span in, uint64_t *size)
{
	uint8_t made[16 * TRIAL];
	size_t n = 0;
	*size = 0;
	if (in.n < 8 || !SPAN_IS(in, 0, "\x1f\x9d") || (in.p[2] & 0x60))
		return 0;
	unsigned widest = in.p[2] & 31;
	if (widest < 9 || widest > 16 || (in.p[4] & 1))
		return 0; /* the first code is a plain byte */
	enum status st = codec_block(CODEC_COMPRESS, span_cut(in, 0, TRIAL), made, sizeof made, &n);
	if (st != ST_OK && n < sizeof made)
		return 0;
	*size = in.n;
	return 60;
}

static enum status compress_open(struct span in, struct sink *out)
{
	struct entry e = {.path = "data", .type = ENTRY_PART};
	return sink_stream(out, &e, CODEC_COMPRESS, in, &out->used);
}

const struct format format_compress = {
	.name = "compress",
	.title = "compress file (.Z)",
	.reference = "Welch, A Technique for High-Performance Data Compression (1984)",
	.tested = "ncompress",
	.magic = (const struct magic[]){MAGIC(0, "\x1f\x9d"), MAGIC_END},
	.flags = FORMAT_STREAM | FORMAT_START | FORMAT_WEAK,
	.bid = bid,
	.open = compress_open,
};
