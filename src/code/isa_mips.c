/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MIPS32 (and the 32-bit part of MIPS III..V), both byte orders. Fixed words of 32 bits:
 *
 *   R: op(6) rs(5) rt(5) rd(5) sa(5) function(6)     I: op(6) rs(5) rt(5) immediate(16)
 *   J: op(6) index(26)
 *
 * Every transfer but traps has a delay slot; the "likely" branches carry it out only when taken.
 * $gp is the same in all functions of a program (o32 ABI) and calls to other modules go through
 * `lw $t9, offset($gp); jalr $t9`. MIPS16e and microMIPS code has odd addresses and is not lifted.
 * Reference: MIPS32 Architecture Volume II; System V ABI MIPS Processor Supplement.
 */
#include "code/insn.h"

enum { ZERO = 0, V0 = 2, A0 = 4, T9 = 25, GP = 28, SP = 29, RA = 31, HI = 32, LO = 33 };

struct word {
	uint32_t w;
	uint8_t op, rs, rt, rd, sa, fn;
	int64_t imm;
	uint64_t uimm;
};

static struct word split(uint32_t w)
{
	return (struct word){.w = w,
			     .op = (uint8_t)(w >> 26),
			     .rs = w >> 21 & 31,
			     .rt = w >> 16 & 31,
			     .rd = w >> 11 & 31,
			     .sa = w >> 6 & 31,
			     .fn = w & 63,
			     .imm = (int16_t)(w & 0xffff),
			     .uimm = w & 0xffff};
}

static void branch(struct insn *i, const struct word *x, enum cond cond, bool likely)
{
	i->flow = FLOW_BRANCH;
	i->cond = (uint8_t)cond;
	i->flags = REG_FLAGS;
	i->target = (i->at + 4 + ((uint64_t)x->imm << 2)) & 0xffffffff;
	i->delay = true;
	i->annul = likely;
	if (cond == COND_EQ && x->rs == x->rt) {
		i->flow = FLOW_JUMP;
		i->cond = COND_ALWAYS;
	}
}

static void indirect(struct insn *i, enum flow flow, uint8_t reg)
{
	add_op(i, OP_MOVE, REG_TARGET, reg, REG_NONE, 0);
	i->flow = (uint8_t)flow;
	i->indirect = true;
	i->delay = true;
}

static void arith(struct insn *i, const struct word *x, enum op_code code)
{
	if (code == OP_OR && x->rt == ZERO)
		add_op(i, OP_MOVE, x->rd, x->rs, REG_NONE, 0);
	else
		add_op(i, code, x->rd, x->rs, x->rt, 0);
}

