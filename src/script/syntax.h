/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a script says, in one small language for all: the readers of PHP, Perl, Lua, shell and
 * server pages make these nodes, and flow.c follows the input of a request through them.
 *
 * Readers never fail: what they do not understand is passed over and the rest is read. They are
 * bounded in nodes and in depth. Nodes live in the arena; lists are linked by `next`.
 */
#ifndef SCRIPT_SYNTAX_H
#define SCRIPT_SYNTAX_H

#include "base/arena.h"

enum script_language {
	SCRIPT_NONE,
	SCRIPT_PHP,
	SCRIPT_PERL,
	SCRIPT_LUA,
	SCRIPT_SHELL,
	SCRIPT_PAGE
};

enum node_kind {
	/* expressions */
	N_TEXT,	  /* text: a constant, decoded */
	N_NUMBER, /* text: as written */
	N_NAME,	  /* text: a variable ("$x") or a name ("os") */
	N_INDEX,  /* a[b]; a.b and a->b have a constant text as b */
	N_CALL,	  /* a(b ...); c: what it reads from a pipe (shell) */
	N_JOIN,	  /* a and b, put together as text */
	N_EQUAL,  /* a == b */
	N_DIFFER, /* a != b */
	N_AND,
	N_OR,
	N_NOT,
	N_OP,	  /* a op b: arithmetic, order: no text comes out; text: the operator */
	N_CAST,	  /* a as a number */
	N_MATCH,  /* a =~ /text/ */
	N_CHANGE, /* a =~ s/text/b/: changes a */
	N_PICK,	  /* a ? b : c */
	N_LIST,	  /* a ...; an item with a key is an N_ASSIGN */
	N_RUN,	  /* `a`: a command whose output is the value */
	N_OUTPUT, /* what the statements of a print: $( ) of the shell */
	N_INPUT,  /* what is read from standard input */
	N_ASSIGN, /* a ... = b ...; text: "" or "." for .= */
	/* statements */
	N_IF,	    /* if a then b else c */
	N_LOOP,	    /* b, once for each of a as c ... (or while a) */
	N_FUNCTION, /* text: its name or empty; a: parameters; b: body */
	N_RETURN,
	N_EXIT,	   /* the script ends; a: may be a message */
	N_INCLUDE, /* of the file a */
	N_BLOCK,
};

struct node {
	enum node_kind kind;
	uint32_t at, length; /* in the script's bytes */
	struct span text;
	struct node *a, *b, *c, *next;
};

enum { SCRIPT_MAX_NODES = 60000, SCRIPT_MAX_NESTING = 60, SCRIPT_MAX_SIZE = 512 * 1024 };

/* Makes nodes and counts them. Readers stop when it is full. */
struct maker {
	struct arena *arena;
	size_t nodes;
	bool full;
};

struct node *node_make(struct maker *m, enum node_kind kind, size_t at, size_t end);
struct node *node_text(struct maker *m, size_t at, size_t end, struct span text);
struct node *node_pair(struct maker *m, enum node_kind kind, struct node *a, struct node *b);
/* Append to a list whose end is *tail: returns the new end. */
struct node **node_append(struct node **tail, struct node *n);

/* Script parts of a page with everything else made blank: the same length, the same offsets. */
struct span template_script(struct arena *a, enum script_language language, struct span page);

struct node *php_read(struct maker *m, struct span text);
struct node *perl_read(struct maker *m, struct span text);
struct node *page_read(struct maker *m, struct span text); /* server pages: a JavaScript subset */
struct node *lua_read(struct maker *m, struct span text);
struct node *shell_read(struct maker *m, struct span text);

#endif
