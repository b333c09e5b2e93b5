/* SPDX-License-Identifier: Apache-2.0 */
/* Shell scripts: the commands that text/shell.h reads, as nodes. A program that is run is a call.
 */
#include "script/lex.h"
#include "text/shell.h"

struct lowering {
	struct maker *m;
	size_t base; /* of the text that is read, in the script */
	int depth;
};

static struct node *commands(struct lowering *r, const struct shell_node *n);
static struct node *word(struct lowering *r, struct span w, size_t at, bool quoted);

static size_t skip_name(struct span s, size_t i)
{
	while (lex_letter(lex_at(s, i)) || lex_digit(lex_at(s, i)))
		i++;
	return i;
}

static struct node *variable(struct lowering *r, struct span name, size_t at)
{
	struct node *n = node_make(r->m, N_NAME, at, at + name.n);
	n->text = span_str(arena_printf(r->m->arena, "$%.*s", (int)name.n, (const char *)name.p));
	return n;
}

/* $(...) and `...` */
static struct node *output(struct lowering *r, struct span text, size_t at)
{
	struct node *n = node_make(r->m, N_OUTPUT, at, at + text.n);
	struct lowering inner = {r->m, at, r->depth + 1};
	if (inner.depth < 12 && !r->m->full)
		n->b = commands(&inner, shell_parse(r->m->arena, text));
	return n;
}

/* ${name}, ${name:-x}, ${name//pattern/}: what is cut out by a set of letters is a change. */
static struct node *braces(struct lowering *r, struct span inside, size_t at)
{
	size_t begin = lex_at(inside, 0) == '#' || lex_at(inside, 0) == '!',
	       end = skip_name(inside, begin);
	if (end == begin && end < inside.n)
		end++;
	struct node *n = variable(r, span_cut(inside, begin, end - begin), at);
	if (lex_at(inside, 0) == '#' && end == inside.n && end > 1)
		return node_pair(r->m, N_CAST, n, NULL);
	if (SPAN_IS(inside, end, "//") || SPAN_IS(inside, end, "/")) {
		n = node_pair(r->m, N_CHANGE, n, NULL);
		n->text = span_from(inside, end + 1);
	}
	return n;
}

/* The expansion at `i`, which stands at '$' or '`'; *end moves behind it. NULL: it is no expansion.
 */
static struct node *expansion(struct lowering *r, struct span w, size_t i, size_t at, size_t *end)
{
	int c = lex_at(w, i), d = lex_at(w, i + 1);
	*end = shell_skip(w, i, 0);
	size_t n = *end - i;
	if (c == '`')
		return n > 2 ? output(r, span_cut(w, i + 1, n - 2), at + i + 1) : NULL;
	if (d == '(' && lex_at(w, i + 2) == '(')
		return node_make(r->m, N_OP, at + i, at + *end);
	if (d == '(')
		return n > 3 ? output(r, span_cut(w, i + 2, n - 3), at + i + 2) : NULL;
	if (d == '{')
		return n > 3 ? braces(r, span_cut(w, i + 2, n - 3), at + i) : NULL;
	size_t stop = skip_name(w, i + 1);
	if (stop == i + 1 && d > 0 && strchr("@*123456789", d))
		stop++;
	if (lex_digit(d))
		stop = i + 2;
	*end = stop;
	return stop > i + 1 ? variable(r, span_cut(w, i + 1, stop - i - 1), at + i) : NULL;
}

static struct node *join(struct lowering *r, struct node *left, struct node *right)
{
	return !left ? right : !right ? left : node_pair(r->m, N_JOIN, left, right);
}

static struct node *plain(struct lowering *r, struct span w, size_t from, size_t to, size_t at)
{
	return to > from ? node_text(r->m, at + from, at + to,
				     lex_decode(r->m->arena, span_cut(w, from, to - from), true))
			 : NULL;
}

