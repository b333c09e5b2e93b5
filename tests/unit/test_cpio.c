/* SPDX-License-Identifier: Apache-2.0 */
/* cpio: the four kinds as GNU cpio writes them, hard links, several archives, damage. */
#include "archives.h"

extern const struct format format_cpio;
static const char *const all[] = {"newc.cpio", "crc.cpio", "odc.cpio", "bin.cpio"};

static void opens_every_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct collect c;
		struct span in = seed("cpio", all[i]);
		uint64_t size;
		assert_true(format_cpio.bid(in, &size) >= 70);
		assert_int_equal(open_archive(&format_cpio, in, &c), ST_OK);
		assert_int_equal(c.sink.used, in.n);
		assert_int_equal(c.note_count, 0);
		assert_tree(&c, true, true);
		const struct member *h = collect_find(&c, "etc/passwd-");
		assert_int_equal(h->e.type, ENTRY_HARDLINK);
		assert_string_equal(h->link, "etc/passwd");
		collect_free(&c);
	}
}

static void bears_cuts_and_damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct span in = seed("cpio", all[i]);
		check_cuts(&format_cpio, in, span_find(in, SPAN_LIT("TRAILER!!!"), 0) + 11);
		check_damage(&format_cpio, in);
		check_end(&format_cpio, in, in.n);
	}
	check_noise(&format_cpio);
}

static void opens_what_follows(void **state)
{
	(void)state;
	struct span in = seed("cpio", "newc.cpio");
	struct buf b = {0};
	struct collect c;
	buf_add(&b, in.p, in.n);
	buf_fill(&b, 0, 512);
	buf_add(&b, in.p, in.n);
	buf_fill(&b, 0xff, 64);
	assert_int_equal(open_archive(&format_cpio, buf_span(&b), &c), ST_OK);
	assert_int_equal(c.sink.used, 2 * in.n + 512);
	assert_int_equal(c.count % 2, 0);
	collect_free(&c);
	buf_free(&b);
}

/* One header is overwritten: the members behind it still come, and the damage is told. */
static void goes_on_behind_damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct span in = seed("cpio", all[i]);
		struct buf b = {0};
		struct collect c;
		buf_add(&b, in.p, in.n);
		size_t at = span_find(in, SPAN_LIT("none"), 0);
		assert_true(at != SIZE_MAX);
		memset(b.p + at - (i < 2 ? 110 : i == 2 ? 76 : 26), 'Z', 20);
		assert_int_equal(open_archive(&format_cpio, buf_span(&b), &c), ST_DAMAGED);
		assert_null(collect_find(&c, "none"));
		assert_non_null(collect_find(&c, "usr/bin/prog"));
		assert_true(collect_noted(&c, "no cpio header here"));
		collect_free(&c);
		buf_free(&b);
	}
}

static void checks_the_sum(void **state)
{
	(void)state;
	struct span in = seed("cpio", "crc.cpio");
	struct buf b = {0};
	struct collect c;
	buf_add(&b, in.p, in.n);
	b.p[span_find(in, SPAN_LIT("\n100\n"), 0) + 1] ^= 1;
	assert_int_equal(open_archive(&format_cpio, buf_span(&b), &c), ST_DAMAGED);
	assert_int_equal(collect_find(&c, "usr/bin/prog")->status, ST_DAMAGED);
	assert_member(&c, "etc/passwd", "root:x:0:0\n");
	collect_free(&c);
	buf_free(&b);
}

/* The name is the sink's to clean: it arrives as it stands, and leads nowhere. */
static void hands_names_over_raw(void **state)
{
	(void)state;
	struct buf b = {0};
	struct collect c;
	static const char *const names[] = {"../../etc/x", "/abs/olute"};
	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(names[i]) + 1;
		buf_printf(&b, "070707000001%06o100644000000000000000001000000%011o%06o%011o",
			   (unsigned)i + 1, 0u, (unsigned)n, 2u);
		buf_add(&b, names[i], n);
		buf_str(&b, "hi");
	}
	buf_printf(&b, "070707%018o%06o%018o%011o%06o%011o", 0u, 1u, 0u, 0u, 11u, 0u);
	buf_add(&b, "TRAILER!!!", 11);
	open_archive(&format_cpio, buf_span(&b), &c);
	assert_member(&c, "../../etc/x", "hi");
	assert_member(&c, "/abs/olute", "hi");
	collect_free(&c);
	buf_free(&b);
}

/* Two bytes of magic and garbage: not an old binary cpio. */
static void wants_more_than_a_magic(void **state)
{
	(void)state;
	struct span in = seed("cpio", "bin.cpio");
	struct buf b = {0};
	uint64_t size;
	buf_add(&b, in.p, in.n);
	struct span one = span_cut(buf_span(&b), 0, 40);
	assert_int_equal(format_cpio.bid(one, &size), 0);
	memcpy(b.p + 26, "\x01\x02", 2);
	assert_int_equal(format_cpio.bid(buf_span(&b), &size), 0);
	assert_int_equal(format_cpio.bid(SPAN_LIT("070701 is the magic of newc, says this text, "
						  "which goes on for more than 110 bytes so "
						  "that a header could fit into it easily"), &size), 0);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_every_kind),
		cmocka_unit_test(bears_cuts_and_damage),
		cmocka_unit_test(opens_what_follows),
		cmocka_unit_test(goes_on_behind_damage),
		cmocka_unit_test(checks_the_sum),
		cmocka_unit_test(hands_names_over_raw),
		cmocka_unit_test(wants_more_than_a_magic),
	};
	return cmocka_run_group_tests_name("cpio", tests, NULL, NULL);
}
