/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>

#include "base/mem.h"

enum { BLOCK = 64 * 1024, CAP = 512 << 20 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(16) uint8_t bytes[];
};

void *arena_alloc(struct arena *a, size_t n)
{
	size_t cap = a->cap ? a->cap : CAP, least = a->block ? a->block : BLOCK;
	if (n > cap || a->used > cap - n)
		abort();
	n = (n + 15) & ~(size_t)15;
	struct arena_block *b = a->blocks;
	if (!b || b->size - b->used < n) {
		size_t size = n > least ? n : least;
		b = mem_alloc(sizeof *b + size);
		b->size = size;
		b->next = a->blocks;
		a->blocks = b;
	}
	void *p = b->bytes + b->used;
	b->used += n;
	a->used += n;
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(n, size, &total))
		abort();
	return arena_alloc(a, total);
}

char *arena_str(struct arena *a, struct span s)
{
	char *p = arena_alloc(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

char *arena_dup(struct arena *a, const char *s)
{
	return s ? arena_str(a, span_str(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	char *p = arena_alloc(a, n < 0 ? 1 : (size_t)n + 1);
	if (n > 0)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return p;
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = NULL;
	size_t least = a->block ? a->block : BLOCK;
	for (struct arena_block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		if (!keep && b->size == least)
			keep = b;
		else
			mem_free(b);
	}
	if (keep) {
		memset(keep->bytes, 0, keep->used);
		keep->used = 0;
		keep->next = NULL;
	}
	a->blocks = keep;
	a->used = 0;
}

void arena_free(struct arena *a)
{
	for (struct arena_block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		mem_free(b);
	}
	*a = (struct arena){.cap = a->cap, .block = a->block};
}