static void special(struct insn *i, const struct word *x)
{
	switch (x->fn) {
	case 0x00:
		add_op(i, OP_SHL, x->rd, x->rt, REG_NONE, x->sa);
		break;
	case 0x02:
		add_op(i, OP_SHR, x->rd, x->rt, REG_NONE, x->sa);
		break;
	case 0x03:
		add_op(i, OP_SAR, x->rd, x->rt, REG_NONE, x->sa);
		break;
	case 0x04:
	case 0x06:
	case 0x07: {
		static const uint8_t codes[] = {OP_SHL, OP_CLOBBER, OP_SHR, OP_SAR};
		add_op(i, OP_AND, REG_T0, x->rs, REG_NONE, 31);
		add_op(i, codes[x->fn & 3], x->rd, x->rt, REG_T0, 0);
		break;
	}
	case 0x08: /* jr */
		if (x->rs == RA) {
			i->flow = FLOW_RETURN;
			i->delay = true;
		} else {
			indirect(i, FLOW_JUMP, x->rs);
		}
		break;
	case 0x09:
		indirect(i, FLOW_CALL, x->rs);
		break;
	case 0x0d:
		i->flow = FLOW_STOP;
		break; /* break */
	case 0x0c:
		i->kernel = true; /* syscall */
		break;
	case 0x0f:
		break; /* sync */
	case 0x0a:
	case 0x0b: /* movz movn */
		i->flags = x->rt;
		add_op(i, OP_MOVE, x->rd, x->rs, REG_NONE, 0)->when =
		    x->fn == 0x0a ? TEST_EQ : TEST_NE;
		break;
	case 0x10:
	case 0x12:
		add_op(i, OP_MOVE, x->rd, x->fn == 0x10 ? HI : LO, REG_NONE, 0);
		break;
	case 0x11:
	case 0x13:
		add_op(i, OP_MOVE, x->fn == 0x11 ? HI : LO, x->rs, REG_NONE, 0);
		break;
	case 0x18:
	case 0x19:
		add_op(i, x->fn == 0x18 ? OP_MULH : OP_MULHU, HI, x->rs, x->rt, 0);
		add_op(i, OP_MUL, LO, x->rs, x->rt, 0);
		break;
	case 0x1a:
	case 0x1b:
		add_op(i, x->fn == 0x1a ? OP_DIV : OP_DIVU, REG_T0, x->rs, x->rt, 0);
		add_op(i, OP_MUL, REG_T0 + 1, REG_T0, x->rt, 0);
		add_op(i, OP_SUB, HI, x->rs, REG_T0 + 1, 0);
		add_op(i, OP_MOVE, LO, REG_T0, REG_NONE, 0);
		break;
	case 0x20:
	case 0x21:
		arith(i, x, OP_ADD);
		break;
	case 0x22:
	case 0x23:
		arith(i, x, OP_SUB);
		break;
	case 0x24:
		arith(i, x, OP_AND);
		break;
	case 0x25:
		arith(i, x, OP_OR);
		break;
	case 0x26:
		arith(i, x, OP_XOR);
		break;
	case 0x30:
	case 0x31:
	case 0x32:
	case 0x33:
	case 0x34:
	case 0x36:
		break; /* traps if */
	case 0x27:     /* nor */
		if (x->rt == ZERO || x->rs == ZERO) {
			add_op(i, OP_NOT, x->rd, x->rt == ZERO ? x->rs : x->rt, REG_NONE, 0);
		} else {
			add_op(i, OP_OR, REG_T0, x->rs, x->rt, 0);
			add_op(i, OP_NOT, x->rd, REG_T0, REG_NONE, 0);
		}
		break;
	case 0x2a:
	case 0x2b:
		add_op(i, x->fn == 0x2a ? OP_LESS : OP_LESS_U, x->rd, x->rs, x->rt, 0);
		break;
	default:
		add_clobber(i, x->rd);
		break;
	}
}

static void regimm(struct insn *i, const struct word *x)
{
	bool call = x->rt & 0x10;
	add_op(i, OP_CMP, REG_FLAGS, x->rs, REG_NONE, 0);
	if (call && x->rs == ZERO && (x->rt & 1)) { /* bal */
		i->flow = FLOW_CALL;
		i->target = (i->at + 4 + ((uint64_t)x->imm << 2)) & 0xffffffff;
		i->delay = true;
		add_const(i, RA, i->at + 8);
		return;
	}
	if ((x->rt & 0x0f) <= 3) {
		branch(i, x, COND_OTHER, (x->rt & 2) != 0);
		i->test = x->rt & 1 ? TEST_GE : TEST_LT;
	}
}

static void immediate(struct insn *i, const struct word *x)
{
	switch (x->op) {
	case 0x08:
	case 0x09:
		add_op(i, OP_ADD, x->rt, x->rs, REG_NONE, x->imm);
		break;
	case 0x0c:
		add_op(i, OP_AND, x->rt, x->rs, REG_NONE, (int64_t)x->uimm);
		break;
	case 0x0d:
		add_op(i, OP_OR, x->rt, x->rs, REG_NONE, (int64_t)x->uimm);
		break;
	case 0x0e:
		add_op(i, OP_XOR, x->rt, x->rs, REG_NONE, (int64_t)x->uimm);
		break;
	case 0x0f:
		add_const(i, x->rt, x->uimm << 16);
		break;
	case 0x0b: /* sltiu rt, rs, 1: (rs == 0) */
		if (x->imm == 1) {
			add_op(i, OP_IS_ZERO, x->rt, x->rs, REG_NONE, 0);
			break;
		}
		add_op(i, OP_LESS_U, x->rt, x->rs, REG_NONE, x->imm);
		break;
	case 0x0a:
		add_op(i, OP_LESS, x->rt, x->rs, REG_NONE,
		       (int64_t)((uint64_t)x->imm & 0xffffffff));
		break;
	default:
		add_clobber(i, x->rt);
		break;
	}
}

