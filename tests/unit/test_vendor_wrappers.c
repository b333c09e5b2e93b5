/* SPDX-License-Identifier: Apache-2.0 */
/* Vendor headers, built by hand from the layouts that the format files cite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "codec/decrypt.h"
#include "image.h"

extern const struct format format_netgear_chk, format_netgear_dni, format_tplink_safeloader,
	format_realtek, format_edimax, format_senao, format_sercomm, format_arcadyan, format_hilink_des,
	format_xor;

static uint32_t netgear_sum(const uint8_t *p, size_t n)
{
	uint32_t a = 0, b = 0;
	for (size_t i = 0; i < n; i++) {
		a += p[i];
		b += a;
	}
	uint32_t x = (a & 0xffff) + (a >> 16), y = (b & 0xffff) + (b >> 16);
	return (((y >> 16) + y) & 0xffff) << 16 | (((x >> 16) + x) & 0xffff);
}

static void netgear_chk(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_str(&b, "*#$^");
	put_be32(&b, 58);
	buf_fill(&b, 0, 8);
	put_be32(&b, 0);
	put_be32(&b, 0);
	put_be32(&b, 300);
	put_be32(&b, 200);
	put_be32(&b, 0);
	put_be32(&b, 0);
	buf_str(&b, "U12H127T00_NETGEAR");
	put_text(&b, 500, 1);
	set_be32(&b, 32, netgear_sum(b.p + 58, 500));
	set_be32(&b, 36, netgear_sum(b.p, 58));
	buf_str(&b, "trailing");
	uint64_t size;
	assert_true(bid_on(&format_netgear_chk, &b, &size) > 90);
	assert_int_equal(size, 558);
	assert_true(opens_as(&format_netgear_chk, &b, "kernel", SPAN(b.p + 58, 300), ST_OK));
	assert_true(opens_as(&format_netgear_chk, &b, "rootfs", SPAN(b.p + 358, 200), ST_OK));
	assert_false(opens_with_note(&format_netgear_chk, &b, "wrong"));
	assert_true(survives(&format_netgear_chk, &b));
	b.p[100] ^= 1;
	assert_true(opens_with_note(&format_netgear_chk, &b, "image checksum is wrong"));
	set_be32(&b, 4, 5000);
	assert_int_equal(bid_on(&format_netgear_chk, &b, NULL), 0);
	assert_true(rejects_noise(&format_netgear_chk));
	buf_free(&b);
}

static void netgear_dni(void **state)
{
	(void)state;
	struct buf b = {0};
	put_field(&b, "device:WNR2000v3\nversion:V1.0.0.1\nregion:\n", 128, 0);
	put_text(&b, 400, 1);
	uint32_t sum = 0;
	for (size_t i = 0; i < b.n; i++)
		sum += b.p[i];
	buf_byte(&b, (uint8_t)(0xff - sum));
	assert_true(opens_as(&format_netgear_dni, &b, "data", SPAN(b.p + 128, 400), ST_OK));
	assert_false(opens_with_note(&format_netgear_dni, &b, "wrong"));
	struct label l = {0};
	format_netgear_dni.label(buf_span(&b), &l);
	assert_string_equal(l.text, "device:WNR2000v3 version:V1.0.0.1 region:");
	assert_true(survives(&format_netgear_dni, &b));
	b.p[200] ^= 1;
	assert_true(opens_with_note(&format_netgear_dni, &b, "checksum is wrong"));
	b.p[127] = 'x'; /* the header is not NUL padded: a text that only begins like one */
	assert_int_equal(bid_on(&format_netgear_dni, &b, NULL), 0);
	assert_true(rejects_noise(&format_netgear_dni));
	buf_free(&b);
}

