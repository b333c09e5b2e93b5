/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x86 and x86-64. Registers have their numbers of the encoding (0 ax, 1 cx, 2 dx, 3 bx, 4 sp, 5 bp,
 * 6 si, 7 di, 8..15), then come the halves of the first vector registers. Writing a part of a
 * register counts as writing all of it: compilers mean the part when they look at it again.
 * Reference: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
 */
#include "code/isa_x86.h"

enum { SYSENTER_IN_TCB = 0x10 }; /* where the kernel's entry stands behind %gs */
enum { AX = X86_AX, CX = X86_CX, DX = X86_DX, SP = X86_SP, BP = X86_BP, SI = X86_SI, DI = X86_DI };

/* test, not, neg, mul, imul, div, idiv */
static void group3(struct x86_lifter *l)
{
	uint8_t a;
	switch (l->x.reg & 7) {
	case 0:
	case 1:
		x86_test_bits(l, true, l->size);
		return;
	case 2:
		a = x86_fetch_rm(l, l->size, REG_T0 + 1);
		add_op(l->i, OP_NOT, REG_T0 + 2, a, REG_NONE, 0);
		x86_put_rm(l, l->size, REG_T0 + 2);
		return;
	case 3:
		a = x86_fetch_rm(l, l->size, REG_T0 + 1);
		add_const(l->i, REG_T0 + 2, 0);
		add_op(l->i, OP_SUB, REG_T0 + 3, REG_T0 + 2, a, 0);
		x86_compare(l, REG_T0 + 2, a, 0, l->size);
		x86_put_rm(l, l->size, REG_T0 + 3);
		return;
	default:
		x86_multiply_divide(l, l->x.reg & 7);
	}
}

static void go_to_rm(struct x86_lifter *l, enum flow flow)
{
	l->i->flow = (uint8_t)flow;
	l->i->indirect = true;
	add_op(l->i, OP_MOVE, REG_TARGET, x86_fetch_rm(l, l->word, REG_T0 + 1), REG_NONE, 0);
}

static void call(struct x86_lifter *l)
{
	x86_go_to(l, FLOW_CALL);
	if (l->i->target != l->i->at + l->i->size)
		return;
	l->i->flow = FLOW_NEXT; /* call $+5; pop */
	add_const(l->i, REG_T0 + 1, l->i->target);
	x86_push(l, REG_T0 + 1);
}

/* inc, dec, call, jmp, push */
static void group5(struct x86_lifter *l)
{
	switch (l->x.reg & 7) {
	case 0:
		x86_arith(l, OP_ADD, X86_TO_RM, true, 1, l->size);
		return;
	case 1:
		x86_arith(l, OP_SUB, X86_TO_RM, true, 1, l->size);
		return;
	case 2:
		if (l->x.other_segment && l->x.base == REG_NONE && l->x.disp == SYSENTER_IN_TCB)
			l->i->kernel = true; /* the way in that the kernel names at start */
		else
			go_to_rm(l, FLOW_CALL);
		return;
	case 4:
		go_to_rm(l, FLOW_JUMP);
		return;
	case 6:
		x86_push(l, x86_fetch_rm(l, l->word, REG_T0 + 1));
		return;
	default:
		l->i->flow = FLOW_STOP;
	}
}

/* movs, cmps, stos, lods, scas: of a repeated one only the first step is said. */
static void strings(struct x86_lifter *l)
{
	unsigned kind = l->x.opcode & 0xfe, size = l->size;
	bool source = kind == 0xa4 || kind == 0xa6 || kind == 0xac, target = kind != 0xac;
	if (kind == 0xa4) {
		add_load(l->i, REG_T0 + 1, SI, 0, (uint8_t)size, false);
		add_store(l->i, REG_T0 + 1, DI, 0, (uint8_t)size);
	} else if (kind == 0xaa) {
		add_store(l->i, AX, DI, 0, (uint8_t)size);
	} else if (kind == 0xac) {
		add_load(l->i, AX, SI, 0, (uint8_t)size, false);
	} else {
		x86_unknown_flags(l);
	}
	for (int n = 0; n < 2; n++) {
		uint8_t r = n ? DI : SI;
		if (!(n ? target : source))
			continue;
		if (l->x.repeat)
			add_clobber(l->i, r);
		else
			add_op(l->i, OP_ADD, r, r, REG_NONE, size);
	}
	if (l->x.repeat)
		add_clobber(l->i, CX);
}

