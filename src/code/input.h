/* SPDX-License-Identifier: Apache-2.0 */
/* Which values of a program come from outside: buffers that were read into, and what was made of
 * them. */
#ifndef CODE_INPUT_H
#define CODE_INPUT_H

#include "code/program.h"

struct input {
	uint8_t source; /* enum source_kind; SOURCE_NONE: no input */
	bool whole;	/* the text is the input from its first byte on, not a part of other text */
	uint64_t at;	/* of the call that read it */
	const char *via;  /* name of that function */
	struct span name; /* what was asked for: variable or form field */
};

struct inputs;

/* Follow input through all functions; a bounded number of rounds. */
struct inputs *inputs_find(struct program *p, struct arena *a);

/* Text that `v` points to. */
struct input input_text(const struct inputs *in, const struct function *f, struct value v);

/* Text that argument `n` of a call points to. */
struct input input_argument(const struct inputs *in, const struct function *f, const struct call *c,
			    unsigned n);

/* Bytes that `v` is. */
struct input input_bytes(const struct inputs *in, const struct function *f, struct value v);

/*
 * The first input among the arguments behind the format that is argument number `format`; whole:
 * what is made of them begins with it.
 */
struct input input_format(const struct inputs *in, const struct function *f, const struct call *c,
			  unsigned format);

#endif
