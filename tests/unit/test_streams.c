/* SPDX-License-Identifier: Apache-2.0 */
/* The compressed stream formats: found where they are, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "codec_vectors.h"
#include "collect.h"

static const char *const names[] = {"gzip", "zlib",       "lzma", "xz",   "lzip",    "bzip2",
				    "lz4",  "lz4-legacy", "zstd", "lzop", "compress"};
enum { NAMES = sizeof names / sizeof *names };

static const struct {
	const char *name;
	const uint8_t *p;
	size_t n;
} streams[] = {
#define S(n_, v_) {n_, v_, sizeof v_}
	S("gzip", v_gzip),	   S("zlib", v_zlib),
	S("lzma", v_lzma),	   S("lzma", v_lzma_7z),
	S("lzma", v_lzma_lc8),	   S("lzma", v_lzma_lc8lp4pb4),
	S("xz", v_xz),		   S("xz", v_xz_sha256),
	S("lzip", v_lzip),	   S("bzip2", v_bzip2),
	S("lz4", v_lz4),	   S("lz4", v_lz4_size),
	S("lz4-legacy", v_lz4_legacy), S("zstd", v_zstd),
	S("lzop", v_lzop),	   S("lzop", v_lzop_crc),
	S("compress", v_compress), S("compress", v_compress_12),
#undef S
};
enum { STREAMS = sizeof streams / sizeof *streams };

static void streams_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < STREAMS; i++) {
		const struct format *f = format_named(streams[i].name);
		struct span in = SPAN(streams[i].p, streams[i].n);
		struct collect c;
		uint64_t size;
		collect_init(&c);
		assert_non_null(f);
		assert_true(f->bid(in, &size) >= 40);
		assert_int_equal(f->open(in, &c.sink), ST_OK);
		assert_int_equal(c.sink.used, in.n);
		assert_int_equal(c.count, 1);
		assert_int_equal(c.members[0].n, PLAIN);
		assert_int_equal(c.members[0].status, ST_OK);
		collect_free(&c);
	}
}

/* A head that is wrong in one bit of what must be fixed is no stream, and a stub is none. */
static void near_misses(void **state)
{
	(void)state;
	for (size_t i = 0; i < STREAMS; i++) {
		const struct format *f = format_named(streams[i].name);
		uint8_t head[64];
		uint64_t size;
		memcpy(head, streams[i].p, sizeof head);
		head[0] ^= 0x80;
		assert_int_equal(f->bid(SPAN(head, sizeof head), &size), 0);
		for (size_t n = 0; n < 8; n++)
			assert_int_equal(f->bid(SPAN(streams[i].p, n), &size), 0);
	}
}

static void lz4_header_checksum(void **state)
{
	(void)state;
	const struct format *f = format_named("lz4");
	uint8_t head[64];
	uint64_t size;
	memcpy(head, v_lz4, sizeof head);
	head[6] ^= 1;
	assert_int_equal(f->bid(SPAN(head, sizeof head), &size), 0);
}

static void lzop_tells_its_name(void **state)
{
	(void)state;
	/* version 0x1040 ... flags 0, mode, mtime, name "a.img"; cut behind the header */
	static const char head[] = "\x89LZO\0\r\n\x1a\n\x10\x40\x20\xa0\x09\x40\x01\x05\0\0\0\0"
				   "\0\0\x81\xa4\x5f\0\0\0\0\0\0\0\x05"
				   "a.img\0\0\0\0";
	struct collect c;
	collect_init(&c);
	assert_int_not_equal(format_named("lzop")->open(SPAN_LIT(head), &c.sink), ST_OK);
	assert_string_equal(c.members[0].path, "a.img");
	assert_int_equal(c.members[0].e.mtime, 0x5f000000);
	collect_free(&c);
}

/* Flash that was never written, counters and tables in the place of an LZMA stream. */
static void lzma_look_alikes(void **state)
{
	(void)state;
	const struct format *f = format_named("lzma");
	static uint8_t b[70000];
	uint64_t size;
	memcpy(b, "\x5d\0\0\x80\0\0\0\x10\0\0\0\0\0", 13);
	assert_int_equal(f->bid(SPAN(b, sizeof b), &size), 0);
	memset(b + 14, 0xff, sizeof b - 14);
	assert_int_equal(f->bid(SPAN(b, sizeof b), &size), 0);
	for (size_t i = 14; i < sizeof b; i++)
		b[i] = (uint8_t)i;
	assert_int_equal(f->bid(SPAN(b, sizeof b), &size), 0);
	for (size_t i = 14; i < sizeof b; i++)
		b[i] = (uint8_t)(i % 4 == 0);
	assert_int_equal(f->bid(SPAN(b, sizeof b), &size), 0);
}

/*
 * As the engine carves: bid at each magic; a stream counts when it opens without a fault or makes
 * much before the fault.
 */
static size_t opened(const struct format *f, struct span in)
{
	struct collect c;
	uint64_t size;
	if (f->bid(in, &size) <= 0)
		return 0;
	collect_init(&c);
	bool counts = f->open(in, &c.sink) == ST_OK || (c.count && c.members[0].n >= 64 * 1024);
	if (counts)
		print_message("%s accepted: %02x %02x %02x\n", f->name, in.p[0], in.p[1], in.p[2]);
	collect_free(&c);
	return counts;
}

static size_t accepted(struct span in)
{
	size_t n = 0;
	for (size_t k = 0; k < NAMES; k++) {
		const struct format *f = format_named(names[k]);
		for (const struct magic *m = f->magic; m->n && !(f->flags & FORMAT_START); m++) {
			struct span what = SPAN(m->bytes, m->n);
			for (size_t at = 0; (at = span_find(in, what, at)) != SIZE_MAX; at++)
				if (at >= m->at)
					n += opened(f, span_from(in, at - m->at));
		}
		for (size_t at = 0; at < in.n; at += 997)
			n += opened(f, span_from(in, at));
	}
	return n;
}

static void noise_holds_no_stream(void **state)
{
	(void)state;
	enum { PIECE = 4 << 20, PIECES = 16 };
	uint8_t *b = mem_alloc(PIECE);
	uint64_t x = 88172645463325252u;
	for (size_t i = 0; i < PIECES; i++) {
		for (size_t k = 0; k < PIECE; k += 8) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			memcpy(b + k, &x, 8);
		}
		assert_int_equal(accepted(SPAN(b, PIECE)), 0);
	}
	mem_free(b);
}

/* This very program: code, tables and text. The vectors in it are masked. */
static void code_holds_no_stream(void **state)
{
	(void)state;
	struct span self = collect_file("/proc/self/exe");
	uint8_t *b = mem_alloc(self.n);
	memcpy(b, self.p, self.n);
	for (size_t i = 0; i < STREAMS; i++)
		for (size_t at = 0;
		     (at = span_find(self, SPAN(streams[i].p, streams[i].n), at)) != SIZE_MAX; at++)
			memset(b + at, 0, streams[i].n);
	assert_int_equal(accepted(SPAN(b, self.n)), 0);
	mem_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_open),	       cmocka_unit_test(near_misses),
		cmocka_unit_test(lz4_header_checksum), cmocka_unit_test(lzop_tells_its_name),
		cmocka_unit_test(lzma_look_alikes),    cmocka_unit_test(noise_holds_no_stream),
		cmocka_unit_test(code_holds_no_stream),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