static void exchange(struct x86_lifter *l)
{
	uint8_t a = x86_fetch_rm(l, l->size, REG_T0 + 1), b = l->x.reg;
	if (l->size == 1 && !l->x.memory && !l->x.rex && (l->x.rm ^ b) == 4) {
		add_op(l->i, OP_SWAP16, x86_whole(b), x86_whole(b), REG_NONE, 0); /* xchg al, ah */
		return;
	}
	b = x86_fetch_reg(l, b, l->size, REG_T0 + 2);
	add_op(l->i, OP_MOVE, REG_T0 + 3, a, REG_NONE, 0);
	x86_put_rm(l, l->size, b);
	x86_put_reg(l, l->x.reg, l->size, REG_T0 + 3);
}

static void load_address(struct x86_lifter *l)
{
	int64_t k;
	uint8_t base = x86_address(l->i, &l->x, &k);
	if (base == REG_NONE)
		add_const(l->i, REG_T0 + 1, (uint64_t)k);
	else
		add_op(l->i, OP_ADD, REG_T0 + 1, base, REG_NONE, k);
	x86_put_reg(l, l->x.reg, l->size, REG_T0 + 1);
}

/* pusha, popa, popf and the like: the stack pointer goes on, values are not followed. */
static void skip_stack(struct x86_lifter *l, int words)
{
	add_op(l->i, OP_ADD, SP, SP, REG_NONE, words * l->word);
}

static void immediate_group(struct x86_lifter *l)
{
	unsigned size = l->x.opcode & 1 ? l->size : 1;
	if (l->x.reg & 7) { /* xabort, xbegin */
		add_clobber(l->i, AX);
		return;
	}
	add_const(l->i, REG_T0 + 1, (uint64_t)l->x.imm);
	x86_put_rm(l, size, REG_T0 + 1);
}

static void sign_extend_ax(struct x86_lifter *l)
{
	add_op(l->i, OP_SIGN_EXT, AX, AX, REG_NONE, 0)->size = l->size / 2;
	if (l->size == 4 && l->wide)
		add_op(l->i, OP_ZERO_EXT, AX, AX, REG_NONE, 0);
}

static void enter(struct x86_lifter *l)
{
	x86_push(l, BP);
	add_op(l->i, OP_MOVE, BP, SP, REG_NONE, 0);
	add_op(l->i, OP_SUB, SP, SP, REG_NONE, l->x.imm);
}

static void leave(struct x86_lifter *l)
{
	add_op(l->i, OP_ADD, SP, BP, REG_NONE, l->word);
	add_load(l->i, BP, SP, -(int64_t)l->word, l->word, false);
}

/* Moves between the accumulator and an address that stands in the instruction. */
static void move_ax(struct x86_lifter *l)
{
	unsigned size = l->x.opcode & 1 ? l->size : 1;
	uint8_t base = REG_NONE;
	if (l->x.other_segment) {
		add_clobber(l->i, REG_T0);
		base = REG_T0;
	}
	if (l->x.opcode & 2) {
		add_store(l->i, AX, base, l->x.disp, (uint8_t)size);
		return;
	}
	add_load(l->i, REG_T0 + 1, base, l->x.disp, (uint8_t)size, false);
	x86_put_reg(l, AX, size, REG_T0 + 1);
}

/* Opcodes 0x40 to 0x7f. */
static void low_half(struct x86_lifter *l)
{
	const struct x86_fields *x = &l->x;
	switch (x->opcode >> 3) {
	case 0x40 >> 3:
	case 0x48 >> 3:
		x86_arith(l, x->opcode & 8 ? OP_SUB : OP_ADD, X86_TO_RM, true, 1, l->size);
		return;
	case 0x50 >> 3:
		x86_push(l, x->rm);
		return;
	case 0x58 >> 3:
		x86_pop(l);
		x86_put_reg(l, x->rm, l->x.narrow ? 2 : l->word, REG_T0 + 1);
		return;
	case 0x70 >> 3:
	case 0x78 >> 3:
		x86_branch(l);
		return;
	default:
		break;
	}
	switch (x->opcode) {
	case 0x60:
		skip_stack(l, -8);
		return;
	case 0x61:
		skip_stack(l, 8);
		for (uint8_t r = AX; r <= DI; r++)
			if (r != SP)
				add_clobber(l->i, r);
		return;
	case 0x63:
		if (l->wide)
			x86_widen(l, OP_SIGN_EXT, 4);
		else
			x86_clobber_rm(l, 2);
		return;
	case 0x68:
	case 0x6a:
		add_const(l->i, REG_T0 + 1, (uint64_t)x->imm);
		x86_push(l, REG_T0 + 1);
		return;
	case 0x69:
	case 0x6b:
		x86_multiply(l, true);
		return;
	default:
		return;
	}
}

