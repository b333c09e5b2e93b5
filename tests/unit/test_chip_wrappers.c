/* SPDX-License-Identifier: Apache-2.0 */
/* ESP images and flashes, Intel HEX, S-records, UEFI volumes and sections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <lzma.h>

#include "image.h"

extern const struct format format_esp, format_esp_flash, format_ihex, format_srec, format_uefi_fv,
    format_uefi_sections;

static void make_esp(struct buf *b, bool esp32)
{
	uint8_t x = 0xef;
	buf_add(b, "\xe9\x02\x02\x10", 4);
	put_le32(b, 0x40080400);
	if (esp32) {
		buf_byte(b, 0xee);
		buf_fill(b, 0, 3);
		put_le16(b, 5);
		buf_fill(b, 0, 9);
		buf_byte(b, 1);
	}
	for (unsigned i = 0; i < 2; i++) {
		put_le32(b, 0x40080000 + i * 0x1000);
		put_le32(b, 100);
		put_text(b, 100, i);
		for (size_t k = b->n - 100; k < b->n; k++)
			x ^= b->p[k];
	}
	while (b->n % 16 != 15)
		buf_byte(b, 0);
	buf_byte(b, x);
	if (esp32) {
		uint8_t sha[32];
		hash_sha256(buf_span(b), sha);
		buf_add(b, sha, 32);
	}
}

static void esp(void **state)
{
	(void)state;
	for (int esp32 = 0; esp32 < 2; esp32++) {
		struct buf b = {0};
		struct label l = {0};
		uint64_t size;
		make_esp(&b, esp32);
		size_t n = b.n, head = esp32 ? 24 : 8;
		buf_fill(&b, 0xff, 200);
		assert_true(bid_on(&format_esp, &b, &size) >= 90);
		assert_int_equal(size, n);
		assert_true(opens_as(&format_esp, &b, "segment-1-40081000",
				     SPAN(b.p + head + 116, 100), ST_OK));
		assert_false(opens_with_note(&format_esp, &b, "wrong"));
		format_esp.label(buf_span(&b), &l);
		assert_string_equal(l.arch, esp32 ? "riscv32" : "xtensa");
		assert_true(survives(&format_esp, &b));
		b.p[n - 1] ^= 1;
		if (esp32)
			assert_true(
			    opens_with_note(&format_esp, &b, "SHA-256 of the image is wrong"));
		b.p[head + 20] ^= 2; /* the xor of all bytes */
		assert_int_equal(bid_on(&format_esp, &b, NULL), 0);
		buf_free(&b);
	}
	assert_true(rejects_noise(&format_esp));
}

static void put_row(struct buf *b, unsigned type, uint32_t at, uint32_t n, const char *name,
		    uint32_t flags)
{
	buf_add(b, "\xaa\x50", 2);
	buf_byte(b, (uint8_t)type);
	buf_byte(b, 0);
	put_le32(b, at);
	put_le32(b, n);
	put_field(b, name, 16, 0);
	put_le32(b, flags);
}

static void esp_flash(void **state)
{
	(void)state;
	struct buf b = {0};
	uint64_t size;
	put_text(&b, 0x8000, 1);
	put_row(&b, 1, 0x9000, 0x1000, "nvs", 1);
	put_row(&b, 0, 0xa000, 0x2000, "factory", 0);
	uint8_t md5[16];
	hash_md5(SPAN(b.p + 0x8000, 64), md5);
	buf_add(&b, "\xeb\xeb", 2);
	buf_fill(&b, 0xff, 14);
	buf_add(&b, md5, 16);
	buf_fill(&b, 0xff, 0x9000 - b.n);
	put_text(&b, 0x3000, 7);
	assert_true(bid_on(&format_esp_flash, &b, &size) > 90);
	assert_int_equal(size, 0xc000);
	assert_true(opens_as(&format_esp_flash, &b, "factory", SPAN(b.p + 0xa000, 0x2000), ST_OK));
	assert_true(opens_with_note(&format_esp_flash, &b, "nvs: encrypted"));
	assert_true(survives(&format_esp_flash, &b));
	b.p[0x8000 + 64 + 20] ^= 1; /* two rows and no right MD5 are not enough */
	assert_int_equal(bid_on(&format_esp_flash, &b, NULL), 0);
	buf_free(&b);
}

static void ihex(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_str(
	    &b,
	    ":020000040800F2\r\n:0400000001020304F2\r\n:0400040005060708DE\r\n:02001000090ADB\r\n"
	    ":00000001FF\r\nnot a record\n");
	assert_true(opens_as(&format_ihex, &b, "08000000", SPAN("\1\2\3\4\5\6\7\10", 8), ST_OK));
	assert_true(opens_as(&format_ihex, &b, "08000010", SPAN("\11\12", 2), ST_OK));
	assert_true(survives(&format_ihex, &b));
	b.p[30] = '9'; /* a sum that is wrong, in the second line */
	assert_int_equal(bid_on(&format_ihex, &b, NULL), 0);
	assert_true(opens_with_note(&format_ihex, &b, "damaged"));
	buf_reset(&b);
	buf_str(&b, ":not hex at all\n");
	assert_int_equal(bid_on(&format_ihex, &b, NULL), 0);
	assert_true(rejects_noise(&format_ihex));
	buf_free(&b);
}

