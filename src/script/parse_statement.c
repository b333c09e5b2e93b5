/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of PHP, Perl and the JavaScript of server pages. */
#include "script/parse.h"

static struct node *statement(struct parser *p);

static bool word_here(const struct parser *p, const char *word)
{
	struct span t = p->x.t.text;
	return p->x.t.kind == T_NAME && t.n == strlen(word) &&
	       strncasecmp((const char *)t.p, word, t.n) == 0;
}

static bool any_word(const struct parser *p, const char *const *list)
{
	for (; *list; list++)
		if (word_here(p, *list))
			return true;
	return false;
}

/* Statements up to a closing brace, one of the words, or the end. */
static struct node *statements(struct parser *p, const char *const *words)
{
	struct node *n = parse_make(p, N_BLOCK, p->x.t.at, p->x.t.at), **tail = &n->a;
	while (p->x.t.kind != T_END && !lex_op(&p->x, "}") && !(words && any_word(p, words))) {
		size_t before = p->x.t.at;
		tail = node_append(tail, statement(p));
		if (p->x.t.at == before && p->x.t.kind != T_END)
			parse_next(p);
	}
	return n;
}

struct node *parse_block(struct parser *p)
{
	if (++p->depth > SCRIPT_MAX_NESTING) { /* pass over it */
		int level = 0;
		do {
			level += lex_op(&p->x, "{");
			level -= lex_op(&p->x, "}");
			parse_next(p);
		} while (level > 0 && p->x.t.kind != T_END);
		p->depth--;
		return NULL;
	}
	struct node *n;
	if (parse_take(p, "{")) {
		n = statements(p, NULL);
		parse_take(p, "}");
	} else {
		n = statement(p);
	}
	p->depth--;
	return n;
}

/* The body of if, while and the like: a block, or PHP's "if (x): ... endif;" */
static struct node *body(struct parser *p, const char *const *words)
{
	if (p->x.language == SCRIPT_PHP && parse_take(p, ":"))
		return statements(p, words);
	return parse_block(p);
}

static struct node *condition(struct parser *p)
{
	if (!parse_take(p, "("))
		return NULL;
	struct node *n = lex_op(&p->x, ")") ? NULL : parse_expression(p);
	while (p->x.t.kind != T_END && !lex_op(&p->x, ")") && !lex_op(&p->x, "{"))
		parse_next(p);
	parse_take(p, ")");
	return n;
}

static struct node *parse_if(struct parser *p, bool negative)
{
	static const char *const words[] = {"elseif", "else", "endif", NULL};
	struct node *n = parse_make(p, N_IF, p->x.t.at, p->x.t.at);
	if (++p->depth > SCRIPT_MAX_NESTING) {
		p->depth--;
		parse_next(p);
		return n;
	}
	n->a = condition(p);
	if (negative && n->a)
		n->a = node_pair(p->m, N_NOT, n->a, NULL);
	n->b = body(p, words);
	struct lexer saved = p->x;
	while (lex_op(&p->x, ";"))
		parse_next(p);
	if (parse_word(p, "elseif") || parse_word(p, "elsif")) {
		n->c = parse_if(p, false);
	} else if (parse_word(p, "else")) {
		n->c = parse_word(p, "if") ? parse_if(p, false) : body(p, words);
		parse_word(p, "endif");
	} else if (!parse_word(p, "endif")) {
		p->x = saved;
	}
	p->depth--;
	return n;
}

static struct node *parse_while(struct parser *p, size_t at)
{
	static const char *const words[] = {"endwhile", NULL};
	struct node *n = parse_make(p, N_LOOP, at, p->x.t.at);
	n->a = condition(p);
	n->b = body(p, words);
	parse_word(p, "endwhile");
	return n;
}