/* Opcodes 0x80 to 0xbf. */
static void middle(struct x86_lifter *l)
{
	const struct x86_fields *x = &l->x;
	unsigned size = x->opcode & 1 ? l->size : 1;
	if (x->opcode >= 0xb0) {
		size = x->opcode & 8 ? l->size : 1;
		add_const(l->i, REG_T0 + 1, (uint64_t)x->imm);
		x86_put_reg(l, x->rm, size, REG_T0 + 1);
		return;
	}
	switch (x->opcode) {
	case 0x80:
	case 0x81:
	case 0x82:
	case 0x83:
		x86_group1(l, x->reg & 7, X86_TO_RM, true, size);
		return;
	case 0x84:
	case 0x85:
		x86_test_bits(l, false, size);
		return;
	case 0x86:
	case 0x87:
		l->size = (uint8_t)size;
		exchange(l);
		return;
	case 0x88:
	case 0x89:
		x86_put_rm(l, size, x86_fetch_reg(l, x->reg, size, REG_T0 + 1));
		return;
	case 0x8a:
	case 0x8b:
		x86_put_reg(l, x->reg, size, x86_fetch_rm(l, size, REG_T0 + 1));
		return;
	case 0x8c:
		x86_clobber_rm(l, 2);
		return;
	case 0x8d:
		load_address(l);
		return;
	case 0x8f:
		x86_pop(l);
		x86_put_rm(l, l->word, REG_T0 + 1);
		return;
	case 0x98:
		sign_extend_ax(l);
		return;
	case 0x99:
		add_clobber(l->i, DX);
		return;
	case 0x9c:
	case 0x9d:
		skip_stack(l, x->opcode == 0x9c ? -1 : 1);
		return;
	case 0x9f:
		add_clobber(l->i, AX);
		return;
	case 0xa0:
	case 0xa1:
	case 0xa2:
	case 0xa3:
		move_ax(l);
		return;
	case 0xa8:
	case 0xa9:
		l->x.rm = AX;
		x86_test_bits(l, true, size);
		return;
	default:
		break;
	}
	if (x->opcode >= 0xa4) {
		l->size = (uint8_t)size;
		strings(l);
	} else if (x->opcode > 0x90 || x->rm != AX) { /* 90: nop */
		l->x.reg = AX;
		exchange(l);
	}
}

/* Opcodes 0xc0 to 0xff. */
static void upper(struct x86_lifter *l)
{
	const struct x86_fields *x = &l->x;
	switch (x->opcode) {
	case 0xc0:
	case 0xc1:
	case 0xd0:
	case 0xd1:
	case 0xd2:
	case 0xd3:
		l->size = x->opcode & 1 ? l->size : 1;
		x86_shift(l, (x->opcode & 0xfe) == 0xd2, x->opcode >= 0xd0 ? 1 : x->imm & 63);
		return;
	case 0xc2:
	case 0xc3:
	case 0xca:
	case 0xcb:
	case 0xcf:
		l->i->flow = FLOW_RETURN;
		return;
	case 0xc6:
	case 0xc7:
		immediate_group(l);
		return;
	case 0xc8:
		enter(l);
		return;
	case 0xc9:
		leave(l);
		return;
	case 0xcc:
	case 0xea:
	case 0xf1:
	case 0xf4:
		l->i->flow = FLOW_STOP;
		return;
	case 0xcd:
		l->i->kernel = (x->imm & 0xff) == 0x80;
		if (!l->i->kernel)
			add_clobber(l->i, AX);
		return;
	case 0xd4:
	case 0xd5:
	case 0xd6:
	case 0xd7:
	case 0xe4:
	case 0xe5:
	case 0xec:
	case 0xed:
		add_clobber(l->i, AX);
		return;
	case 0xdf: /* fnstsw ax */
		if (!x->memory)
			add_clobber(l->i, AX);
		return;
	case 0xe0:
	case 0xe1:
	case 0xe2:
		add_clobber(l->i, CX);
		x86_go_to(l, FLOW_BRANCH);
		l->i->cond = COND_OTHER;
		return;
	case 0xe3:
		x86_go_to(l, FLOW_BRANCH);
		l->i->cond = COND_OTHER;
		return;
	case 0xe8:
		call(l);
		return;
	case 0xe9:
	case 0xeb:
		x86_go_to(l, FLOW_JUMP);
		return;
	case 0xf6:
	case 0xf7:
		l->size = x->opcode & 1 ? l->size : 1;
		group3(l);
		return;
	case 0xfe:
	case 0xff:
		l->size = x->opcode & 1 ? l->size : 1;
		group5(l);
		return;
	default:
		return;
	}
}

