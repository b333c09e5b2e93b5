/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every reader of archives must keep, whatever is done to its input. The seeds under
 * fuzz/seed/format_NAME/ serve as inputs (made by tests/make-archive-seeds).
 */
#ifndef TESTS_ARCHIVES_H
#define TESTS_ARCHIVES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "collect.h"

/* A seed of this format. */
static inline struct span seed(const char *format, const char *name)
{
	char path[1024];
	const char *root = getenv("SEEDS");
	snprintf(path, sizeof path, "%s/format_%s/%s", root ? root : "fuzz/seed", format, name);
	return collect_file(path);
}

static inline enum status open_archive(const struct format *f, struct span in, struct collect *c)
{
	collect_init(c);
	return f->open(in, &c->sink);
}

/* The content of a member is this text and it is presented as intact. */
static inline void assert_member(const struct collect *c, const char *path, const char *text)
{
	const struct member *m = collect_find(c, path);
	assert_non_null(m);
	assert_int_equal(m->status, ST_OK);
	assert_int_equal(m->n, strlen(text));
	assert_memory_equal(m->n ? m->bytes : (const void *)"", text, m->n);
}

static inline struct span numbers_file(struct buf *b)
{
	for (int i = 1; i <= 200; i++)
		buf_printf(b, "%d\n", i);
	return buf_span(b);
}

/* The tree of the seeds' script; `links`: the format keeps symbolic links; `modes`: and modes. */
static inline void assert_tree(const struct collect *c, bool links, bool modes)
{
	struct buf b = {0};
	numbers_file(&b);
	assert_member(c, "usr/bin/prog", buf_text(&b));
	assert_member(c, "etc/passwd", "root:x:0:0\n");
	assert_member(c, "none", "");
	assert_int_equal(collect_find(c, "etc/passwd")->e.mtime, 1700000000);
	if (modes)
		assert_int_equal(collect_find(c, "usr/bin/prog")->e.mode, 04755);
	if (links) {
		const struct member *l = collect_find(c, "usr/bin/link");
		assert_non_null(l);
		assert_int_equal(l->e.type, ENTRY_SYMLINK);
		assert_string_equal(l->link, "../etc/passwd");
	}
	buf_free(&b);
}

/* Is each member that claims to be intact one of the intact archive's? */
static inline void assert_no_lies(const struct collect *whole, const struct collect *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct member *m = &c->members[i];
		const struct member *w = collect_find(whole, m->path);
		if (m->status != ST_OK || (m->e.type != ENTRY_FILE && m->e.type != ENTRY_PART))
			continue;
		assert_non_null(w);
		if (w->e.type != m->e.type) /* its kind stood in the part that is missing */
			continue;
		assert_int_equal(m->n, w->n);
		assert_memory_equal(m->n ? m->bytes : (const void *)"",
				    w->n ? w->bytes : (const void *)"", w->n);
	}
}

/* Cut at every offset: never a wrong member as intact; below `need` bytes never ST_OK. */
static inline void check_cuts(const struct format *f, struct span in, size_t need)
{
	struct collect whole, c;
	uint64_t size;
	open_archive(f, in, &whole);
	for (size_t n = 0; n < in.n; n++) {
		/* a copy of exactly this size, so that the sanitizer sees a read too far */
		uint8_t *copy = mem_alloc(n + 1);
		memcpy(copy, in.p, n);
		struct span cut = SPAN(copy, n);
		f->bid(cut, &size);
		enum status st = open_archive(f, cut, &c);
		if (n < need)
			assert_int_not_equal(st, ST_OK);
		assert_true(c.sink.used <= n);
		assert_no_lies(&whole, &c);
		assert_false(c.open);
		collect_free(&c);
		mem_free(copy);
	}
	collect_free(&whole);
}

/* Every byte wrong once, in two ways: no crash, no endless loop; garbage behind: same end. */
static inline void check_damage(const struct format *f, struct span in)
{
	uint8_t *copy = mem_alloc(in.n);
	struct collect c;
	uint64_t size;
	for (size_t i = 0; i < in.n; i++) {
		memcpy(copy, in.p, in.n);
		copy[i] ^= (i & 1) ? 0xff : 0x21;
		struct span bad = SPAN(copy, in.n);
		f->bid(bad, &size);
		open_archive(f, bad, &c);
		assert_false(c.open);
		collect_free(&c);
	}
	mem_free(copy);
}

/* Bytes behind the archive change nothing, and its end is found. */
static inline void check_end(const struct format *f, struct span in, size_t end)
{
	struct buf b = {0};
	struct collect whole, c;
	uint32_t x = 12345;
	enum status st = open_archive(f, in, &whole);
	buf_add(&b, in.p, in.n);
	for (int i = 0; i < 3000; i++) {
		x = x * 1103515245u + 12345u;
		buf_byte(&b, (uint8_t)(x >> 16 | 1));
	}
	assert_int_equal(open_archive(f, buf_span(&b), &c), st);
	assert_int_equal(c.sink.used, end);
	assert_int_equal(c.count, whole.count);
	assert_no_lies(&whole, &c);
	collect_free(&c);
	collect_free(&whole);
	buf_free(&b);
}

/* Noise: no bid anywhere. */
static inline void check_noise(const struct format *f)
{
	uint8_t noise[1 << 16];
	uint32_t x = 1;
	uint64_t size;
	for (size_t i = 0; i < sizeof noise; i++) {
		x = x * 1664525u + 1013904223u;
		noise[i] = (uint8_t)(x >> 24);
	}
	for (size_t i = 0; i < sizeof noise; i++)
		assert_int_equal(f->bid(SPAN(noise + i, sizeof noise - i), &size), 0);
}

#endif
