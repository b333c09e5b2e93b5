/* SPDX-License-Identifier: Apache-2.0 */
/* More vendor images, built by hand from the layouts that the format files cite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <zlib.h>

#include "image.h"

extern const struct format format_huawei_app, format_zyxel_ras, format_zyimage, format_mikrotik_npk,
	format_ubnt, format_qnap, format_bcm_tag, format_xiaomi, format_moxa_frm;

static uint16_t crc16(const uint8_t *p, size_t n)
{
	uint16_t crc = 0xffff;
	while (n--) {
		crc ^= *p++;
		for (int b = 0; b < 8; b++)
			crc = (uint16_t)(crc >> 1 ^ (crc & 1 ? 0x8408 : 0));
	}
	return (uint16_t)~crc;
}

static void put_app(struct buf *b, const char *name, size_t n, unsigned seed)
{
	struct buf data = {0};
	size_t blocks = (n + 255) / 256;
	put_text(&data, n, seed);
	buf_add(b, "\x55\xaa\x5a\xa5", 4);
	put_le32(b, 98 + 2 * blocks);
	put_le32(b, 1);
	put_field(b, "HWEL", 8, 0xff);
	put_le32(b, seed);
	put_le32(b, n);
	put_field(b, "2014.01.01", 16, 0);
	put_field(b, "10.00.00", 16, 0);
	put_field(b, name, 16, 0);
	buf_fill(b, 0, 16);
	put_le16(b, 0);
	put_le16(b, 256);
	put_le16(b, 0);
	for (size_t i = 0; i < blocks; i++)
		put_le16(b, crc16(data.p + 256 * i, n - 256 * i < 256 ? n - 256 * i : 256));
	buf_add(b, data.p, data.n);
	while (b->n % 4)
		buf_byte(b, 0);
	buf_free(&data);
}

static void huawei_app(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_fill(&b, 0, 92);
	put_app(&b, "BOOT", 700, 1);
	size_t second = b.n;
	put_app(&b, "SYSTEM", 300, 2);
	assert_true(bid_on(&format_huawei_app, &b, NULL) > 90);
	assert_true(opens_as(&format_huawei_app, &b, "BOOT", SPAN(b.p + 92 + 98 + 6, 700), ST_OK));
	assert_true(opens_as(&format_huawei_app, &b, "SYSTEM", SPAN(b.p + second + 98 + 4, 300), ST_OK));
	assert_false(opens_with_note(&format_huawei_app, &b, "wrong"));
	assert_true(survives(&format_huawei_app, &b));
	b.p[300] ^= 1;
	assert_true(opens_with_note(&format_huawei_app, &b, "BOOT: 1 of 3 block checksums are wrong"));
	b.p[92 + 24] ^= 0xff; /* the length no longer goes with the table of sums */
	b.p[93 + 24] ^= 0xff;
	assert_int_equal(bid_on(&format_huawei_app, &b, NULL), 0);
	assert_true(rejects_noise(&format_huawei_app));
	buf_free(&b);
}

static uint32_t fold(const uint8_t *p, size_t n)
{
	uint32_t s = 0;
	while (n--)
		s += *p++;
	uint32_t r = (s & 0xffff) + (s >> 16);
	return (r & 0xffff) + (r >> 16);
}

