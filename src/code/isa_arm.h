/* SPDX-License-Identifier: Apache-2.0 */
/* What the ARM and Thumb lifters share: registers, conditions, and the data operations. */
#ifndef CODE_ISA_ARM_H
#define CODE_ISA_ARM_H

#include "code/insn.h"

enum { ARM_SP = 13, ARM_LR = 14, ARM_PC = 15 };

/* Condition field: 0 EQ, 1 NE, 14 always. */
static inline enum cond arm_cond(unsigned field)
{
	return field == 0 ? COND_EQ : field == 1 ? COND_NE : field >= 14 ? COND_ALWAYS : COND_OTHER;
}

/* The instruction wrote the program counter from REG_TARGET's source: return or jump. */
static inline void arm_jump(struct insn *i, uint8_t reg)
{
	if (reg == ARM_LR) {
		i->flow = FLOW_RETURN;
		return;
	}
	add_op(i, OP_MOVE, REG_TARGET, reg, REG_NONE, 0);
	i->flow = FLOW_JUMP;
	i->indirect = true;
}

unsigned thumb_lift(struct decode *d, struct span bytes, struct insn *i);

#endif
