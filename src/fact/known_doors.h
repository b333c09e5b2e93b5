/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue of known doors as const tables, made from data/known-doors.tsv by
 * scripts/make-known-doors. The head of the data file says what each kind of term means.
 * A door is recognised by one of its ways; a way is met when all of its terms are. Terms are sorted
 * by door, then way. Values may hold any bytes (n counts them); text kinds are also NUL-terminated.
 */
#ifndef FACT_KNOWN_DOORS_H
#define FACT_KNOWN_DOORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fact/observer.h"

enum known_kind {
	KNOWN_STRING, KNOWN_PART, KNOWN_BYTES, KNOWN_HEX, KNOWN_URL, KNOWN_PAGE, KNOWN_PROGRAM,
	KNOWN_ELF, KNOWN_OPTION, KNOWN_HASH, KNOWN_KEY, KNOWN_ACCOUNT, KNOWN_GENERIC, KNOWN_USER,
	KNOWN_PASSWORD, KNOWN_SUFFIX, KNOWN_LISTENER, KNOWN_KINDS
};

struct known_door {
	const char *id, *vendor, *product, *class, *cve, *source, *explanation;
	int year;
	bool verified; /* read in the named source */
};

struct known_term {
	uint16_t door;      /* index into known_doors */
	uint16_t way;       /* terms with the same door and way belong together */
	enum known_kind kind;
	const char *text;   /* the term as the data file has it, without its kind */
	const char *value;  /* the bytes to look for; account: the user; listener: the program or "" */
	size_t n;           /* length of value */
	const char *second; /* account, generic: the password; listener: the protocol; else NULL */
	uint16_t port;      /* listener */
};

/* What an entry of known_patterns is for. */
enum known_role {
	KNOWN_VALUE,  /* the term's value */
	KNOWN_DIGITS, /* the hex digits of a hex term, as text */
	KNOWN_PAIR,   /* user:password of an account term */
	KNOWN_SECRET, /* only the password of an account term: the user must stand close by */
	KNOWN_SSH,    /* the beginning of any SSH public key; term means nothing */
};

struct known_pattern {
	uint16_t term;
	enum known_role role;
};

extern const char *const known_kind_names[KNOWN_KINDS];
extern const struct known_door known_doors[];
extern const size_t known_door_count;
extern const struct known_term known_terms[];
extern const size_t known_term_count;
extern const struct pattern known_literals[];          /* ends with text == NULL */
extern const struct known_pattern known_patterns[];    /* one for each literal */

#endif
