/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RISC-V: RV32 and RV64 with the extensions M, A and C; little-endian words of 32 bits,
 *
 *   R: function(7) rs2(5) rs1(5) function(3) rd(5) op(7)    I: immediate(12) rs1 function(3) rd op
 *
 * and halves of 16 bits (isa_riscv_short.c), which are the same instructions in fewer bits. Numbers
 * of floating point are not followed. x1 and x5 are the registers that a call leaves its return
 * address in; x3 (gp) is the same in all functions of a program.
 * Reference: The RISC-V Instruction Set Manual, Volume I; RISC-V ELF psABI.
 */
#include "code/isa_riscv.h"

enum { ZERO = 0, RA = 1, SP = 2, GP = 3, TP = 4, T0 = 5, A0 = 10 };

struct word {
	uint32_t w;
	uint8_t rd, rs1, rs2, f3, f7;
	int64_t imm; /* of the I form */
	bool wide;   /* RV64 */
};

static int64_t signed_bits(uint32_t v, unsigned bits)
{
	return (int64_t)((uint64_t)v << (64 - bits)) >> (64 - bits);
}

static struct word split(uint32_t w, bool wide)
{
	return (struct word){.w = w,
			     .rd = w >> 7 & 31,
			     .rs1 = w >> 15 & 31,
			     .rs2 = w >> 20 & 31,
			     .f3 = w >> 12 & 7,
			     .f7 = (uint8_t)(w >> 25),
			     .imm = signed_bits(w >> 20, 12),
			     .wide = wide};
}

/* The lower half of an operation on words of 32 bits, with its sign. */
static void narrow(struct insn *i, const struct word *x, bool half)
{
	if (half && x->wide)
		add_op(i, OP_SIGN_EXT, x->rd, x->rd, REG_NONE, 0)->size = 4;
}

static void shift(struct insn *i, const struct word *x, uint8_t from, uint8_t by, int64_t k,
		  bool half)
{
	enum op_code code = x->f3 == 1 ? OP_SHL : x->f7 & 0x20 ? OP_SAR : OP_SHR;
	if (half && x->wide && code != OP_SHL) {
		add_op(i, code == OP_SAR ? OP_SIGN_EXT : OP_ZERO_EXT, REG_T0, from, REG_NONE, 0)
		    ->size = 4;
		from = REG_T0;
	}
	add_op(i, code, x->rd, from, by, k);
	narrow(i, x, half);
}

static void immediate(struct insn *i, const struct word *x, bool half)
{
	static const uint8_t codes[8] = {[0] = OP_ADD, [4] = OP_XOR, [6] = OP_OR, [7] = OP_AND};
	unsigned bits = x->wide && !half ? 6 : 5;
	switch (x->f3) {
	case 1:
	case 5:
		shift(i, x, x->rs1, REG_NONE, x->imm & ((1 << bits) - 1), half);
		break;
	case 2:
		add_op(i, OP_LESS, x->rd, x->rs1, REG_NONE, x->imm);
		break;
	case 3: /* seqz is sltiu rd, rs, 1 */
		add_op(i, x->imm == 1 ? OP_IS_ZERO : OP_LESS_U, x->rd, x->rs1, REG_NONE,
		       x->imm == 1 ? 0 : x->imm);
		break;
	default:
		if (x->f3 == 0 && x->imm == 0 && !half)
			add_op(i, OP_MOVE, x->rd, x->rs1, REG_NONE, 0);
		else if (x->f3 == 0 && x->rs1 == ZERO)
			add_const(i, x->rd, (uint64_t)x->imm & (x->wide ? UINT64_MAX : UINT32_MAX));
		else if (x->f3 == 4 && x->imm == -1)
			add_op(i, OP_NOT, x->rd, x->rs1, REG_NONE, 0);
		else if (x->f3 == 7 && x->imm == 255)
			add_op(i, OP_ZERO_EXT, x->rd, x->rs1, REG_NONE, 0)->size = 1;
		else
			add_op(i, codes[x->f3], x->rd, x->rs1, REG_NONE, x->imm);
		narrow(i, x, half);
		break;
	}
}

/* mul mulh mulhsu mulhu div divu rem remu */
static void product(struct insn *i, const struct word *x, bool half)
{
	uint8_t size = x->wide && !half ? 8 : 4;
	enum op_code divides = x->f3 & 1 ? OP_DIVU : OP_DIV;
	switch (x->f3) {
	case 0:
		add_op(i, OP_MUL, x->rd, x->rs1, x->rs2, 0);
		break;
	case 1:
	case 3:
		add_op(i, x->f3 == 1 ? OP_MULH : OP_MULHU, x->rd, x->rs1, x->rs2, 0)->size = size;
		break;
	case 2:
		add_clobber(i, x->rd);
		break;
	case 4:
	case 5:
		add_op(i, divides, x->rd, x->rs1, x->rs2, 0)->size = size;
		break;
	default:
		add_op(i, divides, REG_T0, x->rs1, x->rs2, 0)->size = size;
		add_op(i, OP_MUL, REG_T0, REG_T0, x->rs2, 0);
		add_op(i, OP_SUB, x->rd, x->rs1, REG_T0, 0);
		break;
	}
	narrow(i, x, half);
}