static void zyxel_ras(void **state)
{
	(void)state;
	struct buf b = {0};
	put_be32(&b, 0);
	put_be32(&b, 5000);
	put_field(&b, "V1.00(ABCT.0)C0", 16, 0);
	buf_fill(&b, 0xff, 16);
	put_be32(&b, 0);
	put_field(&b, "NBG6617", 8, 0);
	buf_fill(&b, 0xff, 56);
	put_be32(&b, 0);
	put_be32(&b, 1000);
	buf_fill(&b, 0xff, 0x1000 - b.n);
	put_text(&b, 6000, 1);
	set_be32(&b, 0, fold(b.p + 0x1000, 5000));
	set_be32(&b, 108, fold(b.p + 0x1000 + 5000, 1000));
	memcpy(b.p + 40, b.p, 4);
	set_be32(&b, 40, fold(b.p, 2048));
	assert_true(bid_on(&format_zyxel_ras, &b, NULL) >= 90);
	assert_true(opens_as(&format_zyxel_ras, &b, "rootfs", SPAN(b.p + 0x1000, 5000), ST_OK));
	assert_true(opens_as(&format_zyxel_ras, &b, "kernel", SPAN(b.p + 0x1000 + 5000, 1000), ST_OK));
	assert_false(opens_with_note(&format_zyxel_ras, &b, "wrong"));
	assert_true(survives(&format_zyxel_ras, &b));
	b.p[0x2600] ^= 1;
	assert_true(opens_with_note(&format_zyxel_ras, &b, "checksum of the kernel is wrong"));
	b.p[46] = 'C'; /* the header's sum */
	assert_int_equal(bid_on(&format_zyxel_ras, &b, NULL), 0);
	assert_true(rejects_noise(&format_zyxel_ras));
	buf_free(&b);
}

static void zyimage(void **state)
{
	(void)state;
	struct buf b = {0};
	put_text(&b, 600, 1);
	uint32_t crc = hash_crc32(0, buf_span(&b)) ^ UINT32_MAX;
	buf_str(&b, "ZNBG");
	put_le32(&b, 0x804410);
	put_field(&b, "V.1.0.0(1.0.0)", 48, 0);
	put_le32(&b, crc);
	assert_true(opens_as(&format_zyimage, &b, "firmware", SPAN(b.p, 600), ST_OK));
	assert_false(opens_with_note(&format_zyimage, &b, "wrong"));
	assert_true(survives(&format_zyimage, &b));
	b.p[5] ^= 1;
	assert_true(opens_with_note(&format_zyimage, &b, "checksum is wrong"));
	buf_byte(&b, 0); /* not at the very end */
	assert_int_equal(bid_on(&format_zyimage, &b, NULL), 0);
	assert_true(rejects_noise(&format_zyimage));
	buf_free(&b);
}

static void put_npk_file(struct buf *b, unsigned mode, const char *name, const char *content)
{
	put_le16(b, mode);
	buf_fill(b, 0, 6);
	put_le32(b, 1400000000);
	buf_fill(b, 0, 12);
	put_le32(b, strlen(content));
	put_le16(b, strlen(name));
	buf_str(b, name);
	buf_str(b, content);
}

static void make_npk(struct buf *b)
{
	struct buf files = {0};
	uint8_t packed[2048];
	uLongf got = sizeof packed;
	put_npk_file(&files, 0040755, "nova", "");
	put_npk_file(&files, 0100755, "nova/run", "#!/bin/sh\n");
	put_npk_file(&files, 0120777, "nova/link", "run");
	compress(packed, &got, files.p, files.n);
	buf_add(b, "\x1e\xf1\xd0\xba", 4);
	put_le32(b, 0);
	put_le16(b, 1);
	put_le32(b, 32);
	put_field(b, "routing", 16, 0);
	buf_add(b, "\x04\x66\x30\x06", 4);
	buf_fill(b, 0, 12);
	put_le16(b, 16);
	put_le32(b, 6);
	buf_str(b, "mipsbe");
	put_le16(b, 7);
	put_le32(b, 11);
	buf_str(b, "\n new-libs\n");
	put_le16(b, 4);
	put_le32(b, got);
	buf_add(b, packed, got);
	put_le16(b, 21);
	put_le32(b, 100);
	put_text(b, 100, 4);
	set_le32(b, 4, b->n - 8);
	buf_free(&files);
}

