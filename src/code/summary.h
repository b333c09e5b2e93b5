/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a function does to the memory and the result of its caller, in terms of its parameters; and
 * functions that only hand their parameters on to a library function, which then count as it.
 */
#ifndef CODE_SUMMARY_H
#define CODE_SUMMARY_H

#include "code/program.h"

enum { MAX_EFFECTS = 16 };

struct summary {
	struct slot stores[MAX_EFFECTS]; /* where: a parameter; what: constants and parameters */
	size_t count;
};

/* Fold in the state at one return of the function. */
void summary_return(struct function *f, const struct state *s, bool first, struct arena *a);

/* After the walk: a wrapper takes the role of what it wraps. True: callers can learn from f. */
bool summary_finish(struct function *f, struct arena *a);

/* What a value in terms of the callee's parameters is for this call. */
struct value summary_value(const struct call *c, struct value v, const struct state *s,
			   const struct program *p);

/* Carry out the stores; gives what the call returns, `otherwise` when that is not known. */
struct value summary_apply(const struct call *c, struct state *s, const struct program *p,
			   struct value otherwise);

#endif
