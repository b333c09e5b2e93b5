/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the reader of PHP, Perl and server pages share. */
#ifndef SCRIPT_PARSE_H
#define SCRIPT_PARSE_H

#include "script/lex.h"

struct parser {
	struct lexer x;
	struct maker *m;
	int depth;
	size_t base; /* offset of x.s in the script, for text inside of strings */
};

struct node *parse_expression(struct parser *p); /* with commas: a list */
struct node *parse_single(struct parser *p);	 /* without */
struct node *parse_block(struct parser *p);	 /* { ... } or one statement */
struct node *parse_function(struct parser *p, size_t at,
			    struct span name); /* from its parameters on */
struct node *parse_string(struct parser *p, size_t at, size_t end, struct span raw, bool expand);

static inline void parse_next(struct parser *p)
{
	if (p->x.language == SCRIPT_LUA)
		lex_lua_next(&p->x);
	else
		lex_c_next(&p->x);
}

static inline bool parse_take(struct parser *p, const char *op)
{
	if (!lex_op(&p->x, op))
		return false;
	parse_next(p);
	return true;
}

static inline bool parse_word(struct parser *p, const char *word)
{
	struct span t = p->x.t.text;
	if (p->x.t.kind != T_NAME || t.n != strlen(word) ||
	    strncasecmp((const char *)t.p, word, t.n) != 0)
		return false;
	parse_next(p);
	return true;
}

static inline struct node *parse_make(struct parser *p, enum node_kind kind, size_t at, size_t end)
{
	return node_make(p->m, kind, p->base + at, p->base + end);
}

#endif
