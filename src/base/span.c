/* SPDX-License-Identifier: Apache-2.0 */
#include "base/span.h"

size_t span_find(struct span s, struct span what, size_t from)
{
	if (from > s.n)
		return SIZE_MAX;
	if (what.n == 0)
		return from;
	const uint8_t *hit = memmem(s.p + from, s.n - from, what.p, what.n);
	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

bool span_line(struct span s, size_t *pos, struct span *line)
{
	if (*pos >= s.n)
		return false;
	const uint8_t *start = s.p + *pos;
	size_t left = s.n - *pos;
	const uint8_t *nl = memchr(start, '\n', left);
	size_t n = nl ? (size_t)(nl - start) : left;
	*pos += nl ? n + 1 : n;
	if (n && start[n - 1] == '\r')
		n--;
	*line = SPAN(start, n);
	return true;
}

struct span span_trim(struct span s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\r' || s.p[0] == '\n'))
		s = SPAN(s.p + 1, s.n - 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r' ||
		       s.p[s.n - 1] == '\n'))
		s.n--;
	return s;
}