static struct node *word(struct lowering *r, struct span w, size_t at, bool quoted)
{
	struct node *all = NULL;
	size_t from = 0, i = 0;
	while (i < w.n && !r->m->full) {
		int c = lex_at(w, i);
		size_t end = i + 1;
		struct node *part = NULL;
		if (c == '\\') {
			i += 2;
			continue;
		}
		if (c == '\'' && !quoted) {
			end = shell_skip(w, i, 0);
			part = node_text(r->m, at + i, at + end,
					 span_cut(w, i + 1, end > i + 2 ? end - i - 2 : 0));
		} else if (c == '"' && !quoted) {
			end = shell_skip(w, i, 0);
			part = word(r, span_cut(w, i + 1, end > i + 2 ? end - i - 2 : 0),
				    at + i + 1, true);
		} else if (c == '$' || c == '`') {
			part = expansion(r, w, i, at, &end);
			if (!part && end == i + 1) {
				i++;
				continue;
			}
		} else {
			i++;
			continue;
		}
		all = join(r, join(r, all, plain(r, w, from, i, at)), part);
		i = from = end;
	}
	all = join(r, all, plain(r, w, from, w.n, at));
	return all ? all : node_text(r->m, at, at + w.n, SPAN_LIT(""));
}

/* Offset of a word in the script; words are cut from the text that was parsed. */
static size_t place(const struct lowering *r, const struct shell_node *n, struct span w)
{
	size_t start = (size_t)(w.p - n->source.p);
	return r->base + (size_t)n->offset +
	       (w.p >= n->source.p && start <= n->source.n ? start : 0);
}

static struct node *word_of(struct lowering *r, const struct shell_node *n, size_t i)
{
	return word(r, n->words[i], place(r, n, n->words[i]), false);
}

/* NAME=value: an assignment; NULL: it is none. */
static struct node *assignment(struct lowering *r, const struct shell_node *n, struct span w)
{
	size_t end = skip_name(w, 0);
	if (!end || lex_digit(lex_at(w, 0)) || (lex_at(w, end) != '=' && !SPAN_IS(w, end, "+=")))
		return NULL;
	size_t value = end + (lex_at(w, end) == '+' ? 2 : 1), at = place(r, n, w);
	struct node *left = variable(r, span_cut(w, 0, end), at);
	struct node *all =
	    node_pair(r->m, N_ASSIGN, left, word(r, span_from(w, value), at + value, false));
	all->text = lex_at(w, end) == '+' ? SPAN_LIT(".") : SPAN_LIT("");
	return all;
}

static struct span bare(struct span w)
{
	if (w.n >= 2 && (w.p[0] == '"' || w.p[0] == '\'') && w.p[w.n - 1] == w.p[0])
		return span_cut(w, 1, w.n - 2);
	return w;
}

/* [ a = b ], test, [[ ]]: one compare, or several with -a and -o. */
static struct node *test(struct lowering *r, const struct shell_node *n, size_t i, size_t end)
{
	struct node *all = NULL;
	bool either = false;
	for (size_t from = i; from < end; from = i + 1) {
		bool negative = false;
		for (i = from; i < end && !span_eq_str(n->words[i], "-a") &&
			       !span_eq_str(n->words[i], "-o") && !span_eq_str(n->words[i], "&&") &&
			       !span_eq_str(n->words[i], "||");)
			i++;
		size_t k = from;
		while (k < i && span_eq_str(n->words[k], "!")) {
			negative = !negative;
			k++;
		}
		struct node *one = NULL;
		struct span op = k + 1 < i ? bare(n->words[k + 1]) : SPAN_LIT("");
		if (i - k == 3 &&
		    (span_eq_str(op, "=") || span_eq_str(op, "==") || span_eq_str(op, "-eq")))
			one = node_pair(r->m, N_EQUAL, word_of(r, n, k), word_of(r, n, k + 2));
		else if (i - k == 3 && (span_eq_str(op, "!=") || span_eq_str(op, "-ne")))
			one = node_pair(r->m, N_DIFFER, word_of(r, n, k), word_of(r, n, k + 2));
		else if (i - k == 3 && span_eq_str(op, "=~")) {
			one = node_pair(r->m, N_MATCH, word_of(r, n, k), NULL);
			one->text = bare(n->words[k + 2]);
		} else if (i - k == 2 && span_eq_str(n->words[k], "-n"))
			one = word_of(r, n, k + 1);
		else if (i - k == 2 && span_eq_str(n->words[k], "-z"))
			one = node_pair(r->m, N_NOT, word_of(r, n, k + 1), NULL);
		else if (i > k)
			one = node_pair(r->m, N_OP, word_of(r, n, i - 1), NULL);
		if (one && negative)
			one = node_pair(r->m, N_NOT, one, NULL);
		all = !all ? one : !one ? all : node_pair(r->m, either ? N_OR : N_AND, all, one);
		either =
		    i < end && (span_eq_str(n->words[i], "-o") || span_eq_str(n->words[i], "||"));
	}
	return all ? all : node_make(r->m, N_OP, r->base + n->offset, r->base + n->offset);
}

