/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gates: questions on the way to a place of a function, one answer to which leads away from it. A
 * gate is about who asks when it looks like one: it deals with sessions and passwords, or those
 * that it turns away are told so.
 */
#ifndef CODE_GATE_H
#define CODE_GATE_H

#include "code/verdict.h"

struct gate {
	const struct call *call; /* whose result is asked for; NULL: a variable is */
	struct value variable;
	uint64_t at;
	bool credential; /* it is about who asks */
};

enum { MAX_GATES = 12 };

/* Gates between the block `root` (which dominates it) and a call. */
size_t gates_find(const struct look *l, const struct function *f, int32_t root,
		  const struct call *to, struct gate *out);

/* Does the function ask who somebody is, or turn people away? */
bool gate_function(const struct look *l, const struct function *f);
bool gate_denies(const struct look *l, const struct function *f);

bool gate_same(const struct gate *a, const struct gate *b);

/* What is asked, for a reader. */
const char *gate_text(const struct gate *g);

#endif
