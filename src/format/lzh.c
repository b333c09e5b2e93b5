/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decompression of arj and of lha. Bits are taken from the top of each byte.
 *
 *   lh4-7, arj 1-3  blocks: count(16), three sets of code lengths, count codes. A code below 256 is a
 *             byte, others a length (code - 253); then a position class with class - 1 more bits.
 *             They differ in the number of position classes and in the width of its count.
 *   arj 4     a length in a number with a prefix of one bits: 0 is a byte (8 bits), others length + 2
 *             and then a distance in such a number of 9 to 13 bits.
 *   lha takes what lies in front of the first byte as blanks.
 *
 * Reference: technote.txt of unarj 2.65; header.doc of LHa for UNIX.
 */
#include "format/lzh.h"

#include "base/mem.h"

enum {
	WINDOW = 65536,   /* as much as the largest of them uses */
	SYMBOLS = 510,    /* bytes and lengths */
	LENGTHS = 19,     /* codes of code lengths */
	LONGEST = 16,
	MIN_COPY = 3,
};

static const struct {
	uint8_t positions, width;
	bool blanks;
} kinds[] = {
	[LZH_ARJ] = {17, 5, false}, [LZH_ARJ_FAST] = {0, 0, false}, [LZH_LH5] = {14, 4, true},
	[LZH_LH6] = {16, 5, true},  [LZH_LH7] = {17, 5, true},
};

struct bits {
	struct span in;
	uint64_t at;      /* in bits */
	bool bad;         /* asked for more than there is */
};

static unsigned take(struct bits *b, unsigned n)
{
	unsigned v = 0;
	for (unsigned i = 0; i < n; i++, b->at++) {
		uint64_t byte = b->at >> 3;
		if (byte >= b->in.n)
			b->bad = true;
		else
			v |= (unsigned)(b->in.p[byte] >> (7 - (b->at & 7)) & 1) << (n - 1 - i);
	}
	return v;
}

/* A canonical Huffman code; `only`: one symbol that takes no bits. */
struct code {
	uint16_t count[LONGEST + 1], symbols[SYMBOLS];
	int only;
};

static bool make_code(struct code *c, const uint8_t *lengths, size_t n)
{
	uint16_t next[LONGEST + 2] = {0};
	unsigned left = 1;
	*c = (struct code){.only = -1};
	for (size_t i = 0; i < n; i++)
		c->count[lengths[i]]++;
	for (unsigned l = 1; l <= LONGEST; l++) {
		left = left * 2;
		if (c->count[l] > left)
			return false;
		left -= c->count[l];
		next[l + 1] = (uint16_t)(next[l] + c->count[l]);
	}
	for (size_t i = 0; i < n; i++)
		if (lengths[i])
			c->symbols[next[lengths[i]]++] = (uint16_t)i;
	return true;
}

static unsigned symbol(struct bits *b, const struct code *c)
{
	unsigned value = 0, first = 0, index = 0;
	if (c->only >= 0)
		return (unsigned)c->only;
	for (unsigned l = 1; l <= LONGEST; l++) {
		value = value << 1 | take(b, 1);
		if (value - first < c->count[l])
			return c->symbols[index + value - first];
		index += c->count[l];
		first = (first + c->count[l]) << 1;
	}
	b->bad = true;
	return 0;
}

/* Lengths of the codes of lengths or of positions; `gap`: where a run of zeros may stand. */
static bool short_code(struct bits *b, struct code *c, size_t max, unsigned width, size_t gap)
{
	uint8_t lengths[LENGTHS] = {0};
	size_t n = take(b, width), i = 0;
	if (n == 0) {
		*c = (struct code){.only = (int)take(b, width)};
		return !b->bad && (size_t)c->only < max;
	}
	if (n > max)
		return false;
	while (i < n && !b->bad) {
		unsigned l = take(b, 3);
		if (l == 7)
			while (take(b, 1) && l < LONGEST + 1)
				l++;
		if (l > LONGEST)
			return false;
		lengths[i++] = (uint8_t)l;
		if (i == gap)
			i += take(b, 2);
	}
	return !b->bad && i <= max && make_code(c, lengths, max);
}

