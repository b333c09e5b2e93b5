/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/decrypt.h"

#include <openssl/evp.h>

enum { CHUNK = 16 * 1024 };

/* Single DES is triple DES with one key three times: so no legacy provider is needed. */
static const EVP_CIPHER *evp_of(enum cipher c, size_t *block)
{
	*block = c == CIPHER_DES_ECB ? 8 : 16;
	switch (c) {
	case CIPHER_DES_ECB:
		return EVP_des_ede3_ecb();
	case CIPHER_AES_128_ECB:
		return EVP_aes_128_ecb();
	case CIPHER_AES_256_ECB:
		return EVP_aes_256_ecb();
	case CIPHER_AES_128_CBC:
		return EVP_aes_128_cbc();
	case CIPHER_AES_192_CBC:
		return EVP_aes_192_cbc();
	case CIPHER_AES_256_CBC:
		return EVP_aes_256_cbc();
	}
	abort();
}

static EVP_CIPHER_CTX *start(enum cipher c, const uint8_t *key, const uint8_t *iv, bool encrypting,
			     size_t *block)
{
	const EVP_CIPHER *evp = evp_of(c, block);
	EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();
	uint8_t triple[24];
	if (c == CIPHER_DES_ECB) {
		for (int i = 0; i < 3; i++)
			memcpy(triple + 8 * i, key, 8);
		key = triple;
	}
	if (!x || !EVP_CipherInit_ex(x, evp, NULL, key, iv, encrypting))
		abort();
	EVP_CIPHER_CTX_set_padding(x, 0);
	return x;
}

static size_t run(EVP_CIPHER_CTX *x, struct span in, uint8_t *out)
{
	size_t done = 0;
	for (size_t pos = 0; pos < in.n;) {
		size_t n = in.n - pos < (1u << 24) ? in.n - pos : 1u << 24;
		int wrote = 0;
		if (!EVP_CipherUpdate(x, out + done, &wrote, in.p + pos, (int)n))
			abort();
		done += (size_t)wrote;
		pos += n;
	}
	return done;
}

static size_t whole(enum cipher c, const uint8_t *key, const uint8_t *iv, struct span in,
		    uint8_t *out, bool encrypting)
{
	size_t block;
	EVP_CIPHER_CTX *x = start(c, key, iv, encrypting, &block);
	size_t done = run(x, span_cut(in, 0, in.n - in.n % block), out);
	EVP_CIPHER_CTX_free(x);
	return done;
}

size_t decrypt(enum cipher c, const uint8_t *key, const uint8_t *iv, struct span in, uint8_t *out)
{
	return whole(c, key, iv, in, out, false);
}

size_t encrypt(enum cipher c, const uint8_t *key, const uint8_t *iv, struct span in, uint8_t *out)
{
	return whole(c, key, iv, in, out, true);
}

enum status decrypt_stream(enum cipher c, const uint8_t *key, const uint8_t *iv, struct span in,
			   struct codec_out *out)
{
	uint8_t chunk[CHUNK + 32];
	size_t block;
	enum status st = ST_OK;
	EVP_CIPHER_CTX *x = start(c, key, iv, false, &block);
	size_t all = in.n - in.n % block;
	for (size_t pos = 0; pos < all && st == ST_OK; pos += CHUNK) {
		size_t n = run(x, span_cut(in, pos, all - pos < CHUNK ? all - pos : CHUNK), chunk);
		if (n)
			st = out->write(out, chunk, n);
	}
	EVP_CIPHER_CTX_free(x);
	return st;
}
