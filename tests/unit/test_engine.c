/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's parts: literals, regions, the pipe, bundles of file trees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "engine/bundle.h"
#include "engine/literals.h"
#include "engine/pipe.h"
#include "engine/region.h"

static uint32_t seed_now;

static uint32_t dice(uint32_t sides)
{
	seed_now = seed_now * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)(seed_now >> 4) * sides) >> 28);
}

/* ---- literals ---- */

struct found {
	uint64_t list[1 << 16]; /* start << 8 | index */
	size_t count;
};

static void on_hit(void *user, uint32_t index, uint64_t start)
{
	struct found *f = user;
	assert_true(f->count < sizeof f->list / sizeof *f->list);
	f->list[f->count++] = start << 8 | index;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static bool stands_at(const struct literal *l, const uint8_t *p)
{
	for (size_t i = 0; i < l->n; i++) {
		uint8_t a = (uint8_t)l->bytes[i], b = p[i];
		if (l->any_case && a >= 'a' && a <= 'z')
			a = (uint8_t)(a - 32);
		if (l->any_case && b >= 'a' && b <= 'z')
			b = (uint8_t)(b - 32);
		if (a != b)
			return false;
	}
	return true;
}

/* One letter at a time, as slow as it is simple. */
static void scan_plainly(const struct literal *list, size_t n, struct span in, struct found *f)
{
	for (size_t i = 0; i < n; i++)
		for (size_t at = 0; at + list[i].n <= in.n; at++)
			if (stands_at(&list[i], in.p + at))
				on_hit(f, (uint32_t)i, at);
}

static void same_hits(const struct literal *list, size_t n, struct span in)
{
	static struct found all[3];
	struct literals *fast = literals_new(list, n, NULL, false), *plain = literals_new(list, n, NULL, true);
	for (int i = 0; i < 3; i++)
		all[i].count = 0;
	literals_scan(fast, in, on_hit, &all[0]);
	literals_scan(plain, in, on_hit, &all[1]);
	scan_plainly(list, n, in, &all[2]);
	for (int i = 2; i >= 0; i--) {
		qsort(all[i].list, all[i].count, sizeof *all[i].list, by_number);
		assert_int_equal(all[i].count, all[2].count);
		assert_memory_equal(all[i].list, all[2].list, all[2].count * sizeof *all[2].list);
	}
	literals_free(fast);
	literals_free(plain);
}

/* Few letters, so that patterns overlap, repeat and contain each other. */
static void literals_agree(void **state)
{
	(void)state;
	static const char letters[] = {'a', 'B', 'A', 0, (char)0xff, 'b', '\\', ' '};
	for (seed_now = 1; seed_now < 60; seed_now++) {
		uint32_t keep = seed_now;
		static char bytes[40][8], text[3000];
		struct literal list[40];
		size_t n = 1 + dice(40), size = dice(sizeof text), kinds = 2 + dice(7);
		for (size_t i = 0; i < n; i++) {
			list[i] = (struct literal){bytes[i], 1 + dice(7), dice(2) != 0};
			for (size_t k = 0; k < list[i].n; k++)
				bytes[i][k] = letters[dice((uint32_t)kinds)];
		}
		for (size_t i = 0; i < size; i++)
			text[i] = letters[dice((uint32_t)kinds)];
		same_hits(list, n, SPAN(text, size));
		seed_now = keep;
	}
	same_hits((struct literal[]){{"x", 1, false}}, 1, SPAN_LIT(""));
}

/* ---- regions ---- */

struct cover {
	uint64_t next;
	size_t count;
	struct region list[4000];
};

static void on_region(void *user, const struct region *r)
{
	struct cover *c = user;
	assert_int_equal(r->offset, c->next);
	assert_true(r->size > 0);
	assert_non_null(r->what);
	assert_true(r->entropy >= 0 && r->entropy <= 8.0001);
	c->next += r->size;
	assert_true(c->count < 4000);
	c->list[c->count++] = *r;
}

static void classify(struct cover *c, struct span in, uint64_t at, uint64_t step)
{
	struct region_stream s;
	c->next = at;
	c->count = 0;
	region_start(&s, in, at, on_region, c);
	for (uint64_t limit = at; step && limit < in.n; limit += 1 + dice((uint32_t)step))
		region_upto(&s, limit, false);
	region_upto(&s, in.n, true);
	assert_int_equal(c->next, in.n);
}

/* Every byte once, in order, whatever stands there, and the same however it is fed. */
static void regions_cover(void **state)
{
	(void)state;
	static uint8_t data[200000];
	for (uint32_t turn = 1; turn < 60; turn++) {
		size_t n = 0, size = turn < 4 ? turn - 1 : dice(sizeof data);
		seed_now = turn;
		while (n < size) {
			uint32_t kind = dice(4), run = 1 + dice(dice(2) ? 40000 : 200);
			uint8_t value = (uint8_t)dice(256);
			for (uint32_t i = 0; i < run && n < size; i++)
				data[n++] = kind == 0	? value
					    : kind == 1 ? (uint8_t)dice(256)
					    : kind == 2 ? (uint8_t)('a' + dice(20))
							: (uint8_t)(dice(3) * 0x21);
		}
		static struct cover once, fed;
		uint64_t at = size / 7;
		classify(&once, SPAN(data, size), at, 0);
		classify(&fed, SPAN(data, size), at, turn % 2 ? 300 : 60000);
		assert_int_equal(once.count, fed.count);
		assert_memory_equal(once.list, fed.list, once.count * sizeof *once.list);
	}
	assert_true(region_is_padding(SPAN_LIT("")));
	assert_true(region_is_padding(SPAN_LIT("\xff\xff\xff")));
	assert_false(region_is_padding(SPAN_LIT("\xff\xff\xfe")));
	assert_true(region_entropy(SPAN_LIT("abababab")) == 1.0);
}

/* Rulers and indents of a text are text; a long run of blanks is padding, and so is a short one of ff. */
static void regions_of_text(void **state)
{
	(void)state;
	static uint8_t data[40000];
	static struct cover c;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i % 900 < 200 ? '-' : i % 61 == 0 ? '\n' : 'a' + i * 7 % 23);
	classify(&c, SPAN(data, sizeof data), 0, 0);
	assert_int_equal(c.count, 1);
	assert_string_equal(c.list[0].what, "text");
	memset(data + 1000, 0xff, 100);
	memset(data + 20000, ' ', 5000);
	classify(&c, SPAN(data, sizeof data), 0, 300);
	assert_int_equal(c.count, 5);
	assert_string_equal(c.list[1].what, "padding");
	assert_int_equal(c.list[1].size, 100);
	assert_string_equal(c.list[3].what, "padding");
	assert_int_equal(c.list[3].size, 5000);
}

