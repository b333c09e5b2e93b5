/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares of something with a constant: by a function (strcmp, memcmp), by instructions (bytes,
 * words), by length, or by a number that a function makes of it. What the equal outcome leads to is
 * for others to tell.
 */
#ifndef CODE_SECRET_H
#define CODE_SECRET_H

#include "code/observe.h"

struct secret {
	const struct call *call; /* that compares, or that made the number; NULL: none */
	uint64_t at;
	const char *compare; /* strcmp, memcmp, byte, word, bytes, hash, length, number */
	const char *literal;
	struct input input; /* of the operand; SOURCE_NONE: not known */
	struct value operand;
	struct way equal; /* where control goes when they are equal */
	unsigned weight;  /* how much the literal looks like a secret: 0..2 */
	bool text;	  /* a function compares texts */
	bool hidden;	  /* the literal stands nowhere in the file: a computation makes it, or
			     only a hash of it is known */
	bool odd;	  /* letters and digits, or letters of both cases: no word of a protocol */
};

enum { MAX_SECRETS = 64 };

/*
 * Functions that do nothing but to tell whether one of their parameters equals a constant: a call
 * of them is such a compare. To be found once, before secrets_find is asked.
 */
struct answers *answers_find(const struct look *l);

/* Number of compares in `f`, put into out[MAX_SECRETS]. */
size_t secrets_find(const struct look *l, const struct function *f, struct secret *out);

/* Also inlined compares of values that are not known to be input. */
size_t secrets_find_any(const struct look *l, const struct function *f, struct secret *out);

/* How the literal looks: 0 a word of a protocol or setting, 1 perhaps a secret, 2 a mixture. */
unsigned secret_weight(struct span text);

/* Block that the way leads to; NO_BLOCK: it leaves the function, or no block is entered by it
 * alone. */
int32_t way_target(const struct function *f, struct way w);
bool way_owns(const struct function *f, struct way w, int32_t block);

/* The way by which control goes on when the result of the call is zero, or is not. */
bool way_of_result(const struct function *f, const struct call *c, bool zero, struct way *out);

#endif
