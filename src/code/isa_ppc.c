/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PowerPC, 32 bit. Fixed words:
 *
 *   D: op(6) rt(5) ra(5) immediate(16)      I: op(6) offset(24) aa lk
 *   X: op(6) rt(5) ra(5) rb(5) xo(10) rc    B: op(6) bo(5) bi(5) offset(14) aa lk
 *
 * `ra` 0 means the constant 0 in addresses and addi. Condition register field n is REG_FLAGS + n.
 * Reference: Power ISA, Books I and II; System V ABI PowerPC Processor Supplement.
 */
#include "code/insn.h"

enum { SP = 1, LR = 32, CTR = 33 };

struct word {
	uint32_t w, xo;
	uint8_t op, rt, ra, rb;
	int64_t imm;
};

static uint8_t base(struct insn *i, uint8_t ra)
{
	if (ra)
		return ra;
	add_const(i, REG_T0, 0);
	return REG_T0;
}

static void branch_on(struct insn *i, const struct word *x)
{
	unsigned bo = x->rt, bi = x->ra;
	i->flags = (uint8_t)(REG_FLAGS + bi / 4);
	i->cond = COND_OTHER;
	if ((bo & 4) && bi % 4 == 2)
		i->cond = bo & 8 ? COND_EQ : COND_NE;
	static const uint8_t tests[4] = {TEST_LT, TEST_GT, TEST_EQ, TEST_NONE};
	if ((bo & 0x14) == 0x14) {
		i->cond = COND_ALWAYS;
	} else if (!(bo & 4)) { /* counts down */
		add_op(i, OP_SUB, CTR, CTR, REG_NONE, 1);
		if (bo & 0x10) {
			i->flags = CTR;
			i->test = bo & 2 ? TEST_EQ : TEST_NE;
		}
	} else {
		i->test = (uint8_t)(bo & 8 ? tests[bi % 4] : test_inverse(tests[bi % 4]));
	}
}

static void conditional(struct insn *i, const struct word *x)
{
	uint64_t to = (uint64_t)(int64_t)(int16_t)(x->w & 0xfffc);
	if (!(x->w & 2))
		to += i->at;
	branch_on(i, x);
	i->target = to & 0xffffffff;
	if ((x->w & 1) && x->rt == 20 && i->target == i->at + 4) { /* bcl 20,31,.+4: where am I? */
		add_const(i, LR, i->at + 4);
		return;
	}
	if (x->w & 1)
		i->flow = FLOW_CALL;
	else
		i->flow = i->cond == COND_ALWAYS ? FLOW_JUMP : FLOW_BRANCH;
}

static void to_register(struct insn *i, const struct word *x)
{
	bool count = x->xo == 528;
	if (x->xo != 16 && !count)
		return;
	branch_on(i, x);
	if (!count && !(x->w & 1)) {
		i->flow = FLOW_RETURN;
		return;
	}
	add_op(i, OP_MOVE, REG_TARGET, count ? CTR : LR, REG_NONE, 0);
	i->indirect = true;
	i->flow = x->w & 1 ? FLOW_CALL : FLOW_JUMP;
}

/* Ones from bit mb to bit me, counted from the left, around the end where me is before mb. */
static int64_t run_of(unsigned mb, unsigned me)
{
	uint32_t from = 0xffffffffu >> mb, to = 0xffffffffu << (31 - me);
	return mb <= me ? from & to : from | to;
}

static void turned(struct insn *i, const struct word *x, uint8_t to, unsigned by)
{
	add_op(i, by ? OP_ROR : OP_MOVE, to, x->rt, REG_NONE, 32 - by);
}

