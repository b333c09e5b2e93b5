/* SPDX-License-Identifier: Apache-2.0 */
/* Strings of PHP and Perl with variables in them, as joined parts. */
#include "script/parse.h"

static struct node *join(struct parser *p, struct node *left, struct node *right)
{
	return !left ? right : !right ? left : node_pair(p->m, N_JOIN, left, right);
}

static struct node *constant(struct parser *p, size_t at, struct span raw, bool all)
{
	if (!raw.n)
		return NULL;
	return node_text(p->m, p->base + at, p->base + at + raw.n,
			 lex_decode(p->m->arena, raw, all));
}

static size_t skip_name(struct span s, size_t i)
{
	while (lex_letter(lex_at(s, i)) || lex_digit(lex_at(s, i)))
		i++;
	return i;
}

/* Where a bracket that opens at `i` closes. */
static size_t skip_bracket(struct span s, size_t i)
{
	int open = lex_at(s, i), close = open == '[' ? ']' : '}', level = 0;
	for (; i < s.n; i++) {
		level += s.p[i] == open;
		level -= s.p[i] == close;
		if (!level)
			return i + 1;
	}
	return s.n;
}

/* The end of the expression that a variable in a string begins: $x, $x[k], $x{k}, $x->k. */
static size_t variable_end(struct span s, size_t i, bool perl)
{
	i = skip_name(s, i + 1);
	for (int steps = 0; steps < 6; steps++) {
		int c = lex_at(s, i), d = lex_at(s, i + 1);
		if (c == '[' && d != ']' && d != '^' && d != '\\')
			i = skip_bracket(s, i);
		else if (perl && c == '{')
			i = skip_bracket(s, i);
		else if (SPAN_IS(s, i, "->") && (lex_letter(lex_at(s, i + 2)) && !perl))
			i = skip_name(s, i + 2);
		else if (perl && SPAN_IS(s, i, "->") &&
			 (lex_at(s, i + 2) == '{' || lex_at(s, i + 2) == '['))
			i += 2;
		else
			break;
	}
	return i;
}

/* A piece of a string read as an expression; keys without quotes stay names. */
static struct node *inner(struct parser *p, struct span s, size_t at, size_t end)
{
	struct parser q = {.m = p->m, .depth = p->depth + 4, .base = p->base + at};
	if (q.depth > SCRIPT_MAX_NESTING || end <= at)
		return NULL;
	q.x = (struct lexer){.m = p->m, .language = p->x.language, .s = span_cut(s, at, end - at)};
	parse_next(&q);
	return parse_single(&q);
}

struct node *parse_string(struct parser *p, size_t at, size_t end, struct span raw, bool expand)
{
	struct span s = p->x.s;
	size_t begin = (size_t)(raw.p - s.p), stop = begin + raw.n, from = begin;
	bool perl = p->x.language == SCRIPT_PERL;
	struct node *all = NULL;
	for (size_t i = begin; i < stop && expand;) {
		int c = lex_at(s, i), d = lex_at(s, i + 1);
		size_t open = i, close = i;
		if (c == '\\') {
			i += 2;
			continue;
		}
		if (!perl && c == '{' && d == '$') {
			close = skip_bracket(s, i);
			open++;
		} else if ((c == '$' || (perl && c == '@')) && d == '{') {
			close = skip_bracket(s, i + 1);
		} else if ((c == '$' || (perl && c == '@')) && lex_letter(d)) {
			close = variable_end(s, i, perl);
		}
		if (close <= i || close > stop) {
			i++;
			continue;
		}
		all = join(p, all, constant(p, from, span_cut(s, from, i - from), true));
		struct node *n;
		if (lex_at(s, open) == '$' && lex_at(s, open + 1) == '{' &&
		    lex_letter(lex_at(s, open + 2))) {
			n = parse_make(p, N_NAME, open, close);
			struct span bare = span_cut(s, open + 2, skip_name(s, open + 2) - open - 2);
			n->text = span_str(
			    arena_printf(p->m->arena, "$%.*s", (int)bare.n, (const char *)bare.p));
		} else {
			n = inner(p, s, open, open > i ? close - 1 : close);
		}
		all = join(p, all, n);
		i = from = close;
	}
	all = join(p, all,
		   constant(p, from, span_cut(s, from, stop > from ? stop - from : 0), expand));
	if (!all)
		all = node_text(p->m, p->base + at, p->base + end, SPAN_LIT(""));
	return all;
}
