/* SPDX-License-Identifier: Apache-2.0 */
/* Constants that a call is given: bytes behind a pointer, and whether it is made in any case. */
#ifndef CODE_CONSTS_H
#define CODE_CONSTS_H

#include "base/buf.h"
#include "code/observe.h"

/*
 * The `n` bytes that `v` points to at this call, as the program file or stores before the call made
 * them. n 0: a text up to its NUL. False: not constant, or not known. When v is a parameter, what
 * callers hand over counts; `where` tells the call that it comes from.
 */
bool const_bytes(const struct look *l, const struct function *f, const struct call *c,
		 struct value v, size_t n, struct buf *out, const struct call **where);

/*
 * Does something other than the success of calls before decide whether this call is made? An
 * option, a setting, a parameter.
 */
bool call_is_optional(const struct function *f, const struct call *c);

/* Bytes as hex, or as a text in quotes when they are one. */
const char *const_text(const struct look *l, struct span bytes);

#endif
