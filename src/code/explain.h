/* SPDX-License-Identifier: Apache-2.0 */
/* Annotated disassembly of the places that a chain names; see struct observer.explain. */
#ifndef CODE_EXPLAIN_H
#define CODE_EXPLAIN_H

#include "fact/observer.h"

void code_explain(const struct artifact *a, struct span places, struct buf *out);

#endif