static void rotate(struct insn *i, const struct word *x)
{
	unsigned sh = x->rb, mb = x->w >> 6 & 31, me = x->w >> 1 & 31;
	if (x->op == 20) {
		turned(i, x, REG_T0, sh);
		add_op(i, OP_AND, REG_T0, REG_T0, REG_NONE, run_of(mb, me));
		add_op(i, OP_AND, x->ra, x->ra, REG_NONE, ~run_of(mb, me) & 0xffffffff);
		add_op(i, OP_OR, x->ra, x->ra, REG_T0, 0);
	} else if (sh == 0 && me == 31) {
		add_op(i, OP_AND, x->ra, x->rt, REG_NONE, (int64_t)(0xffffffffu >> mb));
	} else if (sh == 0 && mb == 0) {
		add_op(i, OP_AND, x->ra, x->rt, REG_NONE, (int64_t)(0xffffffffu << (31 - me)));
	} else if (mb == 0 && me == 31 - sh) {
		add_op(i, OP_SHL, x->ra, x->rt, REG_NONE, sh);
	} else if (me == 31 && sh == 32 - mb) {
		add_op(i, OP_SHR, x->ra, x->rt, REG_NONE, mb);
	} else {
		turned(i, x, x->ra, sh);
		add_op(i, OP_AND, x->ra, x->ra, REG_NONE, run_of(mb, me));
	}
	if (x->w & 1)
		add_op(i, OP_CMP, REG_FLAGS, x->ra, REG_NONE, 0);
}

static void indexed_memory(struct insn *i, const struct word *x, bool load, uint8_t size, bool sign)
{
	uint8_t ra = base(i, x->ra);
	struct op *o = add_op(i, load ? OP_LOAD : OP_STORE, x->rt, ra, x->rb, 0);
	o->size = size;
	o->is_signed = sign;
}

static void extended(struct insn *i, const struct word *x)
{
	switch (x->xo) {
	case 0:
	case 32:
		add_op(i, OP_CMP, (uint8_t)(REG_FLAGS + (x->rt >> 2)), x->ra, x->rb, 0)->logical =
		    x->xo == 32;
		return;
	case 266:
	case 10:
		add_op(i, OP_ADD, x->rt, x->ra, x->rb, 0);
		return;
	case 40:
	case 8:
		add_op(i, OP_SUB, x->rt, x->rb, x->ra, 0);
		return;
	case 235:
		add_op(i, OP_MUL, x->rt, x->ra, x->rb, 0);
		return;
	case 75:
	case 11:
		add_op(i, x->xo == 75 ? OP_MULH : OP_MULHU, x->rt, x->ra, x->rb, 0);
		return;
	case 491:
	case 459:
		add_op(i, x->xo == 491 ? OP_DIV : OP_DIVU, x->rt, x->ra, x->rb, 0);
		return;
	case 104:
		add_const(i, REG_T0, 0);
		add_op(i, OP_SUB, x->rt, REG_T0, x->ra, 0);
		return;
	case 28:
		add_op(i, OP_AND, x->ra, x->rt, x->rb, 0);
		break;
	case 316:
		add_op(i, OP_XOR, x->ra, x->rt, x->rb, 0);
		break;
	case 444:
		if (x->rt == x->rb)
			add_op(i, OP_MOVE, x->ra, x->rt, REG_NONE, 0);
		else
			add_op(i, OP_OR, x->ra, x->rt, x->rb, 0);
		break;
	case 24:
	case 536:
	case 792:
		add_op(i, OP_AND, REG_T0, x->rb, REG_NONE, 63);
		add_op(i,
		       x->xo == 24    ? OP_SHL
		       : x->xo == 536 ? OP_SHR
				      : OP_SAR,
		       x->ra, x->rt, REG_T0, 0);
		break;
	case 824:
		add_op(i, OP_SAR, x->ra, x->rt, REG_NONE, x->rb);
		break;
	case 60:
	case 412:
		add_op(i, OP_NOT, REG_T0, x->rb, REG_NONE, 0);
		add_op(i, x->xo == 60 ? OP_AND : OP_OR, x->ra, x->rt, REG_T0, 0);
		break;
	case 124:
	case 476:
	case 284:
		add_op(i,
		       x->xo == 124   ? OP_OR
		       : x->xo == 476 ? OP_AND
				      : OP_XOR,
		       REG_T0, x->rt, x->rb, 0);
		add_op(i, OP_NOT, x->ra, REG_T0, REG_NONE, 0);
		break;
	case 26:
		add_op(i, OP_CLZ, x->ra, x->rt, REG_NONE, 0);
		break;
	case 954:
		add_op(i, OP_SIGN_EXT, x->ra, x->rt, REG_NONE, 0)->size = 1;
		break;
	case 922:
		add_op(i, OP_SIGN_EXT, x->ra, x->rt, REG_NONE, 0)->size = 2;
		break;
	case 23:
		indexed_memory(i, x, true, 4, false);
		return;
	case 87:
		indexed_memory(i, x, true, 1, false);
		return;
	case 279:
		indexed_memory(i, x, true, 2, false);
		return;
	case 343:
		indexed_memory(i, x, true, 2, true);
		return;
	case 151:
		indexed_memory(i, x, false, 4, false);
		return;
	case 215:
		indexed_memory(i, x, false, 1, false);
		return;
	case 407:
		indexed_memory(i, x, false, 2, false);
		return;
	case 339:
		if ((x->w >> 11 & 0x3ff) == 0x100)
			add_op(i, OP_MOVE, x->rt, LR, REG_NONE, 0);
		else
			add_clobber(i, x->rt);
		return;
	case 467:
		if ((x->w >> 11 & 0x3ff) == 0x100)
			add_op(i, OP_MOVE, LR, x->rt, REG_NONE, 0);
		else if ((x->w >> 11 & 0x3ff) == 0x120)
			add_op(i, OP_MOVE, CTR, x->rt, REG_NONE, 0);
		return;
	case 4:
	case 598:
	case 86:
	case 54:
	case 246:
	case 278:
	case 144:
		for (unsigned n = 0; n < 8; n++)
			if (x->w >> (19 - n) & 1) {
				add_op(i, OP_SHR, REG_T0, x->rt, REG_NONE, 28 - 4 * n);
				add_op(i, OP_BITS, (uint8_t)(REG_FLAGS + n), REG_T0, REG_NONE, 0);
			}
		return; /* mtcrf */
	case 566:
	case 982:
	case 150:
	case 854:
		return; /* tw, sync, cache: nothing to follow */
	default:
		add_clobber(i, x->rt);
		return;
	}
	if (x->w & 1)
		add_op(i, OP_CMP, REG_FLAGS, x->ra, REG_NONE, 0);
}

