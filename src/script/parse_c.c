/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions of PHP, Perl and the JavaScript of server pages, by precedence.
 * References: the PHP manual, "Operator Precedence"; perlop.
 */
#include "base/text.h"
#include "script/parse.h"

static struct node *binary(struct parser *p, int least);

static bool too_deep(struct parser *p)
{
	return p->depth > SCRIPT_MAX_NESTING || p->m->full;
}

static struct node *unknown(struct parser *p)
{
	return parse_make(p, N_LIST, p->x.t.at, p->x.t.at);
}

/* Items up to the closing bracket; keys (k => v) become assignments. */
static struct node *items(struct parser *p, const char *close)
{
	struct node *first = NULL, **tail = &first;
	while (p->x.t.kind != T_END && !lex_op(&p->x, close)) {
		size_t before = p->x.t.at;
		struct node *n = parse_single(p);
		if (parse_take(p, "=>") || (p->x.language == SCRIPT_PAGE && parse_take(p, ":"))) {
			n = node_pair(p->m, N_ASSIGN, n, parse_single(p));
			n->text = SPAN_LIT(":");
		}
		tail = node_append(tail, n);
		if (!parse_take(p, ",") && p->x.t.at == before)
			parse_next(p);
	}
	parse_take(p, close);
	return first;
}

static struct node *list_of(struct parser *p, size_t at, struct node *first)
{
	struct node *n = parse_make(p, N_LIST, at, p->x.t.at);
	n->a = first;
	return n;
}

/* A key in brackets: a bare word is a text. */
static struct node *key(struct parser *p, const char *close)
{
	struct node *n;
	if (lex_op(&p->x, close)) {
		n = NULL;
	} else {
		struct token t = p->x.t;
		n = parse_expression(p);
		if (n->kind == N_NAME && n->text.n && n->text.p[0] != '$' && t.kind == T_NAME)
			n->kind = N_TEXT;
	}
	while (p->x.t.kind != T_END && !lex_op(&p->x, close) && !lex_op(&p->x, ";"))
		parse_next(p);
	parse_take(p, close);
	return n;
}

static struct node *index_of(struct parser *p, struct node *base, const char *close)
{
	struct node *n = node_pair(p->m, N_INDEX, base, key(p, close));
	n->length = (uint32_t)(p->base + p->x.t.at - n->at);
	return n;
}

static struct node *member(struct parser *p, struct node *base)
{
	struct token t = p->x.t;
	struct node *k;
	if (parse_take(p, "{")) {
		k = parse_expression(p);
		parse_take(p, "}");
	} else if (t.kind == T_NAME || t.kind == T_VARIABLE) {
		k = node_text(p->m, p->base + t.at, p->base + t.end, t.text);
		parse_next(p);
		if (t.kind == T_VARIABLE && p->x.language != SCRIPT_PERL && t.text.n > 1)
			k->text = span_from(t.text, 1);
	} else {
		return base;
	}
	return node_pair(p->m, N_INDEX, base, k);
}

static struct node *call(struct parser *p, struct node *callee, struct node *args)
{
	struct node *n = node_pair(p->m, N_CALL, callee, args);
	size_t end = p->base + p->x.t.at;
	n->length = (uint32_t)(end > n->at ? end - n->at : n->length);
	return n;
}

