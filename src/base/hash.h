/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and checksums of byte runs. SHA-256 is an artifact's identity; CRCs belong to formats. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/span.h"

enum { SHA256_SIZE = 32, SHA256_HEX = 65 };

void hash_sha256(struct span s, uint8_t out[SHA256_SIZE]);
/* The same, piece by piece. */
struct hash_run {
	void *state;
};
struct hash_run hash_start(void);
void hash_add(struct hash_run *h, struct span s);
void hash_end(struct hash_run *h, uint8_t out[SHA256_SIZE]); /* frees what hash_start took */

void hash_md5(struct span s, uint8_t out[16]);
void hash_sha1(struct span s, uint8_t out[20]);
void hash_sha512(struct span s, uint8_t out[64]);

/* Lower-case hex with a NUL; `out` holds 2 * n + 1 bytes. */
void hash_hex(const uint8_t *p, size_t n, char *out);

/* CRC-32 (IEEE 802.3, reflected, as in zlib); start with 0. */
uint32_t hash_crc32(uint32_t crc, struct span s);

/* The same polynomial without the final inversion and start value: as JFFS2 uses it (start 0). */
uint32_t hash_crc32_raw(uint32_t crc, struct span s);

#endif
