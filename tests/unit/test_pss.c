/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures whose salt is a key, and TP-Link's images that are made so, under a key of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "codec/decrypt.h"
#include "codec/pss.h"
#include "format/tplink_signed.h"
#include "image.h"

extern const struct format format_tplink_signed, format_tplink_safeloader;

static EVP_PKEY *key;
static uint8_t modulus[PSS_BYTES];

static int make_key(void **state)
{
	(void)state;
	BIGNUM *n = NULL;
	key = EVP_RSA_gen(2048);
	if (!key || !EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n))
		return -1;
	BN_bn2binpad(n, modulus, PSS_BYTES);
	BN_free(n);
	return 0;
}

static int free_key(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	return 0;
}

/* RFC 8017, 9.1.1, with a salt of ours; the signature comes least byte first. */
static void sign(const uint8_t message[32], const uint8_t salt[PSS_SALT], uint8_t out[PSS_BYTES])
{
	enum { DB = PSS_BYTES - PSS_HASH - 1 };
	uint8_t all[8 + 32 + PSS_SALT] = {0}, em[PSS_BYTES] = {0}, block[36], sum[32],
			     raw[PSS_BYTES];
	size_t n = PSS_BYTES;
	memcpy(all + 8, message, 32);
	memcpy(all + 40, salt, PSS_SALT);
	hash_sha256(SPAN(all, sizeof all), em + DB);
	em[0] = 1;
	memcpy(em + 1, salt, PSS_SALT);
	for (size_t at = 0; at < DB; at += 32) {
		memcpy(block, em + DB, 32);
		memcpy(block + 32, "\0\0\0", 3);
		block[35] = (uint8_t)(at / 32);
		hash_sha256(SPAN(block, sizeof block), sum);
		for (size_t i = 0; i < 32 && at + i < DB; i++)
			em[at + i] ^= sum[i];
	}
	em[0] &= 0x7f;
	em[PSS_BYTES - 1] = 0xbc;
	EVP_PKEY_CTX *x = EVP_PKEY_CTX_new(key, NULL);
	assert_int_equal(EVP_PKEY_decrypt_init(x), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(x, RSA_NO_PADDING), 1);
	assert_int_equal(EVP_PKEY_decrypt(x, raw, &n, em, sizeof em), 1);
	EVP_PKEY_CTX_free(x);
	for (size_t i = 0; i < PSS_BYTES; i++)
		out[i] = raw[PSS_BYTES - 1 - i];
}

/* A camera's or a router's image. */
static void make(struct buf *b, struct buf *plain, bool router)
{
	static const uint8_t zero[16];
	uint8_t salt[PSS_SALT], sum[32];
	size_t message = router ? 0x14 : 0, at = router ? 0x110 : 0, data = at + 0x120;
	for (size_t i = 0; i < sizeof salt; i++)
		salt[i] = (uint8_t)(i * 37 + 5);
	put_text(plain, 4000, 3);
	if (router) {
		put_be32(b, 0x230 + 4000);
		buf_fill(b, 0x55, 16);
		put_field(b, "fw-type:Cloud\n", 0x110 - 0x14, 0);
	}
	buf_add(b,
		"\0\0\2\0\xaa\x55"
		"0123456789abcdef"
		"\x55\xaa",
		24);
	buf_fill(b, 0, data - b->n);
	size_t start = b->n;
	buf_add(b, plain->p, plain->n);
	encrypt(CIPHER_AES_128_CBC, salt, zero, buf_span(plain), b->p + start);
	hash_sha256(span_from(buf_span(b), message), sum);
	sign(sum, salt, b->p + at + 0x20);
}

static void images(void **state)
{
	(void)state;
	for (int router = 0; router < 2; router++) {
		struct buf b = {0}, plain = {0};
		struct collect c;
		enum status st = ST_DAMAGED;
		uint64_t size;
		make(&b, &plain, router);
		assert_true(bid_on(&format_tplink_signed, &b, &size) > 90);
		assert_int_equal(size, b.n);
		collect_init(&c);
		assert_true(tplink_signed_with(buf_span(&b), modulus, &c.sink, &st));
		assert_true(member_is(&c, "firmware", plain.p, plain.n));
		assert_int_equal(collect_find(&c, "firmware")->status, ST_OK);
		collect_free(&c);
		/* without the maker's key it is told to be encrypted */
		assert_true(opens_with_note(&format_tplink_signed, &b, "no published key"));
		assert_true(opens_as(&format_tplink_signed, &b, "firmware",
				     SPAN(b.p + b.n - 4000, 4000), ST_ENCRYPTED));
		assert_true(survives(&format_tplink_signed, &b));
		/* a byte of the content: what it makes is not presented as intact */
		b.p[b.n - 100] ^= 1;
		collect_init(&c);
		assert_true(tplink_signed_with(buf_span(&b), modulus, &c.sink, &st));
		assert_int_equal(collect_find(&c, "firmware")->status, ST_DAMAGED);
		collect_free(&c);
		/* a byte of the signature: it is none */
		b.p[router ? 0x140 : 0x30] ^= 1;
		collect_init(&c);
		assert_false(tplink_signed_with(buf_span(&b), modulus, &c.sink, &st));
		assert_int_equal(c.count, 0);
		collect_free(&c);
		buf_free(&b);
		buf_free(&plain);
	}
	assert_true(rejects_noise(&format_tplink_signed));
}

/* A router's image that is signed with RSA-1024 only keeps its table: the safe loader's reader
 * opens it. */
static void signed_only(void **state)
{
	(void)state;
	struct buf b = {0};
	put_be32(&b, 0x1814 + 500);
	buf_fill(&b, 0x77, 16);
	put_field(&b, "fw-type:Cloud\n", 0x110 - 0x14, 0);
	buf_add(&b,
		"\0\0\1\0\xaa\x55"
		"0123456789abcdef"
		"\x55\xaa",
		24);
	buf_fill(&b, 0, 0x130 - b.n);
	put_noise(&b, 128, 4);
	buf_fill(&b, 0xff, 0x1014 - b.n);
	put_field(&b,
		  "fwup-ptn soft-version base 0x00800 size 0x00064\t\r\nfwup-ptn os-image base "
		  "0x00864 size 0x00190\t\r\n",
		  0x800, 0);
	put_text(&b, 500, 1);
	assert_int_equal(bid_on(&format_tplink_signed, &b, NULL), 0);
	assert_true(opens_as(&format_tplink_safeloader, &b, "soft-version", SPAN(b.p + 0x1814, 100),
			     ST_OK));
	assert_true(
	    opens_as(&format_tplink_safeloader, &b, "os-image", SPAN(b.p + 0x1878, 400), ST_OK));
	assert_true(opens_with_note(&format_tplink_safeloader, &b, "signed: RSA-1024"));
	assert_false(opens_with_note(&format_tplink_safeloader, &b, "wrong"));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(images),
	    cmocka_unit_test(signed_only),
	};
	return cmocka_run_group_tests(tests, make_key, free_key);
}
