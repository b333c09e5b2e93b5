/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x86 and x86-64: decoded by capstone, since instructions have no fixed length. Registers have
 * their numbers of the encoding (0 ax, 1 cx, 2 dx, 3 bx, 4 sp, 5 bp, 6 si, 7 di, 8..15). Writing a
 * part of a register counts as writing all of it: compilers mean the part when they look at it
 * again. Reference: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
 */
#include <capstone/capstone.h>

#include "base/mem.h"
#include "code/insn.h"

enum { AX = 0, CX = 1, DX = 2, SP = 4, BP = 5, SI = 6, DI = 7 };

struct decoder {
	csh handle;
	cs_insn *insn;
	bool wide;
};

static uint8_t number(unsigned r, bool *high)
{
	static const struct {
		uint16_t q, d, w, b;
	} names[16] = {
	    {X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL},
	    {X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL},
	    {X86_REG_RDX, X86_REG_EDX, X86_REG_DX, X86_REG_DL},
	    {X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL},
	    {X86_REG_RSP, X86_REG_ESP, X86_REG_SP, X86_REG_SPL},
	    {X86_REG_RBP, X86_REG_EBP, X86_REG_BP, X86_REG_BPL},
	    {X86_REG_RSI, X86_REG_ESI, X86_REG_SI, X86_REG_SIL},
	    {X86_REG_RDI, X86_REG_EDI, X86_REG_DI, X86_REG_DIL},
	    {X86_REG_R8, X86_REG_R8D, X86_REG_R8W, X86_REG_R8B},
	    {X86_REG_R9, X86_REG_R9D, X86_REG_R9W, X86_REG_R9B},
	    {X86_REG_R10, X86_REG_R10D, X86_REG_R10W, X86_REG_R10B},
	    {X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B},
	    {X86_REG_R12, X86_REG_R12D, X86_REG_R12W, X86_REG_R12B},
	    {X86_REG_R13, X86_REG_R13D, X86_REG_R13W, X86_REG_R13B},
	    {X86_REG_R14, X86_REG_R14D, X86_REG_R14W, X86_REG_R14B},
	    {X86_REG_R15, X86_REG_R15D, X86_REG_R15W, X86_REG_R15B},
	};
	*high = r == X86_REG_AH || r == X86_REG_BH || r == X86_REG_CH || r == X86_REG_DH;
	for (uint8_t i = 0; i < 16; i++)
		if (names[i].q == r || names[i].d == r || names[i].w == r || names[i].b == r)
			return i;
	switch (r) {
	case X86_REG_AH:
		return AX;
	case X86_REG_CH:
		return CX;
	case X86_REG_DH:
		return DX;
	case X86_REG_BH:
		return 3;
	default:
		return REG_NONE;
	}
}

/* The address of a memory operand as base register and constant. */
static uint8_t address(struct insn *i, const cs_x86_op *o, int64_t *k)
{
	bool high;
	uint8_t base = number(o->mem.base, &high), index = number(o->mem.index, &high);
	*k = o->mem.disp;
	if (o->mem.segment == X86_REG_FS || o->mem.segment == X86_REG_GS) {
		add_clobber(i, REG_T0);
		return REG_T0;
	}
	if (o->mem.base == X86_REG_RIP || o->mem.base == X86_REG_EIP) {
		add_const(i, REG_T0, i->at + i->size + (uint64_t)o->mem.disp);
		*k = 0;
		return REG_T0;
	}
	if (base == REG_NONE && index == REG_NONE) {
		add_const(i, REG_T0, (uint64_t)o->mem.disp);
		*k = 0;
		return REG_T0;
	}
	if (index == REG_NONE)
		return base;
	if (o->mem.scale > 1) {
		add_op(i, OP_MUL, REG_T0, index, REG_NONE, o->mem.scale);
		index = REG_T0;
	}
	if (base == REG_NONE)
		return index;
	add_op(i, OP_ADD, REG_T0, base, index, 0);
	return REG_T0;
}

/* An operand's value in a register: its own, or scratch. */
static uint8_t fetch(struct insn *i, const cs_x86_op *o, uint8_t scratch)
{
	bool high;
	uint8_t r;
	int64_t k;
	switch (o->type) {
	case X86_OP_REG:
		r = number(o->reg, &high);
		if (!high && r != REG_NONE)
			return r;
		add_clobber(i, scratch);
		return scratch;
	case X86_OP_IMM:
		add_const(i, scratch, (uint64_t)o->imm);
		return scratch;
	case X86_OP_MEM:
		r = address(i, o, &k);
		add_load(i, scratch, r, k, o->size, false);
		return scratch;
	default:
		add_clobber(i, scratch);
		return scratch;
	}
}

