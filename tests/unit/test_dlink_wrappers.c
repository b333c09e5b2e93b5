/* SPDX-License-Identifier: Apache-2.0 */
/* Encrypted firmware with published keys: D-Link's schemes and Buffalo's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "codec/decrypt.h"
#include "image.h"

extern const struct format format_dlink_shrs, format_dlink_encrpted, format_dlink_encimg, format_wrgg,
	format_dlink_mh01, format_buffalo;

static void encrypt_to(struct buf *b, enum cipher c, const uint8_t *key, const uint8_t *iv,
		       const struct buf *plain)
{
	size_t got;
	uint8_t *room = buf_room(b, plain->n, &got);
	assert_int_equal(got, plain->n);
	b->n += encrypt(c, key, iv, buf_span(plain), room);
}

static void make_shrs(struct buf *b, const struct buf *plain, const uint8_t key[16])
{
	struct buf padded = {0}, keyed = {0};
	uint8_t iv[16] = "an initial vecto", sum[64];
	buf_add(&padded, plain->p, plain->n);
	buf_fill(&padded, 0, 16 - plain->n % 16);
	buf_str(b, "SHRS");
	put_be32(b, plain->n);
	put_be32(b, padded.n);
	buf_add(b, iv, 16);
	buf_add(&keyed, plain->p, plain->n);
	buf_add(&keyed, key, 16);
	hash_sha512(buf_span(&keyed), sum);
	buf_add(b, sum, 64);
	hash_sha512(buf_span(plain), sum);
	buf_add(b, sum, 64);
	buf_fill(b, 0, 64 + 512);
	buf_fill(b, 7, 1024);
	encrypt_to(b, CIPHER_AES_128_CBC, key, iv, &padded);
	hash_sha512(SPAN(b->p + 1756, b->n - 1756), b->p + 156);
	buf_free(&padded);
	buf_free(&keyed);
}

static void shrs(void **state)
{
	(void)state;
	static const uint8_t key[16] = {0xc0, 0x5f, 0xbf, 0x19, 0x36, 0xc9, 0x94, 0x29,
					0xce, 0x2a, 0x07, 0x81, 0xf0, 0x8d, 0x6a, 0xd8};
	struct buf b = {0}, plain = {0};
	put_text(&plain, 600, 1);
	make_shrs(&b, &plain, key);
	assert_true(opens_as(&format_dlink_shrs, &b, "firmware", buf_span(&plain), ST_OK));
	assert_true(survives(&format_dlink_shrs, &b));
	b.p[2000] ^= 1;
	assert_true(opens_with_note(&format_dlink_shrs, &b, "SHA-512 of the content is wrong"));
	b.p[300] = 1; /* the field for a public key is always empty */
	assert_int_equal(bid_on(&format_dlink_shrs, &b, NULL), 0);
	buf_reset(&b);
	make_shrs(&b, &plain, (const uint8_t *)"an unknown key !");
	assert_true(opens_as(&format_dlink_shrs, &b, "firmware", SPAN(b.p + 1756, b.n - 1756), ST_ENCRYPTED));
	assert_true(opens_with_note(&format_dlink_shrs, &b, "encrypted"));
	assert_true(rejects_noise(&format_dlink_shrs));
	buf_free(&b);
	buf_free(&plain);
}

static void encrpted(void **state)
{
	(void)state;
	static const uint8_t key[] = "he9-4+M!)d6=m~we1,q2a3d1n&2*Z^%8", iv[] = "J%1iQl8$=lm-;8AE";
	struct buf b = {0}, plain = {0};
	buf_str(&plain, "UBI#");
	put_text(&plain, 1020, 1);
	buf_str(&b, "encrpted_img");
	put_be32(&b, plain.n);
	encrypt_to(&b, CIPHER_AES_256_CBC, key, iv, &plain);
	assert_true(opens_as(&format_dlink_encrpted, &b, "ubi", buf_span(&plain), ST_OK));
	assert_true(survives(&format_dlink_encrpted, &b));
	b.p[16] ^= 1; /* another key: said, not shown as plain text */
	assert_true(opens_as(&format_dlink_encrpted, &b, "firmware", SPAN(b.p + 16, 1024), ST_ENCRYPTED));
	b.p[2] = 'y'; /* "encrypted_img" would be the right spelling */
	assert_int_equal(bid_on(&format_dlink_encrpted, &b, NULL), 0);
	buf_free(&b);
	buf_free(&plain);
}

