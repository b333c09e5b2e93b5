/* SPDX-License-Identifier: Apache-2.0 */
/* Keys whose secret half anybody can download: made at build time from data/known-keys.tsv. */
#ifndef KEY_KNOWN_KEYS_H
#define KEY_KNOWN_KEYS_H

#include <stddef.h>

struct known_key {
	const char *fingerprint, *where; /* sorted by fingerprint */
};

extern const struct known_key known_keys[];
extern const size_t known_keys_count;

#endif
