/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two compressors that only JFFS2 knows (behaviour as in the kernel's fs/jffs2/compr_rtime.c
 * and compr_rubin.c).
 *
 * rtime: pairs of bytes (value, count). The value is written, then `count` bytes are copied from
 * behind the place where this value was written the last time.
 *
 * rubin: a binary arithmetic coder with 16-bit registers. Each output byte is eight decisions, the
 * least significant bit first, and each bit position has a fixed chance. dynrubin: the first eight
 * bytes of the block hold the chances in 1/256.
 *
 * Neither knows its end: a block ends when `cap` bytes are made.
 */
#include "codec/internal.h"

enum status rtime_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	size_t behind[256] = {0}, pos = 0, from = 0;
	(void)c;
	while (pos < cap && span_has(in, from, 2)) {
		uint8_t value = in.p[from], count = in.p[from + 1];
		from += 2;
		out[pos++] = value;
		size_t back = behind[value];
		behind[value] = pos;
		for (; count && pos < cap; count--)
			out[pos++] = out[back++];
		if (count) {
			*n = pos;
			return ST_DAMAGED;
		}
	}
	*n = pos;
	return pos < cap ? ST_TRUNCATED : ST_OK;
}

enum { REGISTER = 16, UPPER = 1 << 15, LOWER = UPPER - 1 };

struct rubin {
	struct span in;
	uint64_t at;       /* next bit of the input, most significant first */
	uint32_t low, span; /* the interval */
	uint32_t value;     /* where the code stands in it */
};

static uint32_t pull(struct rubin *r)
{
	uint64_t at = r->at++;
	return at / 8 < r->in.n ? r->in.p[at / 8] >> (7 - at % 8) & 1u : 0;
}

/* One decision; `one` in 256 is the chance of a one. */
static uint32_t decision(struct rubin *r, uint32_t one)
{
	while (r->low >= UPPER || r->low + r->span <= UPPER) {
		r->low = (r->low & LOWER) << 1;
		r->span <<= 1;
		r->value = (r->value & LOWER) << 1 | pull(r);
	}
	uint32_t zero = (256 - one) * r->span / 256;
	zero = zero < 1 ? 1 : zero >= r->span ? r->span - 1 : zero;
	if (r->value < r->low + zero) {
		r->span = zero;
		return 0;
	}
	r->low += zero;
	r->span -= zero;
	return 1;
}

enum status rubin_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	struct rubin r = {.in = span_from(in, 8), .span = 2 * UPPER};
	(void)c;
	if (in.n < 8)
		return ST_TRUNCATED;
	for (unsigned i = 0; i < REGISTER; i++)
		r.value = r.value << 1 | pull(&r);
	size_t pos = 0;
	/* The coder looks two bytes ahead; past that the bits are made up. */
	while (pos < cap && r.at <= (uint64_t)r.in.n * 8 + REGISTER) {
		uint32_t byte = 0;
		for (unsigned i = 0; i < 8; i++)
			byte |= decision(&r, in.p[i]) << i;
		out[pos++] = (uint8_t)byte;
	}
	*n = pos;
	return pos < cap ? ST_TRUNCATED : ST_OK;
}
