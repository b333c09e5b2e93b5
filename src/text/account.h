/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what stands in a file to an account fact. Readers say where something stands and what it
 * is; here it is decided whether that is a claim (placeholders are none), what state it is in, and
 * whether a hash opens with a known password.
 */
#ifndef TEXT_ACCOUNT_H
#define TEXT_ACCOUNT_H

#include "fact/observer.h"
#include "key/passwd_hash.h"

struct accounts {
	struct facts *out;
	struct arena *arena;
	struct cracker *cracker; /* made on first use */
	size_t count;
};

struct account {
	struct place at;
	const char *user; /* NULL: not known */
	struct num uid, gid;
	const char *shell, *service;
};

struct accounts accounts_make(struct facts *out, struct arena *arena);
void accounts_done(struct accounts *s); /* notes what was left out, frees the cracker */

/* A field of a password file: hash, '*', empty, ... `clear`: what is no hash is a password. */
void accounts_field(struct accounts *s, const struct account *a, struct span field, bool shadow);

/* A password in clear; silent when it is a placeholder. True: a fact was made. */
bool accounts_clear(struct accounts *s, const struct account *a, struct span password);

/* A password in clear that was kept in another writing (`scheme`: base64, xor, ...). */
void accounts_encoded(struct accounts *s, const struct account *a, struct span stored,
		      const char *scheme, struct span password);

/* A hash of a form that crypt(3) does not know. */
void accounts_hash(struct accounts *s, const struct account *a, struct span hash,
		   const char *scheme);

/* No password claim: the account is there. */
void accounts_name(struct accounts *s, const struct account *a);

/* Nobody's password: "%s", "$1", "<password>", "your_password", "********", "none" ... */
bool account_is_placeholder(struct span value);

/* A name that a login may have: letters, digits and . _ - @ + $, no blanks. */
bool account_is_user(struct span name);

/* What an account in this place is for, by the words in a path, section or key (lower case). */
const char *account_service(const char *words);

/* Does the path name documentation, a translation, a page or a program text? */
bool account_is_prose(const char *path);

#endif
