/* SPDX-License-Identifier: Apache-2.0 */
/* ar: GNU names from binutils, BSD names from a generator, damage. */
#include "archives.h"

extern const struct format format_ar;

static void opens_gnu_names(void **state)
{
	(void)state;
	struct collect c;
	struct label l = {0};
	struct span in = seed("ar", "gnu.ar");
	uint64_t size;
	assert_true(format_ar.bid(in, &size) >= 90);
	format_ar.label(seed("ar", "package.ar"), &l);
	assert_non_null(strstr(l.text, "Debian"));
	assert_int_equal(open_archive(&format_ar, in, &c), ST_OK);
	assert_int_equal(c.count, 3);
	assert_member(&c, "debian-binary", "2.0\n");
	assert_member(&c, "passwd", "root:x:0:0\n");
	assert_int_equal(strlen(c.members[2].path), 120);
	collect_free(&c);
	check_cuts(&format_ar, in, 8);
	check_damage(&format_ar, in);
	check_end(&format_ar, in, in.n);
	check_noise(&format_ar);
}

static void put(struct buf *b, const char *name, const char *content)
{
	buf_printf(b, "%-16s%-12d%-6d%-6d%-8s%-10zu`\n%s", name, 1700000000, 0, 0, "100755",
		   strlen(content), content);
	if (b->n & 1)
		buf_byte(b, '\n');
}

static void opens_bsd_names(void **state)
{
	(void)state;
	struct buf b = {0};
	struct collect c;
	buf_str(&b, "!<arch>\n");
	put(&b, "#1/20", "../a-name-of-20-byteCONTENT");
	put(&b, "__.SYMDEF", "xxxx");
	put(&b, "short", "s");
	assert_int_equal(open_archive(&format_ar, buf_span(&b), &c), ST_OK);
	assert_int_equal(c.count, 2);
	assert_member(&c, "../a-name-of-20-byte", "CONTENT");
	assert_member(&c, "short", "s");
	assert_int_equal(c.members[1].e.mode, 0755);
	collect_free(&c);
	buf_free(&b);
}

static void goes_on_behind_damage(void **state)
{
	(void)state;
	struct buf b = {0};
	struct collect c;
	buf_str(&b, "!<arch>\n");
	put(&b, "one/", "1");
	put(&b, "two/", "2");
	put(&b, "three/", "3");
	b.p[8 + 62 + 50] = 'z';
	assert_int_equal(open_archive(&format_ar, buf_span(&b), &c), ST_DAMAGED);
	assert_int_equal(c.count, 2);
	assert_member(&c, "three", "3");
	collect_free(&c);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_gnu_names),
		cmocka_unit_test(opens_bsd_names),
		cmocka_unit_test(goes_on_behind_damage),
	};
	return cmocka_run_group_tests_name("ar", tests, NULL, NULL);
}
