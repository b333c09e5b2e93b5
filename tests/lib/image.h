/* SPDX-License-Identifier: Apache-2.0 */
/* For tests that build images by hand: numbers into a buffer, recognisable content, opening. */
#ifndef TESTS_IMAGE_H
#define TESTS_IMAGE_H

#include "base/hash.h"
#include "collect.h"

static inline void put_number(struct buf *b, uint64_t v, unsigned n, bool big_endian)
{
	for (unsigned i = 0; i < n; i++)
		buf_byte(b, (uint8_t)(v >> 8 * (big_endian ? n - 1 - i : i)));
}

static inline void put_be32(struct buf *b, uint64_t v)
{
	put_number(b, v, 4, true);
}

static inline void put_le32(struct buf *b, uint64_t v)
{
	put_number(b, v, 4, false);
}

static inline void put_be16(struct buf *b, uint64_t v)
{
	put_number(b, v, 2, true);
}

static inline void put_le16(struct buf *b, uint64_t v)
{
	put_number(b, v, 2, false);
}

/* A text in a field of n bytes, the rest filled. */
static inline void put_field(struct buf *b, const char *s, size_t n, uint8_t fill)
{
	size_t k = strlen(s);
	buf_add(b, s, k < n ? k : n);
	if (k < n)
		buf_fill(b, fill, n - k);
}

/* Overwrite four bytes at an offset. */
static inline void set_number(struct buf *b, size_t at, uint64_t v, unsigned n, bool big_endian)
{
	for (unsigned i = 0; i < n && at + i < b->n; i++)
		b->p[at + i] = (uint8_t)(v >> 8 * (big_endian ? n - 1 - i : i));
}

static inline void set_be32(struct buf *b, size_t at, uint64_t v)
{
	set_number(b, at, v, 4, true);
}

static inline void set_le32(struct buf *b, size_t at, uint64_t v)
{
	set_number(b, at, v, 4, false);
}

/* n bytes that look like nothing, the same for the same seed. */
static inline void put_noise(struct buf *b, size_t n, uint32_t seed)
{
	uint32_t x = seed * 2654435761u + 12345;
	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		buf_byte(b, (uint8_t)(x >> 11));
	}
}

/* n bytes of prose-like text: compressible, and nothing that any format would take for its own. */
static inline void put_text(struct buf *b, size_t n, unsigned seed)
{
	char line[64];
	while (n) {
		int k = snprintf(line, sizeof line, "line %u of the content\n", seed++);
		size_t m = (size_t)k < n ? (size_t)k : n;
		buf_add(b, line, m);
		n -= m;
	}
}

/* Bid on the buffer; 0 when the format does not want it. *size may be NULL. */
static inline int bid_on(const struct format *f, const struct buf *b, uint64_t *size)
{
	uint64_t own = 0;
	int sure = f->bid(buf_span(b), &own);
	if (size)
		*size = own;
	return sure;
}

/* The bytes of a member equal [at, at + n) of a buffer? */
static inline bool member_is(const struct collect *c, const char *path, const uint8_t *p, size_t n)
{
	const struct member *m = collect_find(c, path);
	return m && m->n == n && memcmp(m->bytes, p, n) == 0;
}

/* With POSTERN_SEEDS=DIR in the environment: keep the image as a first input for the fuzzers. */
static inline void keep_seed(const struct format *f, const struct buf *image)
{
	const char *dir = getenv("POSTERN_SEEDS");
	char path[512];
	if (!dir || image->n > 20000)
		return;
	for (int i = 0; i < 9; i++) {
		snprintf(path, sizeof path, "%s/format_%s/made-%d", dir, f->name, i);
		FILE *out = fopen(path, "wxb");
		if (!out)
			continue;
		fwrite(image->p, 1, image->n, out);
		fclose(out);
		return;
	}
}

/*
 * What every wrapper has to bear: cut at every offset, each byte of the head turned, and noise
 * behind its magic (which must not be wanted).
 */
static inline bool survives(const struct format *f, const struct buf *image)
{
	struct collect c;
	struct span s = buf_span(image);
	uint64_t own;
	size_t step = s.n > 2048 ? s.n / 1024 : 1;
	keep_seed(f, image);
	for (size_t n = 0; n < s.n; n += n < 600 ? 1 : step) {
		struct label l = {0};
		uint8_t *copy = mem_array(n + 1, 1); /* own memory, so that overreads are caught */
		memcpy(copy, s.p, n);
		struct span cut = SPAN(copy, n);
		collect_init(&c);
		if (f->bid(cut, &own) && f->label)
			f->label(cut, &l);
		if (f->open)
			f->open(cut, &c.sink);
		collect_free(&c);
		mem_free(copy);
	}
	uint8_t *copy = mem_array(s.n + 1, 1);
	memcpy(copy, s.p, s.n);
	for (size_t i = 0; i < s.n && i < 600; i++) {
		copy[i] ^= 0xff;
		collect_init(&c);
		f->bid(SPAN(copy, s.n), &own);
		if (f->open)
			f->open(SPAN(copy, s.n), &c.sink);
		collect_free(&c);
		copy[i] ^= 0xff;
	}
	mem_free(copy);
	return true;
}

/* Does the format reject noise, with its magic in place and without? */
static inline bool rejects_noise(const struct format *f)
{
	struct buf b = {0};
	uint64_t own;
	for (uint32_t seed = 1; seed < 60; seed++) {
		buf_reset(&b);
		put_noise(&b, 8192, seed);
		if (f->bid(buf_span(&b), &own))
			goto wanted;
		for (const struct magic *m = f->magic; m && m->n; m++) {
			buf_reset(&b);
			put_noise(&b, 8192, seed);
			memcpy(b.p + m->at, m->bytes, m->n);
			if (f->bid(buf_span(&b), &own))
				goto wanted;
		}
	}
	buf_free(&b);
	return true;
wanted:
	buf_free(&b);
	return false;
}

/* Wanted, opened without fault, and the member has exactly these bytes and this status? */
static inline bool opens_as(const struct format *f, const struct buf *b, const char *path,
			    struct span want, enum status st)
{
	struct collect c;
	uint64_t size;
	bool good = bid_on(f, b, &size) >= 40;
	collect_init(&c);
	f->open(buf_span(b), &c.sink);
	const struct member *m = collect_find(&c, path);
	good = good && m && m->status == st && span_equal(SPAN(m->bytes, m->n), want);
	for (size_t i = 0; !good && i < c.count; i++)
		fprintf(stderr, "%s: %s, %zu bytes, %s\n", f->name, c.members[i].path, c.members[i].n,
			status_word(c.members[i].status));
	for (size_t i = 0; !good && i < c.note_count; i++)
		fprintf(stderr, "%s: %s\n", f->name, c.notes[i].what);
	collect_free(&c);
	return good;
}

/* Does opening make a note that holds this? */
static inline bool opens_with_note(const struct format *f, const struct buf *b, const char *part)
{
	struct collect c;
	collect_init(&c);
	f->open(buf_span(b), &c.sink);
	bool noted = collect_noted(&c, part);
	collect_free(&c);
	return noted;
}

#endif