static void memory(struct insn *i, const struct word *x)
{
	static const uint8_t sizes[8] = {1, 2, 4, 4, 1, 2, 4, 4};
	switch (x->op) {
	case 0x20:
	case 0x21:
	case 0x23:
	case 0x24:
	case 0x25:
		add_load(i, x->rt, x->rs, x->imm, sizes[x->op & 7], x->op < 0x24);
		break;
	case 0x28:
	case 0x29:
	case 0x2b:
		add_store(i, x->rt, x->rs, x->imm, sizes[x->op & 7]);
		break;
	case 0x22: /* lwl, lwr: together one unaligned word, loaded from the lower of two addresses
		    */
		add_load(i, x->rt, x->rs, x->imm, 4, false);
		break;
	case 0x26:
		break;
	case 0x2a:
		add_store(i, x->rt, x->rs, x->imm, 4);
		break; /* swl; swr says the same again */
	case 0x30:
		add_clobber(i, x->rt);
		break; /* ll */
	case 0x38:
		add_clobber(i, x->rt);
		break; /* sc */
	default:
		break;
	}
}

/* lwl and lwr name the two ends of a word; which one is the lower address depends on the order. */
static bool unaligned(struct insn *i, const struct word *x, bool big)
{
	bool left = x->op == 0x22 || x->op == 0x2a, load = x->op < 0x28;
	if (x->op != 0x22 && x->op != 0x26 && x->op != 0x2a && x->op != 0x2e)
		return false;
	if (left == big) {
		if (load)
			add_load(i, x->rt, x->rs, x->imm, 4, false);
		else
			add_store(i, x->rt, x->rs, x->imm, 4);
	}
	return true;
}

/* ext, ins: rd is the number of bits less one, or the last bit; sa the first bit */
static void bit_field(struct insn *i, const struct word *x)
{
	unsigned bits = x->rd + 1u;
	int64_t mask = (int64_t)((UINT64_C(1) << bits) - 1);
	if (x->fn == 0 && x->sa == 0 && (bits == 8 || bits == 16)) {
		add_op(i, OP_ZERO_EXT, x->rt, x->rs, REG_NONE, 0)->size = (uint8_t)(bits / 8);
	} else if (x->fn == 0) {
		add_op(i, OP_SHR, REG_T0, x->rs, REG_NONE, x->sa);
		add_op(i, OP_AND, x->rt, REG_T0, REG_NONE, mask);
	} else if (x->rd >= x->sa) {
		mask = (int64_t)((UINT64_C(1) << (x->rd - x->sa + 1u)) - 1);
		add_op(i, OP_AND, REG_T0, x->rs, REG_NONE, mask);
		add_op(i, OP_SHL, REG_T0, REG_T0, REG_NONE, x->sa);
		add_op(i, OP_AND, x->rt, x->rt, REG_NONE, ~(mask << x->sa));
		add_op(i, OP_OR, x->rt, x->rt, REG_T0, 0);
	} else {
		add_clobber(i, x->rt);
	}
}

