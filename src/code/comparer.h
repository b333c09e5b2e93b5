/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of a program's own that compare two texts, told by what they do: xmlStrEqual, StrICmp.
 */
#ifndef CODE_COMPARER_H
#define CODE_COMPARER_H

#include "code/program.h"

/*
 * Does this call ask a function of the program's own whether two texts are equal? *zero: it answers
 * 0 when they are.
 */
bool call_compares(const struct call *c, bool *zero);

#endif