static void put(struct insn *i, const cs_x86_op *o, uint8_t from)
{
	bool high;
	int64_t k;
	if (o->type == X86_OP_REG) {
		uint8_t r = number(o->reg, &high);
		if (high)
			add_clobber(i, r);
		else if (r != REG_NONE && o->size == 4)
			add_op(i, OP_ZERO_EXT, r, from, REG_NONE, 0);
		else if (r != REG_NONE && r != from)
			add_op(i, OP_MOVE, r, from, REG_NONE, 0);
	} else if (o->type == X86_OP_MEM) {
		uint8_t r = address(i, o, &k);
		add_store(i, from, r, k, o->size);
	}
}

static void arith(struct insn *i, const cs_x86 *x, enum op_code code)
{
	uint8_t a = fetch(i, &x->operands[0], REG_T0 + 1);
	uint8_t b = REG_NONE;
	int64_t k = 1;
	if (x->op_count > 1 && x->operands[1].type == X86_OP_IMM)
		k = x->operands[1].imm;
	else if (x->op_count > 1)
		b = fetch(i, &x->operands[1], REG_T0 + 2);
	if (code == OP_SUB)
		add_op(i, OP_CMP, REG_FLAGS, a, b, k);
	if (x->operands[0].type == X86_OP_REG && x->operands[0].size >= 4) {
		add_op(i, code, a, a, b, k);
		put(i, &x->operands[0], a);
	} else {
		add_op(i, code, REG_T0 + 3, a, b, k);
		put(i, &x->operands[0], REG_T0 + 3);
		a = REG_T0 + 3;
	}
	if (code != OP_SUB)
		add_op(i, OP_CMP, REG_FLAGS, a, REG_NONE, 0);
}

static void compare(struct insn *i, const cs_x86 *x, bool test)
{
	uint8_t a = fetch(i, &x->operands[0], REG_T0 + 1), b = REG_NONE;
	int64_t k = 0;
	if (x->operands[1].type == X86_OP_IMM)
		k = x->operands[1].imm;
	else
		b = fetch(i, &x->operands[1], REG_T0 + 2);
	if (!test)
		add_op(i, OP_CMP, REG_FLAGS, a, b, k);
	else
		add_op(i, OP_CMP, REG_FLAGS, a == b ? a : REG_NONE, REG_NONE, 0);
}

static void branch(struct insn *i, const cs_x86 *x, enum flow flow)
{
	i->flow = (uint8_t)flow;
	if (x->op_count && x->operands[0].type == X86_OP_IMM) {
		i->target = (uint64_t)x->operands[0].imm;
		return;
	}
	i->indirect = true;
	if (x->op_count)
		add_op(i, OP_MOVE, REG_TARGET, fetch(i, &x->operands[0], REG_T0 + 1), REG_NONE, 0);
	else
		add_clobber(i, REG_TARGET);
}

static void stack(struct insn *i, const cs_x86 *x, bool push, unsigned word)
{
	if (push) {
		uint8_t v = x->op_count ? fetch(i, &x->operands[0], REG_T0 + 1) : REG_T0 + 1;
		if (v == SP) {
			add_op(i, OP_MOVE, REG_T0 + 1, SP, REG_NONE, 0);
			v = REG_T0 + 1;
		}
		add_op(i, OP_SUB, SP, SP, REG_NONE, word);
		add_store(i, v, SP, 0, (uint8_t)word);
	} else {
		add_load(i, REG_T0 + 1, SP, 0, (uint8_t)word, false);
		add_op(i, OP_ADD, SP, SP, REG_NONE, word);
		if (x->op_count)
			put(i, &x->operands[0], REG_T0 + 1);
	}
}

/* What the instruction writes is not known; strings and multiplications write registers unnamed. */
static void other(struct insn *i, const cs_insn *c)
{
	const cs_x86 *x = &c->detail->x86;
	bool high;
	if (x->op_count && x->operands[0].type == X86_OP_REG &&
	    (x->operands[0].access & CS_AC_WRITE))
		add_clobber(i, number(x->operands[0].reg, &high));
	if (x->op_count && x->operands[0].type == X86_OP_MEM &&
	    (x->operands[0].access & CS_AC_WRITE)) {
		add_clobber(i, REG_T0 + 1);
		put(i, &x->operands[0], REG_T0 + 1);
	}
	for (uint8_t n = 0; n < c->detail->regs_write_count && i->op_count + 1 < MAX_OPS; n++) {
		if (c->detail->regs_write[n] == X86_REG_EFLAGS) {
			add_op(i, OP_CMP, REG_FLAGS, REG_NONE, REG_NONE, 0);
			continue;
		}
		uint8_t r = number(c->detail->regs_write[n], &high);
		if (r != REG_NONE && r != SP)
			add_clobber(i, r);
	}
}

