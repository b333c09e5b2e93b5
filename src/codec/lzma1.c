/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LZMA1: a range coder with adaptive binary models over literals, matches and four recent
 * distances. Written from the LZMA specification (lzma-specification.txt in the LZMA SDK, public
 * domain). A symbol takes at most 20 input bytes, so the fast loop tests the input once a symbol;
 * the last bytes are decoded from a zero-padded copy where every symbol is checked.
 */
#include "codec/lzma1.h"

#include "base/mem.h"

#define INLINE static inline __attribute__((always_inline))

enum {
	SYMBOL_MAX = 20,
	TOP = 1 << 24,
	HALF = 1024,
	POS_STATES = 16,
	STATES = 12,
	LEN_LOW = 2, /* behind the two choice bits */
	LEN_MID = LEN_LOW + POS_STATES * 8,
	LEN_HIGH = LEN_MID + POS_STATES * 8,
	LEN_SIZE = LEN_HIGH + 256,
	IS_MATCH = 0,
	IS_REP = IS_MATCH + STATES * POS_STATES,
	IS_REP_G0 = IS_REP + STATES,
	IS_REP_G1 = IS_REP_G0 + STATES,
	IS_REP_G2 = IS_REP_G1 + STATES,
	IS_REP0_LONG = IS_REP_G2 + STATES,
	POS_SLOT = IS_REP0_LONG + STATES * POS_STATES,
	SPEC_POS = POS_SLOT + 4 * 64,
	ALIGN = SPEC_POS + 128,
	LEN = ALIGN + 16,
	REP_LEN = LEN + LEN_SIZE,
	LITERAL = REP_LEN + LEN_SIZE,
	LITERAL_SIZE = 0x300,
	SHARED = LITERAL + (LITERAL_SIZE << 4),
};

/* The range coder's registers: kept in locals of the loop. */
struct rc {
	const uint8_t *in;
	uint32_t range, code;
};

INLINE void normalize(struct rc *rc)
{
	if (rc->range < TOP) {
		rc->range <<= 8;
		rc->code = rc->code << 8 | *rc->in++;
	}
}

INLINE uint32_t bit(struct rc *rc, uint16_t *p)
{
	normalize(rc);
	uint32_t prob = *p, bound = (rc->range >> 11) * prob;
	if (rc->code < bound) {
		rc->range = bound;
		*p = (uint16_t)(prob + ((2048 - prob) >> 5));
		return 0;
	}
	rc->range -= bound;
	rc->code -= bound;
	*p = (uint16_t)(prob - (prob >> 5));
	return 1;
}

/*
 * The same without a branch on the outcome: inside trees it is hard to foresee, and a wrong guess
 * costs more than the few operations on both sides. 31 - 2048 rounds the negative shift up, which
 * makes it prob + ((2048 - prob) >> 5).
 */
INLINE uint32_t blind_bit(struct rc *rc, uint16_t *p)
{
	normalize(rc);
	uint32_t prob = *p, bound = (rc->range >> 11) * prob;
	uint32_t one = rc->code >= bound, mask = 0 - one;
	rc->range = (bound & ~mask) | ((rc->range - bound) & mask);
	rc->code -= bound & mask;
	*p = (uint16_t)((int32_t)prob - (((int32_t)prob + (int32_t)(~mask & (31u - 2048u))) >> 5));
	return one;
}

/* `bits` bits, most significant first; the result includes the leading 1. */
INLINE uint32_t tree(struct rc *rc, uint16_t *p, unsigned bits)
{
	uint32_t m = 1;
#pragma GCC unroll 8
	for (unsigned i = 0; i < bits; i++)
		m = m << 1 | blind_bit(rc, p + m);
	return m;
}

INLINE uint32_t reverse_tree(struct rc *rc, uint16_t *p, unsigned bits)
{
	uint32_t m = 1, sum = 0;
	for (unsigned i = 0; i < bits; i++) {
		uint32_t b = blind_bit(rc, p + m);
		m = m << 1 | b;
		sum |= b << i;
	}
	return sum;
}

INLINE uint32_t direct(struct rc *rc, unsigned bits)
{
	uint32_t v = 0;
	while (bits--) {
		normalize(rc);
		rc->range >>= 1;
		uint32_t b = rc->code >= rc->range;
		rc->code -= rc->range & (0 - b);
		v = v << 1 | b;
	}
	return v;
}

INLINE uint8_t literal(struct rc *rc, uint16_t *p, bool after_match, uint8_t match)
{
	uint32_t m = 1;
	if (after_match) {
		uint32_t offs = 0x100, want = match;
#pragma GCC unroll 8
		for (unsigned i = 0; i < 8; i++) {
			want <<= 1;
			uint32_t mb = want & offs;
			uint32_t b = blind_bit(rc, p + offs + mb + m);
			m = m << 1 | b;
			offs &= mb ^ (b - 1);
		}
	} else {
		m = tree(rc, p, 8);
	}
	return (uint8_t)m;
}

