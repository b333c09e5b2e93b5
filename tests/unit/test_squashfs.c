/* SPDX-License-Identifier: Apache-2.0 */
/* SquashFS: images of our own writer, damage, loops. (Images of mksquashfs: tests/makers/squash.py)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect.h"
#include "sqwriter.h"

extern const struct format format_squashfs;

enum { BIG = 150000, SMALL = 700 };

static uint8_t text[BIG], noise[BIG];

static int make_content(void **state)
{
	(void)state;
	uint32_t x = 12345;
	for (size_t i = 0; i < BIG; i++) {
		x = x * 1103515245 + 12345;
		noise[i] = (uint8_t)(x >> 16);
		text[i] = (uint8_t) "configuration of a router\n"[(i + i / 4001) % 26];
	}
	memset(text + 65536, 0, 65536); /* blocks of zeros */
	return 0;
}

static void open_image(struct collect *c, struct span image)
{
	uint64_t size = 0;
	collect_init(c);
	assert_int_equal(format_squashfs.bid(image, &size), 90);
	assert_true(size <= image.n);
	assert_int_equal(format_squashfs.open(image, &c->sink), ST_OK);
	assert_false(c->open);
}

static void same_bytes(const struct member *m, const void *p, size_t n)
{
	assert_non_null(m);
	assert_int_equal(m->status, ST_OK);
	assert_int_equal(m->n, n);
	if (n)
		assert_memory_equal(m->bytes, p, n);
}

/* ---- our own writer ---- */

static const struct sq_source sources[] = {
    {.path = "dev", .type = 1, .mode = 0755, .mtime = 5},
    {.path = "dev/console", .type = 5, .mode = 0600, .device = 5 << 8 | 1},
    {.path = "dev/mtd", .type = 4, .mode = 0640, .device = 31 << 8 | 2, .uid = 3, .gid = 4},
    {.path = "dev/pipe", .type = 6, .mode = 0644},
    {.path = "dev/log", .type = 7, .mode = 0666},
    {.path = "etc", .type = 1, .mode = 0755, .mtime = 6},
    {.path = "etc/again", .type = 2, .same_as = 9},
    {.path = "etc/empty", .type = 2, .mode = 0644, .mtime = 8, .bytes = text},
    {.path = "etc/passwd", .type = 2, .mode = 0644, .mtime = 7, .bytes = text, .n = SMALL},
    {.path = "etc/link", .type = 3, .mode = 0777, .link = "../bin/busybox"},
    {.path = "etc/shadow",
     .type = 2,
     .mode = 04600,
     .uid = 7,
     .gid = 9,
     .bytes = noise,
     .n = SMALL},
    {.path = "big",
     .type = 2,
     .mode = 0755,
     .uid = 7,
     .gid = 7,
     .mtime = 9,
     .bytes = text,
     .n = BIG},
    {.path = "noise", .type = 2, .mode = 0755, .bytes = noise, .n = BIG - 77},
    {.path = "void", .type = 1, .mode = 0700},
};
enum { SOURCES = sizeof sources / sizeof *sources };

static void check_sources(const struct collect *c, const struct sq_options *o)
{
	static const enum entry_type types[] = {ENTRY_DIR,   ENTRY_DIR,	 ENTRY_FILE, ENTRY_SYMLINK,
						ENTRY_BLOCK, ENTRY_CHAR, ENTRY_FIFO, ENTRY_SOCKET};
	assert_int_equal(c->count, SOURCES);
	assert_int_equal(c->note_count, 0);
	for (size_t i = 0; i < SOURCES; i++) {
		const struct sq_source *s = &sources[i];
		const struct member *m = collect_find(c, s->path);
		assert_non_null(m);
		if (s->type == 2 && (m->e.type == ENTRY_HARDLINK || s->same_as)) {
			assert_true(i == 6 || i == 8);
			continue;
		}
		same_bytes(m, s->bytes, s->n);
		assert_int_equal(m->e.type, types[s->type]);
		assert_int_equal(m->e.mode, s->mode);
		assert_int_equal(m->e.uid, s->uid);
		assert_int_equal(m->e.gid, s->gid);
		assert_int_equal(m->e.dev_major, s->device >> 8);
		assert_int_equal(m->e.dev_minor, s->device & 255);
		if (o->major > 2 || s->type < 3)
			assert_int_equal(m->e.mtime, s->mtime);
		if (s->link)
			assert_string_equal(m->link, s->link);
	}
	const struct member *a = collect_find(c, "etc/again"), *b = collect_find(c, "etc/passwd");
	const struct member *link = a->e.type == ENTRY_HARDLINK ? a : b, *real = link == a ? b : a;
	assert_int_equal(link->e.type, ENTRY_HARDLINK);
	assert_string_equal(link->link, real->path);
	assert_true(link > real);
	same_bytes(real, text, SMALL);
}