static void registers(struct insn *i, const struct word *x, bool half)
{
	static const uint8_t codes[8] = {[0] = OP_ADD,	  [2] = OP_LESS, [3] = OP_LESS_U,
					 [4] = OP_XOR,	  [6] = OP_OR,	 [7] = OP_AND};
	if (x->f7 == 1) {
		product(i, x, half);
	} else if (x->f7 != 0 && x->f7 != 0x20) {
		add_clobber(i, x->rd); /* bit manipulation */
	} else if (x->f3 == 1 || x->f3 == 5) {
		add_op(i, OP_AND, REG_T0 + 1, x->rs2, REG_NONE, x->wide && !half ? 63 : 31);
		shift(i, x, x->rs1, REG_T0 + 1, 0, half);
	} else if (x->f3 == 0 && !half && x->f7 == 0 && (x->rs1 == ZERO || x->rs2 == ZERO)) {
		add_op(i, OP_MOVE, x->rd, x->rs1 == ZERO ? x->rs2 : x->rs1, REG_NONE, 0);
	} else {
		add_op(i, x->f3 == 0 && x->f7 ? OP_SUB : codes[x->f3], x->rd, x->rs1, x->rs2, 0);
		narrow(i, x, half);
	}
}

static void branch(struct insn *i, const struct word *x)
{
	static const uint8_t tests[8] = {TEST_EQ, TEST_NE,   0,		TEST_NONE,
					 TEST_LT, TEST_GE,   TEST_LT_U, TEST_GE_U};
	uint32_t w = x->w;
	int64_t by = signed_bits((w >> 31) << 12 | (w >> 7 & 1) << 11 | (w >> 25 & 0x3f) << 5 |
				     (w >> 8 & 15) << 1,
				 13);
	bool zero_first = x->rs1 == ZERO && x->f3 < 2;
	struct op *o = add_op(i, OP_CMP, REG_FLAGS, zero_first ? x->rs2 : x->rs1,
			      zero_first || x->rs2 == ZERO ? REG_NONE : x->rs2, 0);
	o->size = x->wide ? 8 : 4;
	i->flow = FLOW_BRANCH;
	i->cond = x->f3 == 0 ? COND_EQ : x->f3 == 1 ? COND_NE : COND_OTHER;
	i->test = tests[x->f3];
	i->target = i->at + (uint64_t)by;
	if (x->f3 < 2 && x->rs1 == x->rs2) {
		i->flow = x->f3 == 0 ? FLOW_JUMP : FLOW_NEXT;
		i->cond = COND_ALWAYS;
	}
}

/* A transfer that leaves its return address in x1 or x5 is a call; x6 is what stubs of imports use
 * when they go on to the dynamic linker. */
static enum flow flow_of(const struct word *x)
{
	return x->rd == RA || x->rd == T0 ? FLOW_CALL : FLOW_JUMP;
}

static void jump(struct insn *i, const struct word *x)
{
	uint32_t w = x->w;
	int64_t by = signed_bits((w >> 31) << 20 | (w >> 12 & 0xff) << 12 | (w >> 20 & 1) << 11 |
				     (w >> 21 & 0x3ff) << 1,
				 21);
	i->flow = (uint8_t)flow_of(x);
	i->target = i->at + (uint64_t)by;
	if (!x->wide)
		i->target &= UINT32_MAX;
	if (x->rd != ZERO)
		add_const(i, x->rd, i->at + i->size);
}

static void jump_register(struct insn *i, const struct word *x)
{
	if (x->rd == ZERO && x->rs1 == RA && x->imm == 0) {
		i->flow = FLOW_RETURN;
		return;
	}
	add_op(i, x->imm ? OP_ADD : OP_MOVE, REG_TARGET, x->rs1, REG_NONE, x->imm);
	i->flow = (uint8_t)flow_of(x);
	i->indirect = true;
	if (x->rd != ZERO)
		add_const(i, x->rd, i->at + i->size);
}

static void load(struct insn *i, const struct word *x)
{
	static const uint8_t sizes[8] = {1, 2, 4, 8, 1, 2, 4, 0};
	if (sizes[x->f3])
		add_load(i, x->rd, x->rs1, x->imm, sizes[x->f3], x->f3 < 4);
}

static void store(struct insn *i, const struct word *x, bool real)
{
	int64_t k = signed_bits((x->w >> 25) << 5 | (x->w >> 7 & 31), 12);
	if (x->f3 > (x->wide || real ? 3 : 2))
		return;
	if (real)
		add_clobber(i, REG_T0);
	add_store(i, real ? REG_T0 : x->rs2, x->rs1, k, (uint8_t)(1u << x->f3));
}

