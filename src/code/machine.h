/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small machine that carries out micro-operations on numbers: for functions and loops that
 * depend on constants only, such as those that decode a text. Memory is the image, read only, and
 * private pages; objects that are known by name only (the stack of the caller, what a parameter
 * points to) get addresses of their own. What is not known stays so; a branch on it, a store
 * through it, a call of what is not understood, or too many steps end the run without a result.
 * Nothing of the machine we run on is reachable from here.
 */
#ifndef CODE_MACHINE_H
#define CODE_MACHINE_H

#include "code/program.h"

enum {
	MACHINE_STEPS = 20000,
	MACHINE_IDLE = 2000, /* steps without anything known read or written: only counting */
	MACHINE_PAGES = 256,
	MACHINE_PAGE = 64,
	MACHINE_OBJECTS = 24,
	MACHINE_DEPTH = 6,
	MACHINE_CACHE = 512,
};

enum { CARRY_NONE = 2, CARRY_UNKNOWN };

struct machine_page {
	uint64_t at;
	uint64_t set, known, written; /* one bit per byte */
	uint8_t bytes[MACHINE_PAGE];
};

struct machine_cached {
	struct insn insn;
	struct op ops[MAX_OPS];
	bool valid, thumb;
};

struct machine {
	struct program *p;
	struct decode how;
	const struct state *outside; /* what is known of the memory of objects; may be NULL */
	uint64_t regs[REG_COUNT];
	bool known[REG_COUNT];
	uint64_t left[8], right[8];
	bool compared[8];
	uint8_t compare_size[8];
	bool compare_logical[8];
	uint8_t carry[8], bits[8]; /* flags that are no outcome of a compare; bits 0: none */
	uint64_t pc, returns[MACHINE_DEPTH];
	unsigned depth, steps, limit, heap, idle;
	bool thumb, failed, finished;
	bool impure;	    /* read variables of the program, which may be different when it runs */
	uint64_t impure_at; /* the first of them */
	struct value objects[MACHINE_OBJECTS];
	size_t object_count, page_count;
	struct machine_page *pages;	   /* a hash table */
	uint64_t used[MACHINE_PAGES / 64]; /* bit set of its places */
	struct machine_cached *cache;
};

/* Is this place of the table in use? */
static inline bool machine_uses(const struct machine *m, size_t page)
{
	return m->used[page / 64] >> page % 64 & 1;
}

/* One for a whole program: its pages and cache are used again. NULL: no memory. */
struct machine *machine_new(struct program *p, struct arena *a);

/* Forget registers and memory. `outside` must live as long as the run. */
void machine_reset(struct machine *m, const struct decode *how, const struct state *outside);

/* A value as a number; false: not known. And back. */
bool machine_number(struct machine *m, struct value v, uint64_t *out);
struct value machine_value(const struct machine *m, uint64_t k);

void machine_set(struct machine *m, uint8_t reg, struct value v);

/* Bytes of memory; false: one of them is not known. */
bool machine_load(struct machine *m, uint64_t at, unsigned size, uint64_t *out);
bool machine_store(struct machine *m, uint64_t at, unsigned size, uint64_t v, bool known);

/* Did the run write this byte? */
bool machine_wrote(struct machine *m, uint64_t at);

/* Bytes that stand there from the beginning: not counted as written. */
void machine_place(struct machine *m, uint64_t at, struct span bytes);

/* Arguments of the function at `f`, and everything else that it may expect at its first
 * instruction; m->pc is there then. False: not possible. */
bool machine_enter(struct machine *m, const struct function *f, const uint64_t *args, unsigned n);

/* From m->pc until the outermost function returns. */
bool machine_run(struct machine *m);

/* One instruction with its delay slot. False: failed. At the end m->finished is set. */
bool machine_step(struct machine *m);

/* Functions of the compiler's library that divide (arm_division.h): the quotient is their result.
 */
bool machine_division(struct machine *m, const char *name, uint64_t *rest);

/* machine_libc.c: a function of the C library. False: not one that is understood. */
bool machine_library(struct machine *m, const char *name);

uint64_t machine_argument(struct machine *m, unsigned n, bool *known);

/* A new object of the heap. */
uint64_t machine_allocate(struct machine *m);

#endif