INLINE uint32_t length(struct rc *rc, uint16_t *p, uint32_t pos_state)
{
	if (!bit(rc, p))
		return tree(rc, p + LEN_LOW + pos_state * 8, 3) - 8 + 2;
	if (!bit(rc, p + 1))
		return tree(rc, p + LEN_MID + pos_state * 8, 3) - 8 + 10;
	return tree(rc, p + LEN_HIGH, 8) - 256 + 18;
}

INLINE uint32_t distance(struct rc *rc, uint16_t *probs, uint32_t len)
{
	uint32_t set = len - 2 < 3 ? len - 2 : 3;
	uint32_t slot = tree(rc, probs + POS_SLOT + set * 64, 6) - 64;
	if (slot < 4)
		return slot;
	unsigned bits = (slot >> 1) - 1;
	uint32_t d = (2 | (slot & 1)) << bits;
	if (slot < 14)
		return d + reverse_tree(rc, probs + SPEC_POS + d - slot, bits);
	d += direct(rc, bits - 4) << 4;
	return d + reverse_tree(rc, probs + ALIGN, 4);
}

/* Take one of the four recent distances; true when it is the one-byte form. */
INLINE bool recent(struct rc *rc, uint16_t *probs, uint32_t state, uint32_t pos_state,
		   uint32_t rep[4])
{
	if (!bit(rc, probs + IS_REP_G0 + state))
		return !bit(rc, probs + IS_REP0_LONG + state * POS_STATES + pos_state);
	uint32_t d = rep[1];
	if (bit(rc, probs + IS_REP_G1 + state)) {
		d = rep[2];
		if (bit(rc, probs + IS_REP_G2 + state)) {
			d = rep[3];
			rep[3] = rep[2];
		}
		rep[2] = rep[1];
	}
	rep[1] = rep[0];
	rep[0] = d;
	return false;
}

/*
 * Copy a match of n bytes; source and target may overlap, which repeats the bytes. Where there is
 * room up to `stop` whole pieces are copied, past the end of the match: that is written over next.
 */
INLINE void copy_match(uint8_t *dst, size_t pos, size_t dist, size_t n, size_t stop)
{
	enum { PIECE = 16 };
	uint8_t *to = dst + pos;
	const uint8_t *from = to - dist - 1;
	if (dist + 1 < PIECE || stop - pos < n + PIECE) {
		while (n--)
			*to++ = *from++;
		return;
	}
	for (size_t done = 0; done < n; done += PIECE)
		memcpy(to + done, from + done, PIECE);
}

/* Is all input taken and the coder in its end state? */
static bool closed(struct rc *rc, const uint8_t *limit)
{
	if (rc->in < limit)
		normalize(rc);
	return rc->in == limit && rc->code == 0;
}

/*
 * The loop over symbols. `limit`: while rc.in is not past it, a whole symbol may be read. With
 * `checked` a symbol that ran past the limit is undone (its bytes are not counted).
 */
INLINE enum lzma1_result symbols(struct lzma1 *d, struct rc *io, const uint8_t *limit, size_t stop,
				 const bool checked)
{
	struct rc rc = *io;
	uint16_t *probs = d->probs;
	uint8_t *dst = d->dst;
	uint32_t state = d->state, rep[4] = {d->rep[0], d->rep[1], d->rep[2], d->rep[3]};
	const uint32_t lc = d->lc, lp_mask = d->lp_mask, pb_mask = d->pb_mask;
	const uint32_t base = (uint32_t)d->base;
	size_t pos = d->pos, good = pos;
	enum lzma1_result r = LZMA1_FULL;
	while (pos < stop) {
		if (rc.in > limit) {
			r = LZMA1_MORE;
			break;
		}
		if (checked && d->ends_with_input && closed(&rc, limit)) {
			r = LZMA1_END;
			break;
		}
		good = pos;
		uint32_t at = base + (uint32_t)pos, pos_state = at & pb_mask, len;
		if (!bit(&rc, probs + IS_MATCH + state * POS_STATES + pos_state)) {
			uint32_t before = pos ? dst[pos - 1] : 0;
			uint32_t set = ((at & lp_mask) << lc) + (before >> (8 - lc));
			bool after = state >= 7;
			uint8_t match = after && rep[0] < pos ? dst[pos - rep[0] - 1] : 0;
			dst[pos++] = literal(&rc, probs + LITERAL + LITERAL_SIZE * set, after, match);
			state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
			continue;
		}
		if (bit(&rc, probs + IS_REP + state)) {
			if (recent(&rc, probs, state, pos_state, rep)) {
				state = state < 7 ? 9 : 11;
				len = 1;
			} else {
				len = length(&rc, probs + REP_LEN, pos_state);
				state = state < 7 ? 8 : 11;
			}
		} else {
			rep[3] = rep[2];
			rep[2] = rep[1];
			rep[1] = rep[0];
			len = length(&rc, probs + LEN, pos_state);
			rep[0] = distance(&rc, probs, len);
			state = state < 7 ? 7 : 10;
			if (rep[0] == UINT32_MAX) {
				r = LZMA1_END;
				break;
			}
		}
		if (rep[0] >= pos) {
			r = LZMA1_BAD;
			break;
		}
		size_t n = len < stop - pos ? len : stop - pos;
		copy_match(dst, pos, rep[0], n, stop);
		pos += n;
		d->pending = len - (uint32_t)n;
	}
	if (checked && rc.in > limit) {
		pos = good;
		d->pending = 0;
		r = LZMA1_MORE;
	}
	d->pos = pos;
	d->state = state;
	memcpy(d->rep, rep, sizeof rep);
	*io = rc;
	return r;
}