static void set_if(struct insn *i, const cs_x86 *x, bool equal)
{
	if (equal)
		add_op(i, OP_IS_SET, REG_T0 + 1, REG_FLAGS, REG_NONE, 0);
	else
		add_clobber(i, REG_T0 + 1);
	put(i, &x->operands[0], REG_T0 + 1);
}

static void rotate(struct insn *i, const cs_insn *c)
{
	const cs_x86 *x = &c->detail->x86;
	if (x->op_count == 2 && x->operands[0].size == 2 && x->operands[1].type == X86_OP_IMM &&
	    x->operands[1].imm == 8) {
		add_op(i, OP_SWAP16, REG_T0 + 2, fetch(i, &x->operands[0], REG_T0 + 1), REG_NONE,
		       0);
		put(i, &x->operands[0], REG_T0 + 2);
	} else {
		other(i, c);
	}
}

static void widen(struct insn *i, const cs_x86 *x, enum op_code code)
{
	uint8_t a = fetch(i, &x->operands[1], REG_T0 + 1);
	add_op(i, code, REG_T0 + 2, a, REG_NONE, 0)->size = x->operands[1].size;
	put(i, &x->operands[0], REG_T0 + 2);
}

static void conditional_move(struct insn *i, const cs_x86 *x)
{
	add_clobber(i, REG_T0 + 1);
	put(i, &x->operands[0], REG_T0 + 1);
}

static bool data(struct insn *i, const cs_insn *c, bool wide)
{
	const cs_x86 *x = &c->detail->x86;
	unsigned word = wide ? 8 : 4;
	int64_t k;
	uint8_t r;
	switch (c->id) {
	case X86_INS_MOV:
	case X86_INS_MOVABS:
		if (x->operands[0].type == X86_OP_REG &&
		    number(x->operands[0].reg, &(bool){0}) == REG_NONE)
			return true;
		r = fetch(i, &x->operands[1], REG_T0 + 1);
		put(i, &x->operands[0], r);
		return true;
	case X86_INS_MOVZX:
		widen(i, x, OP_ZERO_EXT);
		return true;
	case X86_INS_MOVSX:
	case X86_INS_MOVSXD:
		widen(i, x, OP_SIGN_EXT);
		return true;
	case X86_INS_CDQE:
		add_op(i, OP_SIGN_EXT, AX, AX, REG_NONE, 0);
		return true;
	case X86_INS_LEA:
		r = address(i, &x->operands[1], &k);
		add_op(i, OP_ADD, REG_T0 + 1, r, REG_NONE, k);
		put(i, &x->operands[0], REG_T0 + 1);
		return true;
	case X86_INS_ADD:
		arith(i, x, OP_ADD);
		return true;
	case X86_INS_SUB:
		arith(i, x, OP_SUB);
		return true;
	case X86_INS_AND:
		arith(i, x, OP_AND);
		return true;
	case X86_INS_OR:
		arith(i, x, OP_OR);
		return true;
	case X86_INS_XOR:
		if (x->operands[0].type == X86_OP_REG && x->operands[1].type == X86_OP_REG &&
		    x->operands[0].reg == x->operands[1].reg) {
			r = number(x->operands[0].reg, &(bool){0});
			if (r != REG_NONE)
				add_const(i, r, 0);
			return true;
		}
		arith(i, x, OP_XOR);
		return true;
	case X86_INS_INC:
		arith(i, x, OP_ADD);
		return true;
	case X86_INS_DEC:
		arith(i, x, OP_SUB);
		return true;
	case X86_INS_SHL:
		arith(i, x, OP_SHL);
		return true;
	case X86_INS_SHR:
		arith(i, x, OP_SHR);
		return true;
	case X86_INS_SAR:
		arith(i, x, OP_SAR);
		return true;
	case X86_INS_CMP:
		compare(i, x, false);
		return true;
	case X86_INS_TEST:
		compare(i, x, true);
		return true;
	case X86_INS_PUSH:
		stack(i, x, true, word);
		return true;
	case X86_INS_POP:
		stack(i, x, false, word);
		return true;
	case X86_INS_LEAVE:
		add_op(i, OP_ADD, SP, BP, REG_NONE, word);
		add_load(i, BP, SP, -(int64_t)word, (uint8_t)word, false);
		return true;
	case X86_INS_SETE:
		set_if(i, x, true);
		return true;
	case X86_INS_ROL:
	case X86_INS_ROR:
		rotate(i, c);
		return true;
	case X86_INS_BSWAP:
		r = fetch(i, &x->operands[0], REG_T0 + 1);
		add_op(i, OP_SWAP32, r, r, REG_NONE, 0);
		return true;
	case X86_INS_NOP:
	case X86_INS_ENDBR32:
	case X86_INS_ENDBR64:
		return true;
	default:
		return false;
	}
}

