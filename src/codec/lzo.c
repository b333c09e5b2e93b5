/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LZO1X, written from the description of the stream in the kernel's Documentation/staging/lzo.rst.
 * An instruction byte says how far back and how long a match is; its two lowest bits (or those of
 * the byte before the last operand) say how many literals follow:
 *
 *   0000LLLL  after a match or few literals: run of literals (L + 3, L = 0: continued by zeros)
 *             after 1..3 literals:           2 bytes from 1..1024 back
 *             after 4 or more literals:      3 bytes from 2049..3072 back
 *   0001HLLL  3..9 + bytes from 16384..49151 back; a distance of exactly 16384 ends the stream
 *   001LLLLL  3..33 + bytes from 1..16384 back
 *   01LDDDSS  3..4 bytes from 1..2048 back      1LLDDDSS  5..8 bytes from 1..2048 back
 */
#include "codec/internal.h"

struct lzo {
	struct reader in;
	uint8_t *out;
	size_t pos, cap;
	enum status st;
};

/* A length whose field is 0 is continued: 255 for each zero byte, then the byte that ends it. */
static uint64_t long_length(struct reader *r, uint64_t field, uint64_t mask)
{
	if (field)
		return field;
	uint64_t n = mask;
	uint8_t b;
	while ((b = read_u8(r)) == 0 && !r->bad)
		n += 255;
	return n + b;
}

static void literals(struct lzo *d, uint64_t n)
{
	struct span have = span_cut(d->in.s, d->in.pos, n);
	size_t room = have.n < d->cap - d->pos ? have.n : d->cap - d->pos;
	if (room)
		memcpy(d->out + d->pos, have.p, room);
	d->pos += room;
	read_skip(&d->in, n);
	if (d->in.bad)
		d->st = ST_TRUNCATED;
	else if (room < n)
		d->st = ST_DAMAGED;
}

static void match(struct lzo *d, size_t distance, uint64_t n)
{
	if (d->in.bad || distance > d->pos) {
		d->st = d->in.bad ? ST_TRUNCATED : ST_DAMAGED;
		return;
	}
	uint8_t *to = d->out + d->pos;
	const uint8_t *from = to - distance;
	if (n > d->cap - d->pos) {
		n = d->cap - d->pos;
		d->st = ST_DAMAGED;
	}
	d->pos += (size_t)n;
	if (distance >= n) {
		if (n)
			memcpy(to, from, (size_t)n);
		return;
	}
	while (n--)
		*to++ = *from++;
}

/* Distance and literal count stand in two more bytes. */
static size_t far_operand(struct lzo *d, unsigned *next)
{
	uint16_t v = read_u16(&d->in);
	*next = v & 3;
	return v >> 2;
}

/* A match instruction; `state`: literals before it (0..3, or 4 for more). False at the end mark. */
static bool instruction(struct lzo *d, uint8_t op, unsigned state, unsigned *next)
{
	uint64_t n;
	size_t distance;
	*next = op & 3;
	if (op >= 64) {
		n = (op >> 5) + 1u;
		distance = ((size_t)read_u8(&d->in) << 3) + ((op >> 2) & 7) + 1;
	} else if (op >= 32) {
		n = long_length(&d->in, op & 31, 31) + 2;
		distance = far_operand(d, next) + 1;
	} else if (op >= 16) {
		n = long_length(&d->in, op & 7, 7) + 2;
		distance = ((size_t)(op & 8) << 11) + far_operand(d, next);
		if (distance == 0 && !d->in.bad)
			return false;
		distance += 16384;
	} else {
		n = state == 4 ? 3 : 2;
		distance = ((size_t)read_u8(&d->in) << 2) + (op >> 2) + 1 + (state == 4 ? 2048 : 0);
	}
	match(d, distance, n);
	return true;
}

static enum status decode(struct lzo *d)
{
	unsigned state = 0, next;
	if (d->in.s.n && d->in.s.p[0] > 17) {
		unsigned n = read_u8(&d->in) - 17u;
		literals(d, n);
		state = n < 4 ? n : 4;
	}
	while (d->st == ST_OK) {
		uint8_t op = read_u8(&d->in);
		if (d->in.bad)
			return ST_TRUNCATED;
		if (op < 16 && state == 0) {
			literals(d, long_length(&d->in, op, 15) + 3);
			state = 4;
			continue;
		}
		if (!instruction(d, op, state, &next))
			return d->in.bad ? ST_TRUNCATED : ST_OK;
		if (next && d->st == ST_OK)
			literals(d, next);
		state = next;
	}
	return d->st;
}

enum status lzo_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	struct lzo d = {.in = reader_of(in, false), .out = out, .cap = cap};
	(void)c;
	enum status st = decode(&d);
	*n = d.pos;
	return st;
}