/* Long regions are sampled; what they are does not change by that. */
static void long_regions(void **state)
{
	(void)state;
	enum { N = 3 << 20 };
	uint8_t *data = mem_alloc(N);
	static struct cover c;
	seed_now = 5;
	for (size_t i = 0; i < N; i++)
		data[i] = (uint8_t)dice(256);
	classify(&c, SPAN(data, N), 0, 60000);
	assert_int_equal(c.count, 1);
	assert_string_equal(c.list[0].what, "encrypted");
	assert_true(c.list[0].entropy > 7.99);
	for (size_t i = 0; i < N; i++)
		data[i] = (uint8_t)(data[i] % 64 + 0x80);
	classify(&c, SPAN(data, N), 0, 0);
	assert_int_equal(c.count, 1);
	assert_true(c.list[0].entropy > 5.99 && c.list[0].entropy < 6.01);
	mem_free(data);
}

/* ---- the pipe ---- */

static struct reader payload(struct outbox *o)
{
	struct span all = buf_span(&o->b);
	assert_int_equal(span_le32(all, 0), all.n - 4);
	return reader_of(span_from(all, FRAME_HEAD), false);
}

static void artifact_travels(void **state)
{
	(void)state;
	struct outbox o = {.fd = -1};
	struct arena a = {0};
	struct row_artifact got, row = {.id = 7, .parent = 3, .ordinal = 9, .type = ENTRY_SYMLINK,
		.name = "bin/sh", .link = "busybox", .format = "elf", .arch = "mips", .offset = 1ull << 40,
		.size = 5, .mtime = -1, .mode = 04755, .uid = 1, .gid = 2, .dev_major = 3,
		.dev_minor = 4, .owned = true, .absent = true, .sha256 = {1, 2, 3}};
	put_artifact(&o, &row);
	struct reader r = payload(&o);
	assert_true(get_artifact(&r, &a, &got));
	assert_int_equal(r.pos, r.s.n);
	assert_string_equal(got.name, row.name);
	assert_string_equal(got.link, row.link);
	assert_null(got.kind);
	assert_null(got.detail);
	assert_true(got.offset == row.offset && got.mtime == -1 && got.mode == 04755);
	assert_true(got.owned && got.absent && !got.hashed && !got.carved);
	assert_memory_equal(got.sha256, row.sha256, 32);
	/* cut anywhere: refused, not misread */
	for (size_t n = 0; n < r.s.n; n++) {
		struct reader part = reader_of(span_cut(r.s, 0, n), false);
		assert_false(get_artifact(&part, &a, &got));
	}
	buf_free(&o.b);
	row.type = ENTRY_PART + 1;
	put_artifact(&o, &row);
	r = payload(&o);
	assert_false(get_artifact(&r, &a, &got));
	buf_free(&o.b);
	arena_free(&a);
}

