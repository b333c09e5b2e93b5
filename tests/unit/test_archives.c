/* SPDX-License-Identifier: Apache-2.0 */
/* Archives read through libarchive (7z, cab, rar, xar), lha, and rpm. */
#include "archives.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/hash.h"

extern const struct format format_7z, format_cab, format_rar, format_lha, format_xar, format_rpm;

static void opens_7z(void **state)
{
	(void)state;
	static const char *const all[] = {"lzma.7z", "lzma2.7z", "bzip2.7z", "ppmd.7z", "copy.7z"};
	for (size_t i = 0; i < 5; i++) {
		struct collect c;
		struct span in = seed("7z", all[i]);
		uint64_t size;
		assert_int_equal(format_7z.bid(in, &size), 95);
		assert_int_equal(size, in.n);
		assert_int_equal(open_archive(&format_7z, in, &c), ST_OK);
		assert_tree(&c, false, true);
		collect_free(&c);
		check_end(&format_7z, in, in.n);
	}
	check_cuts(&format_7z, seed("7z", "lzma.7z"), 439);
	check_damage(&format_7z, seed("7z", "copy.7z"));
	check_noise(&format_7z);
}

static void tells_encrypted_7z(void **state)
{
	(void)state;
	static const char *const all[] = {"encrypted.7z", "encrypted-header.7z"};
	for (size_t i = 0; i < 2; i++) {
		struct collect c;
		assert_int_equal(open_archive(&format_7z, seed("7z", all[i]), &c), ST_ENCRYPTED);
		assert_true(collect_noted(&c, "encrypted"));
		if (i == 0)
			assert_int_equal(collect_find(&c, "etc/passwd")->status, ST_ENCRYPTED);
		collect_free(&c);
	}
}

static void opens_cab(void **state)
{
	(void)state;
	static const char *const all[] = {"stored.cab", "mszip.cab"};
	for (size_t i = 0; i < 2; i++) {
		struct collect c;
		struct buf b = {0};
		struct span in = seed("cab", all[i]);
		uint64_t size;
		numbers_file(&b);
		assert_int_equal(format_cab.bid(in, &size), 95);
		assert_int_equal(size, in.n);
		assert_int_equal(open_archive(&format_cab, in, &c), ST_OK);
		assert_member(&c, i ? "usr/bin/prog" : "prog", buf_text(&b));
		collect_free(&c);
		buf_free(&b);
		check_end(&format_cab, in, in.n);
		check_cuts(&format_cab, in, in.n);
		check_damage(&format_cab, in);
	}
	check_noise(&format_cab);
}

static void le(struct buf *b, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_byte(b, (uint8_t)(v >> (8 * i)));
}

static void be(struct buf *b, uint64_t v, size_t n)
{
	for (size_t i = n; i-- > 0;)
		buf_byte(b, (uint8_t)(v >> (8 * i)));
}

static void rar4_block(struct buf *b, unsigned type, unsigned flags, const struct buf *rest)
{
	struct buf h = {0};
	buf_byte(&h, (uint8_t)type);
	le(&h, flags, 2);
	le(&h, 7 + rest->n, 2);
	buf_add(&h, rest->p, rest->n);
	le(b, hash_crc32(0, buf_span(&h)) & 0xffff, 2);
	buf_add(b, h.p, h.n);
	buf_free(&h);
}

static void rar4_file(struct buf *b, const char *name, const char *text, unsigned flags)
{
	struct buf h = {0};
	size_t n = strlen(text);
	le(&h, n, 4);
	le(&h, n, 4);
	buf_byte(&h, 3);
	le(&h, hash_crc32(0, span_str(text)), 4);
	le(&h, 0x5a0f0000u, 4);
	buf_byte(&h, 29);
	buf_byte(&h, 0x30);
	le(&h, strlen(name), 2);
	le(&h, 0100600, 4);
	buf_str(&h, name);
	rar4_block(b, 0x74, 0x8000 | flags, &h);
	buf_str(b, text);
	buf_free(&h);
}

static void rar4(struct buf *b, unsigned flags)
{
	struct buf main = {0}, none = {0};
	buf_add(b, "Rar!\x1a\7", 7);
	buf_fill(&main, 0, 6);
	rar4_block(b, 0x73, 0, &main);
	rar4_file(b, "one.txt", "first", flags);
	rar4_file(b, "two.txt", "second", 0);
	rar4_block(b, 0x7b, 0x4000, &none);
	buf_free(&main);
}

