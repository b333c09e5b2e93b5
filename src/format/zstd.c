/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zstandard frame (RFC 8878):
 *   28 b5 2f fd  descriptor(1)  [window(1)] [dictionary id(0..4)] [content size(0..8)]
 *   blocks: header(3, LE): last(1 bit) type(2 bits) size(21 bits); [checksum(4)]
 */
#include "format/format.h"

enum {
	RESERVED = 8,
	SINGLE = 0x20,
	BLOCK_MAX = 128 * 1024,
	WINDOW_EXPONENT_MAX = 17,
	TRIAL_IN = BLOCK_MAX + 64,
	TRIAL_OUT = 32 * 1024,
};

/* Programs that know zstd hold its magic: the first block must decode. */
static bool begins_well(struct span in)
{
	uint8_t made[TRIAL_OUT];
	size_t n = 0;
	enum status st = codec_block(CODEC_ZSTD, span_cut(in, 0, TRIAL_IN), made, TRIAL_OUT, &n);
	return st == ST_OK || st == ST_TRUNCATED || n == TRIAL_OUT;
}

static int bid(struct span in, uint64_t *size)
{
	static const uint8_t dict_bytes[] = {0, 1, 2, 4}, size_bytes[] = {0, 2, 4, 8};
	struct reader r = reader_of(in, false);
	*size = 0;
	if (!SPAN_IS(in, 0, "\x28\xb5\x2f\xfd"))
		return 0;
	read_skip(&r, 4);
	uint8_t d = read_u8(&r), window = d & SINGLE ? 0 : read_u8(&r);
	unsigned content = size_bytes[d >> 6];
	if ((d & RESERVED) || window >> 3 > WINDOW_EXPONENT_MAX)
		return 0;
	read_skip(&r, dict_bytes[d & 3]);
	read_skip(&r, content == 0 && (d & SINGLE) ? 1 : content);
	uint32_t block = read_u16(&r);
	block |= (uint32_t)read_u8(&r) << 16;
	bool bad_type = (block >> 1 & 3) == 3, raw_or_packed = (block >> 1 & 3) != 1;
	if (r.bad || bad_type || (raw_or_packed && block >> 3 > BLOCK_MAX))
		return 0;
	return begins_well(in) ? 85 : 0;
}

static enum status zstd_open(struct span in, struct sink *out)
{
	struct entry e = {.path = "data", .type = ENTRY_PART};
	return sink_stream(out, &e, CODEC_ZSTD, in, &out->used);
}

const struct format format_zstd = {
	.name = "zstd",
	.title = "Zstandard frame",
	.reference = "RFC 8878",
	.tested = "zstd",
	.magic = (const struct magic[]){MAGIC(0, "\x28\xb5\x2f\xfd"), MAGIC_END},
	.flags = FORMAT_STREAM | FORMAT_ALERT,
	.bid = bid,
	.open = zstd_open,
};
