/* SPDX-License-Identifier: Apache-2.0 */
/* tplink-signed.c for tests, which have no vendor's private key and bring a key of their own. */
#ifndef FORMAT_TPLINK_SIGNED_H
#define FORMAT_TPLINK_SIGNED_H

#include "format/format.h"

/* Open under this modulus (256 bytes, big endian); false: it is not signed with that key. */
bool tplink_signed_with(struct span in, const uint8_t *modulus, struct sink *out, enum status *st);

#endif
