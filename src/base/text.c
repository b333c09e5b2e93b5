/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

/* Length of the valid UTF-8 sequence at the front (RFC 3629), 0 when it is none. */
static size_t utf8_length(struct span s, uint32_t *code)
{
	if (s.n == 0)
		return 0;
	uint8_t c = s.p[0];
	size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3
					     : c >= 0xf0 && c < 0xf5	    ? 4
									    : 0;
	if (n == 0 || n > s.n)
		return 0;
	uint32_t v = n == 1 ? c : c & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (s.p[i] & 0x3f);
	}
	if ((n == 3 && v < 0x800) || (n == 4 && (v < 0x10000 || v > 0x10ffff)) ||
	    (v >= 0xd800 && v < 0xe000))
		return 0;
	*code = v;
	return n;
}

char *text_utf8(struct arena *a, struct span s)
{
	struct buf b = {0};
	while (s.n) {
		uint32_t code = 0;
		size_t n = utf8_length(s, &code);
		if (n && code) {
			buf_add(&b, s.p, n);
		} else {
			n = 1;
			buf_printf(&b, "\\x%02x", s.p[0]);
		}
		s = span_from(s, n);
	}
	char *out = arena_str(a, buf_span(&b));
	buf_free(&b);
	return out;
}

void text_terminal(struct buf *out, struct span s)
{
	while (s.n) {
		uint32_t code = 0;
		size_t n = utf8_length(s, &code);
		if (!n || code < 0x20 || code == 0x7f) {
			n = 1;
			buf_printf(out, "\\x%02x", s.p[0]);
		} else if ((code >= 0x80 && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
			   (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
			   code == 0xfeff) {
			buf_printf(out, "U+%04X", code);
		} else {
			buf_add(out, s.p, n);
		}
		s = span_from(s, n);
	}
}

static bool odd_control(uint8_t c)
{
	return c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b;
}

/* Odd bytes among BLOCK ASCII characters; false when there are other bytes, or NULs. */
enum { BLOCK = 64, LOOKED_AT = 65536 };
typedef uint8_t vector __attribute__((vector_size(16))); /* comparisons give 0 or 0xff */

static bool count_ascii(const uint8_t *p, size_t *odd)
{
	vector sum = {0}, other = {0};
	uint64_t half[2];
	for (size_t i = 0; i < BLOCK; i += sizeof sum) {
		vector v;
		memcpy(&v, p + i, sizeof v);
		sum -= (vector)((v < 0x20) & (v != '\n') & (v != '\r') & (v != '\t') & (v != '\f') &
				(v != 0x1b));
		other |= (vector)((v == 0) | (v >= 0x80));
	}
	memcpy(half, &other, sizeof half);
	if (half[0] | half[1])
		return false;
	memcpy(half, &sum, sizeof half); /* no byte is above 4 */
	*odd += (half[0] + half[1]) * 0x0101010101010101u >> 56;
	return true;
}

bool text_looks(struct span s)
{
	size_t n = s.n < LOOKED_AT ? s.n : LOOKED_AT, odd = 0;
	for (size_t i = 0; i < n;) {
		if (i + BLOCK <= n && count_ascii(s.p + i, &odd)) {
			i += BLOCK;
			continue;
		}
		for (size_t end = n - i > BLOCK ? i + BLOCK : n; i < end; i++) {
			uint8_t c = s.p[i];
			uint32_t code;
			size_t len = c >= 0x80 ? utf8_length(span_from(s, i), &code) : 1;
			if (c == 0)
				return false;
			odd += odd_control(c) || len == 0;
			i += len ? len - 1 : 0;
		}
	}
	return odd * 20 <= n;
}

bool text_looks_counted(const uint64_t counts[256], size_t n, struct span s)
{
	uint64_t odd = 0, high = 0;
	for (int c = 0; c < 0x20; c++)
		odd += odd_control((uint8_t)c) ? counts[c] : 0;
	for (int c = 0x80; c < 0x100; c++)
		high += counts[c];
	return s.n > LOOKED_AT || high ? text_looks(s) : !counts[0] && odd * 20 <= n;
}

char *text_lower(struct arena *a, struct span s)
{
	char *out = arena_str(a, s);
	for (size_t i = 0; i < s.n; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] + 32);
	return out;
}

bool text_number(struct span s, int64_t *out)
{
	bool negative = s.n && s.p[0] == '-';
	if (negative)
		s = span_from(s, 1);
	int64_t base = 10, v = 0;
	if (s.n > 2 && s.p[0] == '0' && (s.p[1] | 32) == 'x') {
		base = 16;
		s = span_from(s, 2);
	} else if (s.n > 1 && s.p[0] == '0') {
		base = 8;
	}
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int c = s.p[i], d;
		if (c >= '0' && c <= '9')
			d = c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			d = (c | 32) - 'a' + 10;
		else
			return false;
		if (d >= base || __builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, d, &v))
			return false;
	}
	*out = negative ? -v : v;
	return true;
}

struct span text_field(struct span *rest, char separator)
{
	const uint8_t *hit = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
	struct span field = SPAN(rest->p, hit ? (size_t)(hit - rest->p) : rest->n);
	*rest = hit ? span_from(*rest, field.n + 1) : SPAN(rest->p + rest->n, 0);
	return field;
}

bool text_prefix(struct span s, const char *prefix)
{
	return span_is(s, 0, prefix, strlen(prefix));
}

bool text_suffix(struct span s, const char *suffix)
{
	size_t n = strlen(suffix);
	return n <= s.n && span_is(s, s.n - n, suffix, n);
}