static void mangle(const char *sign, const char *seed, size_t n, uint8_t *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)((uint8_t)seed[i] ^ (i + 1) ^ (uint8_t)sign[i % strlen(sign)]);
}

static void encimg(void **state)
{
	(void)state;
	const char *sign = "wrgac65_dlink.2015_dir842";
	struct buf b = {0}, plain = {0}, padded = {0};
	uint8_t key[32], iv[16];
	mangle(sign, "xQYoRZeD726UAbRb846kO7TeNw8eZa6u", 32, key);
	mangle(sign, "zufEbNF3kUafxFiE", 16, iv);
	buf_add(&plain, "\x5e\xa3\xa4\x17\0\0", 6);
	put_be16(&plain, 36);
	put_be32(&plain, 0);
	buf_str(&plain, "signature=");
	put_field(&plain, sign, 26, 0);
	put_text(&plain, 501, 1);
	buf_add(&padded, plain.p, plain.n);
	buf_fill(&padded, 0, 16 - plain.n % 16);
	put_be32(&padded, plain.n);
	buf_fill(&padded, 0, 12);
	encrypt_to(&b, CIPHER_AES_256_CBC, key, iv, &padded);
	assert_true(opens_as(&format_dlink_encimg, &b, "seama", buf_span(&plain), ST_OK));
	assert_true(survives(&format_dlink_encimg, &b));
	b.n -= 32;
	assert_true(opens_with_note(&format_dlink_encimg, &b, "cut or damaged"));
	b.p[20] ^= 1; /* the signature inside is not the one of the key */
	assert_int_equal(bid_on(&format_dlink_encimg, &b, NULL), 0);
	assert_true(rejects_noise(&format_dlink_encimg));
	buf_free(&b);
	buf_free(&plain);
	buf_free(&padded);
}

static void make_wrgg(struct buf *b, const struct buf *content, bool big)
{
	struct buf h = {0};
	put_field(b, "wapac02_dkbs_dap2610", 32, 0);
	put_number(b, 0x20080321, 4, big);
	put_number(b, 0x20080321, 4, big);
	put_field(b, "v1.00", 16, 0);
	put_field(b, "DAP-2610", 16, 0);
	buf_fill(b, 0, 16);
	put_field(b, "1", 16, 0);
	put_number(b, content->n, 4, big);
	put_number(b, 0, 4, big);
	put_field(b, "/dev/mtdblock/2", 32, 0);
	buf_add(&h, b->p + 108, 36);
	buf_add(&h, content->p, content->n);
	hash_md5(buf_span(&h), buf_room(b, 16, &(size_t){0}));
	b->n += 16;
	buf_add(b, content->p, content->n);
	buf_free(&h);
}

static void wrgg(void **state)
{
	(void)state;
	struct buf b = {0}, plain = {0}, secret = {0};
	uint8_t key[32], iv[16];
	put_text(&plain, 640, 1);
	for (int big = 0; big < 2; big++) {
		buf_reset(&b);
		make_wrgg(&b, &plain, big);
		assert_true(opens_as(&format_wrgg, &b, "firmware", buf_span(&plain), ST_OK));
		assert_false(opens_with_note(&format_wrgg, &b, "wrong"));
		assert_true(survives(&format_wrgg, &b));
	}
	b.p[300] ^= 1;
	assert_true(opens_with_note(&format_wrgg, &b, "MD5 is wrong"));
	b.p[33] ^= 1;
	assert_int_equal(bid_on(&format_wrgg, &b, NULL), 0);
	memcpy(plain.p, "\x5d\x00\x00\x80", 4);
	mangle("wapac02_dkbs_dap2610", "oVhq0hvXHdfaGFLdubM4/QvuVHdKee7v", 32, key);
	mangle("wapac02_dkbs_dap2610", "0BO5nlYankuVBe4s", 16, iv);
	encrypt_to(&secret, CIPHER_AES_256_CBC, key, iv, &plain);
	buf_reset(&b);
	make_wrgg(&b, &secret, false);
	assert_true(opens_as(&format_wrgg, &b, "firmware", buf_span(&plain), ST_OK));
	assert_true(opens_with_note(&format_wrgg, &b, "decrypted"));
	assert_true(rejects_noise(&format_wrgg));
	buf_free(&b);
	buf_free(&plain);
	buf_free(&secret);
}

