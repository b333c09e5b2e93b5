/* SPDX-License-Identifier: Apache-2.0 */
/* tar: every version GNU tar writes, sparse files, long names, damage, absolute names. */
#include "archives.h"

extern const struct format format_tar;
static const char *const all[] = {"v7.tar", "ustar.tar", "gnu.tar", "pax.tar"};
static const char *const holes[] = {"sparse-gnu.tar", "sparse-0.0.tar", "sparse-0.1.tar",
				    "sparse-1.0.tar"};

static void opens_every_version(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct collect c;
		struct span in = seed("tar", all[i]);
		uint64_t size;
		assert_true(format_tar.bid(in, &size) >= 60);
		assert_int_equal(open_archive(&format_tar, in, &c), ST_OK);
		assert_int_equal(c.note_count, 0);
		assert_tree(&c, true, true);
		const struct member *h = collect_find(&c, "etc/passwd-");
		assert_int_equal(h->e.type, ENTRY_HARDLINK);
		assert_string_equal(h->link, "etc/passwd");
		assert_int_equal(c.sink.used, in.n);
		collect_free(&c);
	}
}

static void fills_holes(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct collect c;
		struct span in = seed("tar", holes[i]);
		assert_int_equal(open_archive(&format_tar, in, &c), ST_OK);
		const struct member *m = collect_find(&c, "sparse");
		assert_non_null(m);
		assert_int_equal(m->n, 20000);
		for (size_t k = 0; k < m->n; k++)
			assert_int_equal(m->bytes[k],
					 k < 8192 || k > 8194 ? 0 : "one"[k - 8192]);
		assert_int_equal(c.count, 2);
		assert_int_equal(strlen(c.members[0].path), 120);
		collect_free(&c);
		check_cuts(&format_tar, in, 1024);
		check_damage(&format_tar, in);
	}
}

static void bears_cuts_and_damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct span in = seed("tar", all[i]);
		check_cuts(&format_tar, in, 512);
		check_damage(&format_tar, in);
		check_end(&format_tar, in, in.n);
	}
	check_noise(&format_tar);
}

static void goes_on_behind_damage(void **state)
{
	(void)state;
	struct span in = seed("tar", "gnu.tar");
	struct buf b = {0};
	struct collect c;
	buf_add(&b, in.p, in.n);
	size_t at = span_find(in, SPAN_LIT("none"), 0);
	memset(b.p + at + 100, 'Z', 20);
	assert_int_equal(open_archive(&format_tar, buf_span(&b), &c), ST_DAMAGED);
	assert_null(collect_find(&c, "none"));
	assert_non_null(collect_find(&c, "usr/bin/prog"));
	assert_true(collect_noted(&c, "no tar header here"));
	collect_free(&c);
	buf_free(&b);
}

static void put_header(struct buf *b, const char *name, const char *size, char type)
{
	char h[512] = {0};
	unsigned sum = 0;
	snprintf(h, 100, "%s", name);
	memcpy(h + 100, "0000644", 8);
	memcpy(h + 108, "0000000", 8);
	memcpy(h + 116, "0000000", 8);
	memcpy(h + 124, size, 11);
	memcpy(h + 136, "00000000000", 12);
	memset(h + 148, ' ', 8);
	h[156] = type;
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof h; i++)
		sum += (uint8_t)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	buf_add(b, h, sizeof h);
}

static void hands_names_over_raw(void **state)
{
	(void)state;
	struct buf b = {0};
	struct collect c;
	put_header(&b, "../../etc/x", "00000000000", '0');
	put_header(&b, "/absolute", "00000000000", '0');
	buf_fill(&b, 0, 1024);
	assert_int_equal(open_archive(&format_tar, buf_span(&b), &c), ST_OK);
	assert_member(&c, "../../etc/x", "");
	assert_member(&c, "/absolute", "");
	collect_free(&c);
	buf_free(&b);
}

/* A size that leads past the end must not hide the members behind it. */
static void distrusts_sizes(void **state)
{
	(void)state;
	struct buf b = {0};
	struct collect c;
	put_header(&b, "a", "77777777777", '0');
	buf_fill(&b, 'x', 512);
	put_header(&b, "b", "00000000000", '0');
	buf_fill(&b, 0, 1024);
	assert_int_equal(open_archive(&format_tar, buf_span(&b), &c), ST_DAMAGED);
	assert_non_null(collect_find(&c, "b"));
	assert_int_equal(collect_find(&c, "a")->status, ST_DAMAGED);
	collect_free(&c);
	buf_free(&b);
}

static void wants_a_checksum(void **state)
{
	(void)state;
	struct buf b = {0};
	uint64_t size;
	put_header(&b, "a", "00000000000", '0');
	assert_true(format_tar.bid(buf_span(&b), &size) > 0);
	b.p[0] = 'b';
	assert_int_equal(format_tar.bid(buf_span(&b), &size), 0);
	memset(b.p, 0, b.n);
	assert_int_equal(format_tar.bid(buf_span(&b), &size), 0);
	buf_free(&b);
}

static void put_record(struct buf *b, const char *key, const char *value, size_t n)
{
	size_t len = strlen(key) + n + 3, digits = len + 2 > 99 ? 3 : 2;
	buf_printf(b, "%zu %s=", len + digits, key);
	buf_add(b, value, n);
	buf_byte(b, '\n');
}

/* Both ways of writing attributes; the same one twice counts once; the next member has none. */
static void keeps_attributes(void **state)
{
	(void)state;
	struct buf b = {0}, records = {0};
	struct collect c;
	char size[12];
	put_record(&records, "SCHILY.xattr.user.a", "one\ntwo\0", 8);
	put_record(&records, "LIBARCHIVE.xattr.user.a", "eHh4", 4);
	put_record(&records, "LIBARCHIVE.xattr.user.b%3dc", "AAH/", 4);
	put_record(&records, "LIBARCHIVE.xattr.user.bad", "!!!!", 4);
	snprintf(size, sizeof size, "%011zo", records.n);
	put_header(&b, "pax", size, 'x');
	buf_add(&b, records.p, records.n);
	buf_fill(&b, 0, 512 - records.n);
	put_header(&b, "with", "00000000000", '0');
	put_header(&b, "without", "00000000000", '0');
	buf_fill(&b, 0, 1024);
	assert_int_equal(open_archive(&format_tar, buf_span(&b), &c), ST_OK);
	assert_string_equal(collect_find(&c, "with")->xattrs, "user.a=6f6e650a74776f00\nuser.b=c=0001ff\n");
	assert_string_equal(collect_find(&c, "without")->xattrs, "");
	collect_free(&c);
	buf_free(&b);
	buf_free(&records);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_every_version),
		cmocka_unit_test(fills_holes),
		cmocka_unit_test(bears_cuts_and_damage),
		cmocka_unit_test(goes_on_behind_damage),
		cmocka_unit_test(hands_names_over_raw),
		cmocka_unit_test(distrusts_sizes),
		cmocka_unit_test(wants_a_checksum),
		cmocka_unit_test(keeps_attributes),
	};
	return cmocka_run_group_tests_name("tar", tests, NULL, NULL);
}