static void floating(struct insn *i, const struct word *x)
{
	unsigned f5 = x->f7 >> 2; /* compares, conversions to and moves into x registers */
	if ((x->w & 0x7f) == 0x53 && (f5 == 0x14 || f5 == 0x18 || f5 == 0x1c))
		add_clobber(i, x->rd);
}

static void environment(struct insn *i, const struct word *x)
{
	if (x->w == 0x73)
		i->kernel = true;
	else if (x->w == 0x00100073) /* ebreak */
		i->flow = FLOW_STOP;
	else if (x->f3)
		add_clobber(i, x->rd);
}

static bool lift_word(struct insn *i, const struct word *x)
{
	uint64_t upper = (uint64_t)signed_bits(x->w & 0xfffff000, 32);
	uint64_t cut = x->wide ? UINT64_MAX : UINT32_MAX;
	switch (x->w & 0x7f) {
	case 0x03:
		load(i, x);
		break;
	case 0x13:
	case 0x1b:
		immediate(i, x, (x->w & 8) != 0);
		break;
	case 0x33:
	case 0x3b:
		registers(i, x, (x->w & 8) != 0);
		break;
	case 0x17: /* auipc */
		add_const(i, x->rd, (i->at + upper) & cut);
		break;
	case 0x37:
		add_const(i, x->rd, upper & cut);
		break;
	case 0x23:
	case 0x27:
		store(i, x, (x->w & 4) != 0);
		break;
	case 0x2f: /* amo, lr, sc */
		add_clobber(i, x->rd);
		break;
	case 0x63:
		branch(i, x);
		return x->f3 != 2 && x->f3 != 3;
	case 0x67:
		jump_register(i, x);
		return x->f3 == 0;
	case 0x6f:
		jump(i, x);
		break;
	case 0x73:
		environment(i, x);
		break;
	case 0x07:
	case 0x0f:
	case 0x43:
	case 0x47:
	case 0x4b:
	case 0x4f:
	case 0x53:
		floating(i, x);
		break;
	default:
		return false;
	}
	return true;
}

static unsigned lift(struct decode *d, struct span bytes, struct insn *i, bool wide)
{
	bool is_short = bytes.n >= 2 && (bytes.p[0] & 3) != 3;
	if (bytes.n < (is_short ? 2 : 4) || (d->at & 1))
		return 0;
	uint32_t w = is_short ? riscv_expand(span_le16(bytes, 0), wide) : span_le32(bytes, 0);
	if (!w)
		return 0;
	insn_begin(i, d, is_short ? 2 : 4, REG_FLAGS);
	struct word x = split(w, wide);
	return lift_word(i, &x) ? i->size : 0;
}

static unsigned lift_64(struct decode *d, struct span bytes, struct insn *i)
{
	return lift(d, bytes, i, true);
}

static unsigned lift_32(struct decode *d, struct span bytes, struct insn *i)
{
	return lift(d, bytes, i, false);
}

/* addi sp, sp, -n: in a word, or in one of two halves. */
static bool prologue(const struct decode *d, struct span bytes)
{
	uint16_t h = span_le16(bytes, 0);
	(void)d;
	return (h & 0xff83) == 0x7101 || (h & 0xff83) == 0x1101 ||
	       (span_le32(bytes, 0) & 0x800fffff) == 0x80010113;
}

uint64_t riscv_global_pointer(struct span code, uint64_t at)
{
	enum { AUIPC_GP = 0x197, ADDI_GP_GP = 0x18193, NEAR = 256 };
	for (size_t i = 0; i + 8 <= code.n && i < NEAR; i += 2) {
		uint32_t a = span_le32(code, i), b = span_le32(code, i + 4);
		if ((a & 0xfff) == AUIPC_GP && (b & 0xfffff) == ADDI_GP_GP)
			return at + i + (uint64_t)signed_bits(a & 0xfffff000, 32) +
			       (uint64_t)signed_bits(b >> 20, 12);
	}
	return 0;
}

#define RISCV(NAME, BITS, LIFT)                                                                    \
	{                                                                                          \
		.name = (NAME), .bits = (BITS), .align = 2, .sp = SP, .result = A0, .link = RA,    \
		.args = {10, 11, 12, 13, 14, 15, 16, 17}, .arg_count = 8, .self = REG_NONE,        \
		.fixed = GP, .got = REG_NONE, .zero = ZERO,                                        \
		.kept = 0x3ffull << 18 | 3ull << 8 | 1ull << SP | 1ull << GP | 1ull << TP | 1,     \
		.lift = (LIFT), .prologue = prologue,                                              \
	}

const struct isa isa_riscv32 = RISCV("riscv32", 32, lift_32);
const struct isa isa_riscv64 = RISCV("riscv64", 64, lift_64);
