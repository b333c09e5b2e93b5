/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of PHP, Perl and server pages (lex_c.c), and of Lua (lex_lua.c). For readers only. */
#ifndef SCRIPT_LEX_H
#define SCRIPT_LEX_H

#include "script/syntax.h"

enum token_kind {
	T_END,
	T_NAME,
	T_VARIABLE, /* text: with one '$' before it, whatever its mark was */
	T_NUMBER,
	T_STRING, /* text: without quotes, not decoded */
	T_RUN,	  /* `text` */
	T_REGEX,  /* text: the pattern; more: the replacement */
	T_READ,	  /* <STDIN> */
	T_WORDS,  /* qw(text) */
	T_OP,
};

struct token {
	enum token_kind kind;
	size_t at, end;
	struct span text, more;
	uint8_t mark; /* string: '"' is expanded, '\'' is not; regex: 'm', 's' or 'y'; variable: its
			 sigil */
};

struct lexer {
	struct maker *m;
	enum script_language language;
	struct span s;
	size_t pos;
	struct token t;	   /* the current token */
	bool after_value;  /* '/' divides here */
	size_t heredoc_at; /* where the texts announced on this line begin; 0: none */
};

void lex_c_next(struct lexer *x);
void lex_lua_next(struct lexer *x);

static inline int lex_at(struct span s, size_t i)
{
	return i < s.n ? s.p[i] : -1;
}

static inline bool lex_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static inline bool lex_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool lex_is(const struct lexer *x, enum token_kind kind, const char *text)
{
	return x->t.kind == kind && span_eq_str(x->t.text, text);
}

static inline bool lex_op(const struct lexer *x, const char *text)
{
	return lex_is(x, T_OP, text);
}

/* A string's escapes undone: \n \t \x41 \101 \' ...; all: also the letters (double quotes). */
struct span lex_decode(struct arena *a, struct span raw, bool all);

#endif