static void task_travels(void **state)
{
	(void)state;
	struct outbox o = {.fd = -1};
	struct arena a = {0};
	struct skip skips[2] = {{1, 2, true}, {3, 4, false}};
	struct task got, t = {.id = 4, .part = 1, .parts = 3, .depth = 2, .offset = 11, .size = 12,
		.budget = 13, .chain = "a/b", .name = "b", .format = "tar", .type = ENTRY_PART,
		.mode = 0644, .member = true, .open_only = true, .skips = skips, .skip_count = 2};
	put_task(&o, &t);
	out_end(&o);
	struct reader r = payload(&o);
	assert_true(get_task(&r, &a, &got));
	assert_int_equal(r.pos, r.s.n);
	assert_true(got.part == 1 && got.parts == 3 && got.budget == 13 && got.skip_count == 2);
	assert_true(got.member && got.open_only && !got.no_known && !got.tree && !got.keep);
	assert_true(got.skips[0].time && got.skips[1].stage == 4 && !got.skips[1].time);
	for (size_t n = 0; n < r.s.n; n++) {
		struct reader part = reader_of(span_cut(r.s, 0, n), false);
		assert_false(get_task(&part, &a, &got));
	}
	buf_free(&o.b);
	arena_free(&a);
}

static void fact_travels(void **state)
{
	(void)state;
	struct outbox o = {.fd = -1};
	struct arena a = {0};
	struct row_fact got;
	struct fact_account f = {.at = {.offset = 5, .length = 6, .vaddr = NUM(-7)}, .user = "root",
				 .uid = NUM(0)};
	put_fact(&o, 21, 2, TABLE_account, &f);
	struct reader r = payload(&o);
	assert_true(get_fact(&r, &a, &got));
	assert_int_equal(r.pos, r.s.n);
	assert_true(got.id == 21 && got.observer == 2 && got.table == TABLE_account);
	assert_true(got.at.offset == 5 && got.at.length == 6 && got.at.vaddr.v == -7);
	assert_false(got.at.packet.set);
	assert_string_equal(got.values[0].text, "root");
	assert_true(got.values[1].num.set && got.values[1].num.v == 0);
	assert_false(got.values[2].num.set);
	for (size_t n = 0; n < r.s.n; n++) {
		struct reader part = reader_of(span_cut(r.s, 0, n), false);
		assert_false(get_fact(&part, &a, &got));
	}
	buf_free(&o.b);
	arena_free(&a);
}

