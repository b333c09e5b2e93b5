/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "key": "value" in JSON (RFC 8259) and in what vendors take for it. An object is a group; values
 * that are no strings or hold escapes other than \" \\ \/ are left out.
 */
#include "base/text.h"
#include "text/config_readers.h"

enum { MAX_DEPTH = 64, MAX_NAMED = 50000 };

bool looks_json(struct span text)
{
	struct span head = span_trim(span_cut(text, 0, 512));
	if (head.n < 2 || (head.p[0] != '{' && head.p[0] != '['))
		return false;
	struct span rest = span_trim(span_from(head, 1));
	return rest.n && (rest.p[0] == '"' || rest.p[0] == '{' || rest.p[0] == '[') &&
	       memchr(text.p, ':', text.n) != NULL;
}

/* The string whose quote stands at `at`; *end is behind its closing quote, 0: it does not close. */
static struct span string_at(struct arena *a, struct span text, size_t at, size_t *end)
{
	bool escaped = false;
	size_t i = at + 1;
	for (; i < text.n && text.p[i] != '"' && text.p[i] != '\n'; i++)
		if (text.p[i] == '\\') {
			escaped = true;
			i++;
		}
	*end = i < text.n && text.p[i] == '"' ? i + 1 : 0;
	if (!*end)
		return SPAN(text.p, 0);
	struct span raw = span_cut(text, at + 1, i - at - 1);
	if (!escaped || raw.n > 512)
		return raw;
	char *out = arena_alloc(a, raw.n + 1);
	size_t n = 0;
	for (size_t k = 0; k < raw.n; k++) {
		if (raw.p[k] == '\\' && k + 1 < raw.n && !strchr("\"\\/", raw.p[k + 1]))
			return SPAN(raw.p, 0);
		k += raw.p[k] == '\\' && k + 1 < raw.n;
		out[n++] = (char)raw.p[k];
	}
	return SPAN(out, n);
}

void read_json(struct span text, struct pairs *p)
{
	struct arena *a = p->accounts->arena;
	uint32_t groups[MAX_DEPTH] = {0}, ids = 0;
	const char *names[MAX_DEPTH] = {0};
	size_t depth = 0, over = 0, key_at = 0, end;
	struct span key = SPAN(text.p, 0);
	bool value_next = false;
	for (size_t i = 0; i < text.n;) {
		uint8_t c = text.p[i];
		if (c == '{' || c == '[') {
			if (depth + 1 < MAX_DEPTH && !over) {
				depth++;
				groups[depth] = ++ids;
				names[depth] =
				    ids > MAX_NAMED
					? NULL
					: arena_printf(a, "%.60s %.*s",
						       names[depth - 1] ? names[depth - 1] : "",
						       (int)(value_next && key.n < 40 ? key.n : 0),
						       (const char *)key.p);
			} else {
				over++;
			}
			value_next = false;
		} else if (c == '}' || c == ']') {
			if (over)
				over--;
			else if (depth)
				depth--;
			value_next = false;
		} else if (c == ':') {
			value_next = key.n != 0;
		} else if (c == ',') {
			value_next = false;
			key.n = 0;
		} else if (c == '"') {
			struct span s = string_at(a, text, i, &end);
			if (!end)
				return;
			if (value_next)
				pairs_add(p, groups[depth], names[depth], key, s,
					  (struct place){.offset = key_at, .length = end - key_at});
			key = value_next ? SPAN(text.p, 0) : s;
			key_at = i;
			value_next = false;
			i = end;
			continue;
		}
		i++;
	}
}
