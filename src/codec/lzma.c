/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LZMA with the headers that firmware puts in front of it:
 *
 *   alone   properties(1) dictionary(4, LE) content size(8, LE; all ones: ends with a mark)
 *   short   properties(1) dictionary(4, LE)               SquashFS of several vendors
 *   raw     nothing: the properties are found by trial    SquashFS of several vendors
 *   lzip    "LZIP" version=1 dictionary code(1), LZMA with 0x5d and end mark,
 *           CRC-32(4) content size(8) member size(8)       lzip manual, "File format"
 *
 * The dictionary field is only an upper bound: memory grows with the output (struct window).
 * Reference: lzma-specification.txt of the LZMA SDK.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "codec/internal.h"
#include "codec/lzma1.h"

enum {
	CHUNK = 256 * 1024,
	DICT_MIN = 4096,
	DICT_MAX = 64 * 1024 * 1024, /* the largest that xz -9 makes; longer distances are not followed */
};
#define SIZE_UNKNOWN UINT64_MAX

/* What is known of a stream before it is decoded, and what came of it. */
struct plan {
	uint64_t size, dict;
	uint64_t made;
	uint32_t crc;
	bool want_crc;
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static enum status of_result(enum lzma1_result r)
{
	return r == LZMA1_MORE ? ST_TRUNCATED : r == LZMA1_BAD ? ST_DAMAGED : ST_OK;
}

/* Room behind d->pos: grow the buffer, or slide when it has its full size. */
static void make_room(struct lzma1 *d, size_t *cap, size_t full, size_t dict)
{
	if (d->pos < *cap)
		return;
	if (*cap < full) {
		*cap = (size_t)least(full, *cap * 2);
		d->dst = mem_resize(d->dst, *cap, 1);
	} else {
		lzma1_slide(d, d->pos - dict);
	}
}

static enum status run(struct lzma1 *d, struct plan *p, struct codec_out *out)
{
	size_t dict = (size_t)least(p->dict < DICT_MIN ? DICT_MIN : p->dict, DICT_MAX);
	size_t full = dict + (dict / 2 > CHUNK ? dict / 2 : CHUNK);
	if (p->size <= DICT_MAX)
		full = (size_t)p->size + 1;
	size_t cap = (size_t)least(full, CHUNK);
	enum lzma1_result r = LZMA1_FULL;
	enum status st = ST_OK;
	d->dst = mem_array(cap, 1);
	while (r == LZMA1_FULL && st == ST_OK && p->made < p->size) {
		make_room(d, &cap, full, dict);
		size_t from = d->pos;
		uint64_t want = least(least(cap - from, CHUNK), p->size - p->made);
		r = lzma1_run(d, from + (size_t)want);
		if (p->want_crc)
			p->crc = hash_crc32(p->crc, SPAN(d->dst + from, d->pos - from));
		p->made += d->pos - from;
		if (d->pos > from)
			st = out->write(out, d->dst + from, d->pos - from);
	}
	if (st == ST_OK)
		st = of_result(r);
	if (st == ST_OK && !lzma1_finished(d))
		st = d->in_pos < d->in.n ? ST_DAMAGED : ST_TRUNCATED;
	if (st == ST_OK && p->size != SIZE_UNKNOWN && p->made != p->size)
		st = ST_DAMAGED;
	mem_free(d->dst);
	return st;
}

static enum status alone_stream(struct span in, struct codec_out *out, uint64_t *used)
{
	struct plan p = {.size = span_le64(in, 5), .dict = span_le32(in, 1)};
	struct lzma1 d;
	*used = least(in.n, 13);
	if (in.n < 18)
		return ST_TRUNCATED;
	if (!lzma1_init(&d, in.p[0], span_from(in, 13)))
		return ST_DAMAGED;
	enum status st = run(&d, &p, out);
	*used = 13 + d.in_pos;
	lzma1_free(&d);
	return st;
}

static enum status lzip_member(struct span in, struct codec_out *out, uint64_t *used)
{
	if (in.n < 26 || !SPAN_IS(in, 0, "LZIP\1"))
		return in.n < 26 ? ST_TRUNCATED : ST_DAMAGED;
	unsigned bits = in.p[5] & 31, part = in.p[5] >> 5;
	struct plan p = {.size = SIZE_UNKNOWN, .want_crc = true};
	struct lzma1 d;
	if (bits < 12 || bits > 29 || !lzma1_init(&d, 0x5d, span_from(in, 6)))
		return ST_DAMAGED;
	p.dict = (UINT64_C(1) << bits) - (UINT64_C(1) << bits) / 16 * part;
	enum status st = run(&d, &p, out);
	*used = 6 + d.in_pos;
	lzma1_free(&d);
	if (st != ST_OK)
		return st;
	struct span end = span_cut(in, *used, 20);
	*used += end.n;
	if (end.n < 20)
		return ST_TRUNCATED;
	bool right = span_le32(end, 0) == p.crc && span_le64(end, 4) == p.made &&
		     span_le64(end, 12) == *used;
	return right ? ST_OK : ST_DAMAGED;
}

/* A file is all members that follow each other. */
static enum status lzip_stream(struct span in, struct codec_out *out, uint64_t *used)
{
	enum status st = lzip_member(in, out, used);
	while (st == ST_OK && SPAN_IS(in, *used, "LZIP\1")) {
		uint64_t more = 0;
		st = lzip_member(span_from(in, *used), out, &more);
		*used += more;
	}
	return st;
}

enum status lzma_stream_decode(enum codec c, struct span in, struct codec_out *out, uint64_t *used)
{
	if (c == CODEC_LZIP)
		return lzip_stream(in, out, used);
	return alone_stream(in, out, used);
}

/* One block whose properties are known; `size`: SIZE_UNKNOWN when only `cap` bounds it. */
static enum status block(uint8_t props, struct span in, uint64_t size, uint8_t *out, size_t cap,
			 size_t *n)
{
	struct lzma1 d;
	if (in.n < 5)
		return ST_TRUNCATED;
	if (!lzma1_init(&d, props, in))
		return ST_DAMAGED;
	d.dst = out;
	d.ends_with_input = size == SIZE_UNKNOWN;
	enum lzma1_result r = lzma1_run(&d, (size_t)least(cap, size));
	enum status st = of_result(r);
	if (st == ST_OK && !lzma1_finished(&d))
		st = ST_DAMAGED;
	*n = d.pos;
	lzma1_free(&d);
	return st;
}

/* Properties seen in the field first, then the rest of what common encoders let a user choose. */
static const uint8_t trials[] = {0x5d, 0x6d, 0x5e, 0x6c, 0x5a, 0x66, 0x65, 0x5c, 0x5b, 0x63, 0x03,
				 0x00, 0x2d, 0x30, 0x04, 0x8a, 0xb4, 0x87, 0x88, 0x89};

/* The right properties are those with which the stream ends where the block ends. */
static enum status raw_block(struct span in, uint8_t *out, size_t cap, size_t *n)
{
	uint8_t best = trials[0];
	size_t best_n = 0;
	for (size_t i = 0; i < sizeof trials; i++) {
		if (block(trials[i], in, SIZE_UNKNOWN, out, cap, n) == ST_OK)
			return ST_OK;
		if (*n > best_n) {
			best_n = *n;
			best = trials[i];
		}
	}
	return block(best, in, SIZE_UNKNOWN, out, cap, n);
}

enum status lzma_block_decode(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	if (c == CODEC_LZMA_RAW)
		return raw_block(in, out, cap, n);
	if (in.n < 5)
		return ST_TRUNCATED;
	if (c == CODEC_LZMA_SHORT)
		return block(in.p[0], span_from(in, 5), SIZE_UNKNOWN, out, cap, n);
	return block(in.p[0], span_from(in, 13), span_le64(in, 5), out, cap, n);
}