static bool declares(struct span w)
{
	return span_eq_str(w, "local") || span_eq_str(w, "export") || span_eq_str(w, "readonly") ||
	       span_eq_str(w, "declare") || span_eq_str(w, "typeset");
}

static struct node *call(struct lowering *r, const struct shell_node *n, size_t i)
{
	struct node *all =
	    node_make(r->m, N_CALL, r->base + n->offset, r->base + n->offset + n->source.n);
	all->a = word_of(r, n, i);
	struct node **tail = &all->b;
	for (size_t k = i + 1; k < n->word_count && !r->m->full; k++)
		tail = node_append(tail, word_of(r, n, k));
	all->text = n->source;
	return all;
}

static struct node *simple(struct lowering *r, const struct shell_node *n)
{
	struct node *block =
	    node_make(r->m, N_BLOCK, r->base + n->offset, r->base + n->offset + n->source.n);
	struct node **tail = &block->a, *last = NULL;
	size_t i = 0;
	for (; i < n->word_count && (last = assignment(r, n, n->words[i])); i++)
		tail = node_append(tail, last);
	if (i >= n->word_count)
		return block;
	struct span w = bare(n->words[i]);
	if (declares(w)) {
		for (i++; i < n->word_count; i++)
			if ((last = assignment(r, n, n->words[i])))
				tail = node_append(tail, last);
		return block;
	}
	bool bracket = span_eq_str(w, "[") || span_eq_str(w, "[[");
	struct node *what;
	if (bracket || span_eq_str(w, "test")) {
		size_t end = n->word_count - (bracket && n->word_count > i + 1);
		what = test(r, n, i + 1, end);
	} else if (span_eq_str(w, "exit") || span_eq_str(w, "return")) {
		what = node_make(r->m, w.p[0] == 'e' ? N_EXIT : N_RETURN, r->base + n->offset,
				 r->base + n->offset);
		if (w.p[0] == 'r' && i + 1 < n->word_count)
			what->a = word_of(r, n, i + 1);
	} else {
		what = call(r, n, i);
	}
	if (!block->a)
		return what;
	node_append(tail, what);
	return block;
}

static struct node *one(struct lowering *r, const struct shell_node *n);

static struct node *pipeline(struct lowering *r, const struct shell_node *n)
{
	struct node *input = NULL;
	for (const struct shell_node *k = n->first; k && !r->m->full; k = k->next) {
		struct node *next = one(r, k);
		if (next && next->kind == N_BLOCK && next->a && !next->a->next)
			next = next->a;
		if (next && next->kind == N_CALL) {
			next->c = input;
		} else if (next && input) {
			struct node *loop = node_pair(r->m, N_LOOP, input, next);
			loop->text = SPAN_LIT("|");
			next = loop;
		}
		input = next;
	}
	return input;
}