static void safeloader(void **state)
{
	(void)state;
	static const uint8_t salt[16] = {0x7a, 0x2b, 0x15, 0xed, 0x9b, 0x98, 0x59, 0x6d,
					 0xe5, 0x04, 0xab, 0x44, 0xac, 0x2a, 0x9f, 0x4e};
	static const char vendor[] = "CPE510(TP-LINK|UN|N300-5):1.0\r\n";
	struct buf b = {0}, h = {0};
	put_be32(&b, 0);
	buf_fill(&b, 0, 16);
	put_be32(&b, sizeof vendor - 1);
	put_field(&b, vendor, 0x1014 - 0x18, 0xff);
	put_field(&b,
		  "fwup-ptn partition-table base 0x00800 size 0x00100\t\r\n"
		  "fwup-ptn os-image base 0x00900 size 0x00200\t\r\n"
		  "fwup-ptn support-list base 0x00b00 size 0x00080\t\r\n",
		  0x800, 0xff);
	put_text(&b, 0x380, 1);
	set_be32(&b, 0, b.n);
	buf_add(&h, salt, 16);
	buf_add(&h, b.p + 0x14, b.n - 0x14);
	hash_md5(buf_span(&h), b.p + 4);
	uint64_t size;
	assert_true(bid_on(&format_tplink_safeloader, &b, &size) > 90);
	assert_int_equal(size, b.n);
	assert_true(opens_as(&format_tplink_safeloader, &b, "os-image", SPAN(b.p + 0x1914, 0x200), ST_OK));
	assert_true(opens_as(&format_tplink_safeloader, &b, "support-list", SPAN(b.p + 0x1b14, 0x80), ST_OK));
	assert_false(opens_with_note(&format_tplink_safeloader, &b, "wrong"));
	assert_true(survives(&format_tplink_safeloader, &b));
	b.p[0x1900] ^= 1;
	assert_true(opens_with_note(&format_tplink_safeloader, &b, "MD5 is wrong"));
	b.p[0x1014 + 30] = '!'; /* "base" is broken */
	assert_int_equal(bid_on(&format_tplink_safeloader, &b, NULL), 0);
	assert_true(rejects_noise(&format_tplink_safeloader));
	buf_free(&b);
	buf_free(&h);
}

static void make_realtek(struct buf *b, const char *sign)
{
	buf_str(b, sign);
	put_be32(b, 0x80500000);
	put_be32(b, 0x30000);
	put_be32(b, 602);
	put_text(b, 600, 1);
	uint32_t sum = 0;
	for (size_t i = 16; i < 616; i += 2)
		sum += (uint32_t)b->p[i] << 8 | b->p[i + 1];
	put_be16(b, (uint16_t)-sum);
}

static void realtek(void **state)
{
	(void)state;
	struct buf b = {0};
	uint64_t size;
	make_realtek(&b, "cr6c");
	buf_str(&b, "behind");
	assert_true(bid_on(&format_realtek, &b, &size) > 80);
	assert_int_equal(size, 618);
	assert_true(opens_as(&format_realtek, &b, "kernel", SPAN(b.p + 16, 602), ST_OK));
	assert_true(survives(&format_realtek, &b));
	b.p[60] ^= 1;
	assert_true(opens_with_note(&format_realtek, &b, "checksum is wrong"));
	set_be32(&b, 4, 0x12345678); /* no address of this kind of machine */
	assert_int_equal(bid_on(&format_realtek, &b, NULL), 0);
	buf_reset(&b);
	make_realtek(&b, "root");
	assert_true(bid_on(&format_realtek, &b, NULL) >= 70);
	b.p[60] ^= 1; /* an ordinary word needs its checksum */
	assert_int_equal(bid_on(&format_realtek, &b, NULL), 0);
	assert_true(rejects_noise(&format_realtek));
	buf_free(&b);
}

static void edimax(void **state)
{
	(void)state;
	struct buf b = {0}, c = {0};
	put_field(&b, "eDiMaX", 16, 0);
	put_field(&b, "BR-6478AC", 32, 0);
	buf_fill(&b, 0, 3);
	put_be32(&b, 500);
	put_be32(&b, 0x70000);
	put_be32(&b, 0x7f0000);
	put_field(&b, "1.0", 14, 0);
	buf_byte(&b, 4);
	put_field(&b, "Kernel", 16, 0);
	put_text(&b, 500, 1);
	uint32_t sum = 0;
	for (size_t i = 94; i < 594; i++)
		sum += b.p[i];
	b.p[50] = (uint8_t)sum ^ 0xb9;
	sum = 0;
	for (size_t i = 0; i < 94; i++)
		sum += b.p[i];
	b.p[49] = (uint8_t)sum ^ 0xb9;
	assert_true(bid_on(&format_edimax, &b, NULL) >= 90);
	assert_true(opens_as(&format_edimax, &b, "Kernel", SPAN(b.p + 94, 500), ST_OK));
	assert_false(opens_with_note(&format_edimax, &b, "wrong"));
	assert_true(survives(&format_edimax, &b));
	b.p[200] ^= 1;
	assert_true(opens_with_note(&format_edimax, &b, "data checksum is wrong"));
	b.p[20] = 0x80; /* a model that is no text */
	assert_int_equal(bid_on(&format_edimax, &b, NULL), 0);
	buf_str(&c, "CSYS");
	put_le32(&c, 0x80500000);
	put_le32(&c, 0x20000);
	buf_str(&c, "RN52");
	put_le32(&c, 402);
	put_text(&c, 400, 1);
	sum = 0;
	for (size_t i = 20; i < 420; i += 2)
		sum += (uint32_t)c.p[i + 1] << 8 | c.p[i];
	put_le16(&c, (uint16_t)-sum);
	assert_true(opens_as(&format_edimax, &c, "data", SPAN(c.p + 20, 400), ST_OK));
	c.p[30] ^= 1;
	assert_int_equal(bid_on(&format_edimax, &c, NULL), 0);
	assert_true(rejects_noise(&format_edimax));
	buf_free(&b);
	buf_free(&c);
}

