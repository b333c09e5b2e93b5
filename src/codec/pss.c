/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/pss.h"

#include <openssl/bn.h>

#include "base/hash.h"

/* signature ^ 65537 mod modulus, as PSS_BYTES big endian. */
static bool power(const uint8_t *modulus, const uint8_t *signature, uint8_t out[PSS_BYTES])
{
	BN_CTX *x = BN_CTX_new();
	BIGNUM *n = BN_bin2bn(modulus, PSS_BYTES, NULL), *s = BN_bin2bn(signature, PSS_BYTES, NULL);
	BIGNUM *e = BN_new(), *r = BN_new();
	if (!x || !n || !s || !e || !r)
		abort();
	bool good = BN_set_word(e, 65537) && BN_is_odd(n) && BN_ucmp(s, n) < 0 &&
		    BN_mod_exp(r, s, e, n, x) && BN_bn2binpad(r, out, PSS_BYTES) == PSS_BYTES;
	BN_free(n);
	BN_free(s);
	BN_free(e);
	BN_free(r);
	BN_CTX_free(x);
	return good;
}

/* MGF1 with SHA-256: the mask is xor-ed into p. */
static void unmask(const uint8_t seed[PSS_HASH], uint8_t *p, size_t n)
{
	uint8_t block[PSS_HASH + 4], sum[PSS_HASH];
	memcpy(block, seed, PSS_HASH);
	for (size_t at = 0, count = 0; at < n; at += PSS_HASH, count++) {
		for (int i = 0; i < 4; i++)
			block[PSS_HASH + i] = (uint8_t)(count >> (24 - 8 * i));
		hash_sha256(SPAN(block, sizeof block), sum);
		for (size_t i = 0; i < PSS_HASH && at + i < n; i++)
			p[at + i] ^= sum[i];
	}
}

size_t pss_salt(const uint8_t *modulus, const uint8_t *signature, uint8_t salt[PSS_SALT],
		uint8_t hash[PSS_HASH])
{
	enum { DB = PSS_BYTES - PSS_HASH - 1 };
	uint8_t em[PSS_BYTES];
	size_t i = 0;
	if (!power(modulus, signature, em) || em[PSS_BYTES - 1] != 0xbc || em[0] & 0x80)
		return 0;
	memcpy(hash, em + DB, PSS_HASH);
	unmask(hash, em, DB);
	em[0] &= 0x7f;
	while (i < DB && em[i] == 0)
		i++;
	if (i == DB || em[i] != 1)
		return 0;
	size_t n = DB - i - 1;
	memcpy(salt, em + i + 1, n);
	return n;
}

bool pss_fits(const uint8_t message[PSS_HASH], const uint8_t *salt, size_t salt_n,
	      const uint8_t hash[PSS_HASH])
{
	uint8_t all[8 + PSS_HASH + PSS_SALT] = {0}, sum[PSS_HASH];
	if (salt_n > PSS_SALT)
		return false;
	memcpy(all + 8, message, PSS_HASH);
	memcpy(all + 8 + PSS_HASH, salt, salt_n);
	hash_sha256(SPAN(all, 8 + PSS_HASH + salt_n), sum);
	return memcmp(sum, hash, PSS_HASH) == 0;
}
