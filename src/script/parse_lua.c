/* SPDX-License-Identifier: Apache-2.0 */
/* Lua 5.1 to 5.4 (the reference manual, "The Complete Syntax of Lua"). */
#include "script/parse.h"

static struct node *block(struct parser *p);
static struct node *binary(struct parser *p, int least);

static bool here(const struct parser *p, const char *word)
{
	return lex_is(&p->x, T_NAME, word);
}

static bool take(struct parser *p, const char *word)
{
	if (!here(p, word))
		return false;
	parse_next(p);
	return true;
}

static struct node *unknown(struct parser *p)
{
	return parse_make(p, N_LIST, p->x.t.at, p->x.t.at);
}

static struct node *text_here(struct parser *p)
{
	struct token t = p->x.t;
	struct span s = t.mark == '"' ? lex_decode(p->m->arena, t.text, true) : t.text;
	parse_next(p);
	return node_text(p->m, p->base + t.at, p->base + t.end, s);
}

static struct node *expressions(struct parser *p)
{
	struct node *first = NULL, **tail = &first;
	do
		tail = node_append(tail, binary(p, 1));
	while (!p->m->full && parse_take(p, ","));
	return first;
}

static struct node *function(struct parser *p, size_t at, struct span name)
{
	struct node *n = parse_make(p, N_FUNCTION, at, p->x.t.at);
	n->text = name;
	struct node **tail = &n->a;
	if (parse_take(p, "("))
		while (p->x.t.kind != T_END && !lex_op(&p->x, ")")) {
			if (p->x.t.kind == T_NAME) {
				struct node *k = parse_make(p, N_NAME, p->x.t.at, p->x.t.end);
				k->text = p->x.t.text;
				tail = node_append(tail, k);
			}
			parse_next(p);
		}
	parse_take(p, ")");
	n->b = block(p);
	take(p, "end");
	return n;
}

static struct node *table(struct parser *p, size_t at)
{
	struct node *n = parse_make(p, N_LIST, at, p->x.t.at), **tail = &n->a;
	while (p->x.t.kind != T_END && !lex_op(&p->x, "}")) {
		size_t before = p->x.t.at;
		struct node *item;
		if (parse_take(p, "[")) {
			item = binary(p, 1);
			parse_take(p, "]");
		} else {
			item = binary(p, 1);
			if (lex_op(&p->x, "=") && item->kind == N_NAME)
				item->kind = N_TEXT;
		}
		if (parse_take(p, "=")) {
			item = node_pair(p->m, N_ASSIGN, item, binary(p, 1));
			item->text = SPAN_LIT(":");
		}
		tail = node_append(tail, item);
		if (!parse_take(p, ",") && !parse_take(p, ";") && p->x.t.at == before)
			parse_next(p);
	}
	parse_take(p, "}");
	return n;
}

static struct node *call(struct parser *p, struct node *callee, struct node *args)
{
	struct node *n = node_pair(p->m, N_CALL, callee, args);
	size_t end = p->base + p->x.t.at;
	n->length = (uint32_t)(end > n->at ? end - n->at : 0);
	return n;
}

static struct node *arguments(struct parser *p)
{
	struct node *first = lex_op(&p->x, ")") ? NULL : expressions(p);
	for (int level = 1; p->x.t.kind != T_END && level > 0; parse_next(p)) {
		level += lex_op(&p->x, "(");
		level -= lex_op(&p->x, ")");
	}
	return first;
}

static struct node *suffixes(struct parser *p, struct node *n)
{
	for (int steps = 0; steps < 400 && !p->m->full; steps++) {
		if (parse_take(p, "(")) {
			n = call(p, n, arguments(p));
		} else if (p->x.t.kind == T_STRING && (n->kind == N_NAME || n->kind == N_INDEX)) {
			n = call(p, n, text_here(p));
		} else if (lex_op(&p->x, "{") && (n->kind == N_NAME || n->kind == N_INDEX)) {
			size_t at = p->x.t.at;
			parse_next(p);
			n = call(p, n, table(p, at));
		} else if (parse_take(p, "[")) {
			n = node_pair(p->m, N_INDEX, n, binary(p, 1));
			parse_take(p, "]");
		} else if ((lex_op(&p->x, ".") || lex_op(&p->x, ":"))) {
			parse_next(p);
			if (p->x.t.kind != T_NAME)
				return n;
			struct node *k =
			    node_text(p->m, p->base + p->x.t.at, p->base + p->x.t.end, p->x.t.text);
			n = node_pair(p->m, N_INDEX, n, k);
			parse_next(p);
		} else {
			return n;
		}
	}
	return n;
}