static void make_senao(struct buf *b, struct buf *plain, bool second)
{
	const uint32_t key = 0x12345678;
	put_text(plain, 700, 1);
	put_be32(b, 0);
	put_be32(b, 0x101);
	put_be32(b, 0x79);
	put_field(b, "all-1.0.1", 16, 0);
	put_be32(b, second ? 0 : 2);
	put_be32(b, plain->n);
	put_be32(b, 0);
	hash_md5(buf_span(plain), buf_room(b, 16, &(size_t){0}));
	b->n += 16;
	buf_fill(b, 0, 32);
	put_be32(b, 0);
	put_be32(b, key);
	if (second) {
		put_be32(b, 0x616c6c00);
		buf_fill(b, 1, 32);
		put_be32(b, 9);
		buf_str(b, "ENS620EXT");
	}
	uint32_t sum = 0;
	for (size_t i = 0; i < b->n; i++)
		sum += b->p[i];
	set_be32(b, 88, sum);
	for (size_t i = 0; i < plain->n; i++)
		buf_byte(b, plain->p[i] ^ (uint8_t)(key >> (i % 8)));
}

static void senao(void **state)
{
	(void)state;
	for (int second = 0; second < 2; second++) {
		struct buf b = {0}, plain = {0};
		make_senao(&b, &plain, second);
		assert_true(opens_as(&format_senao, &b, second ? "combo" : "kernel", buf_span(&plain), ST_OK));
		assert_false(opens_with_note(&format_senao, &b, "wrong"));
		assert_true(survives(&format_senao, &b));
		b.p[300] ^= 1;
		assert_true(opens_with_note(&format_senao, &b, "MD5 of the content is wrong"));
		b.p[60] ^= 1; /* a header byte: the sum no longer fits */
		assert_int_equal(bid_on(&format_senao, &b, NULL), 0);
		buf_free(&b);
		buf_free(&plain);
	}
	assert_true(rejects_noise(&format_senao));
}

static void sercomm(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_fill(&b, 0, 512);
	memcpy(b.p, "sErCoMm\0\1\0\0DGN3500", 18);
	memcpy(b.p + 45, "A001", 4);
	memcpy(b.p + 63, "sErCoMm", 7);
	buf_add(&b, "PK\3\4", 4);
	put_text(&b, 300, 1);
	uint32_t sum = 0;
	for (size_t i = 0; i < b.n; i++)
		sum += b.p[i];
	b.p[511] = (uint8_t)-sum;
	assert_true(opens_as(&format_sercomm, &b, "data", SPAN(b.p + 512, 304), ST_OK));
	assert_false(opens_with_note(&format_sercomm, &b, "wrong"));
	assert_true(survives(&format_sercomm, &b));
	b.p[600] ^= 1;
	assert_true(opens_with_note(&format_sercomm, &b, "checksum is wrong"));
	b.p[63] = 'S';
	assert_int_equal(bid_on(&format_sercomm, &b, NULL), 0);
	assert_true(rejects_noise(&format_sercomm));
	buf_free(&b);
}

