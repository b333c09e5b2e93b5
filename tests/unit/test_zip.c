/* SPDX-License-Identifier: Apache-2.0 */
/* zip: methods, encryption, self-extractors, nested zips, damaged directories. */
#include "archives.h"

extern const struct format format_zip;

static void opens_trees(void **state)
{
	(void)state;
	static const char *const all[] = {"stored.zip", "deflate.zip", "stream.zip"};
	for (size_t i = 0; i < 3; i++) {
		struct collect c;
		struct span in = seed("zip", all[i]);
		uint64_t size;
		assert_true(format_zip.bid(in, &size) >= 80);
		assert_int_equal(open_archive(&format_zip, in, &c), ST_OK);
		assert_int_equal(c.note_count, 0);
		assert_tree(&c, true, true);
		assert_int_equal(c.sink.used, in.n);
		collect_free(&c);
		check_cuts(&format_zip, in, in.n);
		check_damage(&format_zip, in);
		check_end(&format_zip, in, in.n);
	}
	check_noise(&format_zip);
}

static void opens_other_methods(void **state)
{
	(void)state;
	static const char *const all[] = {"bzip2.zip", "lzma.zip"};
	for (size_t i = 0; i < 2; i++) {
		struct collect c;
		struct buf b = {0};
		numbers_file(&b);
		assert_int_equal(open_archive(&format_zip, seed("zip", all[i]), &c), ST_OK);
		assert_member(&c, "usr/bin/prog", buf_text(&b));
		collect_free(&c);
		buf_free(&b);
		check_cuts(&format_zip, seed("zip", all[i]), 100);
	}
}

static void tells_encryption(void **state)
{
	(void)state;
	static const char *const all[] = {"encrypted.zip", "aes.zip"};
	for (size_t i = 0; i < 2; i++) {
		struct collect c;
		assert_int_equal(open_archive(&format_zip, seed("zip", all[i]), &c), ST_ENCRYPTED);
		assert_int_equal(collect_find(&c, "etc/passwd")->status, ST_ENCRYPTED);
		assert_int_equal(collect_find(&c, "etc/passwd")->n, 0);
		assert_true(collect_noted(&c, "encrypted"));
		collect_free(&c);
	}
}

/* Without the directory, members still come, also those whose headers do not tell a size. */
static void needs_no_directory(void **state)
{
	(void)state;
	static const char *const all[] = {"stored.zip", "deflate.zip", "stream.zip"};
	for (size_t i = 0; i < 3; i++) {
		struct span in = seed("zip", all[i]);
		struct buf b = {0}, numbers = {0};
		struct collect c;
		buf_add(&b, in.p, in.n);
		b.p[span_find(in, SPAN_LIT("PK\1\2"), 0)] = 'X';
		numbers_file(&numbers);
		assert_int_not_equal(open_archive(&format_zip, buf_span(&b), &c), ST_OK);
		assert_true(collect_noted(&c, "central directory"));
		assert_member(&c, "etc/passwd", "root:x:0:0\n");
		assert_member(&c, "usr/bin/prog", buf_text(&numbers));
		collect_free(&c);
		buf_free(&b);
		buf_free(&numbers);
	}
}

static void finds_content_behind_a_prefix(void **state)
{
	(void)state;
	struct span in = seed("zip", "deflate.zip");
	struct buf b = {0};
	struct collect c;
	buf_str(&b, "#!/bin/sh\nunzip $0; exit\n");
	size_t prefix = b.n;
	buf_add(&b, in.p, in.n);
	assert_int_equal(open_archive(&format_zip, buf_span(&b), &c), ST_OK);
	assert_tree(&c, true, true);
	collect_free(&c);
	open_archive(&format_zip, span_from(buf_span(&b), prefix), &c);
	assert_int_equal(c.sink.used, in.n);
	collect_free(&c);
	buf_free(&b);
}

static void tells_wrong_checksums(void **state)
{
	(void)state;
	struct span in = seed("zip", "stored.zip");
	struct buf b = {0};
	struct collect c;
	buf_add(&b, in.p, in.n);
	b.p[span_find(in, SPAN_LIT("\n100\n"), 0) + 1] ^= 1;
	assert_int_equal(open_archive(&format_zip, buf_span(&b), &c), ST_DAMAGED);
	assert_int_equal(collect_find(&c, "usr/bin/prog")->status, ST_DAMAGED);
	assert_member(&c, "etc/passwd", "root:x:0:0\n");
	collect_free(&c);
	buf_free(&b);
}

static void wants_more_than_a_magic(void **state)
{
	(void)state;
	uint64_t size;
	assert_int_equal(format_zip.bid(SPAN_LIT("PK\3\4 is how a zip begins, this text says, not more"),
					&size), 0);
	assert_int_equal(format_zip.bid(SPAN_LIT("PK\5\6\0\0\0\0 is how a zip ends, says this"), &size), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_trees),
		cmocka_unit_test(opens_other_methods),
		cmocka_unit_test(tells_encryption),
		cmocka_unit_test(needs_no_directory),
		cmocka_unit_test(finds_content_behind_a_prefix),
		cmocka_unit_test(tells_wrong_checksums),
		cmocka_unit_test(wants_more_than_a_magic),
	};
	return cmocka_run_group_tests_name("zip", tests, NULL, NULL);
}