static struct node *name(struct parser *p)
{
	static const char *const ends[] = {"end",    "then",  "do",	"else",
					   "elseif", "until", "return", "local"};
	struct token t = p->x.t;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (here(p, ends[i]))
			return unknown(p);
	parse_next(p);
	if (span_eq_str(t.text, "function"))
		return function(p, t.at, SPAN_LIT(""));
	struct node *n = parse_make(p, N_NAME, t.at, t.end);
	n->text = t.text;
	if (span_eq_str(t.text, "nil") || span_eq_str(t.text, "false") ||
	    span_eq_str(t.text, "true"))
		return n;
	return suffixes(p, n);
}

static struct node *primary(struct parser *p)
{
	struct token t = p->x.t;
	struct node *n;
	if (t.kind == T_NAME)
		return name(p);
	if (t.kind == T_STRING)
		return suffixes(p, text_here(p));
	if (t.kind == T_NUMBER) {
		n = parse_make(p, N_NUMBER, t.at, t.end);
		n->text = t.text;
		parse_next(p);
		return n;
	}
	if (parse_take(p, "(")) {
		n = binary(p, 1);
		while (p->x.t.kind != T_END && !lex_op(&p->x, ")"))
			parse_next(p);
		parse_take(p, ")");
		return suffixes(p, n);
	}
	if (parse_take(p, "{"))
		return table(p, t.at);
	n = unknown(p);
	if (t.kind == T_OP && !lex_op(&p->x, ")") && !lex_op(&p->x, "]") && !lex_op(&p->x, "}"))
		parse_next(p);
	return n;
}

static struct node *unary(struct parser *p)
{
	if (++p->depth > SCRIPT_MAX_NESTING || p->m->full) {
		p->depth--;
		parse_next(p);
		return unknown(p);
	}
	struct node *n;
	if (take(p, "not"))
		n = node_pair(p->m, N_NOT, unary(p), NULL);
	else if (parse_take(p, "-") || parse_take(p, "#") || parse_take(p, "~"))
		n = node_pair(p->m, N_OP, unary(p), NULL);
	else
		n = primary(p);
	p->depth--;
	return n;
}

static int strength(const struct lexer *x, enum node_kind *kind)
{
	static const struct {
		const char *op;
		int strength;
		enum node_kind kind;
	} table[] = {{"or", 1, N_OR}, {"and", 2, N_AND}, {"==", 3, N_EQUAL}, {"~=", 3, N_DIFFER},
		     {"<", 3, N_OP},  {">", 3, N_OP},	 {"<=", 3, N_OP},    {">=", 3, N_OP},
		     {"|", 4, N_OP},  {"&", 4, N_OP},	 {"..", 5, N_JOIN},  {"+", 6, N_OP},
		     {"-", 6, N_OP},  {"*", 7, N_OP},	 {"/", 7, N_OP},     {"//", 7, N_OP},
		     {"%", 7, N_OP},  {"^", 8, N_OP}};
	if (x->t.kind != T_OP && x->t.kind != T_NAME)
		return 0;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (span_eq_str(x->t.text, table[i].op)) {
			*kind = table[i].kind;
			return table[i].strength;
		}
	return 0;
}

static struct node *binary(struct parser *p, int least)
{
	p->depth++;
	struct node *left = unary(p);
	for (enum node_kind kind = N_OP; p->depth < SCRIPT_MAX_NESTING && !p->m->full;) {
		int s = strength(&p->x, &kind);
		if (!s || s < least)
			break;
		struct span op = p->x.t.text;
		enum node_kind of = kind;
		parse_next(p);
		left = node_pair(p->m, of, left, binary(p, s + 1));
		left->text = op;
	}
	p->depth--;
	return left;
}

