/* SPDX-License-Identifier: Apache-2.0 */
#include "text/shell_words.h"

#include "base/buf.h"
#include "base/text.h"

enum { MAX_WORD = 1024 };

static bool name_char(uint8_t c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static struct shell_name *name_at(struct shell_names *names, struct span name)
{
	for (size_t i = 0; i < names->count; i++)
		if (span_equal(names->list[i].name, name))
			return &names->list[i];
	if (names->count == SHELL_MAX_NAMES)
		return NULL;
	struct shell_name *n = &names->list[names->count++];
	*n = (struct shell_name){.name = name};
	return n;
}

/* The value of an assignment when it is a constant; false when it is made at run time. */
static bool constant(struct span v, struct span *out)
{
	v = span_trim(v);
	if (v.n >= 2 && (v.p[0] == '"' || v.p[0] == '\'')) {
		char quote = (char)v.p[0];
		v = span_from(v, 1);
		struct span inside = text_field(&v, quote);
		*out = inside;
		return quote == '\'' ||
		       (!memchr(inside.p, '$', inside.n) && !memchr(inside.p, '`', inside.n));
	}
	size_t n = 0;
	while (n < v.n && v.p[n] != ' ' && v.p[n] != ';' && v.p[n] != '\t' && v.p[n] != '&')
		n++;
	*out = span_cut(v, 0, n);
	return n == 0 || (!memchr(out->p, '$', n) && !memchr(out->p, '`', n));
}

void shell_learn(struct shell_names *names, struct span script)
{
	struct span line;
	size_t pos = 0;
	names->count = 0;
	while (span_line(script, &pos, &line)) {
		struct span t = span_trim(line), value;
		static const char *const before[] = {"export ", "local ", "readonly "};
		for (size_t i = 0; i < 3; i++)
			if (text_prefix(t, before[i]))
				t = span_trim(span_from(t, strlen(before[i])));
		size_t n = 0;
		while (n < t.n && name_char(t.p[n]))
			n++;
		bool read = text_prefix(t, "read ");
		struct span name = read ? span_trim(span_from(t, 5)) : span_cut(t, 0, n);
		if (n == 0 || (!read && (n == t.n || t.p[n] != '=')))
			continue;
		struct shell_name *v = name_at(names, name);
		if (!v)
			continue;
		if (read || !constant(span_from(t, n + 1), &value))
			v->changed = true;
		else if (v->value.p && !span_equal(v->value, value))
			v->changed = true;
		else
			v->value = value;
	}
}

/* Append what "$..." at the front of `s` stands for; returns how many bytes it took. */
static size_t expand(const struct shell_names *names, struct span s, struct buf *out)
{
	bool brace = s.n > 1 && s.p[1] == '{';
	size_t start = brace ? 2 : 1, n = 0;
	while (start + n < s.n && name_char(s.p[start + n]))
		n++;
	size_t total = start + n + brace;
	struct span name = span_cut(s, start, n);
	if (n && (!brace || SPAN_IS(s, start + n, "}")))
		for (size_t i = 0; names && i < names->count; i++)
			if (span_equal(names->list[i].name, name) && !names->list[i].changed &&
			    names->list[i].value.p) {
				buf_add(out, names->list[i].value.p, names->list[i].value.n);
				return total;
			}
	buf_byte(out, '$');
	return 1;
}

static bool is_operator(uint8_t c)
{
	return c && strchr("|;&()<>", c);
}

/* One word from *at on. */
static struct span one_word(const struct shell_names *names, struct arena *a, struct span line,
			    size_t *at)
{
	uint8_t room[MAX_WORD + 1];
	struct buf out = {.p = room, .cap = sizeof room, .max = MAX_WORD};
	uint8_t quote = 0;
	size_t i = *at;
	while (i < line.n) {
		uint8_t c = line.p[i];
		if (!quote && (c == ' ' || c == '\t' || is_operator(c)))
			break;
		if ((c == '"' || c == '\'') && (!quote || quote == c)) {
			quote = quote ? 0 : c;
			i++;
		} else if (c == '\\' && quote != '\'' && i + 1 < line.n) {
			if (quote && !strchr("\\\"$`", line.p[i + 1]))
				buf_byte(&out, c);
			buf_byte(&out, line.p[i + 1]);
			i += 2;
		} else if (c == '$' && quote != '\'') {
			i += expand(names, span_from(line, i), &out);
		} else {
			buf_byte(&out, c);
			i++;
		}
	}
	*at = i;
	return span_str(arena_str(a, buf_span(&out)));
}

size_t shell_split(const struct shell_names *names, struct arena *a, struct span line,
		   struct shell_word words[SHELL_MAX_WORDS])
{
	size_t n = 0;
	for (size_t i = 0; i < line.n && n < SHELL_MAX_WORDS;) {
		uint8_t c = line.p[i];
		if (c == ' ' || c == '\t') {
			i++;
		} else if (is_operator(c)) {
			words[n++] = (struct shell_word){SPAN(line.p + i, 1), true};
			i++;
		} else if (c == '#') {
			break;
		} else {
			words[n++] = (struct shell_word){one_word(names, a, line, &i), false};
		}
	}
	return n;
}