static void memory(struct insn *i, const struct word *x)
{
	static const struct {
		uint8_t size;
		bool load, update, sign;
	} forms[] = {
	    {4, true, false, false},  {4, true, true, false},	{1, true, false, false},
	    {1, true, true, false},   {4, false, false, false}, {4, false, true, false},
	    {1, false, false, false}, {1, false, true, false},	{2, true, false, false},
	    {2, true, true, false},   {2, true, false, true},	{2, true, true, true},
	    {2, false, false, false}, {2, false, true, false},
	};
	if (x->op > 45) {
		int64_t k = x->imm; /* lmw, stmw: what is saved is restored */
		for (uint8_t r = x->rt; x->op == 46 && r < 32 && i->op_count < MAX_OPS; r++, k += 4)
			add_load(i, r, x->ra, k, 4, false);
		return;
	}
	unsigned n = x->op - 32u;
	uint8_t ra = forms[n].update ? x->ra : base(i, x->ra);
	if (forms[n].load)
		add_load(i, x->rt, ra, x->imm, forms[n].size, forms[n].sign);
	else
		add_store(i, x->rt, ra, x->imm, forms[n].size);
	if (forms[n].update)
		add_op(i, OP_ADD, x->ra, x->ra, REG_NONE, x->imm);
}

static void immediate(struct insn *i, const struct word *x)
{
	uint32_t u = x->w & 0xffff;
	switch (x->op) {
	case 14:
	case 15: {
		int64_t k = x->op == 14 ? x->imm : (int64_t)((uint64_t)x->imm << 16);
		if (x->ra)
			add_op(i, OP_ADD, x->rt, x->ra, REG_NONE, k);
		else
			add_const(i, x->rt, (uint64_t)k);
		break;
	}
	case 7:
		add_op(i, OP_MUL, x->rt, x->ra, REG_NONE, x->imm);
		break;
	case 8:
		add_const(i, REG_T0, (uint64_t)x->imm);
		add_op(i, OP_SUB, x->rt, REG_T0, x->ra, 0);
		break;
	case 12:
	case 13:
		add_op(i, OP_ADD, x->rt, x->ra, REG_NONE, x->imm);
		break;
	case 24:
		add_op(i, OP_OR, x->ra, x->rt, REG_NONE, u);
		break;
	case 25:
		add_op(i, OP_OR, x->ra, x->rt, REG_NONE, (int64_t)u << 16);
		break;
	case 26:
		add_op(i, OP_XOR, x->ra, x->rt, REG_NONE, u);
		break;
	case 27:
		add_op(i, OP_XOR, x->ra, x->rt, REG_NONE, (int64_t)u << 16);
		break;
	case 28:
	case 29:
		add_op(i, OP_AND, x->ra, x->rt, REG_NONE, x->op == 28 ? u : (int64_t)u << 16);
		add_op(i, OP_CMP, REG_FLAGS, x->ra, REG_NONE, 0);
		break;
	case 10:
		add_op(i, OP_CMP, (uint8_t)(REG_FLAGS + (x->rt >> 2)), x->ra, REG_NONE, u)
		    ->logical = true;
		break;
	case 11:
		add_op(i, OP_CMP, (uint8_t)(REG_FLAGS + (x->rt >> 2)), x->ra, REG_NONE, x->imm);
		break;
	default:
		add_clobber(i, x->rt);
		break;
	}
	if (x->op == 13)
		add_op(i, OP_CMP, REG_FLAGS, x->rt, REG_NONE, 0);
}