/* add, or, adc, sbb, and, sub, xor, cmp; between them stack, decimal and segment leftovers. */
static void table(struct x86_lifter *l)
{
	unsigned op = l->x.opcode, form = op & 7, size = op & 1 ? l->size : 1;
	if (form < 4) {
		x86_group1(l, op >> 3, form < 2 ? X86_TO_RM : X86_TO_REG, false, size);
	} else if (form < 6) {
		l->x.rm = AX;
		x86_group1(l, op >> 3, X86_TO_RM, true, size);
	} else if (op < 0x20) {
		skip_stack(l, form == 6 ? -1 : 1);
	} else {
		add_clobber(l->i, AX);
		x86_unknown_flags(l);
	}
}

static unsigned lift(struct decode *d, struct span bytes, struct insn *i, bool wide)
{
	struct x86_lifter l = {.i = i, .wide = wide, .word = wide ? 8 : 4};
	if (!x86_decode(bytes, wide, &l.x))
		return 0;
	insn_begin(i, d, l.x.length, REG_FLAGS);
	l.size = l.x.wide_op ? 8 : l.x.narrow ? 2 : 4;
	if (l.x.vex || l.x.map >= X86_0F38)
		x86_vector(i, &l.x, wide);
	else if (l.x.map == X86_0F)
		x86_two_bytes(&l);
	else if (l.x.opcode < 0x40)
		table(&l);
	else if (l.x.opcode < 0x80)
		low_half(&l);
	else if (l.x.opcode < 0xc0)
		middle(&l);
	else
		upper(&l);
	return i->size;
}

static unsigned lift_narrow(struct decode *d, struct span bytes, struct insn *i)
{
	return lift(d, bytes, i, false);
}

static unsigned lift_wide(struct decode *d, struct span bytes, struct insn *i)
{
	return lift(d, bytes, i, true);
}

/* push bp; mov bp, sp; or an end-branch mark */
static bool prologue(const struct decode *d, struct span b)
{
	(void)d;
	return SPAN_IS(b, 0, "\xf3\x0f\x1e\xfa") || SPAN_IS(b, 0, "\xf3\x0f\x1e\xfb") ||
	       SPAN_IS(b, 0, "\x55\x89\xe5") || SPAN_IS(b, 0, "\x55\x48\x89\xe5") ||
	       SPAN_IS(b, 0, "\x8d\x4c\x24\x04\x83\xe4\xf0"); /* main: aligns the stack */
}

/* mov reg, [esp]; ret */
static uint8_t pc_thunk(struct span b)
{
	if (b.n < 4 || b.p[0] != 0x8b || (b.p[1] & 0xc7) != 4 || b.p[2] != 0x24 || b.p[3] != 0xc3)
		return REG_NONE;
	return b.p[1] >> 3 & 7;
}

const struct isa isa_x86 = {
    .name = "x86",
    .local_args = {AX, DX, CX},
    .local_count = 3,
    .bits = 32,
    .align = 1,
    .sp = SP,
    .result = AX,
    .link = REG_NONE,
    .entry_stack = 4,
    .self = REG_NONE,
    .fixed = REG_NONE,
    .got = 3,
    .zero = REG_NONE,
    .kept = 1u << 3 | 1u << SP | 1u << BP | 1u << SI | 1u << DI,
    .lift = lift_narrow,
    .prologue = prologue,
    .pc_thunk = pc_thunk,
};

const struct isa isa_x86_64 = {
    .name = "x86-64",
    .bits = 64,
    .align = 1,
    .sp = SP,
    .result = AX,
    .link = REG_NONE,
    .args = {DI, SI, DX, CX, 8, 9},
    .arg_count = 6,
    .entry_stack = 8,
    .self = REG_NONE,
    .fixed = REG_NONE,
    .got = REG_NONE,
    .zero = REG_NONE,
    .kept = 1u << 3 | 1u << SP | 1u << BP | 0xfu << 12,
    .lift = lift_wide,
    .prologue = prologue,
};
