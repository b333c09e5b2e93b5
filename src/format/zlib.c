/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zlib stream (RFC 1950):  78 (deflate, 32 KiB window)  flags  deflate data  Adler-32(4, BE)
 *
 * Two bytes of magic are nothing, so the bid reads the head of the first deflate block as well (RFC
 * 1951, 3.2.3), and a stream counts only when all of it inflates to the right checksum and to more
 * than a few bytes.
 */
#include "format/format.h"

enum { STORED = 0, FIXED = 1, DYNAMIC = 2, LEAST_IN = 24, LEAST_OUT = 64 };

/* n bits at a bit position, least significant first; 0 behind the end. */
static unsigned bits(struct span s, size_t at, unsigned n)
{
	unsigned v = 0;
	for (unsigned i = 0; i < n; i++, at++)
		if (at / 8 < s.n)
			v |= (s.p[at / 8] >> (at % 8) & 1u) << i;
	return v;
}

/* The code length code of a dynamic block must be complete. */
static bool dynamic_is_sane(struct span s)
{
	unsigned hlit = bits(s, 3, 5), hdist = bits(s, 8, 5), hclen = bits(s, 13, 4) + 4, sum = 0;
	if (hlit > 29 || hdist > 29)
		return false;
	for (unsigned i = 0; i < hclen; i++) {
		unsigned len = bits(s, 17 + 3 * (size_t)i, 3);
		sum += len ? 128u >> len : 0;
	}
	return sum == 128;
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < LEAST_IN || in.p[0] != 0x78 || (in.p[1] & 0x20) || span_be16(in, 0) % 31)
		return 0;
	struct span s = span_from(in, 2);
	switch (bits(s, 1, 2)) {
	case STORED:
		return (s.p[0] & 0xf8) == 0 && span_le16(s, 1) && (span_le16(s, 1) ^ span_le16(s, 3)) == 0xffff
			       ? 30
			       : 0;
	case FIXED:
		return 20;
	case DYNAMIC:
		return dynamic_is_sane(s) ? 40 : 0;
	default:
		return 0;
	}
}

struct counter {
	struct codec_out out;
	uint64_t n;
};

static enum status count(struct codec_out *out, const void *p, size_t n)
{
	(void)p;
	((struct counter *)out)->n += n;
	return ((struct counter *)out)->n > LEAST_OUT ? ST_LIMIT : ST_OK;
}

static enum status zlib_open(struct span in, struct sink *out)
{
	struct entry e = {.path = "data", .type = ENTRY_PART};
	struct counter first = {{count}, 0};
	uint64_t used;
	codec_stream(CODEC_ZLIB, in, &first.out, &used);
	if (first.n < LEAST_OUT)
		return ST_DAMAGED;
	return sink_stream(out, &e, CODEC_ZLIB, in, &out->used);
}

const struct format format_zlib = {
	.name = "zlib",
	.title = "zlib stream",
	.reference = "RFC 1950",
	.tested = "zlib",
	.magic = (const struct magic[]){MAGIC(0, "\x78\x01"), MAGIC(0, "\x78\x5e"), MAGIC(0, "\x78\x9c"),
					MAGIC(0, "\x78\xda"), MAGIC_END},
	.flags = FORMAT_STREAM | FORMAT_WEAK,
	.bid = bid,
	.open = zlib_open,
};