/* case x in pattern) ... ;; esac: compares; a pattern with letters of its own is one too. */
static struct node *cases(struct lowering *r, const struct shell_node *n)
{
	struct node *block = node_make(r->m, N_BLOCK, r->base + n->offset, r->base + n->offset),
		    **tail = &block->a;
	struct node *before = NULL;
	for (const struct shell_node *k = n->first; k && n->word_count && !r->m->full;
	     k = k->next) {
		struct node *all = NULL, *branch = node_make(r->m, N_IF, r->base + k->offset,
							     r->base + k->offset);
		bool any = false;
		for (size_t i = 0; i < k->word_count; i++) {
			struct node *subject = word_of(r, n, 0), *equal;
			struct span pattern = bare(k->words[i]);
			any |= span_eq_str(pattern, "*");
			if (memchr(pattern.p, '[', pattern.n) ||
			    memchr(pattern.p, '*', pattern.n)) {
				equal = node_pair(r->m, N_MATCH, subject, NULL);
				equal->text = pattern;
			} else {
				equal = node_pair(r->m, N_EQUAL, subject, word_of(r, k, i));
			}
			all = all ? node_pair(r->m, N_OR, all, equal) : equal;
		}
		branch->a = any ? NULL : all;
		branch->b = commands(r, k->first);
		if (before)
			before->c = branch;
		else
			tail = node_append(tail, branch);
		before = branch;
	}
	return block;
}

static struct node *loop(struct lowering *r, const struct shell_node *n)
{
	struct node *all = node_make(r->m, N_LOOP, r->base + n->offset, r->base + n->offset);
	if (n->kind != SHELL_FOR) {
		all->a = commands(r, n->first);
		all->b = commands(r, n->second);
		return all;
	}
	struct node **tail = &all->a;
	if (n->word_count)
		all->c = variable(r, n->words[0], place(r, n, n->words[0]));
	for (size_t i = 1; i < n->word_count; i++)
		tail = node_append(tail, word_of(r, n, i));
	all->b = commands(r, n->first);
	return all;
}

static struct node *one(struct lowering *r, const struct shell_node *n)
{
	struct node *all;
	switch (n->kind) {
	case SHELL_SIMPLE:
		return simple(r, n);
	case SHELL_AND:
	case SHELL_OR:
	case SHELL_IF:
		all = node_make(r->m, N_IF, r->base + n->offset, r->base + n->offset);
		all->a = commands(r, n->first);
		*(n->kind == SHELL_OR ? &all->c : &all->b) = commands(r, n->second);
		if (n->kind == SHELL_IF)
			all->c = commands(r, n->third);
		return all;
	case SHELL_NOT:
		return node_pair(r->m, N_NOT, commands(r, n->first), NULL);
	case SHELL_PIPE:
		return pipeline(r, n);
	case SHELL_CASE:
		return cases(r, n);
	case SHELL_FOR:
	case SHELL_WHILE:
	case SHELL_UNTIL:
		return loop(r, n);
	case SHELL_FUNCTION:
		all = node_make(r->m, N_FUNCTION, r->base + n->offset, r->base + n->offset);
		all->text = n->word_count ? n->words[0] : SPAN_LIT("");
		all->b = commands(r, n->first);
		return all;
	case SHELL_BACKGROUND:
	case SHELL_GROUP:
	case SHELL_SUBSHELL:
	case SHELL_ITEM:
		return commands(r, n->first);
	}
	return NULL;
}

/* One command stands for itself, so that a condition can be seen through. */
static struct node *commands(struct lowering *r, const struct shell_node *n)
{
	if (!n || ++r->depth > SCRIPT_MAX_NESTING)
		return NULL;
	struct node *first = NULL, **tail = &first;
	size_t count = 0;
	for (; n && !r->m->full; n = n->next, count++)
		tail = node_append(tail, one(r, n));
	r->depth--;
	if (count == 1)
		return first;
	struct node *block = node_make(r->m, N_BLOCK, first ? first->at : 0, first ? first->at : 0);
	block->a = first;
	return block;
}

struct node *shell_read(struct maker *m, struct span text)
{
	struct lowering r = {.m = m};
	return commands(&r, shell_parse(m->arena, span_cut(text, 0, SCRIPT_MAX_SIZE)));
}
