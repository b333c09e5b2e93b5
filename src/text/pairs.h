/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User names and passwords that stand in configuration under two keys. Every reader of a
 * configuration syntax hands its keys and values here; those whose names end alike are joined:
 * http_username + http_passwd, Login + Password, X_UserName + X_Password, user1 + pass1.
 *
 * A group is what holds a pair together: a section, an element, a file without sections.
 */
#ifndef TEXT_PAIRS_H
#define TEXT_PAIRS_H

#include "text/account.h"

struct pair_entry;

struct pairs {
	struct accounts *accounts;
	const char *path; /* of the file: tells what a service a pair is for */
	struct pair_entry *entries;
	size_t count, cap;
	bool base64; /* values may be base64 of the password */
};

struct pairs pairs_make(struct accounts *accounts, const char *path);

/*
 * `words`: names of the sections or elements around it, or NULL. Only keys that can be a user name,
 * a password or a community are kept. The place is that of the fact (a line, an attribute).
 */
void pairs_add(struct pairs *p, uint32_t group, const char *words, struct span key,
	       struct span value, struct place at);

void pairs_emit(struct pairs *p); /* makes the facts and frees */

#endif