static void mikrotik(void **state)
{
	(void)state;
	struct buf b = {0};
	struct collect c;
	struct label l = {0};
	make_npk(&b);
	size_t n = b.n;
	assert_true(bid_on(&format_mikrotik_npk, &b, NULL) > 90);
	assert_true(opens_as(&format_mikrotik_npk, &b, "nova/run", SPAN_LIT("#!/bin/sh\n"), ST_OK));
	assert_true(opens_as(&format_mikrotik_npk, &b, "squashfs", SPAN(b.p + n - 100, 100), ST_OK));
	collect_init(&c);
	format_mikrotik_npk.open(buf_span(&b), &c.sink);
	assert_int_equal(collect_find(&c, "nova")->e.type, ENTRY_DIR);
	assert_string_equal(collect_find(&c, "nova/link")->link, "run");
	assert_int_equal(collect_find(&c, "nova/run")->e.mode, 0755);
	collect_free(&c);
	format_mikrotik_npk.label(buf_span(&b), &l);
	assert_string_equal(l.text, "routing 6.48.4 mipsbe");
	assert_true(survives(&format_mikrotik_npk, &b));
	b.p[n - 106] = 0x99; /* no such item, and so no way to the end */
	b.p[n - 105] = 0x99;
	assert_int_equal(bid_on(&format_mikrotik_npk, &b, NULL), 0);
	assert_true(rejects_noise(&format_mikrotik_npk));
	buf_free(&b);
}

static void put_ubnt_part(struct buf *b, const char *name, size_t n)
{
	size_t at = b->n;
	buf_str(b, "PART");
	put_field(b, name, 16, 0);
	buf_fill(b, 0, 12);
	put_be32(b, 0x80002000);
	put_be32(b, 1);
	put_be32(b, 0x9f050000);
	put_be32(b, 0x80002000);
	put_be32(b, n);
	put_be32(b, n);
	put_text(b, n, 1);
	put_be32(b, hash_crc32(0, SPAN(b->p + at, b->n - at)));
	put_be32(b, 0);
}

static void ubnt(void **state)
{
	(void)state;
	struct buf b = {0};
	uint64_t size;
	buf_str(&b, "UBNT");
	put_field(&b, "XM.ar7240.v5.5.6", 256, 0);
	put_be32(&b, hash_crc32(0, SPAN(b.p, 260)));
	put_be32(&b, 0);
	put_ubnt_part(&b, "kernel", 300);
	size_t second = b.n;
	put_ubnt_part(&b, "rootfs", 200);
	uint32_t crc = hash_crc32(0, buf_span(&b));
	buf_str(&b, "END.");
	put_be32(&b, crc);
	put_be32(&b, 0);
	size_t n = b.n;
	buf_str(&b, "behind");
	assert_true(bid_on(&format_ubnt, &b, &size) > 90);
	assert_int_equal(size, n);
	assert_true(opens_as(&format_ubnt, &b, "kernel", SPAN(b.p + 268 + 56, 300), ST_OK));
	assert_true(opens_as(&format_ubnt, &b, "rootfs", SPAN(b.p + second + 56, 200), ST_OK));
	assert_false(opens_with_note(&format_ubnt, &b, "wrong"));
	assert_true(survives(&format_ubnt, &b));
	b.p[400] ^= 1;
	struct collect c;
	collect_init(&c);
	format_ubnt.open(buf_span(&b), &c.sink);
	assert_int_equal(collect_find(&c, "kernel")->status, ST_DAMAGED);
	assert_int_equal(collect_find(&c, "rootfs")->status, ST_OK);
	collect_free(&c);
	b.p[10] ^= 1; /* neither a right header nor a part behind it */
	b.p[268] = 'p';
	assert_int_equal(bid_on(&format_ubnt, &b, NULL), 0);
	assert_true(rejects_noise(&format_ubnt));
	buf_free(&b);
}

