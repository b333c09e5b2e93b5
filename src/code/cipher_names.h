/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of cryptographic libraries that are given a key or an initial value, and which argument
 * it is. References: the manuals of OpenSSL, Mbed TLS, wolfSSL, libgcrypt and Nettle.
 */
#ifndef CODE_CIPHER_NAMES_H
#define CODE_CIPHER_NAMES_H

#include <stdint.h>

struct cipher_use {
	const char *name;
	int8_t key, iv; /* numbers of arguments, -1: none */
	int8_t length;	/* argument with the key's length ... */
	uint8_t unit;	/* ... in so many bits; 0: the key is a text */
	uint8_t bytes;	/* the key's length where it is always the same; 0: it is not */
	int8_t type;	/* argument that names the algorithm by a call of EVP_NAME() */
	const char *algorithm;
};

/* NULL: no such function. */
const struct cipher_use *cipher_use_of(const char *name);

#endif
