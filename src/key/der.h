/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much of DER (X.690) as it takes to see where an element ends and to write the
 * SubjectPublicKeyInfo (RFC 5280, RFC 3279, RFC 8410) of a key that came in another shape.
 */
#ifndef KEY_DER_H
#define KEY_DER_H

#include "base/buf.h"

enum {
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30
};

/* The element at `at`: its content, and in *total the length with its header. Empty and 0: none. */
struct span der_element(struct span s, uint64_t at, uint8_t tag, uint64_t *total);

/* Append an element. */
void der_put(struct buf *out, uint8_t tag, struct span content);

/* Append a positive INTEGER given as big-endian bytes (leading zeros are dropped). */
void der_put_unsigned(struct buf *out, struct span number);

/* Bits of a big-endian number. */
unsigned der_bits(struct span number);

/* The fingerprint (hex) of SEQUENCE { SEQUENCE { algorithm }, BIT STRING { key } }. */
void der_spki_fingerprint(struct span algorithm, struct span key, char hex[65]);

#endif