static void opens_rar4(void **state)
{
	(void)state;
	struct buf b = {0};
	struct collect c;
	uint64_t size;
	rar4(&b, 0);
	assert_int_equal(format_rar.bid(buf_span(&b), &size), 95);
	assert_int_equal(open_archive(&format_rar, buf_span(&b), &c), ST_OK);
	assert_int_equal(c.sink.used, b.n);
	assert_member(&c, "one.txt", "first");
	assert_member(&c, "two.txt", "second");
	collect_free(&c);
	check_cuts(&format_rar, buf_span(&b), b.n - 7);
	check_damage(&format_rar, buf_span(&b));
	check_end(&format_rar, buf_span(&b), b.n);
	check_noise(&format_rar);
	buf_reset(&b);
	rar4(&b, 4);
	assert_int_equal(open_archive(&format_rar, buf_span(&b), &c), ST_ENCRYPTED);
	assert_true(collect_noted(&c, "encrypted"));
	assert_int_equal(collect_find(&c, "one.txt")->status, ST_ENCRYPTED);
	collect_free(&c);
	buf_free(&b);
}

static void rar5_block(struct buf *b, const struct buf *body)
{
	struct buf h = {0};
	buf_byte(&h, (uint8_t)body->n);
	buf_add(&h, body->p, body->n);
	le(b, hash_crc32(0, buf_span(&h)), 4);
	buf_add(b, h.p, h.n);
	buf_free(&h);
}

static void rar5(struct buf *b)
{
	struct buf h = {0};
	buf_add(b, "Rar!\x1a\7\1", 8);
	buf_add(&h, "\1\0\0", 3); /* archive */
	rar5_block(b, &h);
	buf_reset(&h);
	buf_add(&h, "\2\2\5", 3); /* file with 5 bytes of data */
	buf_byte(&h, 4);          /* has a CRC */
	buf_byte(&h, 5);
	buf_add(&h, "\xa4\x83\x02", 3); /* 0100644 */
	le(&h, hash_crc32(0, SPAN_LIT("first")), 4);
	buf_add(&h, "\0\1\7", 3); /* stored, Unix, length of the name */
	buf_str(&h, "one.txt");
	rar5_block(b, &h);
	buf_str(b, "first");
	buf_reset(&h);
	buf_add(&h, "\5\0\0", 3); /* end */
	rar5_block(b, &h);
	buf_free(&h);
}

static void opens_rar5(void **state)
{
	(void)state;
	struct buf b = {0};
	struct collect c;
	uint64_t size;
	rar5(&b);
	assert_int_equal(format_rar.bid(buf_span(&b), &size), 95);
	assert_int_equal(open_archive(&format_rar, buf_span(&b), &c), ST_OK);
	assert_int_equal(c.sink.used, b.n);
	assert_member(&c, "one.txt", "first");
	collect_free(&c);
	check_cuts(&format_rar, buf_span(&b), b.n);
	check_damage(&format_rar, buf_span(&b));
	check_end(&format_rar, buf_span(&b), b.n);
	b.p[8] ^= 1;
	assert_int_equal(format_rar.bid(buf_span(&b), &size), 0);
	buf_free(&b);
}

/* Stored members, level 0: sum of the header; CRC-16 of the content. */
static void lha_member(struct buf *b, const char *name, const char *text, uint16_t crc)
{
	struct buf h = {0};
	uint8_t sum = 0;
	buf_str(&h, "-lh0-");
	le(&h, strlen(text), 4);
	le(&h, strlen(text), 4);
	le(&h, 0x5a0f0000u, 4);
	buf_byte(&h, 0x20);
	buf_byte(&h, 0);
	buf_byte(&h, (uint8_t)strlen(name));
	buf_str(&h, name);
	le(&h, crc, 2);
	for (size_t i = 0; i < h.n; i++)
		sum = (uint8_t)(sum + h.p[i]);
	buf_byte(b, (uint8_t)h.n);
	buf_byte(b, sum);
	buf_add(b, h.p, h.n);
	buf_str(b, text);
	buf_free(&h);
}

static uint16_t crc16(const char *s)
{
	unsigned crc = 0;
	for (; *s; s++) {
		crc ^= (uint8_t)*s;
		for (int i = 0; i < 8; i++)
			crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
	}
	return (uint16_t)crc;
}

static void opens_lha(void **state)
{
	(void)state;
	struct buf b = {0};
	struct collect c;
	uint64_t size;
	lha_member(&b, "one.txt", "first", crc16("first"));
	lha_member(&b, "two.txt", "second", crc16("second"));
	buf_byte(&b, 0);
	assert_true(format_lha.bid(buf_span(&b), &size) >= 80);
	assert_int_equal(open_archive(&format_lha, buf_span(&b), &c), ST_OK);
	assert_int_equal(c.sink.used, b.n);
	assert_member(&c, "one.txt", "first");
	assert_member(&c, "two.txt", "second");
	collect_free(&c);
	check_cuts(&format_lha, buf_span(&b), 30);
	check_damage(&format_lha, buf_span(&b));
	check_end(&format_lha, buf_span(&b), b.n);
	check_noise(&format_lha);
	b.p[1] ^= 1;
	assert_int_equal(format_lha.bid(buf_span(&b), &size), 0);
	buf_free(&b);
}

