/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte buffer with a hard maximum. It owns its bytes. Once a write would pass `max` the
 * buffer takes what fits and is `full`; later writes are ignored. buf_text keeps a NUL behind the
 * bytes, not counted in `n`.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>

#include "base/span.h"

struct buf {
	uint8_t *p;
	size_t n, cap;
	size_t max; /* 0: SIZE_MAX / 2 */
	bool full;
};

bool buf_add(struct buf *b, const void *p, size_t n); /* false when it did not all fit */
bool buf_fill(struct buf *b, uint8_t byte, size_t n);
bool buf_str(struct buf *b, const char *s);
bool buf_byte(struct buf *b, uint8_t byte);
bool buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/*
 * Room for up to `want` bytes behind the content, as far as `max` allows; *got says how many.
 * The caller writes there and adds what it wrote to b->n.
 */
uint8_t *buf_room(struct buf *b, size_t want, size_t *got);

const char *buf_text(struct buf *b); /* NUL-terminated view, valid until the next change */
void buf_reset(struct buf *b);       /* empty, keeps the memory and the maximum */
void buf_free(struct buf *b);

static inline struct span buf_span(const struct buf *b)
{
	return SPAN(b->p, b->n);
}

#endif
