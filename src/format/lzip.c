/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lzip member:  "LZIP" version=1  dictionary code(1)  LZMA (first byte 00) with end mark
 *               CRC-32(4, LE) content size(8, LE) member size(8, LE)
 */
#include "format/format.h"

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < 36 || !SPAN_IS(in, 0, "LZIP\1") || in.p[6] != 0)
		return 0;
	unsigned bits = in.p[5] & 31, part = in.p[5] >> 5;
	return bits >= 12 && bits <= 29 && !(bits == 12 && part) ? 90 : 0;
}

static enum status lzip_open(struct span in, struct sink *out)
{
	struct entry e = {.path = "data", .type = ENTRY_PART};
	return sink_stream(out, &e, CODEC_LZIP, in, &out->used);
}

const struct format format_lzip = {
	.name = "lzip",
	.title = "lzip file",
	.reference = "lzip manual, File format",
	.tested = "lzip",
	.magic = (const struct magic[]){MAGIC(0, "LZIP\1"), MAGIC_END},
	.flags = FORMAT_STREAM,
	.bid = bid,
	.open = lzip_open,
};
