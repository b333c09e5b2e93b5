/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of shell scripts by recursive descent. `stop` is the set of reserved words that some
 * construct further out is waiting for: such a word ends a list; any other stray one is skipped.
 */
#include "text/shell_lex.h"

enum { MAX_DEPTH = 40, MAX_NODES = 20000, MAX_WORDS = 160 };

enum {
	STOP_THEN = 1,
	STOP_ELSE = 2,
	STOP_ELIF = 4,
	STOP_FI = 8,
	STOP_DO = 16,
	STOP_DONE = 32,
	STOP_ESAC = 64,
	STOP_BRACE = 128,
	STOP_CLOSE = 256,
	STOP_ITEM = 512,
};

struct parser {
	struct shell_lexer x;
	struct arena *arena;
	size_t nodes;
	int depth;
	struct span words[MAX_WORDS]; /* of the command that is being read */
};

static struct shell_node *parse_list(struct parser *p, unsigned stop);
static struct shell_node *parse_command(struct parser *p, unsigned stop);

static bool is_word(const struct parser *p, const char *word)
{
	return p->x.token == TOKEN_WORD && span_eq_str(p->x.word, word);
}

/* The bit of the reserved word or token that stands here, 0 when it is none. */
static unsigned stop_of(const struct parser *p)
{
	static const char *const words[] = {"then", "else", "elif", "fi",
					    "do",   "done", "esac", "}"};
	if (p->x.token == TOKEN_CLOSE)
		return STOP_CLOSE;
	if (p->x.token == TOKEN_CASE_END)
		return STOP_ITEM;
	for (size_t i = 0; p->x.token == TOKEN_WORD && i < sizeof words / sizeof *words; i++)
		if (span_eq_str(p->x.word, words[i]))
			return 1U << i;
	return 0;
}

static struct shell_node *node(struct parser *p, enum shell_kind kind, size_t begin)
{
	struct shell_node *n = arena_alloc(p->arena, sizeof *n);
	n->kind = kind;
	n->offset = begin;
	p->nodes++;
	return n;
}

/* The node's text reaches up to the end of the token before the current one. */
static struct shell_node *finish(struct parser *p, struct shell_node *n)
{
	uint64_t end = p->x.last > n->offset ? p->x.last : n->offset;
	n->source = span_cut(p->x.text, n->offset, end - n->offset);
	return n;
}

static void set_words(struct parser *p, struct shell_node *n, size_t count)
{
	struct span *copy = arena_array(p->arena, count ? count : 1, sizeof *copy);
	for (size_t i = 0; i < count; i++)
		copy[i] = p->words[i];
	n->words = copy;
	n->word_count = count;
}

static void skip_lines(struct parser *p)
{
	while (p->x.token == TOKEN_NEWLINE)
		shell_next(&p->x);
}

static bool accept(struct parser *p, const char *word)
{
	if (!is_word(p, word))
		return false;
	shell_next(&p->x);
	return true;
}

/* if and elif: the word itself is already taken. */
static void parse_if(struct parser *p, struct shell_node *n, unsigned stop)
{
	unsigned mine = STOP_THEN | STOP_ELSE | STOP_ELIF | STOP_FI;
	n->first = parse_list(p, stop | mine);
	if (accept(p, "then"))
		n->second = parse_list(p, stop | mine);
	if (is_word(p, "elif") && p->depth < MAX_DEPTH) {
		struct shell_node *again = node(p, SHELL_IF, p->x.begin);
		shell_next(&p->x);
		p->depth++;
		parse_if(p, again, stop);
		p->depth--;
		n->third = finish(p, again);
		return; /* the innermost one took "fi" */
	}
	if (accept(p, "else"))
		n->third = parse_list(p, stop | STOP_FI);
	accept(p, "fi");
}

