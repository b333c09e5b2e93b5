/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic of x86: what operations do to their operands and to the flags. */
#include "code/isa_x86.h"

/* d = d op s: d is the modrm's rm or reg, s the other, or the constant k when `constant`. */
void x86_arith(struct x86_lifter *l, enum op_code code, enum x86_side side, bool constant,
	       int64_t k, unsigned size)
{
	struct insn *i = l->i;
	uint8_t a, b = REG_NONE, to = REG_T0 + 3;
	a = side == X86_TO_RM ? x86_fetch_rm(l, size, REG_T0 + 1)
			      : x86_fetch_reg(l, l->x.reg, size, REG_T0 + 1);
	if (!constant)
		b = side == X86_TO_RM ? x86_fetch_reg(l, l->x.reg, size, REG_T0 + 2)
				      : x86_fetch_rm(l, size, REG_T0 + 2);
	if (code == OP_SUB)
		x86_compare(l, a, b, k, size);
	if ((code == OP_SHR && size < 4) || (code == OP_SAR && size < l->word)) {
		add_op(i, code == OP_SHR ? OP_ZERO_EXT : OP_SIGN_EXT, to, a, REG_NONE, 0)->size =
		    (uint8_t)size;
		a = to;
	} else if (a < REG_T0 && size >= 4) {
		to = a;
	}
	if (code == OP_XOR && a == b && a < REG_T0)
		add_const(i, to, 0);
	else
		add_op(i, code, to, a, b, k);
	if (side == X86_TO_RM)
		x86_put_rm(l, size, to);
	else
		x86_put_reg(l, l->x.reg, size, to);
	if (code != OP_SUB)
		x86_compare(l, to, REG_NONE, 0, size);
}

static void compare(struct x86_lifter *l, enum x86_side side, bool constant, int64_t k,
		    unsigned size)
{
	uint8_t a, b = REG_NONE;
	a = side == X86_TO_RM ? x86_fetch_rm(l, size, REG_T0 + 1)
			      : x86_fetch_reg(l, l->x.reg, size, REG_T0 + 1);
	if (!constant)
		b = side == X86_TO_RM ? x86_fetch_reg(l, l->x.reg, size, REG_T0 + 2)
				      : x86_fetch_rm(l, size, REG_T0 + 2);
	x86_compare(l, a, b, k, size);
}

/* and without result. */
void x86_test_bits(struct x86_lifter *l, bool constant, unsigned size)
{
	uint8_t a = x86_fetch_rm(l, size, REG_T0 + 1), b = REG_NONE;
	bool same = !constant && !l->x.memory && l->x.rm == l->x.reg;
	if (!constant)
		b = x86_fetch_reg(l, l->x.reg, size, REG_T0 + 2);
	if (!same) {
		add_op(l->i, OP_AND, REG_T0 + 3, a, b, l->x.imm);
		a = REG_T0 + 3;
	}
	x86_compare(l, a, REG_NONE, 0, size);
}

/* adc, sbb: the carry of a compare, a subtraction or neg. */
static void with_carry(struct x86_lifter *l, enum op_code code, enum x86_side side, bool constant,
		       unsigned size)
{
	uint8_t to = REG_T0 + 3, a, b = REG_NONE;
	a = side == X86_TO_RM ? x86_fetch_rm(l, size, REG_T0 + 1)
			      : x86_fetch_reg(l, l->x.reg, size, REG_T0 + 1);
	if (!constant)
		b = side == X86_TO_RM ? x86_fetch_reg(l, l->x.reg, size, REG_T0 + 2)
				      : x86_fetch_rm(l, size, REG_T0 + 2);
	if (a == b)
		add_const(l->i, to, 0);
	else
		add_op(l->i, code, to, a, b, l->x.imm);
	add_op(l->i, OP_TEST, REG_T0 + 1, REG_FLAGS, REG_NONE, TEST_LT_U);
	add_op(l->i, code, to, to, REG_T0 + 1, 0);
	if (side == X86_TO_RM)
		x86_put_rm(l, size, to);
	else
		x86_put_reg(l, l->x.reg, size, to);
	x86_unknown_flags(l);
}

/* add, or, adc, sbb, and, sub, xor, cmp by their number in the encoding. */
void x86_group1(struct x86_lifter *l, unsigned n, enum x86_side side, bool constant, unsigned size)
{
	static const enum op_code codes[] = {OP_ADD, OP_OR,  OP_ADD, OP_SUB,
					     OP_AND, OP_SUB, OP_XOR, OP_CMP};
	enum op_code code = codes[n];
	if (code == OP_CMP) {
		compare(l, side, constant, l->x.imm, size);
	} else if (n == 2 || n == 3) {
		with_carry(l, code, side, constant, size);
	} else {
		x86_arith(l, code, side, constant, l->x.imm, size);
	}
}

