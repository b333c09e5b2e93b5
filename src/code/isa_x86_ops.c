/* SPDX-License-Identifier: Apache-2.0 */
/* Operands of x86 instructions, and the operations that both opcode maps have. */
#include "code/isa_x86.h"

/* A register operand; REG_NONE: its upper byte, whose value is not followed. */
uint8_t x86_gpr(const struct x86_lifter *l, uint8_t r, unsigned size)
{
	return size == 1 && !l->x.rex && r >= 4 && r < 8 ? REG_NONE : r;
}

/* The register that holds an upper byte. */
uint8_t x86_whole(uint8_t r)
{
	return r & 3;
}

/* Address of the memory operand: register (or REG_NONE) and constant. */
uint8_t x86_address(struct insn *i, const struct x86_fields *x, int64_t *k)
{
	*k = x->disp;
	if (x->other_segment || x->short_address) {
		add_clobber(i, REG_T0);
		return REG_T0;
	}
	if (x->relative)
		*k += (int64_t)(i->at + i->size);
	if (x->index == REG_NONE)
		return x->base;
	uint8_t index = x->index;
	if (x->scale > 1) {
		add_op(i, OP_MUL, REG_T0, index, REG_NONE, x->scale);
		index = REG_T0;
	}
	if (x->base == REG_NONE)
		return index;
	add_op(i, OP_ADD, REG_T0, x->base, index, 0);
	return REG_T0;
}

/* A register as a source: itself, or `scratch` with an unknown value. */
uint8_t x86_fetch_reg(struct x86_lifter *l, uint8_t r, unsigned size, uint8_t scratch)
{
	uint8_t g = x86_gpr(l, r, size);
	if (g != REG_NONE)
		return g;
	add_clobber(l->i, scratch);
	return scratch;
}

uint8_t x86_fetch_rm(struct x86_lifter *l, unsigned size, uint8_t scratch)
{
	int64_t k;
	if (!l->x.memory)
		return x86_fetch_reg(l, l->x.rm, size, scratch);
	uint8_t base = x86_address(l->i, &l->x, &k);
	add_load(l->i, scratch, base, k, (uint8_t)size, false);
	return scratch;
}

void x86_put_reg(struct x86_lifter *l, uint8_t r, unsigned size, uint8_t from)
{
	uint8_t g = x86_gpr(l, r, size);
	if (g == REG_NONE)
		add_clobber(l->i, x86_whole(r));
	else if (size == 4 && l->wide)
		add_op(l->i, OP_ZERO_EXT, g, from, REG_NONE, 0);
	else if (g != from)
		add_op(l->i, OP_MOVE, g, from, REG_NONE, 0);
}

void x86_put_rm(struct x86_lifter *l, unsigned size, uint8_t from)
{
	int64_t k;
	if (!l->x.memory) {
		x86_put_reg(l, l->x.rm, size, from);
		return;
	}
	uint8_t base = x86_address(l->i, &l->x, &k);
	add_store(l->i, from, base, k, (uint8_t)size);
}

void x86_clobber_reg(struct x86_lifter *l, uint8_t r, unsigned size)
{
	add_clobber(l->i, x86_gpr(l, r, size) == REG_NONE ? x86_whole(r) : r);
}

/* Memory or register: what the instruction puts there is not known. */
void x86_clobber_rm(struct x86_lifter *l, unsigned size)
{
	if (!l->x.memory) {
		x86_clobber_reg(l, l->x.rm, size);
		return;
	}
	add_clobber(l->i, REG_T0 + 1);
	x86_put_rm(l, size, REG_T0 + 1);
}

void x86_unknown_flags(struct x86_lifter *l)
{
	add_op(l->i, OP_CMP, REG_FLAGS, REG_NONE, REG_NONE, 0);
}

void x86_compare(struct x86_lifter *l, uint8_t a, uint8_t b, int64_t k, unsigned size)
{
	add_op(l->i, OP_CMP, REG_FLAGS, a, b, k)->size = (uint8_t)size;
}

enum test x86_test(unsigned n)
{
	static const uint8_t tests[] = {TEST_NONE,     TEST_NONE,     TEST_LT_U, TEST_GE_U,
					TEST_EQ,       TEST_NE,	      TEST_LE_U, TEST_GT_U,
					TEST_NEGATIVE, TEST_POSITIVE, TEST_NONE, TEST_NONE,
					TEST_LT,       TEST_GE,	      TEST_LE,	 TEST_GT};
	return (enum test)tests[n & 15];
}

void x86_push(struct x86_lifter *l, uint8_t r)
{
	unsigned n = l->x.narrow ? 2 : l->word;
	if (r == X86_SP) {
		add_op(l->i, OP_MOVE, REG_T0 + 1, X86_SP, REG_NONE, 0);
		r = REG_T0 + 1;
	}
	add_op(l->i, OP_SUB, X86_SP, X86_SP, REG_NONE, n);
	add_store(l->i, r, X86_SP, 0, (uint8_t)n);
}

void x86_pop(struct x86_lifter *l)
{
	unsigned n = l->x.narrow ? 2 : l->word;
	add_load(l->i, REG_T0 + 1, X86_SP, 0, (uint8_t)n, false);
	add_op(l->i, OP_ADD, X86_SP, X86_SP, REG_NONE, n);
}

void x86_go_to(struct x86_lifter *l, enum flow flow)
{
	l->i->flow = (uint8_t)flow;
	l->i->target = l->i->at + l->i->size + (uint64_t)l->x.imm;
	if (!l->wide)
		l->i->target &= 0xffffffff;
}

void x86_branch(struct x86_lifter *l)
{
	unsigned n = l->x.opcode & 15;
	x86_go_to(l, FLOW_BRANCH);
	l->i->cond = n == 4 ? COND_EQ : n == 5 ? COND_NE : COND_OTHER;
	l->i->test = (uint8_t)x86_test(n);
}

void x86_widen(struct x86_lifter *l, enum op_code code, unsigned from)
{
	uint8_t a = x86_fetch_rm(l, from, REG_T0 + 1);
	add_op(l->i, code, REG_T0 + 2, a, REG_NONE, 0)->size = (uint8_t)from;
	x86_put_reg(l, l->x.reg, l->size, REG_T0 + 2);
}

/* imul reg, rm, constant; or reg, rm */
void x86_multiply(struct x86_lifter *l, bool constant)
{
	uint8_t a = x86_fetch_rm(l, l->size, REG_T0 + 1);
	add_op(l->i, OP_MUL, REG_T0 + 2, a, constant ? REG_NONE : l->x.reg, l->x.imm);
	x86_put_reg(l, l->x.reg, l->size, REG_T0 + 2);
	x86_unknown_flags(l);
}