static struct shell_node *parse_item(struct parser *p, unsigned stop)
{
	struct shell_node *n = node(p, SHELL_ITEM, p->x.begin);
	size_t count = 0;
	if (p->x.token == TOKEN_OPEN)
		shell_next(&p->x);
	while (p->x.token == TOKEN_WORD || p->x.token == TOKEN_PIPE) {
		if (p->x.token == TOKEN_WORD && count < MAX_WORDS)
			p->words[count++] = p->x.word;
		shell_next(&p->x);
	}
	set_words(p, n, count);
	if (p->x.token == TOKEN_CLOSE)
		shell_next(&p->x);
	finish(p, n);
	n->first = parse_list(p, stop | STOP_ITEM | STOP_ESAC);
	if (p->x.token == TOKEN_CASE_END)
		shell_next(&p->x);
	return n;
}

static void parse_case(struct parser *p, struct shell_node *n, unsigned stop)
{
	size_t count = p->x.token == TOKEN_WORD;
	p->words[0] = p->x.word;
	set_words(p, n, count);
	if (count)
		shell_next(&p->x);
	skip_lines(p);
	accept(p, "in");
	struct shell_node **tail = &n->first;
	for (;;) {
		skip_lines(p);
		if (p->x.token == TOKEN_END || is_word(p, "esac") || p->nodes >= MAX_NODES)
			break;
		size_t before = p->x.pos;
		*tail = parse_item(p, stop);
		tail = &(*tail)->next;
		if (p->x.pos == before)
			shell_next(&p->x);
	}
	accept(p, "esac");
}

static void parse_for(struct parser *p, struct shell_node *n, unsigned stop)
{
	size_t count = 0;
	if (p->x.token == TOKEN_WORD) {
		p->words[count++] = p->x.word;
		shell_next(&p->x);
	}
	skip_lines(p);
	if (accept(p, "in"))
		while (p->x.token == TOKEN_WORD) {
			if (count < MAX_WORDS)
				p->words[count++] = p->x.word;
			shell_next(&p->x);
		}
	set_words(p, n, count);
	skip_lines(p);
	if (accept(p, "do") || accept(p, "{"))
		n->first = parse_list(p, stop | STOP_DONE | STOP_BRACE);
	if (!accept(p, "done"))
		accept(p, "}");
}

static void parse_while(struct parser *p, struct shell_node *n, unsigned stop)
{
	n->first = parse_list(p, stop | STOP_DO | STOP_DONE);
	if (accept(p, "do"))
		n->second = parse_list(p, stop | STOP_DONE);
	accept(p, "done");
}

static struct shell_node *parse_function(struct parser *p, struct span name, size_t begin,
					 unsigned stop)
{
	struct shell_node *n = node(p, SHELL_FUNCTION, begin);
	p->words[0] = name;
	set_words(p, n, 1);
	skip_lines(p);
	n->first = parse_command(p, stop);
	return finish(p, n);
}

/* A simple command, or "name ( ) body". */
static struct shell_node *parse_simple(struct parser *p, unsigned stop)
{
	struct shell_node *n = node(p, SHELL_SIMPLE, p->x.begin);
	size_t count = 0;
	while (p->x.token == TOKEN_WORD) {
		if (count < MAX_WORDS)
			p->words[count++] = p->x.word;
		shell_next(&p->x);
		if (p->x.token == TOKEN_OPEN && count == 1) {
			struct span name = p->words[0];
			shell_next(&p->x);
			if (p->x.token == TOKEN_CLOSE)
				shell_next(&p->x);
			return parse_function(p, name, n->offset, stop);
		}
	}
	set_words(p, n, count);
	return finish(p, n);
}

static struct shell_node *parse_reserved(struct parser *p, unsigned stop)
{
	static const struct {
		const char *word;
		enum shell_kind kind;
		void (*parse)(struct parser *, struct shell_node *, unsigned);
	} table[] = {
	    {"if", SHELL_IF, parse_if},		 {"case", SHELL_CASE, parse_case},
	    {"for", SHELL_FOR, parse_for},	 {"while", SHELL_WHILE, parse_while},
	    {"until", SHELL_UNTIL, parse_while},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (!is_word(p, table[i].word))
			continue;
		struct shell_node *n = node(p, table[i].kind, p->x.begin);
		shell_next(&p->x);
		table[i].parse(p, n, stop);
		return finish(p, n);
	}
	return NULL;
}

