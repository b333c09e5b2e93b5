/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bzip2 stream:  "BZh" level('1'..'9')  31 41 59 26 53 59 (first block)  CRC-32(4)
 *                randomised(1 bit) start of the text(24 bits) used bytes, coarse(16 bits) ...
 */
#include "format/format.h"

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < 32 || !SPAN_IS(in, 0, "BZh") || in.p[3] < '1' || in.p[3] > '9')
		return 0;
	uint32_t start = span_be32(in, 14) >> 7 & 0xffffff;
	uint32_t used = span_be32(in, 17) >> 7 & 0xffff;
	if (start > (in.p[3] - '0') * 100000u || used == 0)
		return 0; /* programs hold the magic as a string */
	return SPAN_IS(in, 4, "1AY&SY") ? 95 : 0;
}

static enum status bzip2_open(struct span in, struct sink *out)
{
	struct entry e = {.path = "data", .type = ENTRY_PART};
	return sink_stream(out, &e, CODEC_BZIP2, in, &out->used);
}

const struct format format_bzip2 = {
	.name = "bzip2",
	.title = "bzip2 stream",
	.reference = "bzip2 1.0.8 source, compress.c",
	.tested = "bzip2",
	.magic = (const struct magic[]){MAGIC(4, "1AY&SY"), MAGIC_END},
	.flags = FORMAT_STREAM | FORMAT_ALERT,
	.bid = bid,
	.open = bzip2_open,
};
