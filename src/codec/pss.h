/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an RSA-PSS signature (RFC 8017, 9.1) tells to everybody who has the public key: the hash
 * that stands in it, and its salt. Vendors have hidden keys in the salt.
 */
#ifndef CODEC_PSS_H
#define CODEC_PSS_H

#include "base/span.h"

enum { PSS_BYTES = 256, PSS_HASH = 32, PSS_SALT = PSS_BYTES - PSS_HASH - 2 };

/*
 * RSA-2048, exponent 65537, SHA-256. `signature` and `modulus` big endian, PSS_BYTES each. The
 * salt's length comes out; 0: this is no signature under that key.
 */
size_t pss_salt(const uint8_t *modulus, const uint8_t *signature, uint8_t salt[PSS_SALT],
		uint8_t hash[PSS_HASH]);

/* Is `hash` that of a message with this SHA-256 and this salt? */
bool pss_fits(const uint8_t message[PSS_HASH], const uint8_t *salt, size_t salt_n,
	      const uint8_t hash[PSS_HASH]);

#endif