/* The last bytes, from a copy that zeros follow. */
static enum lzma1_result run_tail(struct lzma1 *d, size_t stop)
{
	size_t left = d->in.n - d->in_pos;
	memset(d->tail, 0, sizeof d->tail);
	if (left)
		memcpy(d->tail, d->in.p + d->in_pos, left);
	struct rc rc = {d->tail, d->range, d->code};
	enum lzma1_result r = symbols(d, &rc, d->tail + left, stop, true);
	size_t took = (size_t)(rc.in - d->tail);
	d->in_pos += took < left ? took : left;
	d->range = rc.range;
	d->code = rc.code;
	return r;
}

enum lzma1_result lzma1_run(struct lzma1 *d, size_t stop)
{
	if (d->pending && d->pos < stop) {
		if (d->rep[0] >= d->pos)
			return LZMA1_BAD; /* farther than the dictionary: that was slid out */
		size_t n = d->pending < stop - d->pos ? d->pending : stop - d->pos;
		copy_match(d->dst, d->pos, d->rep[0], n, stop);
		d->pos += n;
		d->pending -= (uint32_t)n;
	}
	if (d->in.n - d->in_pos > SYMBOL_MAX) {
		struct rc rc = {d->in.p + d->in_pos, d->range, d->code};
		enum lzma1_result r = symbols(d, &rc, d->in.p + d->in.n - SYMBOL_MAX, stop, false);
		d->in_pos = (size_t)(rc.in - d->in.p);
		d->range = rc.range;
		d->code = rc.code;
		if (r != LZMA1_MORE)
			return r;
	}
	return run_tail(d, stop);
}

/* Is the next symbol an end mark that closes the stream? */
static bool end_mark(struct lzma1 *d)
{
	size_t left = d->in.n - d->in_pos;
	if (left > SYMBOL_MAX)
		left = SYMBOL_MAX;
	memset(d->tail, 0, sizeof d->tail);
	if (left)
		memcpy(d->tail, d->in.p + d->in_pos, left);
	struct rc rc = {d->tail, d->range, d->code};
	uint32_t pos_state = ((uint32_t)d->base + (uint32_t)d->pos) & d->pb_mask;
	if (!bit(&rc, d->probs + IS_MATCH + d->state * POS_STATES + pos_state) ||
	    bit(&rc, d->probs + IS_REP + d->state))
		return false;
	uint32_t len = length(&rc, d->probs + LEN, pos_state);
	if (distance(&rc, d->probs, len) != UINT32_MAX)
		return false;
	normalize(&rc);
	size_t took = (size_t)(rc.in - d->tail);
	if (took > left)
		return false;
	d->in_pos += took;
	return rc.code == 0;
}

bool lzma1_finished(struct lzma1 *d)
{
	if (d->pending)
		return false;
	if (d->range < TOP && d->in_pos < d->in.n) {
		d->range <<= 8;
		d->code = d->code << 8 | d->in.p[d->in_pos++];
	}
	return d->code == 0 || end_mark(d);
}

void lzma1_slide(struct lzma1 *d, size_t n)
{
	if (n > d->pos)
		n = d->pos;
	memmove(d->dst, d->dst + n, d->pos - n);
	d->pos -= n;
	d->base += n;
}

bool lzma1_init(struct lzma1 *d, uint8_t props, struct span in)
{
	static _Thread_local uint16_t shared[SHARED];
	*d = (struct lzma1){.in = in, .range = UINT32_MAX, .probs = shared};
	if (props >= 9 * 5 * 5 || in.n < 5 || in.p[0] != 0)
		return false;
	uint32_t lp = props / 9 % 5;
	d->lc = props % 9;
	d->lp_mask = (1u << lp) - 1;
	d->pb_mask = (1u << props / 45) - 1;
	size_t n = LITERAL + ((size_t)LITERAL_SIZE << (d->lc + lp));
	if (d->lc + lp > 4)
		d->probs = d->own = mem_array(n, sizeof *d->own);
	for (size_t i = 0; i < n; i++)
		d->probs[i] = HALF;
	d->code = span_be32(in, 1);
	d->in_pos = 5;
	return true;
}

void lzma1_free(struct lzma1 *d)
{
	mem_free(d->own);
	d->own = NULL;
}
