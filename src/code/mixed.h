/* SPDX-License-Identifier: Apache-2.0 */
/*
 * V_MIXED: a number that is computed, somehow, from bytes that memory holds. Which computation is
 * not kept; but what it was about is: a hash of input is compared with a constant, or a word that
 * is put together of its bytes.
 */
#ifndef CODE_MIXED_H
#define CODE_MIXED_H

#include "code/value.h"

/* Of two operands, or of one and nothing; unknown when no bytes of memory are in them. */
struct value mixed_of(struct value a, struct value b);

/* The same by xor. */
struct value mixed_xor(struct value a, struct value b);

/* Xored bytes choose a place in a table: what stands there is computed from them, too. */
bool mixed_is_index(struct value v);

/* One of these two by one way, the other by another; false: nothing to do with mixed values. */
bool mixed_meet(struct value *into, struct value other, bool *changed);

/* The bytes that it is made of. It is compared with *number, which is corrected to 32 bits of what
 * is really asked for; hash: and not just a word that is put together of bytes. */
struct value mixed_bytes(struct value v, uint64_t *number, bool *hash);

#endif
