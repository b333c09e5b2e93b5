/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Password fields: what stands in one, and whether a known or default password opens it.
 *
 * Trials are counted, never timed, so that the same input gives the same answer everywhere: each
 * scheme has a number of trials per hash and each cracker a total of work. A cracker remembers
 * every hash that it met, so that a pair that stands in many files costs once.
 */
#ifndef KEY_PASSWD_HASH_H
#define KEY_PASSWD_HASH_H

#include "base/arena.h"

enum field_kind {
	FIELD_EMPTY,	/* no password at all */
	FIELD_LOCKED,	/* '*', '!', '!!', "*LK*", "NP", '!' before a hash */
	FIELD_SHADOWED, /* 'x': the password stands elsewhere (in passwd), nothing (in shadow) */
	FIELD_HASH,	/* a hash of a scheme that is known by its form */
	FIELD_OTHER,	/* something else */
};

struct passwd_field {
	enum field_kind kind;
	const char *scheme; /* FIELD_HASH: des, bsdi, md5, apr1, sha256, ...; else NULL */
};

struct passwd_field passwd_field_of(struct span field);

/* Does the text have the form of a hash that crypt(3) writes? */
bool passwd_is_hash(struct span s);

struct cracker;

/* Lives as long as the arena; `arena` also holds the passwords that are found. */
struct cracker *cracker_new(struct arena *arena);

/* A password that stands in clear in the same image: tried before the default ones. */
void cracker_hint(struct cracker *c, struct span password);

/* The password that opens the hash, or NULL when none of the candidates does. */
const char *cracker_try(struct cracker *c, const char *user, struct span hash);

/* Was a hash left out because the total of work was used up? */
bool cracker_spent(const struct cracker *c);

void cracker_free(struct cracker *c); /* what it allocated outside of the arena */

#endif