static unsigned lift(struct decode *d, struct span bytes, struct insn *i)
{
	if (bytes.n < 4 || (d->at & 3))
		return 0;
	uint32_t w = span_u32(bytes, 0, d->big);
	struct word x = {.w = w,
			 .xo = w >> 1 & 0x3ff,
			 .op = (uint8_t)(w >> 26),
			 .rt = w >> 21 & 31,
			 .ra = w >> 16 & 31,
			 .rb = w >> 11 & 31,
			 .imm = (int16_t)(w & 0xffff)};
	insn_begin(i, d, 4, REG_FLAGS);
	switch (x.op) {
	case 0:
	case 1:
	case 2:
	case 5:
	case 6:
	case 22:
	case 30:
		return 0;
	case 3:
		break; /* twi */
	case 16:
		conditional(i, &x);
		break;
	case 18: {
		uint64_t to = (uint64_t)((int64_t)(int32_t)((w & 0x03fffffc) << 6) >> 6);
		i->flow = w & 1 ? FLOW_CALL : FLOW_JUMP;
		i->target = (to + (w & 2 ? 0 : d->at)) & 0xffffffff;
		if ((w & 1) && i->target == d->at + 4) {
			add_const(i, LR, d->at + 4);
			i->flow = FLOW_NEXT;
		}
		break;
	}
	case 19:
		to_register(i, &x);
		break;
	case 20:
	case 21:
		rotate(i, &x);
		break;
	case 23:
		add_clobber(i, x.ra);
		break;
	case 31:
		extended(i, &x);
		break;
	case 17:
		i->kernel = true; /* sc */
		break;
	case 4:
		break;
	default:
		if (x.op >= 32 && x.op < 48)
			memory(i, &x);
		else if (x.op < 32)
			immediate(i, &x);
		break;
	}
	return 4;
}

/* stwu r1, -n(r1); or mflr r0 first */
static bool prologue(const struct decode *d, struct span bytes)
{
	uint32_t w = span_u32(bytes, 0, d->big);
	return (w & 0xffff8000) == 0x94218000 || w == 0x7c0802a6;
}

const struct isa isa_ppc = {
    .name = "ppc",
    .bits = 32,
    .align = 4,
    .sp = SP,
    .result = 3,
    .link = LR,
    .args = {3, 4, 5, 6, 7, 8, 9, 10},
    .arg_count = 8,
    .stack_arg = 8,
    .entry_stack = 8,
    .self = REG_NONE,
    .fixed = REG_NONE,
    .got = 30,
    .zero = REG_NONE,
    .kept = 0xffffull << 16 | 3ull << 14 | 1ull << SP | 1ull << 2 | 1ull << 13,
    .lift = lift,
    .prologue = prologue,
};
