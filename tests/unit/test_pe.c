/* SPDX-License-Identifier: Apache-2.0 */
/* PE and TE programs: told by their headers, and nothing that only begins like them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collect.h"

enum { PE_AT = 128, CODE = 512, SIZE = 900 };

static void put(uint8_t *at, uint32_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (uint8_t)(v >> 8 * i);
}

/* One section of code behind the headers. */
static void make_pe(uint8_t *p, uint32_t machine, uint32_t subsystem)
{
	memset(p, 0x90, SIZE);
	memset(p, 0, CODE);
	memcpy(p, "MZ", 2);
	put(p + 60, PE_AT, 4);
	memcpy(p + PE_AT, "PE\0\0", 4);
	put(p + PE_AT + 4, machine, 2);
	put(p + PE_AT + 6, 1, 2);
	put(p + PE_AT + 20, 240, 2);
	put(p + PE_AT + 24, 0x20b, 2);
	put(p + PE_AT + 92, subsystem, 2);
	uint8_t *section = p + PE_AT + 24 + 240;
	memcpy(section, ".text", 5);
	put(section + 16, SIZE - CODE, 4);
	put(section + 20, CODE, 4);
}

static void programs_are_known(void **state)
{
	(void)state;
	const struct format *pe = format_named("pe");
	uint8_t p[SIZE];
	uint64_t size = 0;
	struct label label = {0};
	make_pe(p, 0xaa64, 11);
	assert_true(pe->bid(SPAN(p, SIZE), &size) > 50);
	assert_int_equal(size, SIZE);
	pe->label(SPAN(p, SIZE), &label);
	assert_string_equal(label.arch, "aarch64");
	assert_string_equal(label.text, "EFI boot driver");
}

static void terse_ones_too(void **state)
{
	(void)state;
	const struct format *pe = format_named("pe");
	uint8_t p[SIZE] = "VZ";
	uint64_t size = 0;
	put(p + 2, 0x8664, 2);
	p[4] = 1;
	p[5] = 12;
	put(p + 6, 0x1c0, 2);
	put(p + 40 + 16, 400, 4);
	put(p + 40 + 20, 0x1c0 + 40, 4);
	assert_true(pe->bid(SPAN(p, 480), &size) > 50);
	assert_int_equal(size, 480);
}

static void near_misses_are_not(void **state)
{
	(void)state;
	const struct format *pe = format_named("pe");
	uint8_t p[SIZE];
	uint64_t size;
	make_pe(p, 0xaa64, 11);
	p[PE_AT] = 'N'; /* a program of 1990 */
	assert_int_equal(pe->bid(SPAN(p, SIZE), &size), 0);
	make_pe(p, 0x7777, 11);
	assert_int_equal(pe->bid(SPAN(p, SIZE), &size), 0);
	make_pe(p, 0xaa64, 99);
	assert_int_equal(pe->bid(SPAN(p, SIZE), &size), 0);
	make_pe(p, 0xaa64, 11);
	put(p + PE_AT + 6, 95, 2); /* more sections than there is room for */
	assert_int_equal(pe->bid(SPAN(p, SIZE), &size), 0);
	assert_int_equal(pe->bid(SPAN_LIT("MZ"), &size), 0);
	struct span text = SPAN_LIT("MZ is how this text begins, and it is long enough to be such a header, "
				    "but there is none where one should stand, nor anywhere else at all.");
	assert_int_equal(pe->bid(text, &size), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_are_known),
		cmocka_unit_test(terse_ones_too),
		cmocka_unit_test(near_misses_are_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
