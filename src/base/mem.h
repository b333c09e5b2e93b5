/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory: the only place that calls malloc. Allocation never returns NULL: when memory (or a
 * worker's limit) is used up the process aborts, which in a worker is a note and not a lost run.
 * Sizes are bytes. mem_array checks n * size for overflow.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#include "base/banned.h"

void *mem_alloc(size_t n);                           /* zeroed; caller frees with mem_free */
void *mem_array(size_t n, size_t size);              /* zeroed; n elements */
void *mem_resize(void *p, size_t n, size_t size);    /* n elements; new bytes are not zeroed */
void mem_free(void *p);                              /* NULL is allowed */
char *mem_dup(const char *s);                        /* a copy of a C string */

/* Make room for at least `need` elements in a growing array (doubles). */
void *mem_grow(void *p, size_t *cap, size_t need, size_t size);

#endif