static struct node *postfix(struct parser *p, struct node *n)
{
	for (int steps = 0; steps < 400 && !p->m->full; steps++) {
		if (parse_take(p, "(")) {
			n = call(p, n, items(p, ")"));
		} else if (parse_take(p, "[")) {
			n = index_of(p, n, "]");
		} else if (p->x.language == SCRIPT_PERL && n->kind != N_TEXT &&
			   lex_op(&p->x, "{") &&
			   (n->kind == N_INDEX ||
			    (n->kind == N_NAME && n->text.n && n->text.p[0] == '$'))) {
			parse_next(p);
			n = index_of(p, n, "}");
		} else if (lex_op(&p->x, "->") || lex_op(&p->x, "?->") || lex_op(&p->x, "::")) {
			parse_next(p);
			if (p->x.language == SCRIPT_PERL && parse_take(p, "["))
				n = index_of(p, n, "]");
			else if (p->x.language == SCRIPT_PERL && parse_take(p, "{"))
				n = index_of(p, n, "}");
			else if (p->x.language == SCRIPT_PERL && parse_take(p, "("))
				n = call(p, n, items(p, ")"));
			else
				n = member(p, n);
		} else if (p->x.language == SCRIPT_PAGE && parse_take(p, ".")) {
			n = member(p, n);
		} else if (!parse_take(p, "++") && !parse_take(p, "--")) {
			return n;
		}
	}
	return n;
}

/* Perl and "echo": a call without brackets, when something follows that begins a value. */
static bool begins_value(const struct parser *p)
{
	const struct token *t = &p->x.t;
	switch (t->kind) {
	case T_STRING:
	case T_VARIABLE:
	case T_RUN:
	case T_NUMBER:
	case T_WORDS:
	case T_READ:
	case T_REGEX:
		return true;
	default:
		return false;
	}
}

static struct node *open_call(struct parser *p, struct node *callee)
{
	struct node *first = NULL, **tail = &first;
	do
		tail = node_append(tail, parse_single(p));
	while (!p->m->full && (parse_take(p, ",") || parse_take(p, "=>")));
	return call(p, callee, first);
}

static bool one_of(struct span s, const char *const *list)
{
	for (; *list; list++)
		if (s.n == strlen(*list) && strncasecmp((const char *)s.p, *list, s.n) == 0)
			return true;
	return false;
}

static struct node *include(struct parser *p, size_t at)
{
	struct node *n = parse_make(p, N_INCLUDE, at, p->x.t.at);
	n->a = parse_single(p);
	return n;
}

static struct node *ends(struct parser *p, enum node_kind kind, size_t at)
{
	struct node *n = parse_make(p, kind, at, p->x.t.at);
	bool empty = lex_op(&p->x, ";") || lex_op(&p->x, "}") || lex_op(&p->x, ")") ||
		     p->x.t.kind == T_END ||
		     (p->x.t.kind == T_NAME &&
		      one_of(p->x.t.text, (const char *const[]){"if", "unless", NULL}));
	if (!empty)
		n->a = parse_expression(p);
	return n;
}

/* A name that is a word of the language; NULL: it is not. */
static struct node *special(struct parser *p, struct token t)
{
	static const char *const includes[] = {"include", "include_once", "require", "require_once",
					       NULL};
	static const char *const skipped[] = {
	    "new",   "clone", "my",    "our",	  "local",  "static", "var",	"const", "let",
	    "print", "await", "throw", "defined", "scalar", "ref",    "typeof", NULL};
	static const char *const exits[] = {"exit", "die", "croak", NULL};
	struct span w = t.text;
	bool perl = p->x.language == SCRIPT_PERL;
	if (one_of(w, exits))
		return ends(p, N_EXIT, t.at);
	if (one_of(w, (const char *const[]){"return", NULL}))
		return ends(p, N_RETURN, t.at);
	if (one_of(w, includes) && p->x.language != SCRIPT_PAGE && !(perl && p->x.t.kind == T_NAME))
		return include(p, t.at);
	if (one_of(w, (const char *const[]){"function", "sub", "fn", NULL}) &&
	    (perl || w.p[0] != 's'))
		return parse_function(p, t.at, SPAN_LIT(""));
	if (perl && one_of(w, (const char *const[]){"do", "eval", NULL}) && lex_op(&p->x, "{"))
		return parse_block(p);
	if (one_of(w, skipped)) {
		if (perl && w.p[0] == 'p' && p->x.t.kind == T_NAME &&
		    w.n == 5) /* print HANDLE ... */
			parse_next(p);
		return perl && w.n == 5 && !begins_value(p) && w.p[0] == 'p' && !lex_op(&p->x, "(")
			   ? unknown(p)
			   : binary(p, 90);
	}
	if (perl && one_of(w, (const char *const[]){"shift", NULL}) && !lex_op(&p->x, "(") &&
	    p->x.t.kind != T_VARIABLE) {
		struct node *n = parse_make(p, N_NAME, t.at, t.end);
		n->text = SPAN_LIT("$_");
		return n;
	}
	return NULL;
}