/* An archive written by libarchive, for formats without a tool in Debian. */
static struct span written(struct archive *a, uint8_t *mem, size_t n)
{
	size_t used = 0;
	struct buf b = {0};
	assert_int_equal(archive_write_open_memory(a, mem, n, &used), ARCHIVE_OK);
	static const char *const names[] = {"etc/passwd", "usr/bin/prog"};
	for (size_t i = 0; i < 2; i++) {
		struct archive_entry *e = archive_entry_new();
		buf_reset(&b);
		if (i)
			numbers_file(&b);
		else
			buf_str(&b, "root:x:0:0\n");
		archive_entry_set_pathname(e, names[i]);
		archive_entry_set_size(e, (la_int64_t)b.n);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0755);
		archive_write_header(a, e);
		archive_write_data(a, b.p, b.n);
		archive_entry_free(e);
	}
	archive_write_close(a);
	archive_write_free(a);
	buf_free(&b);
	return SPAN(mem, used);
}

static void opens_xar(void **state)
{
	(void)state;
	uint8_t *mem = mem_alloc(1 << 20);
	struct archive *a = archive_write_new();
	struct collect c;
	uint64_t size;
	archive_write_set_format_xar(a);
	archive_write_set_bytes_in_last_block(a, 1);
	struct span in = written(a, mem, 1 << 20);
	assert_int_equal(format_xar.bid(in, &size), 90);
	assert_int_equal(open_archive(&format_xar, in, &c), ST_OK);
	/* the writer leaves 20 bytes behind the heap that belong to nothing */
	assert_int_equal(c.sink.used, in.n - 20);
	in.n -= 20;
	assert_member(&c, "etc/passwd", "root:x:0:0\n");
	assert_int_equal(collect_find(&c, "usr/bin/prog")->n, 692);
	collect_free(&c);
	check_cuts(&format_xar, in, in.n);
	check_damage(&format_xar, in);
	check_end(&format_xar, in, in.n);
	check_noise(&format_xar);
	mem_free(mem);
}

static void rpm_header(struct buf *b, const uint32_t (*tags)[3], size_t n, const struct buf *store)
{
	buf_add(b, "\x8e\xad\xe8\x01\0\0\0\0", 8);
	be(b, n, 4);
	be(b, store->n, 4);
	for (size_t i = 0; i < n; i++) {
		be(b, tags[i][0], 4);
		be(b, tags[i][1], 4);
		be(b, tags[i][2], 4);
		be(b, 1, 4);
	}
	buf_add(b, store->p, store->n);
}

static void rpm(struct buf *b)
{
	static const uint32_t names[][3] = {{1000, 6, 0}, {1001, 6, 5}, {1002, 6, 9}, {1022, 6, 11}};
	static const uint32_t sums[][3] = {{1000, 4, 0}, {1004, 7, 4}};
	struct buf body = {0}, store = {0};
	uint8_t md5[16];
	buf_add(&store, "tool\0001.0\0001\000mips", 16);
	rpm_header(&body, names, 4, &store);
	buf_str(&body, "PAYLOAD");
	hash_md5(buf_span(&body), md5);
	buf_reset(&store);
	be(&store, body.n, 4);
	buf_add(&store, md5, 16);
	buf_add(b, "\xed\xab\xee\xdb\3\0\0\0\0\1tool", 14);
	buf_fill(b, 0, 64);
	buf_add(b, "\0\5", 2);
	buf_fill(b, 0, 16);
	rpm_header(b, sums, 2, &store);
	buf_fill(b, 0, (8 - b->n % 8) % 8);
	buf_add(b, body.p, body.n);
	buf_free(&store);
	buf_free(&body);
}

static void opens_rpm(void **state)
{
	(void)state;
	struct buf b = {0};
	struct collect c;
	struct label l = {0};
	uint64_t size;
	rpm(&b);
	assert_int_equal(format_rpm.bid(buf_span(&b), &size), 95);
	assert_int_equal(size, b.n);
	format_rpm.label(buf_span(&b), &l);
	assert_string_equal(l.text, "tool-1.0-1.mips");
	assert_int_equal(open_archive(&format_rpm, buf_span(&b), &c), ST_OK);
	assert_member(&c, "payload", "PAYLOAD");
	collect_free(&c);
	check_cuts(&format_rpm, buf_span(&b), b.n);
	check_damage(&format_rpm, buf_span(&b));
	check_end(&format_rpm, buf_span(&b), b.n);
	check_noise(&format_rpm);
	b.p[b.n - 1] ^= 1;
	assert_int_equal(open_archive(&format_rpm, buf_span(&b), &c), ST_DAMAGED);
	collect_free(&c);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_7z),   cmocka_unit_test(tells_encrypted_7z),
		cmocka_unit_test(opens_cab),  cmocka_unit_test(opens_rar4),
		cmocka_unit_test(opens_rar5), cmocka_unit_test(opens_lha),
		cmocka_unit_test(opens_xar),  cmocka_unit_test(opens_rpm),
	};
	return cmocka_run_group_tests_name("archives", tests, NULL, NULL);
}
