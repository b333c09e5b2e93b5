/* SPDX-License-Identifier: Apache-2.0 */
/* Points of Dual_EC in every form; what only begins like one, or lies on the same curve, is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "collect.h"

extern const struct observer observer_dual_ec;

static const char q[] = "c97445f45cdef9f0d3e05e1e585fc297235b82b5be8ff3efca67c59852018192";
/* The base point of P-256, which every library has. */
static const char g[] = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";

static void big(const char *hex, uint8_t *out)
{
	for (size_t i = 0; i < 32; i++) {
		char pair[3] = {hex[2 * i], hex[2 * i + 1], 0};
		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
}

static size_t facts_in(const uint8_t *bytes, size_t n)
{
	struct collect_facts c;
	collect_facts_init(&c);
	size_t count = collect_observe(&c, &observer_dual_ec, "lib/libcrypt.so", SPAN(bytes, n));
	collect_facts_free(&c);
	return count;
}

static void in_each_form(void **state)
{
	(void)state;
	uint8_t b[32], x[64] = {0};
	big(q, b);
	for (int form = 0; form < 4; form++) {
		for (size_t i = 0; i < 32; i++) {
			size_t from = form == 0	  ? i
				      : form == 1 ? 31 - i
				      : form == 2 ? 28 - i / 4 * 4 + i % 4
						  : i / 4 * 4 + 3 - i % 4;
			x[8 + i] = b[from];
		}
		assert_int_equal(facts_in(x, sizeof x), 1);
		x[39] ^= 1;
		assert_int_equal(facts_in(x, sizeof x), 0);
		assert_int_equal(facts_in(x, 30), 0);
	}
}

static void as_text(void **state)
{
	(void)state;
	char text[100] = "Q.x=";
	memcpy(text + 4, q, sizeof q);
	assert_int_equal(facts_in((const uint8_t *)text, sizeof text), 1);
	for (char *p = text; *p; p++)
		*p = (char)(*p >= 'a' && *p <= 'f' ? *p - 32 : *p);
	assert_int_equal(facts_in((const uint8_t *)text, sizeof text), 1);
	text[60] = 'x';
	assert_int_equal(facts_in((const uint8_t *)text, sizeof text), 0);
}

static void base_point(void **state)
{
	(void)state;
	uint8_t b[64] = {0};
	big(g, b);
	assert_int_equal(facts_in(b, sizeof b), 0);
	assert_int_equal(facts_in((const uint8_t *)g, sizeof g), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(in_each_form),
	    cmocka_unit_test(as_text),
	    cmocka_unit_test(base_point),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
