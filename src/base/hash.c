/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <libdeflate.h>
#include <openssl/evp.h>

static void digest(const EVP_MD *md, struct span s, uint8_t *out)
{
	unsigned n = 0;
	if (!EVP_Digest(s.p, s.n, out, &n, md, NULL))
		abort();
}

void hash_sha256(struct span s, uint8_t out[SHA256_SIZE])
{
	digest(EVP_sha256(), s, out);
}

struct hash_run hash_start(void)
{
	struct hash_run h = {EVP_MD_CTX_new()};
	if (!h.state || !EVP_DigestInit_ex(h.state, EVP_sha256(), NULL))
		abort();
	return h;
}

void hash_add(struct hash_run *h, struct span s)
{
	if (!EVP_DigestUpdate(h->state, s.p, s.n))
		abort();
}

void hash_end(struct hash_run *h, uint8_t out[SHA256_SIZE])
{
	unsigned n = 0;
	if (!EVP_DigestFinal_ex(h->state, out, &n))
		abort();
	EVP_MD_CTX_free(h->state);
	h->state = NULL;
}

void hash_md5(struct span s, uint8_t out[16])
{
	digest(EVP_md5(), s, out);
}

void hash_sha1(struct span s, uint8_t out[20])
{
	digest(EVP_sha1(), s, out);
}

void hash_sha512(struct span s, uint8_t out[64])
{
	digest(EVP_sha512(), s, out);
}

void hash_hex(const uint8_t *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = 0;
}

uint32_t hash_crc32(uint32_t crc, struct span s)
{
	return s.n ? libdeflate_crc32(crc, s.p, s.n) : crc;
}

uint32_t hash_crc32_raw(uint32_t crc, struct span s)
{
	return ~hash_crc32(~crc, s);
}