static void special23(struct insn *i, const struct word *x)
{
	if (x->op == 0x1f && x->fn == 0x20) { /* bshfl */
		if (x->sa == 0x02)
			add_op(i, OP_SWAP16, x->rd, x->rt, REG_NONE, 0);
		else if (x->sa == 0x10 || x->sa == 0x18)
			add_op(i, OP_SIGN_EXT, x->rd, x->rt, REG_NONE, 0)->size =
			    x->sa == 0x10 ? 1 : 2;
		else
			add_clobber(i, x->rd);
	} else if (x->op == 0x1f && (x->fn == 0 || x->fn == 4)) {
		bit_field(i, x);
	} else if (x->op == 0x1c && x->fn == 2) {
		add_op(i, OP_MUL, x->rd, x->rs, x->rt, 0);
	} else if (x->op == 0x1c && x->fn == 0x20) {
		add_op(i, OP_CLZ, x->rd, x->rs, REG_NONE, 0);
	} else {
		add_clobber(i, x->op == 0x1f && x->fn == 0x3b ? x->rt : x->rd);
	}
}

static bool reserved(const struct word *x)
{
	static const uint64_t ops = 0x232bcf7f90ffffffu; /* opcodes that MIPS32 has, as bits */
	static const uint64_t functions = 0x5f0cff0f0fbfdfu;
	if (!(ops >> x->op & 1))
		return true;
	return x->op == 0 && !(functions >> x->fn & 1);
}

static unsigned lift(struct decode *d, struct span bytes, struct insn *i)
{
	if (bytes.n < 4 || (d->at & 3))
		return 0;
	struct word x = split(span_u32(bytes, 0, d->big));
	insn_begin(i, d, 4, 0);
	if (x.w && reserved(&x))
		return 0;
	switch (x.op) {
	case 0x00:
		special(i, &x);
		break;
	case 0x01:
		regimm(i, &x);
		break;
	case 0x02:
	case 0x03:
		i->flow = x.op == 2 ? FLOW_JUMP : FLOW_CALL;
		i->target = ((d->at + 4) & 0xf0000000) | (x.w & 0x03ffffff) << 2;
		i->delay = true;
		break;
	case 0x04:
	case 0x14:
	case 0x05:
	case 0x15:
		add_op(i, OP_CMP, REG_FLAGS, x.rs, x.rt == ZERO ? REG_NONE : x.rt, 0);
		branch(i, &x, (x.op & 1) ? COND_NE : COND_EQ, x.op >= 0x14);
		break;
	case 0x06:
	case 0x07:
	case 0x16:
	case 0x17:
		add_op(i, OP_CMP, REG_FLAGS, x.rs, REG_NONE, 0);
		branch(i, &x, COND_OTHER, x.op >= 0x14);
		i->test = x.op & 1 ? TEST_GT : TEST_LE;
		break;
	case 0x1c:
	case 0x1f:
		special23(i, &x);
		break;
	case 0x10:
	case 0x12: /* coprocessors 0 and 2: mfc writes rt */
		if (x.rs == 0)
			add_clobber(i, x.rt);
		break;
	case 0x11: /* coprocessor 1 */
		if (x.rs == 8)
			branch(i, &x, COND_OTHER, (x.rt & 2) != 0);
		else if (x.rs == 0 || x.rs == 2)
			add_clobber(i, x.rt);
		break;
	default:
		if (x.op < 0x10)
			immediate(i, &x);
		else if (!unaligned(i, &x, d->big))
			memory(i, &x);
		break;
	}
	return 4;
}

/* `lui gp; addiu gp` (PIC) or `addiu sp, sp, -n`. */
static bool prologue(const struct decode *d, struct span bytes)
{
	uint32_t a = span_u32(bytes, 0, d->big), b = span_u32(bytes, 4, d->big);
	if ((a & 0xffff0000) == 0x3c1c0000 && (b & 0xffff0000) == 0x279c0000)
		return true;
	return (a & 0xffff8000) == 0x27bd8000;
}

const struct isa isa_mips = {
    .name = "mips",
    .bits = 32,
    .align = 4,
    .sp = SP,
    .result = V0,
    .link = RA,
    .args = {4, 5, 6, 7},
    .arg_count = 4,
    .stack_arg = 16,
    .entry_stack = 16,
    .self = T9,
    .fixed = GP,
    .got = REG_NONE,
    .zero = ZERO,
    .kept = 0xffull << 16 | 1ull << SP | 1ull << 30 | 1ull << GP | 1ull << ZERO,
    .lift = lift,
    .prologue = prologue,
};