static struct node *parse_if(struct parser *p, size_t at)
{
	struct node *n = parse_make(p, N_IF, at, p->x.t.at);
	if (++p->depth > SCRIPT_MAX_NESTING) {
		p->depth--;
		return n;
	}
	n->a = binary(p, 1);
	take(p, "then");
	n->b = block(p);
	if (here(p, "elseif")) {
		size_t next = p->x.t.at;
		parse_next(p);
		n->c = parse_if(p, next);
	} else {
		if (take(p, "else"))
			n->c = block(p);
		take(p, "end");
	}
	p->depth--;
	return n;
}

static struct node *parse_loop(struct parser *p, size_t at)
{
	struct node *n = parse_make(p, N_LOOP, at, p->x.t.at);
	if (take(p, "while")) {
		n->a = binary(p, 1);
	} else if (take(p, "for")) {
		n->c = expressions(p);
		if (parse_take(p, "=") || take(p, "in"))
			n->a = expressions(p);
	}
	if (take(p, "repeat")) {
		n->b = block(p);
		if (take(p, "until"))
			n->a = binary(p, 1);
		return n;
	}
	take(p, "do");
	n->b = block(p);
	take(p, "end");
	return n;
}

static struct node *assign(struct parser *p, struct node *targets)
{
	struct node *n = node_pair(p->m, N_ASSIGN, targets, NULL);
	n->b = expressions(p);
	return n;
}

/* function a.b:c() ... end: named by its last part. */
static struct node *named_function(struct parser *p, size_t at)
{
	struct span name = SPAN_LIT("");
	while (p->x.t.kind == T_NAME) {
		name = p->x.t.text;
		parse_next(p);
		if (!parse_take(p, ".") && !parse_take(p, ":"))
			break;
	}
	return function(p, at, name);
}

static struct node *statement(struct parser *p)
{
	size_t at = p->x.t.at;
	if (parse_take(p, ";"))
		return NULL;
	if (take(p, "if"))
		return parse_if(p, at);
	if (here(p, "while") || here(p, "for") || here(p, "repeat"))
		return parse_loop(p, at);
	if (take(p, "do")) {
		struct node *n = block(p);
		take(p, "end");
		return n;
	}
	if (take(p, "return")) {
		struct node *n = parse_make(p, N_RETURN, at, p->x.t.at);
		bool empty =
		    here(p, "end") || here(p, "else") || here(p, "elseif") || p->x.t.kind == T_END;
		n->a = empty ? NULL : expressions(p);
		return n;
	}
	bool local = take(p, "local");
	if (take(p, "function"))
		return named_function(p, at);
	struct node *n = expressions(p);
	while (parse_take(p, "<")) /* attributes: local x <const> */
		for (; p->x.t.kind != T_END && !parse_take(p, ">"); parse_next(p))
			;
	if (parse_take(p, "="))
		return assign(p, n);
	return local ? NULL : n;
}

static struct node *block(struct parser *p)
{
	struct node *n = parse_make(p, N_BLOCK, p->x.t.at, p->x.t.at), **tail = &n->a;
	if (++p->depth > SCRIPT_MAX_NESTING) {
		p->depth--;
		return n;
	}
	while (p->x.t.kind != T_END && !here(p, "end") && !here(p, "else") && !here(p, "elseif") &&
	       !here(p, "until")) {
		size_t before = p->x.t.at;
		tail = node_append(tail, statement(p));
		if (p->x.t.at == before && p->x.t.kind != T_END)
			parse_next(p);
	}
	p->depth--;
	return n;
}

struct node *lua_read(struct maker *m, struct span text)
{
	struct parser p = {.m = m};
	p.x =
	    (struct lexer){.m = m, .language = SCRIPT_LUA, .s = span_cut(text, 0, SCRIPT_MAX_SIZE)};
	parse_next(&p);
	struct node *n = parse_make(&p, N_BLOCK, 0, p.x.s.n), **tail = &n->a;
	while (p.x.t.kind != T_END) {
		size_t before = p.x.t.at;
		tail = node_append(tail, block(&p));
		if (p.x.t.at == before || p.x.t.kind != T_END)
			parse_next(&p);
	}
	return n;
}
