/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/path.h"
#include "base/text.h"
#include "collect.h"

static void reader_sticks(void **state)
{
	(void)state;
	struct reader r = reader_of(SPAN_LIT("\x01\x02\x03\x04\x05"), true);
	assert_int_equal(read_u32(&r), 0x01020304);
	assert_int_equal(read_u16(&r), 0);
	assert_true(r.bad);
	assert_int_equal(read_u8(&r), 0);
}

static void spans_only_shrink(void **state)
{
	(void)state;
	struct span s = SPAN_LIT("abcdef");
	assert_int_equal(span_cut(s, 4, 100).n, 2);
	assert_int_equal(span_from(s, UINT64_MAX).n, 0);
	assert_false(span_has(s, 3, UINT64_MAX));
	assert_int_equal(span_le32(s, 4), 0);
}

static void paths_stay_inside(void **state)
{
	(void)state;
	struct arena a = {0};
	bool odd;
	assert_string_equal(path_clean(&a, span_str("../../etc/passwd"), &odd), "etc/passwd");
	assert_true(odd);
	assert_string_equal(path_clean(&a, span_str("a/./b//../c/"), &odd), "a/c");
	assert_string_equal(path_clean(&a, span_str("a/\n/b"), &odd), "a/_/b");
	assert_string_equal(path_target(&a, "usr/bin/vi", "../../bin/busybox"), "bin/busybox");
	assert_string_equal(path_target(&a, "usr/bin/vi", "/bin/busybox"), "bin/busybox");
	arena_free(&a);
}

static void globs(void **state)
{
	(void)state;
	assert_true(path_match("etc/*/rc?.d/S*", "etc/x/rc3.d/S20foo"));
	assert_false(path_match("etc/rc?.d", "etc/rc33.d"));
}

static void hostile_text(void **state)
{
	(void)state;
	struct arena a = {0};
	struct buf b = {0};
	assert_string_equal(text_utf8(&a, SPAN_LIT("a\xff\xc3\xa9\0")), "a\\xff\xc3\xa9\\x00");
	text_terminal(&b, SPAN_LIT("\x1b[31mred\xe2\x80\xae"));
	assert_string_equal(buf_text(&b), "\\x1b[31mredU+202E");
	int64_t v;
	assert_true(text_number(SPAN_LIT("0x7fff"), &v) && v == 0x7fff);
	assert_false(text_number(SPAN_LIT("99999999999999999999"), &v));
	buf_free(&b);
	arena_free(&a);
}

static void buffers_stop_at_their_maximum(void **state)
{
	(void)state;
	struct buf b = {.max = 3};
	assert_true(buf_str(&b, "ab"));
	assert_false(buf_str(&b, "cd"));
	assert_string_equal(buf_text(&b), "abc");
	buf_free(&b);
}

static void checksums(void **state)
{
	(void)state;
	uint8_t d[SHA256_SIZE];
	char hex[SHA256_HEX];
	hash_sha256(SPAN_LIT("abc"), d);
	hash_hex(d, 4, hex);
	assert_string_equal(hex, "ba7816bf");
	assert_int_equal(hash_crc32(0, SPAN_LIT("123456789")), 0xcbf43926);
}

static void tree_follows_links(void **state)
{
	(void)state;
	struct tree_file f[] = {
		{.path = "bin", .type = TREE_LINK, .link = "usr/bin"},
		{.path = "usr/bin/busybox", .type = TREE_FILE},
		{.path = "usr/bin/telnetd", .type = TREE_LINK, .link = "/bin/busybox"},
		{.path = "loop", .type = TREE_LINK, .link = "loop"},
	};
	struct tree t = tree_make(f, 4);
	assert_string_equal(tree_find(&t, "/bin/telnetd")->path, "usr/bin/busybox");
	assert_null(tree_find(&t, "loop"));
	assert_string_equal(tree_program(&t, "telnetd")->path, "usr/bin/busybox");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_sticks),	cmocka_unit_test(spans_only_shrink),
		cmocka_unit_test(paths_stay_inside),	cmocka_unit_test(globs),
		cmocka_unit_test(hostile_text),		cmocka_unit_test(buffers_stop_at_their_maximum),
		cmocka_unit_test(checksums),		cmocka_unit_test(tree_follows_links),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