static void check_options(struct sq_options o)
{
	struct buf image = {0};
	struct collect c;
	if (o.block_log == 0)
		o.block_log = o.major == 1 ? 15 : 16;
	sq_write(&image, &o, sources, SOURCES);
	open_image(&c, buf_span(&image));
	check_sources(&c, &o);
	assert_int_equal(c.sink.used, image.n);
	collect_free(&c);
	buf_free(&image);
}

static void test_versions(void **state)
{
	(void)state;
	for (unsigned major = 1; major <= 4; major++)
		for (unsigned k = 0; k < 16; k++)
			check_options((struct sq_options){.major = major,
							  .big_endian = k & 1,
							  .magic = k & 1 ? "sqsh" : "hsqs",
							  .data = PACK_ZLIB,
							  .meta = PACK_ZLIB,
							  .no_fragments = k & 2,
							  .large = k & 4,
							  .compression = 1,
							  .checked = (k & 8) && major < 4,
							  .block_log = k & 8 ? 13 : 0});
}

static void test_packings(void **state)
{
	(void)state;
	static const char *const magics[] = {"hsqs", "shsq", "hsqt", "zlqs",
					     "sqsh", "qshs", "tqsh", "sqlz"};
	for (unsigned major = 1; major <= 4; major++)
		for (unsigned p = PACK_STORED; p <= PACK_LZMA_RAW; p++)
			for (unsigned k = p; k < 8; k += p == PACK_LZMA_ALONE ? 1 : 3)
				check_options(
				    (struct sq_options){.major = major,
							.big_endian = k >= 4,
							.magic = magics[k],
							.data = (enum packing)p,
							.meta = (enum packing)p,
							.compression = (uint16_t)(k % 7)});
}

static void test_lzma_properties(void **state)
{
	(void)state;
	for (unsigned p = PACK_LZMA_ALONE; p <= PACK_LZMA_RAW; p++) {
		check_options((struct sq_options){.major = 4,
						  .magic = "hsqs",
						  .data = (enum packing)p,
						  .meta = (enum packing)p,
						  .lc = 1,
						  .lp = 2,
						  .pb = 2,
						  .compression = 2});
		check_options((struct sq_options){.major = 3,
						  .magic = "sqsh",
						  .data = (enum packing)p,
						  .meta = (enum packing)p,
						  .lc = 0,
						  .lp = 1,
						  .pb = 0,
						  .big_endian = true});
	}
}

/* Tables packed in one way, data in another. */
static void test_mixed(void **state)
{
	(void)state;
	for (unsigned p = PACK_STORED; p <= PACK_LZMA_RAW; p++)
		for (unsigned q = PACK_ZLIB; q <= PACK_LZMA_RAW; q++)
			check_options((struct sq_options){.major = 2 + q % 3,
							  .magic = "hsqs",
							  .meta = (enum packing)p,
							  .data = (enum packing)q,
							  .compression = 1});
}

/* ---- damage ---- */

static void test_truncated(void **state)
{
	(void)state;
	struct sq_options o = {.major = 4,
			       .magic = "hsqs",
			       .data = PACK_ZLIB,
			       .meta = PACK_ZLIB,
			       .block_log = 12,
			       .compression = 1};
	struct buf image = {0};
	sq_write(&image, &o, sources, 11);
	for (size_t n = 0; n < image.n; n++) {
		struct collect c;
		uint8_t *copy = mem_alloc(n); /* so that a sanitizer sees a read past the end */
		uint64_t size = 0;
		collect_init(&c);
		memcpy(copy, image.p, n);
		int sure = format_squashfs.bid(SPAN(copy, n), &size);
		assert_int_equal(sure, n < 96 ? 0 : 90);
		format_squashfs.open(SPAN(copy, n), &c.sink);
		assert_false(c.open);
		for (size_t i = 0; i < c.count; i++)
			if (c.members[i].status == ST_OK && c.members[i].e.type == ENTRY_FILE)
				assert_int_equal(c.members[i].n, c.members[i].e.size);
		collect_free(&c);
		mem_free(copy);
	}
	buf_free(&image);
}