/* PC1 in the direction of encryption, straight from its recurrence. */
static void pc1_encrypt(const char *secret, uint8_t *p, size_t n)
{
	size_t words = strlen(secret) / 2;
	uint16_t last = 0, z = 0;
	uint8_t acc = 0;
	for (size_t k = 0; k < n; k++) {
		uint32_t s = 0;
		uint16_t mixed = 0;
		for (size_t i = 0; i < words; i++) {
			int hi = (uint8_t)(secret[2 * i] ^ acc), lo = (uint8_t)(secret[2 * i + 1] ^ acc);
			uint32_t x = s ^ (uint32_t)((hi < 0x80 ? hi : hi - 0x101) * 256 + lo);
			s = (0x4e35 * x + 1) & 0xffff;
			uint16_t before = last;
			last = (uint16_t)(0x15a * x);
			z = (uint16_t)(last + before + 0x4e35u * (z + (uint32_t)i));
			mixed = (uint16_t)(mixed ^ s ^ z);
		}
		uint8_t plain = p[k];
		p[k] = (uint8_t)(plain ^ mixed ^ mixed >> 8);
		acc ^= plain;
	}
}

static void qnap(void **state)
{
	(void)state;
	struct buf b = {0}, plain = {0};
	buf_add(&plain, "\x1f\x8b\x08\x00", 4);
	put_text(&plain, 900, 1);
	buf_add(&b, plain.p, plain.n);
	pc1_encrypt("QNAPNASVERSION4", b.p, 500);
	size_t footer = b.n;
	buf_str(&b, "icpnas");
	put_le32(&b, 500);
	put_field(&b, "TS-X51", 16, 0);
	put_field(&b, "4.3.6", 16, 0);
	put_field(&b, "20190101", 16, 0);
	put_field(&b, "0", 16, 0);
	assert_true(opens_as(&format_qnap, &b, "firmware", buf_span(&plain), ST_OK));
	assert_true(opens_with_note(&format_qnap, &b, "published key"));
	assert_true(survives(&format_qnap, &b));
	b.p[0] ^= 1;
	assert_true(opens_as(&format_qnap, &b, "firmware", SPAN(b.p, footer), ST_ENCRYPTED));
	assert_true(opens_with_note(&format_qnap, &b, "encrypted"));
	b.p[footer + 9] = 0x7f; /* longer than the image */
	assert_int_equal(bid_on(&format_qnap, &b, NULL), 0);
	assert_true(rejects_noise(&format_qnap));
	buf_free(&b);
	buf_free(&plain);
}

static void put_decimal(struct buf *b, unsigned long v, size_t n)
{
	char text[16];
	snprintf(text, sizeof text, "%lu", v);
	put_field(b, text, n, 0);
}

static void bcm_tag(void **state)
{
	(void)state;
	struct buf b = {0};
	uint64_t size;
	put_field(&b, "6", 4, 0);
	put_field(&b, "Broadcom Corporation", 20, 0);
	put_field(&b, "ver. 2.0", 14, 0);
	put_field(&b, "6348", 6, 0);
	put_field(&b, "96348GW-11", 16, 0);
	put_field(&b, "1", 2, 0);
	put_decimal(&b, 900, 10);
	put_decimal(&b, 0, 12);
	put_decimal(&b, 0, 10);
	put_decimal(&b, 3217096960, 12);
	put_decimal(&b, 500, 10);
	put_decimal(&b, 3217097460, 12);
	put_decimal(&b, 400, 10);
	buf_fill(&b, 0, 256 - b.n);
	put_text(&b, 900, 1);
	set_be32(&b, 216, hash_crc32(0, SPAN(b.p + 256, 900)) ^ UINT32_MAX);
	set_be32(&b, 236, hash_crc32(0, SPAN(b.p, 236)) ^ UINT32_MAX);
	assert_true(bid_on(&format_bcm_tag, &b, &size) > 90);
	assert_int_equal(size, 1156);
	assert_true(opens_as(&format_bcm_tag, &b, "rootfs", SPAN(b.p + 256, 500), ST_OK));
	assert_true(opens_as(&format_bcm_tag, &b, "kernel", SPAN(b.p + 756, 400), ST_OK));
	assert_false(opens_with_note(&format_bcm_tag, &b, "wrong"));
	assert_true(survives(&format_bcm_tag, &b));
	b.p[300] ^= 1;
	assert_true(opens_with_note(&format_bcm_tag, &b, "image checksum is wrong"));
	b.p[62] = 'x'; /* a length that is no number */
	assert_int_equal(bid_on(&format_bcm_tag, &b, NULL), 0);
	assert_true(rejects_noise(&format_bcm_tag));
	buf_free(&b);
}