/* How far to shift or to rotate, as a register; processors look at the low bits only. */
static uint8_t count_in_cx(struct x86_lifter *l, bool negative)
{
	uint8_t r = X86_CX;
	if (negative) {
		add_const(l->i, REG_T0 + 2, 0);
		add_op(l->i, OP_SUB, REG_T0 + 2, REG_T0 + 2, X86_CX, 0);
		r = REG_T0 + 2;
	}
	add_op(l->i, OP_AND, REG_T0 + 2, r, REG_NONE, l->size == 8 ? 63 : 31);
	return REG_T0 + 2;
}

static void rotate(struct x86_lifter *l, bool left, bool by_cx, int64_t k)
{
	unsigned bits = l->size * 8u;
	uint8_t a = x86_fetch_rm(l, l->size, REG_T0 + 1), to = REG_T0 + 3, by = REG_NONE;
	k = (left ? bits - (unsigned)k % bits : (unsigned)k) % bits;
	if (l->size >= 4) {
		if (by_cx)
			by = count_in_cx(l, left);
		add_op(l->i, OP_ROR, to, a, by, k)->size = l->size;
	} else if (by_cx) {
		add_clobber(l->i, to);
	} else if (l->size == 2 && k == 8) {
		add_op(l->i, OP_SWAP16, to, a, REG_NONE, 0);
	} else {
		add_op(l->i, OP_ZERO_EXT, REG_T0 + 1, a, REG_NONE, 0)->size = l->size;
		add_op(l->i, OP_SHR, REG_T0 + 2, REG_T0 + 1, REG_NONE, k);
		add_op(l->i, OP_SHL, to, REG_T0 + 1, REG_NONE, bits - k);
		add_op(l->i, OP_OR, to, to, REG_T0 + 2, 0);
	}
	x86_put_rm(l, l->size, to);
	x86_unknown_flags(l);
}

/* rol, ror, rcl, rcr, shl, shr, sal, sar */
void x86_shift(struct x86_lifter *l, bool by_cx, int64_t k)
{
	static const enum op_code codes[] = {OP_SHL, OP_SHR, OP_SHL, OP_SAR};
	unsigned n = l->x.reg & 7;
	k &= l->size == 8 ? 63 : 31;
	if (n < 2) {
		rotate(l, n == 0, by_cx, k);
	} else if (n < 4) {
		x86_clobber_rm(l, l->size);
		x86_unknown_flags(l);
	} else if (!by_cx) {
		x86_arith(l, codes[n - 4], X86_TO_RM, true, k, l->size);
	} else if (!l->x.memory && l->size >= 4) {
		enum op_code code = codes[n - 4];
		uint8_t by = count_in_cx(l, false), a = l->x.rm;
		if (code == OP_SAR && l->size < l->word) {
			add_op(l->i, OP_SIGN_EXT, REG_T0 + 1, a, REG_NONE, 0);
			a = REG_T0 + 1;
		}
		add_op(l->i, code, REG_T0 + 3, a, by, 0);
		x86_put_rm(l, l->size, REG_T0 + 3);
		x86_compare(l, l->x.rm, REG_NONE, 0, l->size);
	} else {
		x86_clobber_rm(l, l->size);
		x86_unknown_flags(l);
	}
}

/* ax and dx with an operand: products of double width; quotients of what fits into ax. */
void x86_multiply_divide(struct x86_lifter *l, unsigned n)
{
	uint8_t a;
	x86_unknown_flags(l);
	if (l->size < 4) {
		add_clobber(l->i, X86_AX);
		if (l->size == 2)
			add_clobber(l->i, X86_DX);
		return;
	}
	a = x86_fetch_rm(l, l->size, REG_T0 + 1);
	if (n < 6) {
		add_op(l->i, n == 5 ? OP_MULH : OP_MULHU, REG_T0 + 2, X86_AX, a, 0)->size = l->size;
		add_op(l->i, OP_MUL, REG_T0 + 3, X86_AX, a, 0);
	} else {
		add_op(l->i, n == 7 ? OP_DIV : OP_DIVU, REG_T0 + 3, X86_AX, a, 0)->size = l->size;
		add_op(l->i, OP_MUL, REG_T0 + 2, REG_T0 + 3, a, 0);
		add_op(l->i, OP_SUB, REG_T0 + 2, X86_AX, REG_T0 + 2, 0);
	}
	x86_put_reg(l, X86_AX, l->size, REG_T0 + 3);
	x86_put_reg(l, X86_DX, l->size, REG_T0 + 2);
}
