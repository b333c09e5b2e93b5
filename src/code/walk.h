/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over one function, as walk.c and paths.c share it. Nobody else needs this. */
#ifndef CODE_WALK_H
#define CODE_WALK_H

#include "code/program.h"

struct shortcut { /* what stands behind a loop that was carried out */
	int32_t exit;
	bool sure; /* it ends so every time that control comes there */
	bool *body;
	struct state *state;
};

struct walk {
	struct program *p;
	struct function *f;
	struct state **out; /* one per block, at its end; NULL: not there yet */
	struct state now;
	struct targets *found;
	struct arena *scratch;
	struct decode *how;
	size_t call_cap;
	uint8_t *used; /* by number of instruction: something looks at what the call returned */
	int32_t block;
	uint64_t spared; /* registers that nothing has changed so far */
	bool unreached;	 /* no way leads to the block, as far as is known */
	bool early;	 /* a function was called that was not walked before */
	uint8_t assume; /* COND_EQ, COND_NE: what predicated instructions may take to be so */
	struct shortcut *shortcuts;
	unsigned shortcut_count, loops_tried;
	bool *body;
	bool *idle; /* blocks to which no way leads but those that control never takes */
	struct parents parents;
	bool recording, no_return, evaluating;
	uint32_t wanted;     /* number of an instruction: its call ... */
	struct call *caught; /* ... goes here; NULL: none is wanted */
	bool ends, goes_on; /* at a call that does not return; otherwise */
	bool dead_end; /* recording went on behind a call that does not return */
};

/* What is known at the first instruction of a function. */
void walk_initial(const struct program *p, const struct function *f, struct state *s);

/* Carry out one block once more, from another state; the end stands in w->now. */
void walk_block_again(struct walk *w, int32_t block, const struct state *from, uint8_t assume);

/* walk_call.c: control goes to another function; to the kernel; does a jump leave the function? */
void walk_transfer(struct walk *w, const struct insn *i);
void walk_enter_kernel(struct walk *w, const struct insn *i);
bool walk_leaves(const struct walk *w, const struct insn *i);

/* walk_call.c: a function begins there, as its address is used; an operation looks at results. */
void walk_found(struct walk *w, uint64_t at, bool thumb);
void walk_note_uses(struct walk *w, const struct op *o);

/* merged.c: calls that several ways share count for each of them; before walk_paths. */
void walk_merged(struct walk *w);

/* Does something end in front of this address, so that a function may begin there? */
bool walk_begins(const struct walk *w, uint64_t at, bool thumb);

/* paths.c: what the function returns, and where it turns, by the way that control came. */
void walk_paths(struct walk *w);

#endif
