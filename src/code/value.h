/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a register or a word of memory holds, as far as it can be told: a constant, an address on
 * the stack, a parameter, the result of a call. Everything else is unknown. A `struct state` is all
 * that is known at one point of a function.
 */
#ifndef CODE_VALUE_H
#define CODE_VALUE_H

#include "code/insn.h"

enum value_kind {
	V_UNKNOWN, /* + k, for what may be an index */
	V_CONST,   /* k */
	V_IMPORT,  /* address of the symbol `id` of another module */
	V_STACK,   /* the stack pointer at entry + k */
	V_PARAM,   /* parameter `id` + k */
	V_RET,	   /* what the call at instruction `id` returned, + k */
	V_IS_ZERO, /* 1 when the result of the call at instruction `id` is 0, else 0 */
	V_DIFFERS, /* 0 when words of memory equal constants: see differ.h */
	V_LESS, /* outcome of comparing what the call at instruction `id` returned with k; lift 0:
		   the result, else the word at lift - 1 behind it */
	V_MIXED, /* computed from bytes behind the object `id` + k whose kind is `lift`: mixed.h */
};

enum { A_NUMBER = 0xff }; /* value.size of a V_RET that is EXACT: nothing to point with */

enum value_form {
	EXACT,	 /* the value itself */
	CONTENT, /* what memory holds at the value (`size` bytes) */
	NEAR,	 /* somewhere behind the value: inside of the same object */
	NEAR_CONTENT,
	LIFTED =
	    8, /* with one of the above: shifted left by `lift` bits, on the way to an extension */
};

struct value {
	uint8_t kind, form, size;
	uint8_t lift : 7;
	bool swapped : 1; /* the two bytes of a half word were exchanged */
	uint32_t id;
	uint64_t k;
};

struct slot {
	struct value where; /* EXACT */
	struct value what;
	uint8_t size;
	bool made; /* by code that was carried out (evaluate.h), not by a single store */
};

enum { MAX_SLOTS = 64 };

struct state {
	struct value regs[REG_COUNT];
	struct value left[8], right[8]; /* what the flags registers compare */
	uint32_t slot_count, next_slot;
	uint8_t packets; /* bit set of parameters: what their members point to belongs to them */
	struct slot slots[MAX_SLOTS]; /* last: a state that is kept has room for slot_count */
};

/* Copies what is used; `to` has room for all slots, or for as many as `from` uses. */
void state_copy(struct state *to, const struct state *from);

/* Keep a state in as little room as it needs; `old`, if it is not NULL and large enough, is
 * overwritten. */
struct state *state_keep(struct state *old, const struct state *s, struct arena *a);

struct value value_const(uint64_t k);
bool value_same(struct value a, struct value b);
bool value_is(struct value v, enum value_kind kind); /* and EXACT */
bool value_vague(struct value v);		     /* not known, or mixed */

/* The two low bytes exchanged, as htons does on a little-endian machine. */
struct value value_swapped(struct value v);

/* What memory holds at `where` + k. */
struct value state_load(const struct state *s, const struct elf_image *img, const struct isa *isa,
			struct value where, unsigned size);
void state_store(struct state *s, const struct elf_image *img, struct value where,
		 struct value what, unsigned size);

/* One byte of a constant that was stored at `where`. */
bool state_byte(const struct state *s, const struct elf_image *img, struct value where,
		uint8_t *out);

/* What was just stored there, all of it, was made by code that was carried out. And ask for it. */
void state_mark_made(struct state *s, struct value where, unsigned size);
bool state_made(const struct state *s, struct value where);

/* Memory at `where` may have been changed: `n` bytes from there. */
void state_forget(struct state *s, struct value where, uint64_t n);

/* Where an OP_LOAD or OP_STORE goes to. */
struct value state_address(const struct state *s, const struct elf_image *img,
			   const struct isa *isa, const struct op *o);

void state_op(struct state *s, const struct elf_image *img, const struct isa *isa,
	      const struct op *o);

/* By number of instruction: the object that the result of a call points into, if it is known. */
struct parents {
	const struct elf_image *img;
	struct value *of; /* NULL: none */
	uint32_t count;
};

/* Keep only what both know. False: nothing changed in `into`. */
bool state_meet(struct state *into, const struct state *other, const struct parents *parents);

#endif