static void make_mh01(struct buf *b, const struct buf *plain, const char *passphrase)
{
	struct buf padded = {0}, material = {0};
	uint8_t key[32], iv[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
				   0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
	buf_add(&padded, plain->p, plain->n);
	size_t pad = 16 - plain->n % 16;
	buf_fill(&padded, (uint8_t)pad, pad);
	buf_str(b, "MH01");
	put_le32(b, 0);
	put_le32(b, 0);
	put_le32(b, 1);
	buf_str(b, "MH01");
	put_le32(b, 33);
	put_le32(b, padded.n + 16);
	put_le32(b, 0);
	buf_str(b, "0123456789abcdef0123456789abcdef\nSalted__saltsalt");
	buf_str(&material, passphrase);
	buf_str(&material, "saltsalt");
	hash_sha256(buf_span(&material), key);
	encrypt_to(b, CIPHER_AES_128_CBC, key, iv, &padded);
	buf_free(&padded);
	buf_free(&material);
}

static void mh01(void **state)
{
	(void)state;
	struct buf b = {0}, plain = {0};
	buf_str(&plain, "MH01");
	put_text(&plain, 700, 1);
	make_mh01(&b, &plain, "238a29b9432f688e30b701548c753146");
	assert_true(opens_as(&format_dlink_mh01, &b, "firmware", buf_span(&plain), ST_OK));
	assert_true(survives(&format_dlink_mh01, &b));
	b.p[16] = 'X';
	assert_int_equal(bid_on(&format_dlink_mh01, &b, NULL), 0);
	buf_reset(&b);
	make_mh01(&b, &plain, "00000000000000000000000000000000");
	assert_true(opens_with_note(&format_dlink_mh01, &b, "encrypted"));
	assert_true(rejects_noise(&format_dlink_mh01));
	buf_free(&b);
	buf_free(&plain);
}

/* The cipher is its own inverse: key byte, "Buffalo", a state of 256. */
static void buffalo_cipher(uint8_t seed, uint8_t *p, size_t n)
{
	uint8_t key[9] = "?Buffalo", s[256], i = 0, j = 0;
	key[0] = seed;
	for (int x = 0; x < 256; x++)
		s[x] = (uint8_t)x;
	for (unsigned x = 0, k = 0; x < 256; x++) {
		uint8_t t = s[x];
		k = (k + key[x % 8] + t) % 256;
		s[x] = s[k];
		s[k] = t;
	}
	for (size_t x = 0; x < n; x++) {
		i++;
		j = (uint8_t)(j + s[i]);
		uint8_t t = s[j];
		s[j] = s[i];
		s[i] = t;
		p[x] ^= s[(uint8_t)(s[i] + s[j])];
	}
}

static void buffalo(void **state)
{
	(void)state;
	struct buf b = {0}, plain = {0};
	put_text(&plain, 800, 1);
	buf_add(&b, "start\0\x4f", 7);
	put_be32(&b, 10);
	size_t product = b.n;
	put_field(&b, "WZR-HP-G3", 10, 0);
	put_be32(&b, 5);
	size_t version = b.n;
	put_field(&b, "1.99", 5, 0);
	put_be32(&b, plain.n);
	size_t content = b.n;
	buf_add(&b, plain.p, plain.n);
	uint32_t sum = (uint32_t)plain.n;
	for (size_t i = 0; i < plain.n; i++) {
		sum ^= (uint32_t)(int8_t)plain.p[i];
		for (int k = 0; k < 8; k++)
			sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
	}
	put_be32(&b, sum);
	buffalo_cipher(0x4f, b.p + product, 10);
	buffalo_cipher(b.p[product], b.p + version, 5);
	buffalo_cipher(b.p[version], b.p + content, plain.n);
	assert_true(bid_on(&format_buffalo, &b, NULL) > 90);
	assert_true(opens_as(&format_buffalo, &b, "firmware", buf_span(&plain), ST_OK));
	struct label l = {0};
	format_buffalo.label(buf_span(&b), &l);
	assert_string_equal(l.text, "product WZR-HP-G3");
	assert_true(survives(&format_buffalo, &b));
	b.p[content + 50] ^= 1;
	assert_true(opens_as(&format_buffalo, &b, "firmware", SPAN(b.p + content, plain.n), ST_ENCRYPTED));
	set_be32(&b, 7, 3000);
	assert_int_equal(bid_on(&format_buffalo, &b, NULL), 0);
	assert_true(rejects_noise(&format_buffalo));
	buf_free(&b);
	buf_free(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shrs), cmocka_unit_test(encrpted), cmocka_unit_test(encimg),
		cmocka_unit_test(wrgg), cmocka_unit_test(mh01),     cmocka_unit_test(buffalo),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
