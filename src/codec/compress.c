/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compress(1) .Z files: adaptive LZW (Welch 1984; layout as compress(1) of 4.3BSD wrote it).
 *
 *   1f 9d  flags(1): low 5 bits the widest code (9..16), 0x80 block mode (code 256 empties the table)
 *   codes, least significant bit first, 9 bits wide at first; eight codes make a group, and when the
 *   width changes the rest of the group is skipped
 *
 * There is no end mark: the stream is all there is. A table entry is the one before it and a byte.
 */
#include "base/mem.h"
#include "codec/internal.h"

enum { CODES = 1 << 16, CLEAR = 256, CHUNK = 32 * 1024 };

struct lzw {
	uint16_t prefix[CODES];
	uint8_t suffix[CODES];
	uint8_t text[CODES + 1]; /* an entry's bytes, last first */
	uint8_t chunk[CHUNK];
	size_t filled;
	uint64_t at;             /* next bit of the input */
	uint64_t group;          /* bit where the group of eight codes begins */
	unsigned width, width_max;
	uint32_t next, previous; /* next free entry; the last code, CODES at the start */
	uint8_t first;           /* first byte of the last entry */
	bool block_mode;
};

static void start(struct lzw *d)
{
	d->width = 9;
	d->next = d->block_mode ? CLEAR + 1 : CLEAR;
	d->previous = CODES;
}

/* The width changes: codes go on at the next group of eight. */
static void next_group(struct lzw *d, unsigned width)
{
	uint64_t bits = UINT64_C(8) * d->width, past = (d->at - d->group) % bits;
	if (past)
		d->at += bits - past;
	d->group = d->at;
	d->width = width;
}

/* One code; false when fewer bits than that are left. */
static bool read_code(struct lzw *d, struct span in, uint32_t *code)
{
	uint64_t byte = d->at / 8;
	unsigned shift = (unsigned)(d->at % 8);
	if (d->at + d->width > (uint64_t)in.n * 8)
		return false;
	uint32_t v = in.p[byte];
	for (unsigned i = 1; i < 3 && byte + i < in.n; i++)
		v |= (uint32_t)in.p[byte + i] << (8 * i);
	*code = (v >> shift) & ((1u << d->width) - 1);
	d->at += d->width;
	return true;
}

static enum status put(struct lzw *d, struct codec_out *out, const uint8_t *text, size_t n)
{
	enum status st = ST_OK;
	while (n && st == ST_OK) {
		d->chunk[d->filled++] = text[--n];
		if (d->filled == CHUNK) {
			st = out->write(out, d->chunk, d->filled);
			d->filled = 0;
		}
	}
	return st;
}

/* Write the entry for a code and make the next one. */
static enum status entry(struct lzw *d, uint32_t code, struct codec_out *out)
{
	size_t n = 0;
	uint32_t c = code;
	if (d->previous == CODES ? code > 255 : code > d->next || (code == CLEAR && d->block_mode))
		return ST_DAMAGED;
	if (c == d->next) { /* the entry that is made by this very code */
		d->text[n++] = d->first;
		c = d->previous;
	}
	for (; c > 255; c = d->prefix[c])
		d->text[n++] = d->suffix[c];
	d->first = (uint8_t)c;
	d->text[n++] = d->first;
	if (d->previous != CODES && d->next < 1u << d->width_max) {
		d->prefix[d->next] = (uint16_t)d->previous;
		d->suffix[d->next++] = d->first;
	}
	d->previous = code;
	return put(d, out, d->text, n);
}

static enum status decode(struct lzw *d, struct span in, struct codec_out *out)
{
	enum status st = ST_OK;
	uint32_t code;
	start(d);
	while (st == ST_OK) {
		if (d->next >= 1u << d->width && d->width < d->width_max)
			next_group(d, d->width + 1);
		if (!read_code(d, in, &code))
			break;
		if (code == CLEAR && d->block_mode) {
			next_group(d, 9);
			start(d);
		} else {
			st = entry(d, code, out);
		}
	}
	if (d->filled) {
		enum status written = out->write(out, d->chunk, d->filled);
		st = st == ST_OK ? written : st;
	}
	return st;
}

enum status compress_stream(enum codec c, struct span in, struct codec_out *out, uint64_t *used)
{
	(void)c;
	*used = in.n < 3 ? in.n : 3;
	if (in.n < 3)
		return ST_TRUNCATED;
	unsigned widest = in.p[2] & 31;
	if (!SPAN_IS(in, 0, "\x1f\x9d") || widest < 9 || widest > 16)
		return ST_DAMAGED;
	struct lzw *d = mem_alloc(sizeof *d);
	d->width_max = widest;
	d->block_mode = in.p[2] & 0x80;
	enum status st = decode(d, span_from(in, 3), out);
	uint64_t taken = (d->at + 7) / 8;
	*used += st == ST_OK || taken > in.n - 3 ? in.n - 3 : taken;
	mem_free(d);
	return st;
}
