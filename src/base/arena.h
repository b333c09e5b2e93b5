/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is freed all at once. What comes from an arena lives until arena_reset or arena_free.
 * Each arena has a hard cap in bytes; passing it aborts the process (see mem.h), so a cap is a
 * last line of defence and parsers keep budgets of their own.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/span.h"

struct arena_block;
struct arena {
	struct arena_block *blocks;
	size_t used, cap; /* bytes handed out; cap 0: 512 MiB */
	size_t block;	  /* bytes asked for at once; 0: 64 KiB */
};

void *arena_alloc(struct arena *a, size_t n);		   /* zeroed, 16-byte aligned */
void *arena_array(struct arena *a, size_t n, size_t size); /* zeroed, overflow-checked */
char *arena_str(struct arena *a, struct span s);	   /* NUL-terminated copy */
char *arena_dup(struct arena *a, const char *s);	   /* NULL stays NULL */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_reset(struct arena *a); /* keeps one block for reuse */
void arena_free(struct arena *a);

#endif