static struct node *parse_for(struct parser *p, size_t at)
{
	static const char *const words[] = {"endfor", "endforeach", NULL};
	struct node *n = parse_make(p, N_LOOP, at, p->x.t.at), **tail = &n->a;
	if (parse_word(p, "my") || p->x.t.kind == T_VARIABLE) { /* foreach my $x (list) */
		n->c = parse_make(p, N_NAME, p->x.t.at, p->x.t.end);
		n->c->text = p->x.t.text;
		parse_next(p);
	}
	if (parse_take(p, "(")) {
		while (p->x.t.kind != T_END && !lex_op(&p->x, ")")) {
			size_t before = p->x.t.at;
			if (parse_word(p, "as") ||
			    (p->x.language == SCRIPT_PAGE && parse_word(p, "in"))) {
				n->c = parse_expression(p);
				if (parse_take(p, "=>"))
					n->c->next = parse_expression(p);
			} else {
				tail = node_append(tail, parse_expression(p));
			}
			if (!parse_take(p, ";") && p->x.t.at == before)
				parse_next(p);
		}
		parse_take(p, ")");
	}
	if (p->x.language == SCRIPT_PERL && !n->c) {
		n->c = parse_make(p, N_NAME, at, at);
		n->c->text = SPAN_LIT("$_");
	}
	n->b = body(p, words);
	if (!parse_word(p, "endfor"))
		parse_word(p, "endforeach");
	return n;
}

/* switch (x) { case y: ... }: a chain of compares; a body ends at the next label. */
static struct node *parse_switch(struct parser *p)
{
	static const char *const labels[] = {"case", "default", "endswitch", NULL};
	struct node *subject = condition(p), *first = NULL, **tail = &first;
	if (!parse_take(p, "{"))
		parse_take(p, ":");
	while (p->x.t.kind != T_END && !lex_op(&p->x, "}") && !word_here(p, "endswitch")) {
		struct node *test = NULL;
		size_t at = p->x.t.at;
		while (parse_word(p, "case") || parse_word(p, "default")) {
			struct node *label = lex_op(&p->x, ":") ? NULL : parse_single(p);
			struct node *equal =
			    label ? node_pair(p->m, N_EQUAL, subject, label) : NULL;
			test = test && equal ? node_pair(p->m, N_OR, test, equal) : equal;
			if (!parse_take(p, ":"))
				parse_take(p, ";");
		}
		struct node *n = parse_make(p, N_IF, at, p->x.t.at);
		n->a = test;
		n->b = statements(p, labels);
		tail = node_append(tail, n);
		if (p->x.t.at == at)
			parse_next(p);
	}
	parse_take(p, "}");
	parse_word(p, "endswitch");
	struct node *n = parse_make(p, N_BLOCK, p->x.t.at, p->x.t.at);
	n->a = first;
	return n;
}

/* Names of parameters: variables (PHP) or names (JavaScript); defaults and types are passed over.
 */
static struct node *parameters(struct parser *p)
{
	struct node *first = NULL, **tail = &first;
	int level = 1;
	while (p->x.t.kind != T_END && level > 0) {
		bool name = p->x.t.kind == T_VARIABLE ||
			    (p->x.language == SCRIPT_PAGE && p->x.t.kind == T_NAME);
		if (name && level == 1) {
			struct node *n = parse_make(p, N_NAME, p->x.t.at, p->x.t.end);
			n->text = p->x.t.text;
			tail = node_append(tail, n);
		}
		level += lex_op(&p->x, "(");
		level -= lex_op(&p->x, ")");
		parse_next(p);
	}
	return first;
}

struct node *parse_function(struct parser *p, size_t at, struct span name)
{
	parse_take(p, "&");
	if (!name.n && p->x.t.kind == T_NAME) {
		name = p->x.t.text;
		parse_next(p);
	}
	struct node *n = parse_make(p, N_FUNCTION, at, p->x.t.at);
	n->text = name;
	if (parse_take(p, "("))
		n->a = parameters(p);
	while (p->x.t.kind != T_END && !lex_op(&p->x, "{") && !lex_op(&p->x, ";") &&
	       !lex_op(&p->x, "=>"))
		parse_next(p); /* use (...), a type */
	if (parse_take(p, "=>")) {
		n->b = parse_make(p, N_RETURN, p->x.t.at, p->x.t.end);
		n->b->a = parse_single(p);
	} else if (lex_op(&p->x, "{")) {
		n->b = parse_block(p);
	}
	return n;
}