static void xiaomi(void **state)
{
	(void)state;
	for (int two = 0; two < 2; two++) {
		struct buf b = {0};
		size_t head = two ? 80 : 48;
		buf_str(&b, two ? "HDR2" : "HDR1");
		put_le32(&b, head + 48 + 400);
		put_le32(&b, 0);
		buf_fill(&b, 0, two ? 36 : 4);
		put_le32(&b, head);
		buf_fill(&b, 0, 28);
		buf_add(&b, "\xbe\xba\0\0", 4);
		put_le32(&b, 0);
		put_le32(&b, 400);
		put_le32(&b, 1);
		put_field(&b, "uboot.bin", 32, 0);
		put_text(&b, 400, 1);
		buf_fill(&b, 1, 272);
		set_le32(&b, 8, hash_crc32(0, SPAN(b.p + 12, b.n - 12)) ^ UINT32_MAX);
		uint64_t size;
		assert_true(bid_on(&format_xiaomi, &b, &size) > 90);
		assert_int_equal(size, b.n);
		assert_true(opens_as(&format_xiaomi, &b, "uboot.bin", SPAN(b.p + head + 48, 400), ST_OK));
		assert_false(opens_with_note(&format_xiaomi, &b, "wrong"));
		assert_true(survives(&format_xiaomi, &b));
		b.p[300] ^= 1;
		assert_true(opens_with_note(&format_xiaomi, &b, "checksum is wrong"));
		b.p[head] = 0; /* no part at the first offset */
		assert_int_equal(bid_on(&format_xiaomi, &b, NULL), 0);
		buf_free(&b);
	}
	assert_true(rejects_noise(&format_xiaomi));
}

static void moxa(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add(&b, "*FRM\0\0\0\1", 8);
	put_le32(&b, 96 + 200 + 400);
	put_le16(&b, 96);
	put_le16(&b, 2);
	buf_fill(&b, 0, 48);
	put_le32(&b, 1);
	put_le32(&b, 96);
	put_le32(&b, 200);
	put_le32(&b, 0);
	put_le32(&b, 2);
	put_le32(&b, 296);
	put_le32(&b, 400);
	put_le32(&b, 0);
	put_text(&b, 200, 1);
	put_field(&b, "NP5110", 48, 0);
	put_le32(&b, 100);
	put_le32(&b, 64);
	put_le16(&b, 64);
	put_le16(&b, 1);
	buf_fill(&b, 0, 40);
	put_field(&b, "main.htm", 48, 0);
	buf_fill(&b, 0, 8);
	put_le32(&b, 30);
	put_le32(&b, 200);
	buf_fill(&b, 0, 296 + 200 - b.n);
	put_text(&b, 200, 8);
	assert_true(bid_on(&format_moxa_frm, &b, NULL) > 90);
	assert_true(opens_as(&format_moxa_frm, &b, "firmware", SPAN(b.p + 96, 200), ST_OK));
	assert_true(opens_as(&format_moxa_frm, &b, "main.htm", SPAN(b.p + 496, 30), ST_OK));
	assert_true(survives(&format_moxa_frm, &b));
	set_le32(&b, 296 + 100 + 56, 5000);
	assert_true(opens_with_note(&format_moxa_frm, &b, "main.htm: declared length runs past the end"));
	set_le32(&b, 64 + 8, 100000);
	assert_int_equal(bid_on(&format_moxa_frm, &b, NULL), 0);
	assert_true(rejects_noise(&format_moxa_frm));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(huawei_app), cmocka_unit_test(zyxel_ras), cmocka_unit_test(zyimage),
		cmocka_unit_test(mikrotik),   cmocka_unit_test(ubnt),      cmocka_unit_test(qnap),
		cmocka_unit_test(bcm_tag),    cmocka_unit_test(xiaomi),    cmocka_unit_test(moxa),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
