/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where functions may begin in a program that has lost its symbols, and what its code calls, as
 * one pass over all of it sees them.
 */
#ifndef CODE_STARTS_H
#define CODE_STARTS_H

#include "code/program.h"

enum { MAX_FUNCTIONS = 60000 };

struct start {
	uint64_t at;
	const char *name;
	bool thumb, guess; /* guess: it looks like one, but nothing refers to it */
};

struct starts {
	struct start *list;
	size_t count, cap;
	uint64_t *inner; /* by address: where branches go to, what only looks like a beginning */
	size_t inner_count, inner_cap;
};

/* A call as the sweep sees it. */
struct edge {
	uint64_t at, target;
};

struct edges {
	struct edge *list; /* by `at` */
	size_t count, cap;
	struct edge *kernel; /* system calls: `at` only */
	size_t kernel_count, kernel_cap;
};

/* Symbols, pointers, rows of tables, targets of calls, and what looks like a beginning. The lists
 * are the caller's, starts_free and edges_free. */
void starts_find(struct starts *s, struct edges *e, struct program *p, struct decode *how);

/* One more; nothing happens when no code stands there. */
void starts_add(struct starts *s, const struct program *p, uint64_t at, bool thumb,
		const char *name);

/* The same for an address as pointers hold it: on ARM bit 0 tells Thumb code. */
void starts_add_pointer(struct starts *s, const struct program *p, uint64_t at, const char *name);

/* Does a branch on a condition go there, so that it only looks like a beginning? */
bool starts_inner(const struct starts *s, uint64_t at);

void starts_free(struct starts *s);
void edges_free(struct edges *e);

#endif