/* Classes, namespaces and the like: what stands inside is read as if it stood alone. */
static bool passed_over(struct parser *p)
{
	static const char *const heads[] = {"class",   "interface", "trait", "namespace",
					    "package", "use",	    NULL};
	static const char *const marks[] = {"public", "private", "protected", "abstract",
					    "final",  "static",	 "try",	      "finally",
					    "BEGIN",  "END",	 NULL};
	if (any_word(p, marks)) {
		parse_next(p);
		return true;
	}
	if (!any_word(p, heads))
		return false;
	while (p->x.t.kind != T_END && !lex_op(&p->x, "{") && !lex_op(&p->x, ";"))
		parse_next(p);
	return true;
}

/* Perl: "x if y", "x unless y", "x for y". */
static struct node *modified(struct parser *p, struct node *n)
{
	if (p->x.language != SCRIPT_PERL)
		return n;
	bool negative = word_here(p, "unless");
	if (!negative && !word_here(p, "if"))
		return n;
	parse_next(p);
	struct node *test = parse_expression(p), *all = node_pair(p->m, N_IF, test, n);
	if (negative)
		all->a = node_pair(p->m, N_NOT, test, NULL);
	all->at = n->at;
	return all;
}

static struct node *statement(struct parser *p)
{
	size_t at = p->x.t.at;
	if (p->m->full) {
		parse_next(p);
		return NULL;
	}
	if (parse_take(p, ";"))
		return NULL;
	if (lex_op(&p->x, "{"))
		return parse_block(p);
	if (passed_over(p))
		return NULL;
	if (parse_word(p, "if"))
		return parse_if(p, false);
	if (p->x.language == SCRIPT_PERL && parse_word(p, "unless"))
		return parse_if(p, true);
	if (parse_word(p, "while") || parse_word(p, "until") || parse_word(p, "catch"))
		return parse_while(p, at);
	if (parse_word(p, "for") || parse_word(p, "foreach"))
		return parse_for(p, at);
	if (parse_word(p, "switch"))
		return parse_switch(p);
	if (word_here(p, "function") || (p->x.language == SCRIPT_PERL && word_here(p, "sub"))) {
		parse_next(p);
		return parse_function(p, at, SPAN_LIT(""));
	}
	struct node *n = modified(p, parse_expression(p));
	while (p->x.t.kind != T_END && !lex_op(&p->x, ";") && !lex_op(&p->x, "}") &&
	       !lex_op(&p->x, "{") && p->x.t.at == at)
		parse_next(p);
	return n;
}

static struct node *read_all(struct maker *m, enum script_language language, struct span text)
{
	struct parser p = {.m = m};
	p.x = (struct lexer){.m = m, .language = language, .s = span_cut(text, 0, SCRIPT_MAX_SIZE)};
	parse_next(&p);
	struct node *n = parse_make(&p, N_BLOCK, 0, p.x.s.n), **tail = &n->a;
	while (p.x.t.kind != T_END) {
		size_t before = p.x.t.at;
		tail = node_append(tail, statements(&p, NULL));
		parse_take(&p, "}");
		if (p.x.t.at == before && p.x.t.kind != T_END)
			parse_next(&p);
	}
	return n;
}

struct node *php_read(struct maker *m, struct span text)
{
	return read_all(m, SCRIPT_PHP, text);
}

struct node *perl_read(struct maker *m, struct span text)
{
	return read_all(m, SCRIPT_PERL, text);
}

struct node *page_read(struct maker *m, struct span text)
{
	return read_all(m, SCRIPT_PAGE, text);
}
