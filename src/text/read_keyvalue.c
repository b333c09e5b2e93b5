/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key=value, one a line or separated by NUL as in NVRAM; [section] opens a group; '#' and ';' start
 * a comment. Keys are one word; blanks around '=' are allowed and quotes around a value.
 */
#include "base/text.h"
#include "text/config_readers.h"

enum { MAX_LINE = 1024 };

static struct span unquoted(struct span v)
{
	if (v.n >= 2 && (v.p[0] == '"' || v.p[0] == '\'') && v.p[v.n - 1] == v.p[0])
		return span_cut(v, 1, v.n - 2);
	return v;
}

static bool is_key(struct span k)
{
	for (size_t i = 0; i < k.n; i++) {
		uint8_t c = k.p[i];
		if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9') &&
		    !(c && strchr("_-.", c)))
			return false;
	}
	return k.n > 0;
}

void read_keyvalue(struct span text, struct pairs *p)
{
	read_keyvalue_at(text, 0, p);
}

void read_keyvalue_at(struct span text, uint64_t base, struct pairs *p)
{
	uint32_t group = 0;
	const char *words = NULL;
	size_t n = 0;
	for (size_t start = 0; start < text.n; start += n + 1) {
		n = 0;
		while (start + n < text.n && text.p[start + n] != '\n' && text.p[start + n] != 0)
			n++;
		struct span line = span_cut(text, start, n), t = span_trim(line);
		if (t.n < 3 || t.n > MAX_LINE || t.p[0] == '#' || t.p[0] == ';')
			continue;
		if (t.p[0] == '[' && t.p[t.n - 1] == ']') {
			group++;
			words = arena_str(p->accounts->arena,
					  span_cut(t, 1, t.n - 2 < 80 ? t.n - 2 : 80));
			continue;
		}
		struct span value = t, key = text_field(&value, '=');
		if (key.n == t.n)
			continue;
		key = span_trim(key);
		if (text_prefix(key, "export "))
			key = span_trim(span_from(key, 7));
		if (is_key(key) && t.p[t.n - 1] != ';') /* program text ends like that */
			pairs_add(p, group, words, key, unquoted(span_trim(value)),
				  (struct place){.offset = base + start + (size_t)(t.p - line.p),
						 .length = t.n});
	}
}
