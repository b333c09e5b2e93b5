/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ciphers with a key that is public: bytes in, bytes out, no state. Only whole cipher blocks are
 * decrypted; the callers strip padding, because each vendor pads in a way of its own.
 */
#ifndef CODEC_DECRYPT_H
#define CODEC_DECRYPT_H

#include "codec/codec.h"

enum cipher {
	CIPHER_DES_ECB,
	CIPHER_AES_128_ECB,
	CIPHER_AES_256_ECB,
	CIPHER_AES_128_CBC,
	CIPHER_AES_192_CBC,
	CIPHER_AES_256_CBC,
};

/*
 * Decrypt the whole blocks of `in` into `out`, which holds in.n bytes; returns the bytes written.
 * key: 8, 16, 24 or 32 bytes as the cipher wants; iv: one block, NULL for ECB.
 */
size_t decrypt(enum cipher c, const uint8_t *key, const uint8_t *iv, struct span in, uint8_t *out);

/* The inverse, for tests and for schemes that decrypt by encrypting. */
size_t encrypt(enum cipher c, const uint8_t *key, const uint8_t *iv, struct span in, uint8_t *out);

/* The same as decrypt, handed to `out` in pieces. */
enum status decrypt_stream(enum cipher c, const uint8_t *key, const uint8_t *iv, struct span in,
			   struct codec_out *out);

#endif
