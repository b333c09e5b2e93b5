/* SPDX-License-Identifier: Apache-2.0 */
#include "format/format.h"

#include <stdarg.h>

void sink_note(struct sink *s, uint64_t at, const char *fmt, ...)
{
	struct buf b = {.max = 400};
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	s->note(s, at, buf_text(&b));
	buf_free(&b);
}

struct to_sink {
	struct codec_out out;
	struct sink *sink;
};

static enum status to_sink(struct codec_out *out, const void *p, size_t n)
{
	struct sink *s = ((struct to_sink *)out)->sink;
	return s->write(s, p, n);
}

enum status sink_stream(struct sink *s, const struct entry *e, enum codec c, struct span in,
			uint64_t *used)
{
	struct to_sink to = {.out = {.write = to_sink}, .sink = s};
	uint64_t eaten = 0;
	enum status st = s->begin(s, e);
	if (st != ST_OK)
		return st;
	st = codec_stream(c, in, &to.out, &eaten);
	if (used)
		*used = eaten;
	enum status ended = s->end(s, st);
	return ended != ST_OK ? ended : st;
}

const struct format *format_named(const char *name)
{
	for (size_t i = 0; i < format_count; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}
