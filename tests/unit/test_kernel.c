/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel images: the packed kernel, the banner, the machine and the configuration come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zlib.h>

#include "collect.h"
#include "format/kernel.h"

enum { KERNEL = 400 * 1024, IMAGE = 600 * 1024 };
#define BANNER "Linux version 3.10.14 (build@host) (gcc version 4.6.3) #7 Thu Jan 1 00:00:00 UTC 2015"

/* Words that hold the return instruction of a machine now and then, and a banner. */
static uint8_t *bare_kernel(uint32_t word, const char *banner)
{
	uint8_t *b = mem_alloc(KERNEL);
	uint32_t x = 99;
	for (size_t i = 0; i < KERNEL; i += 4) {
		x = x * 1664525u + 1013904223u;
		uint32_t v = x >> 8 & 0x00ff0fffu;
		v = i % 256 == 0 ? word : v;
		memcpy(b + i, &v, 4);
	}
	memcpy(b + 300000, banner, strlen(banner) + 1);
	return b;
}

static size_t gzip(struct span in, uint8_t *out, size_t cap)
{
	z_stream z = {0};
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)in.p;
	z.avail_in = (uInt)in.n;
	z.next_out = out;
	z.avail_out = (uInt)cap;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, 4);
}

static void zimage(void **state)
{
	(void)state;
	const struct format *f = format_named("zimage");
	uint8_t *kernel = bare_kernel(0xe12fff1e, BANNER), *b = mem_alloc(IMAGE);
	struct collect c;
	struct label l = {0};
	uint64_t size;
	for (size_t i = 0; i < 32; i += 4)
		put32(b + i, 0xe1a00000);
	memcpy(b + 0x2000, "\x1f\x8b\x08 is what the decompressor looks for, \x5d\0\0 too", 47);
	size_t n = 0x3000 + gzip(SPAN(kernel, KERNEL), b + 0x3000, IMAGE - 0x3004) + 4;
	put32(b + 0x24, 0x016f2818);
	put32(b + 0x2c, (uint32_t)n);
	assert_int_equal(f->bid(SPAN(b, IMAGE), &size), 85);
	assert_int_equal(size, n);
	collect_init(&c);
	assert_int_equal(f->open(SPAN(b, IMAGE), &c.sink), ST_OK);
	assert_int_equal(c.members[0].n, KERNEL);
	assert_int_equal(c.members[0].e.at, 0x3000);
	assert_memory_equal(c.members[0].bytes, kernel, KERNEL);
	f->label(SPAN(b, IMAGE), &l);
	assert_string_equal(l.arch, "arm");
	collect_free(&c);
	assert_int_equal(f->open(SPAN(b, n / 2), &c.sink), ST_TRUNCATED);
	assert_true(c.members[0].n > KERNEL / 4);
	collect_free(&c);
	put32(b + 0x2c, 100); /* an end before the start of anything */
	assert_int_equal(f->bid(SPAN(b, IMAGE), &size), 0);
	mem_free(b);
	mem_free(kernel);
}

static void bzimage(void **state)
{
	(void)state;
	const struct format *f = format_named("bzimage");
	uint8_t *kernel = bare_kernel(1, BANNER), *b = mem_alloc(IMAGE);
	struct collect c;
	struct label l = {0};
	uint64_t size;
	b[0x1f1] = 3;
	put32(b + 0x1f4, (IMAGE - 2048) / 16);
	memcpy(b + 0x1fe, "\x55\xaa\xeb\x66HdrS\x0d\x02", 10);
	memcpy(b + 0x20e, "\x00\x03", 2);
	memcpy(b + 0x500, "4.19.0-box (x@y) #1", 20);
	b[0x236] = 1;
	put32(b + 0x248, 0x1000);
	put32(b + 0x24c, 0x2000);
	gzip(SPAN(kernel, KERNEL), b + 2048 + 0x1000, IMAGE - 2048 - 0x1000);
	assert_int_equal(f->bid(SPAN(b, IMAGE), &size), 90);
	assert_int_equal(size, IMAGE);
	collect_init(&c);
	assert_int_equal(f->open(SPAN(b, IMAGE), &c.sink), ST_OK);
	assert_int_equal(c.members[0].n, KERNEL);
	f->label(SPAN(b, IMAGE), &l);
	assert_string_equal(l.arch, "x86-64");
	assert_string_equal(l.text, "4.19.0-box (x@y) #1");
	collect_free(&c);
	b[0x1fe] = 0;
	assert_int_equal(f->bid(SPAN(b, IMAGE), &size), 0);
	mem_free(b);
	mem_free(kernel);
}

static void bare(void **state)
{
	(void)state;
	static const struct {
		uint32_t word;
		const char *arch;
	} machines[] = {{0x03e00008, "mipsel"}, {0x0800e003, "mips"}, {0xe8bd8010, "arm"},
			{0xe89da810, "arm"},	{0xd65f03c0, "aarch64"}, {0x2000804e, "ppc"}};
	const struct format *f = format_named("linux-kernel");
	uint64_t size;
	for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
		uint8_t *b = bare_kernel(machines[i].word, BANNER "\n");
		struct label l = {0};
		assert_int_equal(f->bid(SPAN(b, KERNEL), &size), 55);
		f->label(SPAN(b, KERNEL), &l);
		assert_string_equal(l.arch, machines[i].arch);
		assert_string_equal(l.text, BANNER);
		mem_free(b);
	}
}

/* A format string, a banner without code, code without banner, an ELF file: not a bare kernel. */
static void no_bare_kernel(void **state)
{
	(void)state;
	const struct format *f = format_named("linux-kernel");
	uint64_t size;
	uint8_t *b = bare_kernel(0x03e00008, "Linux version %s (%s)\n");
	assert_int_equal(f->bid(SPAN(b, KERNEL), &size), 0);
	mem_free(b);
	b = bare_kernel(7, BANNER);
	assert_int_equal(f->bid(SPAN(b, KERNEL), &size), 0);
	mem_free(b);
	b = bare_kernel(0x03e00008, BANNER);
	assert_int_equal(f->bid(SPAN(b, 200 * 1024), &size), 0);
	memcpy(b, "\177ELF", 4);
	assert_int_equal(f->bid(SPAN(b, KERNEL), &size), 0);
	mem_free(b);
}

static void configuration(void **state)
{
	(void)state;
	const struct format *f = format_named("ikconfig");
	static const char text[] = "CONFIG_MODULES=y\n# CONFIG_STRICT_DEVMEM is not set\n";
	uint8_t b[256] = "IKCFG_ST";
	uint64_t size;
	struct collect c;
	size_t n = 8 + gzip(SPAN_LIT(text), b + 8, 200);
	assert_int_equal(f->bid(SPAN(b, sizeof b), &size), 0);
	memcpy(b + n, "IKCFG_ED", 8);
	assert_int_equal(f->bid(SPAN(b, sizeof b), &size), 95);
	assert_int_equal(size, n + 8);
	collect_init(&c);
	assert_int_equal(f->open(SPAN(b, sizeof b), &c.sink), ST_OK);
	assert_string_equal(c.members[0].path, "config.gz");
	assert_int_equal(c.members[0].n, n - 8);
	collect_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zimage), cmocka_unit_test(bzimage), cmocka_unit_test(bare),
		cmocka_unit_test(no_bare_kernel), cmocka_unit_test(configuration),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
