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

/* The same, exactly; TEST_NONE: overflow, which is not kept. */
static inline enum test arm_test(unsigned field)
{
	static const uint8_t tests[16] = {TEST_EQ,	 TEST_NE,	TEST_GE_U, TEST_LT_U,
					  TEST_NEGATIVE, TEST_POSITIVE, TEST_NONE, TEST_NONE,
					  TEST_GT_U,	 TEST_LE_U,	TEST_GE,   TEST_LT,
					  TEST_GT,	 TEST_LE,	TEST_NONE, TEST_NONE};
	return (enum test)tests[field & 15];
}

/* Bits [lsb, lsb + bits) of a register, to rd; and the other way round. */
static inline void arm_extract(struct insn *i, uint8_t rd, uint8_t rn, unsigned lsb, unsigned bits,
			       bool sign)
{
	if (!lsb && (bits == 8 || bits == 16)) {
		add_op(i, sign ? OP_SIGN_EXT : OP_ZERO_EXT, rd, rn, REG_NONE, 0)->size =
		    (uint8_t)(bits / 8);
		return;
	}
	if (lsb + bits > 32) {
		add_clobber(i, rd);
		return;
	}
	add_op(i, OP_SHL, rd, rn, REG_NONE, 32 - lsb - bits);
	add_op(i, sign ? OP_SAR : OP_SHR, rd, rd, REG_NONE, 32 - bits);
}

static inline void arm_insert(struct insn *i, uint8_t rd, uint8_t rn, unsigned lsb, unsigned msb)
{
	if (msb < lsb) {
		add_clobber(i, rd);
		return;
	}
	int64_t mask = (int64_t)(((UINT64_C(1) << (msb - lsb + 1)) - 1) & 0xffffffff);
	if (rn == ARM_PC)
		add_const(i, REG_T0, 0);
	else
		add_op(i, OP_AND, REG_T0, rn, REG_NONE, mask);
	add_op(i, OP_SHL, REG_T0, REG_T0, REG_NONE, lsb);
	add_op(i, OP_AND, rd, rd, REG_NONE, ~(mask << lsb) & 0xffffffff);
	add_op(i, OP_OR, rd, rd, REG_T0, 0);
}

static inline void arm_multiply_long(struct insn *i, uint8_t lo, uint8_t hi, uint8_t rn, uint8_t rm,
				     bool sign)
{
	add_op(i, sign ? OP_MULH : OP_MULHU, REG_T0, rn, rm, 0);
	add_op(i, OP_MUL, lo, rn, rm, 0);
	add_op(i, OP_MOVE, hi, REG_T0, REG_NONE, 0);
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
