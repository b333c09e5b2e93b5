/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program taken apart: its functions, and for each of them what was seen when its code was
 * walked with partly known values: calls with their arguments, and the compares that decide where
 * control goes. Everything lives in the arena that program_read was given.
 */
#ifndef CODE_PROGRAM_H
#define CODE_PROGRAM_H

#include "code/cfg.h"
#include "code/names.h"
#include "code/value.h"

struct function;
struct summary;
struct machine;
struct literal;
struct differ;
struct literal_places;
struct rows;

struct call {
	uint64_t at;
	uint32_t insn; /* number in its function: the id of its result */
	int32_t block;
	uint8_t on_edge;  /* 1 + edge: it follows only when control leaves the block by this edge */
	const char *name; /* of an imported function, else NULL */
	const struct role *role; /* NULL: none */
	struct function *callee; /* inside of the program, else NULL */
	uint64_t target;	 /* address of what is called; 0: not known */
	struct value through;	 /* ... then: what stood in the register that it is called by */
	struct value args[MAX_ARGS];
	struct value family, port, address; /* what a sockaddr argument holds */
	const struct slot
	    *slots; /* memory at the call, for functions whose arguments point to it */
	uint32_t slot_count;
	bool used;   /* something looks at its result */
	bool kernel; /* a system call, or a function that makes the one that it is told */
};

struct choice { /* what a block with two ways out looks at */
	struct value left, right;
	bool soft; /* no ways out of the block: instructions of it happen on "equal" or on "not
		      equal" */
};

/*
 * A way out of a block: its edge 1 or 0 (of a soft choice: equal or not), or EDGE_ANY: its end,
 * however it comes there.
 */
enum { EDGE_ANY = -1 };
struct way {
	int32_t block;
	int8_t edge;
};

struct outcome { /* what the function returns when control leaves it by this way */
	struct way by;
	struct value value;
};

struct turn { /* what the choice of the block `via` is about when control comes by this way */
	struct way by;
	int32_t via;
	struct choice choice;
};

struct hand_on { /* a parameter is handed on as an argument */
	uint64_t target;
	const struct role *role;
	uint8_t param, arg;
};

struct store { /* a constant put into a variable of the program */
	uint64_t at, address, value;
	int32_t block;
};

/* A pointer that is put into a variable of the program. */
struct held {
	struct value where, what;
};

/* Objects whose bytes are read, and written, one by one: a loop copies between them. */
enum { MAX_MOVED = 4 };
struct moved {
	struct value from[MAX_MOVED], to[MAX_MOVED];
	uint8_t from_count, to_count;
};

struct function {
	uint64_t start, end; /* end: of what was decoded */
	const char *name;    /* of a symbol, or "sub_ADDRESS" */
	const char *stub;    /* name of the import that this only jumps to, else NULL */
	const struct role *role;
	bool thumb, done, guess; /* guess: it only looks like the beginning of one */
	bool kernel;		 /* system calls stand in it */
	bool endless;		 /* calls of it are the last instruction of functions */
	uint8_t number;	    /* parameter that is the number of the system call that it makes, + 1 */
	struct cfg cfg;	    /* without instructions */
	struct call *calls; /* in the order of control flow */
	size_t call_count;
	struct choice *choices; /* one per block */
	uint64_t *block_at;	/* address of each block's last instruction but a delay slot */
	struct value result;	/* what it returns, if always the same */
	struct outcome *outcomes;
	struct turn *turns;
	struct store *stores;
	struct moved *moved;	/* NULL: none */
	struct differ *differs; /* differ.h */
	uint32_t outcome_count, turn_count, store_count, differ_count;
	struct held *held;
	uint8_t held_count;
	struct hand_on hands[8];
	uint8_t hand_count;
	uint8_t packets;	/* bit set of parameters that are packets (hooks.h) ... */
	uint8_t packets_walked; /* ... as they were known when it was walked */
	uint64_t spared; /* bit set of registers that calls may change, and that it leaves alone */
	uint8_t reads, writes;	 /* bit sets: parameters that it reads through, or writes through */
	struct summary *summary; /* summary.h; NULL: nothing that callers could learn */
	uint32_t walked;	 /* when it was walked, counted from 1 */
	uint8_t walks;		 /* how often */
	uint8_t failures;	 /* of attempts to carry it out */
	bool no_return;		 /* whatever it does, it does not come back */
	bool loops;		 /* it, or something that it calls, has a loop */
	bool starved;		 /* it calls what a callee that was not walked yet may have kept */
	bool telling;		 /* its summary, result or role says something about its callers */
	uint32_t index;
};

struct program {
	struct elf_image *img;
	const struct isa *isa;
	struct arena *arena;
	struct function **functions; /* by address */
	uint64_t *starts;	     /* their addresses */
	size_t function_count, cap;
	uint64_t insn_count;
	uint32_t walk_count;
	struct machine *machine; /* NULL until it is needed */
	uint64_t machine_steps;
	struct literal *literals; /* texts that the code makes */
	struct literal_places *literal_places; /* where they are found by what they are */
	size_t literal_count;
	unsigned literal_searches;
	struct rows *rows; /* tables of names and functions in its data */
	size_t row_count;
	bool capped;
	bool whole; /* the C library is a part of the program */
};

/* False: nothing that can be taken apart. */
bool program_read(struct program *p, struct elf_image *img, struct arena *a);

struct function *program_function(const struct program *p, uint64_t at); /* begins exactly there */

/* The function whose code was decoded around this address, but does not begin there; NULL: none. */
struct function *program_inside(const struct program *p, uint64_t at);

/* The call that a V_RET or V_IS_ZERO value of this function comes from; NULL: none. */
const struct call *function_call(const struct function *f, struct value v);

/* What memory held at `where` when the call was made: for functions that call_keeps_memory names.
 */
struct value call_memory(const struct program *p, const struct call *c, struct value where,
			 unsigned size);
bool call_keeps_memory(const char *name);

/* Text that a constant points to; empty: none. */
struct span program_text(const struct program *p, struct value v);

/* A constant that program_text knows as this text (program_bytes: as these bytes, when they are
 * binary); made: computed by the program, so that it may be hidden. */
struct value program_literal(struct program *p, struct span text, bool binary, bool made);

/* Code puts this text, or these bytes, at an address of the program's own variables. */
void program_remember(struct program *p, uint64_t at, struct span text, bool binary, bool made);

/* Is this a text, or bytes, that a computation makes and that stand nowhere in the file? */
bool program_hides(const struct program *p, struct value v);

/* `n` bytes that a constant points to and that stay as they are; empty: not known. */
struct span program_bytes(const struct program *p, struct value v, uint64_t n);

/* walk.c: evaluate one function; call targets that are no known function go to `found`. */
struct targets {
	struct {
		uint64_t at;
		bool thumb;
	} list[4096];
	size_t count;
};
void function_walk(struct program *p, struct function *f, uint64_t limit, struct decode *how,
		   struct arena *scratch, struct targets *found);

/* Name of the import that the code at `at` only jumps to; NULL: it is no such stub. got 0: unknown.
 */
const char *program_stub(struct program *p, uint64_t at, bool thumb, uint64_t got,
			 struct decode *how);

#endif