static struct node *named(struct parser *p)
{
	struct token t = p->x.t;
	parse_next(p);
	struct node *n = special(p, t);
	if (n)
		return n;
	bool arrow = lex_op(&p->x, "=>");
	n = parse_make(p, arrow && p->x.language != SCRIPT_PHP ? N_TEXT : N_NAME, t.at, t.end);
	n->text = t.text;
	if (arrow)
		return n;
	if (p->x.language == SCRIPT_PAGE && parse_take(p, "=>")) /* no value */
		return unknown(p);
	if (p->x.language == SCRIPT_PERL) {
		static const char *const handles[] = {"open", "read",	 "sysread", "printf",
						      "say",  "binmode", NULL};
		if (begins_value(p))
			return open_call(p, n);
		if (p->x.t.kind == T_NAME && one_of(t.text, handles))
			return open_call(p, n);
	} else if (p->x.language == SCRIPT_PHP && begins_value(p) &&
		   one_of(t.text, (const char *const[]){"echo", NULL})) {
		return open_call(p, n);
	}
	return n;
}

static struct node *regex(struct parser *p, struct token t)
{
	enum node_kind kind = t.mark == 'm' ? N_MATCH : N_CHANGE;
	struct node *n = parse_make(p, kind, t.at, t.end);
	n->text = t.text;
	n->b = node_text(p->m, p->base + t.at, p->base + t.end, t.more);
	return n;
}

static struct node *bracketed(struct parser *p, size_t at)
{
	static const char *const numbers[] = {"int",  "integer", "float", "double",
					      "bool", "boolean", NULL};
	static const char *const kinds[] = {"string", "array", "object", "binary", NULL};
	if (p->x.language == SCRIPT_PHP && p->x.t.kind == T_NAME) {
		bool number = one_of(p->x.t.text, numbers), kind = one_of(p->x.t.text, kinds);
		size_t after = p->x.t.end;
		while (lex_at(p->x.s, after) == ' ')
			after++;
		if ((number || kind) && lex_at(p->x.s, after) == ')') {
			parse_next(p);
			parse_next(p);
			struct node *n = binary(p, 90);
			return number ? node_pair(p->m, N_CAST, n, NULL) : n;
		}
	}
	struct node *first = items(p, ")");
	return first && !first->next && first->kind != N_ASSIGN ? first : list_of(p, at, first);
}

static struct node *words(struct parser *p, struct token t)
{
	struct node *first = NULL, **tail = &first;
	struct span rest = t.text;
	while (rest.n && !p->m->full) {
		struct span w = text_field(&rest, ' ');
		if (span_trim(w).n)
			tail = node_append(
			    tail, node_text(p->m, p->base + t.at, p->base + t.end, span_trim(w)));
	}
	return list_of(p, t.at, first);
}

