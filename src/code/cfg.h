/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control flow of one function: decoded once into instructions, cut into blocks, with
 * dominators. Calls do not end blocks. Targets of a jump that cannot be told (a switch) are taken
 * to be all code of the function that nothing else reaches.
 */
#ifndef CODE_CFG_H
#define CODE_CFG_H

#include "code/insn.h"

enum {
	MAX_FUNCTION_BYTES = 256 * 1024,
	MAX_FUNCTION_INSNS = 20000,
	MAX_BLOCKS = 3000,
	NO_BLOCK = -1
};

struct block {
	uint32_t first, count; /* instructions, with the delay slot of the last */
	int32_t succ[2]; /* [0] next or only, [1] when cond holds; NO_BLOCK: leaves the function */
	int32_t idom;	 /* NO_BLOCK: the entry, or not reached */
	uint32_t order;	 /* position in reverse post-order */
	uint32_t pred, pred_count;   /* into cfg.preds */
	uint32_t below, below_count; /* number in the tree of dominators; of those it dominates */
	uint8_t cond,
	    flags; /* of succ[1]: COND_ALWAYS when there is no choice; register compared in */
	bool reached, to_switch, is_case;
};

struct cfg {
	struct insn *insns; /* by address */
	size_t insn_count;
	struct block *blocks; /* [0] is the entry */
	size_t block_count;
	int32_t *preds;
	int32_t *order; /* blocks that are reached, in reverse post-order */
	size_t order_count;
	bool capped;
};

/* Function at `start` (an address without Thumb bit), not going past `limit`. False: nothing there.
 */
bool cfg_build(struct cfg *c, const struct elf_image *img, const struct isa *isa,
	       const struct decode *how, uint64_t start, uint64_t limit, struct arena *a);

/* After edges were removed: predecessors, order and dominators anew. */
void cfg_connect(struct cfg *c, struct arena *a);

bool cfg_dominates(const struct cfg *c, int32_t a, int32_t b);

/* Is `to` entered only over the edge from -> to (but for loops back to it)? */
bool cfg_edge_owns(const struct cfg *c, int32_t from, int32_t to);

#endif