static void srec(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_str(&b, "S00600004844521B\nS107010001020304ED\nS1070104050607"
		    "08D9\nS1050200090AE5\nS9030000FC\n");
	assert_true(opens_as(&format_srec, &b, "00000100", SPAN("\1\2\3\4\5\6\7\10", 8), ST_OK));
	assert_true(opens_as(&format_srec, &b, "00000200", SPAN("\11\12", 2), ST_OK));
	assert_true(survives(&format_srec, &b));
	b.p[25] = '9';
	assert_int_equal(bid_on(&format_srec, &b, NULL), 0);
	buf_reset(&b);
	buf_str(&b, "S1 is a name, too\nS2 as well\n");
	assert_int_equal(bid_on(&format_srec, &b, NULL), 0);
	assert_true(rejects_noise(&format_srec));
	buf_free(&b);
}

static void put_section(struct buf *b, unsigned type, const void *p, size_t n)
{
	while (b->n % 4)
		buf_byte(b, 0);
	put_number(b, n + 4, 3, false);
	buf_byte(b, (uint8_t)type);
	buf_add(b, p, n);
}

static void make_sections(struct buf *b, const struct buf *inner)
{
	uint8_t packed[4096];
	size_t got = 0;
	struct buf s = {0};
	lzma_options_lzma opt;
	lzma_lzma_preset(&opt, 6);
	lzma_stream z = LZMA_STREAM_INIT;
	assert_int_equal(lzma_alone_encoder(&z, &opt), LZMA_OK);
	z.next_in = inner->p;
	z.avail_in = inner->n;
	z.next_out = packed;
	z.avail_out = sizeof packed;
	assert_int_equal(lzma_code(&z, LZMA_FINISH), LZMA_STREAM_END);
	got = sizeof packed - z.avail_out;
	lzma_end(&z);
	buf_add(&s, "\x98\x58\x4e\xee\x14\x39\x59\x42\x9d\x6e\xdc\x7b\xd7\x94\x03\xcf", 16);
	put_le16(&s, 24);
	put_le16(&s, 1);
	buf_add(&s, packed, got);
	put_section(b, 2, s.p, s.n);
	put_section(b, 0x10, "MZ and a program", 16);
	put_section(b, 0x15, "S\0h\0e\0l\0l\0\0\0", 12);
	buf_free(&s);
}

static void sections(void **state)
{
	(void)state;
	struct buf b = {0}, inner = {0};
	put_text(&inner, 1500, 1);
	make_sections(&b, &inner);
	assert_true(bid_on(&format_uefi_sections, &b, NULL) >= 70);
	assert_true(
	    opens_as(&format_uefi_sections, &b, "Shell.sections-0", buf_span(&inner), ST_OK));
	assert_true(opens_as(&format_uefi_sections, &b, "Shell.pe32-1",
			     SPAN_LIT("MZ and a program"), ST_OK));
	assert_true(survives(&format_uefi_sections, &b));
	b.p[3] = 0x40; /* no such section */
	assert_int_equal(bid_on(&format_uefi_sections, &b, NULL), 0);
	assert_true(rejects_noise(&format_uefi_sections));
	buf_free(&b);
	buf_free(&inner);
}

static void volume(void **state)
{
	(void)state;
	struct buf b = {0};
	uint64_t size;
	buf_fill(&b, 0, 16);
	buf_add(&b, "\x78\xe5\x8c\x8c\x3d\x8a\x1c\x4f\x99\x35\x89\x61\x85\xc3\x2d\xd3", 16);
	put_number(&b, 0x400, 8, false);
	buf_str(&b, "_FVH");
	put_le32(&b, 0x4feff);
	put_le16(&b, 72);
	put_le16(&b, 0);
	put_le16(&b, 0);
	put_le16(&b, 0x200);
	put_le32(&b, 1);
	put_le32(&b, 0x400);
	put_number(&b, 0, 8, false);
	uint32_t sum = 0;
	for (size_t i = 0; i < 72; i += 2)
		sum += (uint32_t)b.p[i + 1] << 8 | b.p[i];
	set_number(&b, 50, -(uint64_t)sum, 2, false);
	buf_add(&b, "\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16);
	put_le16(&b, 0);
	buf_byte(&b, 7);
	buf_byte(&b, 0);
	put_number(&b, 24 + 100, 3, false);
	buf_byte(&b, 0xf8);
	put_text(&b, 100, 1);
	size_t end = b.n;
	buf_fill(&b, 0xff, 0x400 - b.n);
	assert_true(bid_on(&format_uefi_fv, &b, &size) > 90);
	assert_int_equal(size, 0x400);
	assert_true(opens_as(&format_uefi_fv, &b, "00112233-4455-6677-8899-aabbccddeeff.driver",
			     SPAN(b.p + end - 100, 100), ST_OK));
	assert_true(survives(&format_uefi_fv, &b));
	b.p[52] ^= 1; /* the header's sum */
	assert_int_equal(bid_on(&format_uefi_fv, &b, NULL), 0);
	assert_true(rejects_noise(&format_uefi_fv));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(esp),  cmocka_unit_test(esp_flash), cmocka_unit_test(ihex),
	    cmocka_unit_test(srec), cmocka_unit_test(sections),	 cmocka_unit_test(volume),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