/* Frames go out in order, and a descriptor arrives with its own frame. */
static void outbox_sends(void **state)
{
	(void)state;
	int pair[2], fd;
	uint8_t got[4096];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	struct outbox o = {.fd = pair[0]};
	out_begin(&o, FRAME_NOTE);
	put_str(&o, "first");
	out_end(&o);
	int mem = memfd_create("x", 0);
	out_begin(&o, FRAME_SPILL);
	put_u32(&o, 2);
	out_end_fd(&o, mem);
	close(mem);
	long n = pipe_receive(pair[1], got, 14, &fd);
	assert_int_equal(n, 14);
	assert_int_equal(fd, -1);
	assert_int_equal(got[4], FRAME_NOTE);
	n = pipe_receive(pair[1], got, sizeof got, &fd);
	assert_int_equal(n, 9);
	assert_true(fd >= 0);
	assert_int_equal(got[4], FRAME_SPILL);
	close(fd);
	close(pair[1]);
	out_begin(&o, FRAME_DONE);
	out_end(&o);
	out_flush(&o);
	assert_true(o.broken);
	buf_free(&o.b);
	close(pair[0]);
}

/* ---- bundles ---- */

static struct span bundle_of(struct outbox *o, const char *const *paths)
{
	put_u32(o, 77);
	for (uint32_t i = 0; paths[i]; i++) {
		struct tree_file f = {.path = paths[i], .id = i, .bytes = SPAN_LIT("text"),
				      .kept = true, .size = 4, .mode = 0644};
		bundle_add(o, &f);
	}
	return buf_span(&o->b);
}

static void bundle_finds_roots(void **state)
{
	(void)state;
	static const char *const paths[] = {"fw/rootfs/etc/passwd", "fw/rootfs/bin/sh", "readme",
					    "b/etc/passwd", "b/usr/sbin/httpd",
					    "b/opt/etc/x", "b/opt/bin/y", "etc_not/bin", NULL};
	struct outbox o = {.fd = -1};
	struct arena a = {0};
	struct bundle b;
	struct span in = bundle_of(&o, paths);
	assert_true(bundle_read(&b, in, &a));
	assert_int_equal(b.container, 77);
	size_t files = 0;
	for (size_t i = 0; i < b.count; i++)
		files += b.trees[i].count;
	assert_int_equal(files, 8);
	assert_int_equal(b.count, 3);
	assert_non_null(tree_at(&b.trees[0], "etc/passwd"));
	assert_non_null(tree_at(&b.trees[0], "bin/sh"));
	assert_non_null(tree_at(&b.trees[1], "etc/passwd"));
	assert_non_null(tree_at(&b.trees[1], "opt/bin/y")); /* no root inside a root */
	assert_non_null(tree_at(&b.trees[2], "readme"));
	for (size_t n = 5; n < in.n; n++) {
		struct bundle part;
		bundle_read(&part, span_cut(in, 0, n), &a);
	}
	buf_free(&o.b);
	arena_free(&a);
}

static void bundle_of_the_root(void **state)
{
	(void)state;
	static const char *const paths[] = {"etc/passwd", "bin/sh", "home/x/etc/a", "home/x/bin/b", NULL};
	struct outbox o = {.fd = -1};
	struct arena a = {0};
	struct bundle b;
	assert_true(bundle_read(&b, bundle_of(&o, paths), &a));
	assert_int_equal(b.count, 1);
	assert_int_equal(b.trees[0].count, 4);
	buf_free(&o.b);
	arena_free(&a);
}

/* ---- arenas ---- */

static void arena_gives_zeroes(void **state)
{
	(void)state;
	struct arena a = {0};
	for (int turn = 0; turn < 3; turn++) {
		for (size_t n = 1; n < 200000; n = n * 3 + 1) {
			uint8_t *p = arena_alloc(&a, n);
			assert_int_equal((uintptr_t)p % 16, 0);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xee, n);
		}
		arena_reset(&a);
		assert_int_equal(a.used, 0);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(literals_agree),	  cmocka_unit_test(regions_cover),
	    cmocka_unit_test(regions_of_text),	  cmocka_unit_test(long_regions),
	    cmocka_unit_test(artifact_travels),	  cmocka_unit_test(task_travels),
	    cmocka_unit_test(fact_travels),	  cmocka_unit_test(outbox_sends),
	    cmocka_unit_test(bundle_finds_roots), cmocka_unit_test(bundle_of_the_root),
	    cmocka_unit_test(arena_gives_zeroes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