static void lift_one(struct insn *i, const cs_insn *c, bool wide)
{
	const cs_x86 *x = &c->detail->x86;
	switch (c->id) {
	case X86_INS_CALL:
		branch(i, x, FLOW_CALL);
		if (!i->indirect && i->target == i->at + i->size) { /* call $+5; pop */
			i->flow = FLOW_NEXT;
			add_const(i, REG_T0 + 1, i->target);
			add_op(i, OP_SUB, SP, SP, REG_NONE, wide ? 8 : 4);
			add_store(i, REG_T0 + 1, SP, 0, wide ? 8 : 4);
		}
		return;
	case X86_INS_JMP:
		branch(i, x, FLOW_JUMP);
		return;
	case X86_INS_RET:
	case X86_INS_RETF:
		i->flow = FLOW_RETURN;
		return;
	case X86_INS_HLT:
	case X86_INS_UD2:
	case X86_INS_INT3:
		i->flow = FLOW_STOP;
		return;
	case X86_INS_JE:
		branch(i, x, FLOW_BRANCH);
		i->cond = COND_EQ;
		return;
	case X86_INS_JNE:
		branch(i, x, FLOW_BRANCH);
		i->cond = COND_NE;
		return;
	case X86_INS_CMOVE:
	case X86_INS_CMOVNE:
	case X86_INS_CMOVA:
	case X86_INS_CMOVAE:
	case X86_INS_CMOVB:
	case X86_INS_CMOVBE:
	case X86_INS_CMOVG:
	case X86_INS_CMOVGE:
	case X86_INS_CMOVL:
	case X86_INS_CMOVLE:
	case X86_INS_CMOVS:
	case X86_INS_CMOVNS:
		conditional_move(i, x);
		return;
	default:
		break;
	}
	if (data(i, c, wide))
		return;
	bool jump = false;
	for (uint8_t g = 0; g < c->detail->groups_count; g++)
		jump = jump || c->detail->groups[g] == CS_GRP_JUMP;
	if (jump) {
		branch(i, x, FLOW_BRANCH);
		i->cond = COND_OTHER;
		return;
	}
	other(i, c);
}

static unsigned lift(struct decode *d, struct span bytes, struct insn *i)
{
	struct decoder *x = d->handle;
	const uint8_t *p = bytes.p;
	size_t n = bytes.n < 16 ? bytes.n : 16;
	uint64_t at = d->at;
	if (!n || !cs_disasm_iter(x->handle, &p, &n, &at, x->insn))
		return 0;
	*i = (struct insn){.at = d->at, .size = (uint8_t)x->insn->size, .flags = REG_FLAGS};
	lift_one(i, x->insn, x->wide);
	return i->size;
}

static bool open_mode(struct decode *d, bool wide)
{
	struct decoder *x = mem_alloc(sizeof *x);
	x->wide = wide;
	if (cs_open(CS_ARCH_X86, wide ? CS_MODE_64 : CS_MODE_32, &x->handle) != CS_ERR_OK) {
		mem_free(x);
		return false;
	}
	cs_option(x->handle, CS_OPT_DETAIL, CS_OPT_ON);
	x->insn = cs_malloc(x->handle);
	d->handle = x;
	return x->insn != NULL;
}

static bool open_x86(struct decode *d)
{
	return open_mode(d, false);
}

static bool open_x86_64(struct decode *d)
{
	return open_mode(d, true);
}

static void close_both(struct decode *d)
{
	struct decoder *x = d->handle;
	cs_free(x->insn, 1);
	cs_close(&x->handle);
	mem_free(x);
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
    .lift = lift,
    .prologue = prologue,
    .pc_thunk = pc_thunk,
    .open = open_x86,
    .close = close_both,
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
    .lift = lift,
    .prologue = prologue,
    .open = open_x86_64,
    .close = close_both,
};
