/* SPDX-License-Identifier: Apache-2.0 */
/* Keys whose secret half anybody can download: made at build time from data/known-keys.tsv. */
#ifndef KEY_KNOWN_KEYS_H
#define KEY_KNOWN_KEYS_H

#include <stddef.h>

struct known_key {
	const char *fingerprint; /* the table is sorted by it */
	const char *use;	 /* "test": stands in a library for its self test; "": as found */
	const char *where;
};

extern const struct known_key known_keys[];
extern const size_t known_keys_count;

#endif
