/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "base/mem.h"

uint8_t *buf_room(struct buf *b, size_t want, size_t *got)
{
	size_t max = b->max ? b->max : SIZE_MAX / 2;
	size_t left = max > b->n ? max - b->n : 0;
	if (want > left) {
		want = left;
		b->full = true;
	}
	size_t need = b->n + want + 1; /* one more for buf_text */
	if (need > b->cap) {
		size_t cap = b->cap ? b->cap : 64;
		while (cap < need)
			cap += cap < (1u << 20) ? cap : cap / 2;
		if (cap > max + 1)
			cap = max + 1;
		b->p = mem_resize(b->p, cap, 1);
		b->cap = cap;
	}
	*got = want;
	return b->p + b->n;
}

bool buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return !b->full;
	if (b->full)
		return false;
	size_t got;
	uint8_t *to = buf_room(b, n, &got);
	if (got)
		memcpy(to, p, got);
	b->n += got;
	return got == n;
}

bool buf_fill(struct buf *b, uint8_t byte, size_t n)
{
	if (b->full)
		return n == 0;
	size_t got;
	uint8_t *to = buf_room(b, n, &got);
	if (got)
		memset(to, byte, got);
	b->n += got;
	return got == n;
}

bool buf_str(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

bool buf_byte(struct buf *b, uint8_t byte)
{
	return buf_add(b, &byte, 1);
}

bool buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	char small[512];
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(small, sizeof small, fmt, ap);
	bool ok = n >= 0;
	if (ok && (size_t)n < sizeof small) {
		ok = buf_add(b, small, (size_t)n);
	} else if (ok) {
		char *big = mem_alloc((size_t)n + 1);
		vsnprintf(big, (size_t)n + 1, fmt, again);
		ok = buf_add(b, big, (size_t)n);
		mem_free(big);
	}
	va_end(again);
	return ok;
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	bool ok = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return ok;
}

const char *buf_text(struct buf *b)
{
	size_t got;
	bool full = b->full;
	*buf_room(b, 0, &got) = 0;
	b->full = full;
	return (const char *)b->p;
}

void buf_reset(struct buf *b)
{
	b->n = 0;
	b->full = false;
}

void buf_free(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){.max = b->max};
}
