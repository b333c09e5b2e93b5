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

/* Texts in memory that the arguments of a call point to become constants (program_literal). */
void evaluate_texts(struct walk *w, struct call *c);

#endif
