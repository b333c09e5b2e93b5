/* SPDX-License-Identifier: Apache-2.0 */
/* arj: stored, both ways to compress, garbled, damage. */
#include "archives.h"

extern const struct format format_arj;

static void opens_every_method(void **state)
{
	(void)state;
	static const char *const all[] = {"method0.arj", "method1.arj", "method4.arj"};
	struct buf b = {0};
	numbers_file(&b);
	for (size_t i = 0; i < 3; i++) {
		struct collect c;
		struct span in = seed("arj", all[i]);
		uint64_t size;
		assert_int_equal(format_arj.bid(in, &size), 90);
		assert_int_equal(open_archive(&format_arj, in, &c), ST_OK);
		assert_int_equal(c.sink.used, in.n);
		assert_member(&c, "etc/passwd", "root:x:0:0\n");
		assert_member(&c, "usr/bin/prog", buf_text(&b));
		assert_int_equal(collect_find(&c, "usr/bin/prog")->e.mode, 04755);
		assert_int_equal(collect_find(&c, "usr/bin/prog")->e.mtime, 1700000000);
		collect_free(&c);
		check_cuts(&format_arj, in, in.n - 2);
		check_damage(&format_arj, in);
		check_end(&format_arj, in, in.n);
	}
	check_noise(&format_arj);
	buf_free(&b);
}

static void tells_encryption(void **state)
{
	(void)state;
	struct collect c;
	assert_int_equal(open_archive(&format_arj, seed("arj", "garbled.arj"), &c), ST_ENCRYPTED);
	assert_int_equal(collect_find(&c, "usr/bin/prog")->status, ST_ENCRYPTED);
	assert_true(collect_noted(&c, "encrypted"));
	collect_free(&c);
}

static void wants_a_checksum(void **state)
{
	(void)state;
	struct span in = seed("arj", "method0.arj");
	struct buf b = {0};
	uint64_t size;
	buf_add(&b, in.p, in.n);
	b.p[9] ^= 1;
	assert_int_equal(format_arj.bid(buf_span(&b), &size), 0);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_every_method),
		cmocka_unit_test(tells_encryption),
		cmocka_unit_test(wants_a_checksum),
	};
	return cmocka_run_group_tests_name("arj", tests, NULL, NULL);
}
