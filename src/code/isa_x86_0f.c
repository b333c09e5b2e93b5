/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x86 instructions whose opcode begins with 0f. Reference: Intel 64 and IA-32 Architectures
 * Software Developer's Manual, volume 2, appendix A.
 */
#include "code/isa_x86.h"

/* System, bit and stack instructions: results are not known. False: none of them. */
static bool system_or_bits(struct x86_lifter *l)
{
	const struct x86_fields *x = &l->x;
	uint8_t op = x->opcode;
	switch (op) {
	case 0x05: /* syscall */
		l->i->kernel = true; /* its result is for those to say who know system calls */
		add_clobber(l->i, X86_CX);
		add_clobber(l->i, 11);
		return true;
	case 0x0b:
	case 0xb9:
	case 0xff:
		l->i->flow = FLOW_STOP;
		return true;
	case 0x01:
	case 0x31:
	case 0x32:
	case 0x33:
	case 0x34:
	case 0xa2: /* rdtsc, rdmsr, cpuid and relatives */
		for (uint8_t r = X86_AX; r <= 3; r++)
			add_clobber(l->i, r);
		return true;
	case 0x02:
	case 0x03:
	case 0x78:
	case 0xb8:
	case 0xbc:
	case 0xbd: /* lar, lsl, popcnt, bsf, bsr */
		x86_clobber_reg(l, x->reg, l->size);
		x86_unknown_flags(l);
		return true;
	case 0x20:
	case 0x21:
	case 0xa4:
	case 0xa5:
	case 0xab:
	case 0xac:
	case 0xad:
	case 0xb3:
	case 0xba:
	case 0xbb: /* moves from control registers, double shifts, bits */
		if (op != 0xba || (x->reg & 7) > 4)
			x86_clobber_rm(l, l->size);
		x86_unknown_flags(l);
		return true;
	case 0x00:
	case 0xa3:
		x86_unknown_flags(l);
		return true;
	case 0xa0:
	case 0xa8:
		add_clobber(l->i, REG_T0 + 1);
		x86_push(l, REG_T0 + 1);
		return true;
	case 0xa1:
	case 0xa9:
		x86_pop(l);
		return true;
	case 0xae:
		if (!x->memory && x->repeat == 0xf3)
			add_clobber(l->i, x->rm);
		return true;
	default:
		return false;
	}
}

/* Multiplications, extensions, exchanges. */
static void data(struct x86_lifter *l)
{
	const struct x86_fields *x = &l->x;
	uint8_t op = x->opcode;
	switch (op) {
	case 0xaf:
		x86_multiply(l, false);
		return;
	case 0xb0:
	case 0xb1:
	case 0xc7: /* compare and exchange */
		if (op == 0xc7 && x->memory)
			add_clobber(l->i, X86_DX);
		else
			x86_clobber_rm(l, op == 0xb0 ? 1 : l->size);
		add_clobber(l->i, X86_AX);
		x86_unknown_flags(l);
		return;
	case 0xc0:
	case 0xc1:
		x86_clobber_rm(l, op == 0xc0 ? 1 : l->size);
		x86_clobber_reg(l, x->reg, op == 0xc0 ? 1 : l->size);
		x86_unknown_flags(l);
		return;
	case 0xb6:
	case 0xb7:
		x86_widen(l, OP_ZERO_EXT, op == 0xb6 ? 1 : 2);
		return;
	case 0xbe:
	case 0xbf:
		x86_widen(l, OP_SIGN_EXT, op == 0xbe ? 1 : 2);
		return;
	default:
		x86_vector(l->i, x, l->wide);
	}
}

/* cmov: the move happens only when the condition holds. */
static void move_if(struct x86_lifter *l)
{
	enum test t = x86_test(l->x.opcode);
	uint8_t a = x86_fetch_rm(l, l->size, REG_T0 + 1);
	if (t == TEST_NONE)
		add_clobber(l->i, l->x.reg);
	else
		add_op(l->i, l->size == 4 && l->wide ? OP_ZERO_EXT : OP_MOVE, l->x.reg, a, REG_NONE,
		       0)
		    ->when = (uint8_t)t;
}

void x86_two_bytes(struct x86_lifter *l)
{
	const struct x86_fields *x = &l->x;
	uint8_t op = x->opcode;
	if ((op & 0xf0) == 0x80) {
		x86_branch(l);
		return;
	}
	if ((op & 0xf0) == 0x40) {
		move_if(l);
		return;
	}
	if ((op & 0xf0) == 0x90) {
		if (op == 0x94)
			add_op(l->i, OP_IS_SET, REG_T0 + 1, REG_FLAGS, REG_NONE, 0);
		else
			add_op(l->i, OP_TEST, REG_T0 + 1, REG_FLAGS, REG_NONE, x86_test(op));
		x86_put_rm(l, 1, REG_T0 + 1);
		return;
	}
	if (op >= 0xc8 && op < 0xd0) {
		if (x->wide_op || x->narrow)
			add_clobber(l->i, x->rm);
		else
			add_op(l->i, OP_SWAP32, x->rm, x->rm, REG_NONE, 0);
		return;
	}
	if (!system_or_bits(l))
		data(l);
}
