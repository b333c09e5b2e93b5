/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Borrowed bytes and the sticky reader: the only ways to look at hostile input.
 *
 * A span never owns its bytes; it is valid as long as the buffer it was cut from. Every cut is
 * clamped: a span can shrink, never grow. A reader that is asked for more than there is returns 0
 * and stays `bad` for good, so a parser may read a whole header and test once.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/banned.h"

struct span {
	const uint8_t *p;
	size_t n;
};

#define SPAN(p_, n_) ((struct span){(const uint8_t *)(p_), (n_)})
#define SPAN_LIT(s_) ((struct span){(const uint8_t *)(s_), sizeof(s_) - 1})

static inline struct span span_str(const char *s)
{
	return SPAN(s, s ? strlen(s) : 0);
}

/* The bytes from `at` to the end; empty when `at` is past the end. */
static inline struct span span_from(struct span s, uint64_t at)
{
	size_t skip = at < s.n ? (size_t)at : s.n;
	return SPAN(skip ? s.p + skip : s.p, s.n - skip);
}

/* At most `n` bytes from `at`: clamped to what there is. */
static inline struct span span_cut(struct span s, uint64_t at, uint64_t n)
{
	struct span r = span_from(s, at);
	if (n < r.n)
		r.n = (size_t)n;
	return r;
}

/* Are all `n` bytes from `at` inside? Overflow-safe. */
static inline bool span_has(struct span s, uint64_t at, uint64_t n)
{
	return at <= s.n && n <= s.n - at;
}

/* Do the bytes at `at` equal the `n` bytes of `what`? False when they reach past the end. */
static inline bool span_is(struct span s, uint64_t at, const void *what, size_t n)
{
	return span_has(s, at, n) && memcmp(s.p + at, what, n) == 0;
}

#define SPAN_IS(s_, at_, lit_) span_is((s_), (at_), (lit_), sizeof(lit_) - 1)

static inline bool span_equal(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The same bytes as a C string? */
static inline bool span_eq_str(struct span a, const char *s)
{
	return span_equal(a, span_str(s));
}

/* First position of `what` in `s` at or after `from`; SIZE_MAX when absent. */
size_t span_find(struct span s, struct span what, size_t from);

/* Next line of a text without its line end ("\n" or "\r\n"); advances *pos; false at the end. */
bool span_line(struct span s, size_t *pos, struct span *line);

/* Without leading and trailing blanks (space, tab, CR, LF). */
struct span span_trim(struct span s);

/* Unsigned integers at an offset, 0 when they reach past the end. */
static inline uint16_t span_le16(struct span s, uint64_t at)
{
	if (!span_has(s, at, 2))
		return 0;
	const uint8_t *p = s.p + at;
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint16_t span_be16(struct span s, uint64_t at)
{
	return __builtin_bswap16(span_le16(s, at));
}

static inline uint32_t span_le32(struct span s, uint64_t at)
{
	if (!span_has(s, at, 4))
		return 0;
	const uint8_t *p = s.p + at;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint32_t span_be32(struct span s, uint64_t at)
{
	return __builtin_bswap32(span_le32(s, at));
}

static inline uint64_t span_le64(struct span s, uint64_t at)
{
	if (!span_has(s, at, 8))
		return 0;
	return (uint64_t)span_le32(s, at) | (uint64_t)span_le32(s, at + 4) << 32;
}

static inline uint64_t span_be64(struct span s, uint64_t at)
{
	return __builtin_bswap64(span_le64(s, at));
}

static inline uint32_t span_u32(struct span s, uint64_t at, bool big_endian)
{
	return big_endian ? span_be32(s, at) : span_le32(s, at);
}

static inline uint16_t span_u16(struct span s, uint64_t at, bool big_endian)
{
	return big_endian ? span_be16(s, at) : span_le16(s, at);
}

struct reader {
	struct span s;
	size_t pos;
	bool big_endian;
	bool bad; /* sticky: something was read past the end */
};

static inline struct reader reader_of(struct span s, bool big_endian)
{
	return (struct reader){.s = s, .big_endian = big_endian};
}

/* Take `n` bytes; an empty span and `bad` when there are fewer. */
static inline struct span read_bytes(struct reader *r, uint64_t n)
{
	if (r->bad || !span_has(r->s, r->pos, n)) {
		r->bad = true;
		return SPAN(r->s.p, 0);
	}
	struct span out = SPAN(r->s.p + r->pos, (size_t)n);
	r->pos += (size_t)n;
	return out;
}

static inline void read_skip(struct reader *r, uint64_t n)
{
	(void)read_bytes(r, n);
}

static inline void read_seek(struct reader *r, uint64_t at)
{
	if (at > r->s.n)
		r->bad = true;
	else
		r->pos = (size_t)at;
}

static inline uint8_t read_u8(struct reader *r)
{
	struct span b = read_bytes(r, 1);
	return b.n ? b.p[0] : 0;
}

static inline uint16_t read_u16(struct reader *r)
{
	return span_u16(read_bytes(r, 2), 0, r->big_endian);
}

static inline uint32_t read_u32(struct reader *r)
{
	return span_u32(read_bytes(r, 4), 0, r->big_endian);
}

static inline uint64_t read_u64(struct reader *r)
{
	struct span b = read_bytes(r, 8);
	return r->big_endian ? span_be64(b, 0) : span_le64(b, 0);
}

#endif
