/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of Lua 5.1 to 5.4 (the reference manual, "Lexical Conventions"). */
#include "script/lex.h"

/* "[==[" at `i`: the number of '=' signs, or -1. */
static int long_open(struct span s, size_t i)
{
	int level = 0;
	if (lex_at(s, i) != '[')
		return -1;
	for (i++; lex_at(s, i) == '=' && level < 40; i++)
		level++;
	return lex_at(s, i) == '[' ? level : -1;
}

/* The text of a long bracket; *i moves behind it. */
static struct span long_text(struct span s, size_t *i, int level)
{
	size_t begin = *i + (size_t)level + 2;
	for (size_t k = begin; k < s.n; k++) {
		if (s.p[k] != ']')
			continue;
		int n = 0;
		while (n < level && lex_at(s, k + 1 + (size_t)n) == '=')
			n++;
		if (n == level && lex_at(s, k + 1 + (size_t)n) == ']') {
			*i = k + (size_t)level + 2;
			return span_cut(s, begin, k - begin);
		}
	}
	*i = s.n;
	return span_from(s, begin);
}

static size_t skip_blank(struct span s, size_t i)
{
	while (i < s.n) {
		uint8_t c = s.p[i];
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			i++;
		} else if (SPAN_IS(s, i, "--")) {
			int level = long_open(s, i + 2);
			i += 2;
			if (level >= 0)
				long_text(s, &i, level);
			while (level < 0 && i < s.n && s.p[i] != '\n')
				i++;
		} else if (i == 0 && c == '#') {
			while (i < s.n && s.p[i] != '\n')
				i++;
		} else {
			break;
		}
	}
	return i < s.n ? i : s.n;
}

static void token(struct lexer *x, enum token_kind kind, size_t at, size_t end, struct span text)
{
	x->t = (struct token){.kind = kind, .at = at, .end = end, .text = text};
	x->pos = end;
}

static void quoted(struct lexer *x, size_t at)
{
	struct span s = x->s;
	size_t i = at + 1;
	while (i < s.n && s.p[i] != s.p[at] && s.p[i] != '\n')
		i += s.p[i] == '\\' ? 2 : 1;
	if (i > s.n)
		i = s.n;
	token(x, T_STRING, at, i < s.n ? i + 1 : i, span_cut(s, at + 1, i - at - 1));
	x->t.mark = '"';
}

void lex_lua_next(struct lexer *x)
{
	struct span s = x->s;
	size_t at = skip_blank(s, x->pos), i = at;
	int c = lex_at(s, at), level = long_open(s, at);
	if (c < 0 || x->m->full) {
		token(x, T_END, s.n, s.n, SPAN_LIT(""));
	} else if (level >= 0) {
		struct span text = long_text(s, &i, level);
		token(x, T_STRING, at, i, text);
		x->t.mark = '\'';
	} else if (c == '"' || c == '\'') {
		quoted(x, at);
	} else if (lex_letter(c)) {
		while (lex_letter(lex_at(s, i)) || lex_digit(lex_at(s, i)))
			i++;
		token(x, T_NAME, at, i, span_cut(s, at, i - at));
	} else if (lex_digit(c)) {
		while (lex_letter(lex_at(s, i)) || lex_digit(lex_at(s, i)) ||
		       (lex_at(s, i) == '.' && lex_at(s, i + 1) != '.'))
			i++;
		token(x, T_NUMBER, at, i, span_cut(s, at, i - at));
	} else {
		static const char *const list[] = {
		    "...", "..", "==", "~=", "<=", ">=", "::", "//", "<<", ">>"};
		size_t n = 1;
		for (size_t k = 0; k < sizeof list / sizeof *list && n == 1; k++)
			if (span_is(s, at, list[k], strlen(list[k])))
				n = strlen(list[k]);
		token(x, T_OP, at, at + n, span_cut(s, at, n));
	}
}