static struct shell_node *parse_group(struct parser *p, unsigned stop)
{
	bool round = p->x.token == TOKEN_OPEN;
	struct shell_node *n = node(p, round ? SHELL_SUBSHELL : SHELL_GROUP, p->x.begin);
	shell_next(&p->x);
	n->first = parse_list(p, stop | (round ? STOP_CLOSE : STOP_BRACE));
	if (round ? p->x.token == TOKEN_CLOSE : is_word(p, "}"))
		shell_next(&p->x);
	return finish(p, n);
}

static struct shell_node *parse_command(struct parser *p, unsigned stop)
{
	if (p->depth >= MAX_DEPTH || p->nodes >= MAX_NODES) {
		shell_next(&p->x);
		return NULL;
	}
	p->depth++;
	struct shell_node *n;
	size_t begin = p->x.begin;
	if (p->x.token == TOKEN_OPEN || is_word(p, "{")) {
		n = parse_group(p, stop);
	} else if (accept(p, "!")) {
		n = node(p, SHELL_NOT, begin);
		n->first = parse_command(p, stop);
		finish(p, n);
	} else if (accept(p, "function") && p->x.token == TOKEN_WORD) {
		struct span name = p->x.word;
		shell_next(&p->x);
		if (p->x.token == TOKEN_OPEN)
			shell_next(&p->x);
		if (p->x.token == TOKEN_CLOSE)
			shell_next(&p->x);
		n = parse_function(p, name, begin, stop);
	} else {
		n = parse_reserved(p, stop);
		if (!n)
			n = parse_simple(p, stop);
	}
	p->depth--;
	return n;
}

static struct shell_node *parse_pipe(struct parser *p, unsigned stop)
{
	size_t begin = p->x.begin;
	struct shell_node *n = parse_command(p, stop);
	if (p->x.token != TOKEN_PIPE || !n)
		return n;
	struct shell_node *pipe = node(p, SHELL_PIPE, begin);
	pipe->first = n;
	while (n && p->x.token == TOKEN_PIPE) {
		shell_next(&p->x);
		skip_lines(p);
		n->next =
		    p->x.token == TOKEN_END || (stop_of(p) & stop) ? NULL : parse_command(p, stop);
		n = n->next;
	}
	return finish(p, pipe);
}

static struct shell_node *parse_and_or(struct parser *p, unsigned stop)
{
	size_t begin = p->x.begin;
	struct shell_node *n = parse_pipe(p, stop);
	while (n && (p->x.token == TOKEN_AND || p->x.token == TOKEN_OR)) {
		struct shell_node *both =
		    node(p, p->x.token == TOKEN_AND ? SHELL_AND : SHELL_OR, begin);
		shell_next(&p->x);
		skip_lines(p);
		both->first = n;
		if (p->x.token != TOKEN_END && !(stop_of(p) & stop))
			both->second = parse_pipe(p, stop);
		n = finish(p, both);
	}
	return n;
}

static struct shell_node *parse_list(struct parser *p, unsigned stop)
{
	struct shell_node *head = NULL, **tail = &head;
	for (;;) {
		skip_lines(p);
		if (p->x.token == TOKEN_END || p->nodes >= MAX_NODES || (stop_of(p) & stop))
			return head;
		if (p->x.token != TOKEN_OPEN && (p->x.token != TOKEN_WORD || stop_of(p))) {
			shell_next(&p->x); /* stray: "fi" without "if", a lone "&" */
			continue;
		}
		size_t begin = p->x.begin;
		struct shell_node *n = parse_and_or(p, stop);
		if (n && p->x.token == TOKEN_BACKGROUND) {
			struct shell_node *back = node(p, SHELL_BACKGROUND, begin);
			back->first = n;
			shell_next(&p->x);
			n = finish(p, back);
		}
		if (n) {
			*tail = n;
			tail = &n->next;
		}
	}
}

struct shell_node *shell_parse(struct arena *a, struct span text)
{
	struct parser *p = arena_alloc(a, sizeof *p);
	p->arena = a;
	p->x.text = text;
	shell_next(&p->x);
	return parse_list(p, 0);
}
