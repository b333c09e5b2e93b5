/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the walk, which knows values in part, and the machine, which knows numbers: calls and
 * loops that depend on constants only are carried out, and what they made goes back into the
 * state; texts that stand in memory so become literals.
 */
#ifndef CODE_EVALUATE_H
#define CODE_EVALUATE_H

#include "code/machine.h"
#include "code/walk.h"

/* Carry out a call. True: the state has its effects, *result what it returns (kept when unknown).
 */
bool evaluate_call(struct walk *w, const struct call *c, struct value *result);

/*
 * Carry out the loop that begins with the block `header`, from the state in w->now. True: that
 * state is now what stands behind the loop, where control leaves it to the block *exit;
 * body[block] tells the blocks of the loop.
 */
bool evaluate_loop(struct walk *w, int32_t header, const bool *body, int32_t *exit);

/* Blocks of the loop with this header; 0: there is none, or too many. */
unsigned evaluate_body(const struct cfg *c, int32_t header, bool *body);

/* For both: the machine with what w->now knows, and its effects put into w->now. */
struct machine *evaluate_start(struct walk *w);
bool evaluate_allowed(const struct walk *w, const struct machine *m);
void evaluate_apply(struct walk *w, struct machine *m, const struct call *c,
		    struct value *result);

/* Texts in memory that the arguments of a call point to become constants (program_literal). */
void evaluate_texts(struct walk *w, struct call *c);

#endif
