/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collect.h"

static int bid_for(struct span in, uint64_t *size)
{
	return format_named("media")->bid(in, size);
}

static void pictures_are_known(void **state)
{
	(void)state;
	uint64_t size = 0;
	struct span png = SPAN_LIT("\x89PNG\r\n\x1a\n........IEND\xae\x42\x60\x82");
	struct span gif = SPAN_LIT("GIF89a............;");
	assert_true(bid_for(png, &size) > 50);
	assert_int_equal(size, png.n);
	assert_true(bid_for(gif, &size) > 50);
}

static void near_misses_are_not(void **state)
{
	(void)state;
	uint64_t size;
	/* something is appended: it must stay open to carving */
	assert_int_equal(bid_for(SPAN_LIT("GIF89a............;hsqs"), &size), 0);
	assert_int_equal(bid_for(SPAN_LIT("\x89PNG\r\n\x1a\n........IDAT"), &size), 0);
	assert_int_equal(bid_for(SPAN_LIT("GIF8"), &size), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_are_known),
		cmocka_unit_test(near_misses_are_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
