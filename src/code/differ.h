/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares without a choice for each word: (a ^ constant) | (b ^ constant) is 0 just when both
 * words are equal to their constants. Compilers make this of memcmp() with a constant of 9 to 32
 * bytes.
 */
#ifndef CODE_DIFFER_H
#define CODE_DIFFER_H

#include "code/walk.h"

enum { MAX_DIFFERS = 48, MAX_DIFFER_WORDS = 8 };

struct differ {
	uint64_t at;	    /* of the instruction */
	struct value where; /* the word, CONTENT, or unknown */
	uint64_t k;	    /* what it is compared with */
	int8_t left, right; /* of what it is put together; -1: it is a word */
};

/* After the operation `o` of an instruction, whose operands were a and b. */
void differ_note(struct walk *w, uint64_t at, const struct op *o, struct value a, struct value b);

/* The words that a V_DIFFERS value is about, into out[MAX_DIFFER_WORDS]. */
size_t differ_words(const struct function *f, struct value v, struct differ *out);

#endif
