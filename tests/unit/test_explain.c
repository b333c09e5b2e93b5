/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of source code from line tables: this program asks for the lines of its own functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <link.h>

#include "base/buf.h"
#include "code/dwarf_line.h"
#include "collect.h"

static __attribute__((noinline)) int marked(int x)
{
	return x * 3 + 1;
}
enum { MARKED = __LINE__ - 2 };

static int take_base(struct dl_phdr_info *info, size_t n, void *base)
{
	(void)n;
	*(uint64_t *)base = info->dlpi_addr;
	return 1; /* the first one is the program */
}

static void own_program(struct buf *out)
{
	FILE *f = fopen("/proc/self/exe", "rbe");
	uint8_t chunk[65536];
	assert_non_null(f);
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
		buf_add(out, chunk, n);
	fclose(f);
}

static void finds_its_own_line(void **state)
{
	struct buf b = {0};
	struct arena a = {0};
	struct elf_image img;
	struct source_line line;
	uint64_t base = 0, at = (uint64_t)(uintptr_t)marked;
	(void)state;
	dl_iterate_phdr(take_base, &base);
	own_program(&b);
	assert_true(elf_image_read(&img, buf_span(&b), &a));
	assert_int_equal(marked(1), 4);
	if (span_find(buf_span(&b), SPAN_LIT(".debug_line"), 0) == SIZE_MAX)
		skip(); /* built without debug information */
	assert_true(dwarf_line(&img, at - base, &line));
	assert_true(line.line >= MARKED - 2 && line.line <= MARKED);
	uint64_t whole = line.line;
	assert_true(span_find(line.file, SPAN_LIT("test_explain.c"), 0) != SIZE_MAX);
	assert_false(dwarf_line(&img, UINT64_MAX - 8, &line));
	/* cut anywhere, it says nothing or the same */
	for (size_t n = 0; n < b.n; n += b.n / 97 + 1) {
		struct elf_image cut;
		if (elf_image_read(&cut, span_cut(buf_span(&b), 0, n), &a) &&
		    dwarf_line(&cut, at - base, &line))
			assert_int_equal(line.line, whole);
	}
	arena_free(&a);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_its_own_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