static void test_damaged_block(void **state)
{
	(void)state;
	struct sq_options o = {.major = 4,
			       .magic = "hsqs",
			       .data = PACK_ZLIB,
			       .meta = PACK_ZLIB,
			       .block_log = 16,
			       .compression = 1};
	struct buf image = {0};
	struct collect c;
	sq_write(&image, &o, sources, SOURCES);
	open_image(&c, buf_span(&image));
	uint64_t at = collect_find(&c, "big")->e.at;
	collect_free(&c);
	memset(image.p + at + 40, 0xa5, 8);
	open_image(&c, buf_span(&image));
	const struct member *m = collect_find(&c, "big");
	assert_int_equal(m->status, ST_DAMAGED);
	assert_int_equal(m->n, BIG);
	assert_memory_equal(m->bytes + 65536, text + 65536, BIG - 65536);
	assert_int_equal(c.note_count, 1);
	assert_int_equal(c.notes[0].at, at);
	same_bytes(collect_find(&c, "etc/shadow"), noise, SMALL);
	assert_int_equal(c.count, SOURCES);
	collect_free(&c);
	buf_free(&image);
}

/* A folder that stands in the tree twice, and one whose entry leads back to the root. */
static void test_loop(void **state)
{
	(void)state;
	static const struct sq_source loop[] = {
	    {.path = "a", .type = 1, .mode = 0755},
	    {.path = "a/b", .type = 1, .mode = 0755, .same_as = 3},
	    {.path = "c", .type = 1, .mode = 0755},
	    {.path = "c/upwards", .type = 1, .mode = 0755},
	    {.path = "file", .type = 2, .bytes = noise, .n = 10},
	};
	struct sq_options o = {.major = 4, .magic = "hsqs", .block_log = 16, .compression = 1};
	struct buf image = {0};
	struct collect c;
	sq_write(&image, &o, loop, 5);
	size_t entry = span_find(buf_span(&image), SPAN_LIT("upwards"), 0) - 8;
	memcpy(image.p + entry, image.p + 32, 2); /* the root's offset in the inode table */
	open_image(&c, buf_span(&image));
	assert_true(collect_noted(&c, "folder b stands in the tree twice") ||
		    collect_noted(&c, "folder c stands in the tree twice"));
	assert_true(c.count < 12);
	same_bytes(collect_find(&c, "file"), noise, 10);
	assert_null(collect_find(&c, "c/upwards/c/upwards"));
	collect_free(&c);
	buf_free(&image);
}

static enum status refuse(struct sink *s, const struct entry *e)
{
	(void)s, (void)e;
	return ST_SKIP;
}

static enum status never(struct sink *s, const void *p, size_t n)
{
	(void)s, (void)p, (void)n;
	fail();
	return ST_LIMIT;
}

static void test_skip(void **state)
{
	(void)state;
	struct sq_options o = {.major = 4,
			       .magic = "hsqs",
			       .data = PACK_ZLIB,
			       .meta = PACK_ZLIB,
			       .block_log = 16,
			       .compression = 1};
	struct buf image = {0};
	struct collect c;
	sq_write(&image, &o, sources, SOURCES);
	collect_init(&c);
	c.sink.begin = refuse;
	c.sink.write = never;
	assert_int_equal(format_squashfs.open(buf_span(&image), &c.sink), ST_OK);
	assert_null(collect_find(&c, "big"));
	assert_non_null(collect_find(&c, "etc/link"));
	collect_free(&c);
	buf_free(&image);
}

static void test_bid(void **state)
{
	(void)state;
	struct sq_options o = {.major = 4, .magic = "hsqs", .block_log = 16, .compression = 1};
	static const uint8_t breaks[] = {0, 12, 22, 28, 36, 47, 53, 69, 77};
	struct buf image = {0};
	uint64_t size = 0;
	sq_write(&image, &o, sources, 11);
	assert_int_equal(format_squashfs.bid(buf_span(&image), &size), 90);
	assert_int_equal(size, image.n);
	for (size_t i = 0; i < sizeof breaks; i++) {
		image.p[breaks[i]] ^= 0x40;
		assert_int_equal(format_squashfs.bid(buf_span(&image), &size), 0);
		image.p[breaks[i]] ^= 0x40;
	}
	for (size_t i = 0; i + 128 < BIG; i += 64) {
		uint8_t head[128];
		memcpy(head, noise + i, sizeof head);
		memcpy(head, "hsqs", 4);
		assert_int_equal(format_squashfs.bid(SPAN(head, sizeof head), &size), 0);
	}
	buf_free(&image);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_versions),
    cmocka_unit_test(test_packings),
    cmocka_unit_test(test_lzma_properties),
    cmocka_unit_test(test_mixed),
    cmocka_unit_test(test_truncated),
    cmocka_unit_test(test_damaged_block),
    cmocka_unit_test(test_loop),
    cmocka_unit_test(test_skip),
    cmocka_unit_test(test_bid),
};

int main(void)
{
	return cmocka_run_group_tests_name("squashfs", tests, make_content, NULL);
}
