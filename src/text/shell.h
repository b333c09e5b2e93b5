/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tolerant reader of POSIX shell scripts as they stand in boot scripts (sh, ash, bash).
 *
 * shell_parse makes a tree of commands; it never fails: what cannot be understood is skipped and
 * the rest is read. Words are kept as they stand in the text, with their quotes; shell_eval.h
 * expands them. Nodes and arrays live in the arena; spans point into the text. Reference:
 * POSIX.1-2017, Shell Command Language, section 2.10 (the grammar).
 */
#ifndef TEXT_SHELL_H
#define TEXT_SHELL_H

#include "base/arena.h"

enum shell_kind {
	SHELL_SIMPLE,	  /* words: assignments, then the command; redirections are left out */
	SHELL_AND,	  /* first && second */
	SHELL_OR,	  /* first || second */
	SHELL_NOT,	  /* ! first */
	SHELL_PIPE,	  /* first, linked by next */
	SHELL_BACKGROUND, /* first & */
	SHELL_GROUP,	  /* { first } */
	SHELL_SUBSHELL,	  /* ( first ) */
	SHELL_IF,	  /* first: condition, second: then, third: else */
	SHELL_CASE,	  /* words[0]: subject; first: items */
	SHELL_ITEM,	  /* words: patterns; first: body */
	SHELL_FOR,	  /* words[0]: name, others: list; first: body; "for x" has word_count 1 */
	SHELL_WHILE,	  /* first: condition, second: body */
	SHELL_UNTIL,
	SHELL_FUNCTION, /* words[0]: name; first: body */
};

struct shell_node {
	enum shell_kind kind;
	struct span source; /* the command as it stands in the text */
	uint64_t offset;    /* of source in the text */
	const struct span *words;
	size_t word_count;
	struct shell_node *first, *second, *third;
	struct shell_node *next; /* the command that follows */
};

/* The commands of a script; NULL when there are none. Bounded in depth and in number of commands.
 */
struct shell_node *shell_parse(struct arena *a, struct span text);

/* The end of the substitution, expansion or quote that begins at `at` ('$', '`', '"', '\''). */
size_t shell_skip(struct span text, size_t at, int depth);

/* Is this a shell script by its first line ("#!/bin/sh")? */
bool shell_script(struct span text);

/* Does a shell pattern (with * ? [a-z] and \x) match the whole text? '/' is not special. */
bool shell_match(struct span pattern, struct span text);

#endif