static struct node *primary(struct parser *p)
{
	struct token t = p->x.t;
	struct node *n;
	switch (t.kind) {
	case T_NAME:
		return named(p);
	case T_VARIABLE:
		n = parse_make(p, N_NAME, t.at, t.end);
		n->text = t.text;
		break;
	case T_NUMBER:
		n = parse_make(p, N_NUMBER, t.at, t.end);
		n->text = t.text;
		break;
	case T_STRING:
		n = parse_string(p, t.at, t.end, t.text,
				 t.mark == '"' && p->x.language != SCRIPT_PAGE);
		break;
	case T_RUN:
		n = parse_make(p, N_RUN, t.at, t.end);
		n->a = parse_string(p, t.at, t.end, t.text, true);
		break;
	case T_REGEX:
		n = regex(p, t);
		break;
	case T_WORDS:
		n = words(p, t);
		break;
	case T_READ:
		n = parse_make(p, span_eq_str(t.text, "STDIN") || !t.text.n ? N_INPUT : N_LIST,
			       t.at, t.end);
		break;
	default:
		if (parse_take(p, "("))
			return bracketed(p, t.at);
		if (parse_take(p, "["))
			return list_of(p, t.at, items(p, "]"));
		if (p->x.language != SCRIPT_PHP && parse_take(p, "{"))
			return list_of(p, t.at, items(p, "}"));
		n = unknown(p);
		if (lex_op(&p->x, ";") || lex_op(&p->x, "}") || lex_op(&p->x, ")") ||
		    lex_op(&p->x, "]"))
			return n;
		break;
	}
	parse_next(p);
	return n;
}

/* Perl: -x $path. The letter stays, as the name of a function. */
static bool file_test(struct parser *p)
{
	size_t at = p->x.t.end;
	int c = lex_at(p->x.s, at), d = lex_at(p->x.s, at + 1);
	if (c <= 0 || !strchr("edfrwxlz", c) || lex_letter(d) || lex_digit(d))
		return false;
	parse_next(p);
	return true;
}

/* Perl: &name is a call, with or without brackets. */
static struct node *called(struct parser *p)
{
	parse_next(p);
	struct node *n = postfix(p, primary(p));
	return n->kind == N_NAME ? call(p, n, NULL) : n;
}

static struct node *unary(struct parser *p)
{
	if (++p->depth > SCRIPT_MAX_NESTING || p->m->full) {
		p->depth--;
		parse_next(p);
		return unknown(p);
	}
	struct node *n;
	if (parse_take(p, "!") || parse_word(p, "not"))
		n = node_pair(p->m, N_NOT, unary(p), NULL);
	else if (p->x.language == SCRIPT_PERL && lex_op(&p->x, "&") &&
		 lex_letter(lex_at(p->x.s, p->x.t.end)))
		n = called(p);
	else if (parse_take(p, "@") || parse_take(p, "&") || parse_take(p, "\\") ||
		 parse_take(p, "...") || parse_take(p, "%") || parse_take(p, "$"))
		n = unary(p);
	else if (p->x.language == SCRIPT_PERL && lex_op(&p->x, "-") && file_test(p))
		n = unary(p);
	else if (parse_take(p, "-") || parse_take(p, "+") || parse_take(p, "~"))
		n = node_pair(p->m, N_OP, unary(p), NULL);
	else if (parse_take(p, "++") || parse_take(p, "--"))
		n = unary(p);
	else
		n = postfix(p, primary(p));
	p->depth--;
	return n;
}

/* How strongly an operator binds; 0: it is none. */
static int strength(const struct lexer *x)
{
	static const struct {
		const char *op;
		int strength;
	} table[] = {
	    {"or", 1},		{"xor", 1},  {"and", 2}, {"=", 10},   {".=", 10},  {"+=", 10},
	    {"-=", 10},		{"*=", 10},  {"/=", 10}, {"|=", 10},  {"||=", 10}, {"?\?=", 10},
	    {"&&=", 10},	{"//=", 10}, {"?", 15},	 {"?\?", 18}, {"||", 20},  {"&&", 25},
	    {"|", 30},		{"^", 30},   {"&", 32},	 {"==", 40},  {"===", 40}, {"!=", 40},
	    {"!==", 40},	{"<>", 40},  {"eq", 40}, {"ne", 40},  {"<=>", 40}, {"cmp", 40},
	    {"<", 45},		{">", 45},   {"<=", 45}, {">=", 45},  {"lt", 45},  {"gt", 45},
	    {"..", 47},		{"<<", 48},  {">>", 48}, {".", 50},   {"+", 50},   {"-", 50},
	    {"*", 60},		{"/", 60},   {"%", 60},	 {"x", 60},   {"=~", 80},  {"!~", 80},
	    {"instanceof", 80}, {"**", 85},
	};
	if (x->t.kind != T_OP && x->t.kind != T_NAME)
		return 0;
	if (x->t.kind == T_NAME && x->language != SCRIPT_PERL && x->t.text.n != 2 &&
	    x->t.text.n != 3 && x->t.text.n != 10)
		return 0;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (span_eq_str(x->t.text, table[i].op))
			return table[i].strength;
	return 0;
}