static bool long_code(struct bits *b, struct code *c, const struct code *of_lengths)
{
	uint8_t lengths[SYMBOLS] = {0};
	size_t n = take(b, 9), i = 0;
	if (n == 0) {
		*c = (struct code){.only = (int)take(b, 9)};
		return !b->bad && c->only < SYMBOLS;
	}
	if (n > SYMBOLS)
		return false;
	while (i < n && !b->bad) {
		unsigned l = symbol(b, of_lengths);
		if (l == 0)
			i += 1;
		else if (l == 1)
			i += 3u + take(b, 4);
		else if (l == 2)
			i += 20u + take(b, 9);
		else
			lengths[i++] = (uint8_t)(l - 2);
	}
	return !b->bad && i <= SYMBOLS && make_code(c, lengths, SYMBOLS);
}

struct window {
	struct codec_out *out;
	uint8_t bytes[WINDOW];
	uint64_t made, size, given;
	bool blanks;
	enum status st;
};

static void flush(struct window *w)
{
	size_t n = (size_t)(w->made - w->given);
	if (n && w->st == ST_OK)
		w->st = w->out->write(w->out, w->bytes + w->given % WINDOW, n);
	w->given = w->made;
}

static void put(struct window *w, uint8_t byte)
{
	w->bytes[w->made % WINDOW] = byte;
	w->made++;
	if (w->made % WINDOW == 0)
		flush(w);
}

static bool copy(struct window *w, uint64_t distance, unsigned n)
{
	if (distance > WINDOW || (distance > w->made && !w->blanks))
		return false;
	for (; n && w->made < w->size && w->st == ST_OK; n--)
		put(w, w->bytes[(w->made + WINDOW - distance) % WINDOW]);
	return true;
}

struct block {
	struct code lengths, symbols, positions;
	unsigned left;
};

static bool next_block(struct bits *b, struct block *k, enum lzh kind)
{
	k->left = take(b, 16);
	return k->left && short_code(b, &k->lengths, LENGTHS, 5, 3) &&
	       long_code(b, &k->symbols, &k->lengths) &&
	       short_code(b, &k->positions, kinds[kind].positions, kinds[kind].width, SIZE_MAX);
}

/* One byte or copy; false when the stream is wrong. */
static bool step(struct bits *b, struct block *k, struct window *w, enum lzh kind)
{
	if (!k->left && !next_block(b, k, kind))
		return false;
	k->left--;
	unsigned c = symbol(b, &k->symbols);
	if (b->bad)
		return false;
	if (c < 256) {
		put(w, (uint8_t)c);
		return true;
	}
	uint64_t distance = symbol(b, &k->positions);
	if (distance > 1)
		distance = (1u << (distance - 1)) + take(b, (unsigned)distance - 1);
	return !b->bad && copy(w, distance + 1, c - 256 + MIN_COPY);
}

/* A number whose width is told by a run of one bits. */
static unsigned prefixed(struct bits *b, unsigned low, unsigned high)
{
	unsigned plus = 0, width = low;
	while (width < high && take(b, 1)) {
		plus += 1u << width;
		width++;
	}
	return plus + take(b, width);
}

static bool fast_step(struct bits *b, struct window *w)
{
	unsigned n = prefixed(b, 0, 7);
	if (n == 0) {
		unsigned byte = take(b, 8);
		if (!b->bad)
			put(w, (uint8_t)byte);
		return !b->bad;
	}
	unsigned distance = prefixed(b, 9, 13);
	return !b->bad && copy(w, distance + 1u, n - 1 + MIN_COPY);
}

enum status lzh_decode(enum lzh kind, struct span in, uint64_t size, struct codec_out *out)
{
	struct bits b = {.in = in};
	struct window *w = mem_alloc(sizeof *w);
	struct block *k = mem_alloc(sizeof *k);
	bool right = true;
	w->out = out;
	w->size = size;
	w->blanks = kinds[kind].blanks;
	if (w->blanks)
		memset(w->bytes, ' ', sizeof w->bytes);
	while (right && w->made < size && w->st == ST_OK)
		right = kind == LZH_ARJ_FAST ? fast_step(&b, w) : step(&b, k, w, kind);
	flush(w);
	enum status st = w->st;
	mem_free(w);
	mem_free(k);
	if (st != ST_OK || right)
		return st;
	return b.bad ? ST_TRUNCATED : ST_DAMAGED;
}
