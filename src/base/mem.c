/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdint.h>

static void *checked(void *p)
{
	if (!p) {
		static const char text[] = "postern: out of memory\n";
		ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
		(void)ignored;
		abort();
	}
	return p;
}

void *mem_alloc(size_t n)
{
	return checked(calloc(1, n ? n : 1));
}

void *mem_array(size_t n, size_t size)
{
	return checked(calloc(n ? n : 1, size ? size : 1));
}

void *mem_resize(void *p, size_t n, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(n, size, &total))
		return checked(NULL);
	return checked(realloc(p, total ? total : 1));
}

void mem_free(void *p)
{
	free(p);
}

char *mem_dup(const char *s)
{
	size_t n = strlen(s) + 1;
	return memcpy(mem_alloc(n), s, n);
}

void *mem_grow(void *p, size_t *cap, size_t need, size_t size)
{
	if (need <= *cap)
		return p;
	size_t n = *cap ? *cap : 16;
	while (n < need)
		if (__builtin_mul_overflow(n, 2, &n))
			return checked(NULL);
	*cap = n;
	return mem_resize(p, n, size);
}