static bool is(struct span s, const char *a, const char *b, const char *c)
{
	return span_eq_str(s, a) || (b && span_eq_str(s, b)) || (c && span_eq_str(s, c));
}

static struct node *assignment(struct parser *p, struct span op, struct node *left,
			       struct node *right)
{
	struct node *n = node_pair(p->m, N_ASSIGN, left, right);
	bool page = p->x.language == SCRIPT_PAGE;
	n->text = is(op, ".=", page ? "+=" : NULL, NULL)		    ? SPAN_LIT(".")
		  : is(op, "=", "?\?=", "||=") || is(op, "//=", NULL, NULL) ? SPAN_LIT("")
									    : SPAN_LIT("+");
	return n;
}

static struct node *combine(struct parser *p, struct span op, struct node *left, struct node *right)
{
	bool page = p->x.language == SCRIPT_PAGE;
	if (is(op, "=~", "!~", NULL) && (right->kind == N_MATCH || right->kind == N_CHANGE) &&
	    !right->a) {
		right->a = left;
		return op.p[0] == '!' ? node_pair(p->m, N_NOT, right, NULL) : right;
	}
	enum node_kind kind = N_OP;
	if (is(op, "and", "&&", NULL))
		kind = N_AND;
	else if (is(op, "or", "||", "?\?"))
		kind = N_OR;
	else if (is(op, "==", "===", "eq"))
		kind = N_EQUAL;
	else if (is(op, "!=", "!==", "ne") || is(op, "<>", NULL, NULL))
		kind = N_DIFFER;
	else if (is(op, ".", page ? "+" : NULL, NULL))
		kind = N_JOIN;
	struct node *n = node_pair(p->m, kind, left, right);
	n->text = op;
	return n;
}

static struct node *pick(struct parser *p, struct node *left)
{
	struct node *n = node_pair(p->m, N_PICK, left, NULL);
	if (!lex_op(&p->x, ":"))
		n->b = binary(p, 10);
	else
		n->b = left; /* x ?: y */
	parse_take(p, ":");
	n->c = binary(p, 15);
	return n;
}

static struct node *binary(struct parser *p, int least)
{
	if (too_deep(p)) {
		parse_next(p);
		return unknown(p);
	}
	p->depth++;
	struct node *left = unary(p);
	for (;;) {
		int s = strength(&p->x);
		if (!s || s < least || p->m->full)
			break;
		struct span op = p->x.t.text;
		parse_next(p);
		if (s == 10)
			left = assignment(p, op, left, binary(p, 10));
		else if (s == 15)
			left = pick(p, left);
		else
			left = combine(p, op, left, binary(p, s + 1));
	}
	p->depth--;
	return left;
}

struct node *parse_single(struct parser *p)
{
	return binary(p, 1);
}

struct node *parse_expression(struct parser *p)
{
	size_t at = p->x.t.at;
	struct node *n = binary(p, 1);
	if (!lex_op(&p->x, ","))
		return n;
	struct node *first = NULL, **tail = node_append(&first, n);
	while (!p->m->full && parse_take(p, ","))
		tail = node_append(tail, binary(p, 1));
	return list_of(p, at, first);
}