/* The inverse of what the format undoes, over a made-up LZMA header and noise. */
static void arcadyan(void **state)
{
	(void)state;
	struct buf plain = {0}, b = {0};
	buf_add(&plain, "\x5d\x00\x00\x80\x00", 5);
	put_number(&plain, 100000, 8, false);
	buf_byte(&plain, 0);
	put_noise(&plain, 500, 1);
	put_le32(&b, 0x1234);
	buf_add(&b, plain.p, plain.n);
	for (size_t i = 0; i < 32; i++) {
		uint8_t head = plain.p[i ^ 1], tail = plain.p[100 + i];
		b.p[104 + i] = (uint8_t)(head << 4 | head >> 4);
		b.p[4 + i] = tail;
	}
	assert_true(opens_as(&format_arcadyan, &b, "lzma", buf_span(&plain), ST_OK));
	assert_true(survives(&format_arcadyan, &b));
	b.p[109] ^= 0xf0; /* the dictionary is no longer the usual one */
	assert_int_equal(bid_on(&format_arcadyan, &b, NULL), 0);
	assert_true(rejects_noise(&format_arcadyan));
	buf_free(&b);
	buf_free(&plain);
}

static void make_uimage(struct buf *b, size_t n)
{
	buf_add(b, "\x27\x05\x19\x56", 4);
	put_be32(b, 0);
	put_be32(b, 1400000000);
	put_be32(b, n);
	buf_fill(b, 0, 12);
	buf_add(b, "\x05\x05\x02\x03", 4);
	put_field(b, "HLK-TEST", 32, 0);
	put_text(b, n, 1);
	set_be32(b, 4, hash_crc32(0, SPAN(b->p, 64)));
}

static void hilink(void **state)
{
	(void)state;
	static const uint8_t key[] = "H@L9K*(3";
	struct buf b = {0}, plain = {0};
	uint8_t once[1024];
	make_uimage(&plain, 505);
	buf_add(&b, plain.p, plain.n);
	size_t n = b.n;
	encrypt(CIPHER_DES_ECB, key, NULL, SPAN(plain.p, n - n % 8), b.p);
	memcpy(once, b.p, n);
	encrypt(CIPHER_DES_ECB, key, NULL, SPAN(once + 3, n - 3), b.p + 3);
	uint64_t size;
	assert_true(bid_on(&format_hilink_des, &b, &size) > 90);
	assert_int_equal(size, n);
	assert_true(opens_as(&format_hilink_des, &b, "uimage", buf_span(&plain), ST_OK));
	assert_true(survives(&format_hilink_des, &b));
	b.p[40] ^= 1; /* inside the encrypted header: its checksum no longer fits */
	assert_int_equal(bid_on(&format_hilink_des, &b, NULL), 0);
	assert_true(rejects_noise(&format_hilink_des));
	assert_int_equal(bid_on(&format_hilink_des, &plain, NULL), 0);
	buf_free(&b);
	buf_free(&plain);
}

static void xored(void **state)
{
	(void)state;
	static const char *const keys[] = {"\x5a", "ab", "key!", "12345678", "0123456789abcdef",
					   "a longer key of 24 bytes"};
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		struct buf b = {0}, plain = {0};
		size_t n = strlen(keys[k]);
		make_uimage(&plain, 20000);
		buf_fill(&plain, 0xff, 8192);
		for (size_t i = 0; i < plain.n; i++)
			buf_byte(&b, plain.p[i] ^ (uint8_t)keys[k][i % n]);
		assert_true(opens_as(&format_xor, &b, "data", buf_span(&plain), ST_OK));
		if (k < 2)
			assert_true(survives(&format_xor, &b));
		assert_int_equal(bid_on(&format_xor, &plain, NULL), 0); /* not xor-ed */
		b.p[30] ^= 1; /* the header inside no longer checks out */
		assert_int_equal(bid_on(&format_xor, &b, NULL), 0);
		buf_free(&b);
		buf_free(&plain);
	}
	struct buf b = {0};
	for (uint32_t seed = 0; seed < 100; seed++) {
		buf_reset(&b);
		put_noise(&b, 16384, seed + 1000);
		assert_int_equal(bid_on(&format_xor, &b, NULL), 0);
		memset(b.p + 4096, 0x77, 2048); /* padding, and nothing behind it */
		assert_int_equal(bid_on(&format_xor, &b, NULL), 0);
	}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(netgear_chk), cmocka_unit_test(netgear_dni),
		cmocka_unit_test(safeloader),  cmocka_unit_test(realtek),
		cmocka_unit_test(edimax),      cmocka_unit_test(senao),
		cmocka_unit_test(sercomm),     cmocka_unit_test(arcadyan),
		cmocka_unit_test(hilink),      cmocka_unit_test(xored),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
