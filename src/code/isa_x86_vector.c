/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vector instructions, as far as compilers use them to move constants: what stands in read-only
 * memory and goes through a vector register to the stack (addresses of sockets, text). The first
 * vector registers are two registers of 8 bytes each; everything else makes its results unknown.
 * Reference: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
 */
#include "code/isa_x86.h"

enum { LOW = 16, HIGH = 30, FOLLOWED = 14, T1 = REG_T0 + 1, T2 = REG_T0 + 2 };

static uint8_t low(uint8_t r)
{
	return r < FOLLOWED ? LOW + r : REG_NONE;
}

static uint8_t high(uint8_t r)
{
	return r < FOLLOWED ? HIGH + r : REG_NONE;
}

static void clobber(struct insn *i, uint8_t r)
{
	add_clobber(i, low(r));
	add_clobber(i, high(r));
}

static void load(struct insn *i, const struct x86_fields *x, uint8_t d, int64_t at, uint8_t size)
{
	int64_t k;
	uint8_t base = x86_address(i, x, &k);
	add_load(i, d, base, k + at, size, false);
}

static void store(struct insn *i, const struct x86_fields *x, uint8_t what, int64_t at,
		  uint8_t size)
{
	int64_t k;
	uint8_t base = x86_address(i, x, &k);
	add_store(i, what, base, k + at, size);
}

/* Something of `n` bytes is written to memory. */
static void forget(struct insn *i, const struct x86_fields *x, uint8_t n)
{
	add_clobber(i, T1);
	store(i, x, T1, 0, n);
}

/* All 16 bytes, between registers or from memory. */
static void move_in(struct insn *i, const struct x86_fields *x)
{
	if (x->memory) {
		load(i, x, low(x->reg), 0, 8);
		load(i, x, high(x->reg), 8, 8);
	} else {
		add_op(i, OP_MOVE, low(x->reg), low(x->rm), REG_NONE, 0);
		add_op(i, OP_MOVE, high(x->reg), high(x->rm), REG_NONE, 0);
	}
}

static void move_out(struct insn *i, const struct x86_fields *x)
{
	if (x->memory) {
		store(i, x, low(x->reg), 0, 8);
		store(i, x, high(x->reg), 8, 8);
	} else {
		add_op(i, OP_MOVE, low(x->rm), low(x->reg), REG_NONE, 0);
		add_op(i, OP_MOVE, high(x->rm), high(x->reg), REG_NONE, 0);
	}
}

/* movss, movsd, movd, movq: the rest of the register is zero when it comes from elsewhere. */
static void scalar_in(struct insn *i, const struct x86_fields *x, uint8_t size)
{
	if (!x->memory) {
		clobber(i, x->reg);
		return;
	}
	load(i, x, low(x->reg), 0, size);
	add_const(i, high(x->reg), 0);
}

static void scalar_out(struct insn *i, const struct x86_fields *x, uint8_t size)
{
	if (x->memory)
		store(i, x, low(x->reg), 0, size);
	else
		clobber(i, x->rm);
}

static void from_general(struct insn *i, const struct x86_fields *x)
{
	uint8_t size = x->wide_op ? 8 : 4;
	if (x->memory)
		load(i, x, low(x->reg), 0, size);
	else if (size == 4)
		add_op(i, OP_ZERO_EXT, low(x->reg), x->rm, REG_NONE, 0);
	else
		add_op(i, OP_MOVE, low(x->reg), x->rm, REG_NONE, 0);
	add_const(i, high(x->reg), 0);
}

static void to_general(struct insn *i, const struct x86_fields *x)
{
	uint8_t size = x->wide_op ? 8 : 4;
	if (x->memory)
		store(i, x, low(x->reg), 0, size);
	else if (size == 4)
		add_op(i, OP_ZERO_EXT, x->rm, low(x->reg), REG_NONE, 0);
	else
		add_op(i, OP_MOVE, x->rm, low(x->reg), REG_NONE, 0);
}

/* Low halves next to each other. */
static void unpack(struct insn *i, const struct x86_fields *x, uint8_t size, bool wide)
{
	uint8_t from = T1;
	if (x->memory)
		load(i, x, T1, 0, 8);
	else
		from = low(x->rm);
	if (size == 8) {
		add_op(i, OP_MOVE, high(x->reg), from, REG_NONE, 0);
	} else if (wide) {
		add_op(i, OP_ZERO_EXT, low(x->reg), low(x->reg), REG_NONE, 0);
		add_op(i, OP_SHL, T2, from, REG_NONE, 32);
		add_op(i, OP_OR, low(x->reg), low(x->reg), T2, 0);
		add_clobber(i, high(x->reg));
	} else {
		clobber(i, x->reg);
	}
}

/* The half that is not named keeps what it holds. */
static void half(struct insn *i, const struct x86_fields *x)
{
	uint8_t d = x->opcode >= 0x16 ? high(x->reg) : low(x->reg);
	if (x->opcode & 1)
		store(i, x, d, 0, 8);
	else
		load(i, x, d, 0, 8);
}

static void bitwise(struct insn *i, const struct x86_fields *x, enum op_code code, bool wide)
{
	bool same = !x->memory && x->reg == x->rm;
	uint8_t a = low(x->rm), b = high(x->rm);
	if (same && code == OP_XOR) {
		add_const(i, low(x->reg), 0);
		add_const(i, high(x->reg), 0);
	} else if (!wide) {
		clobber(i, x->reg);
	} else {
		if (x->memory) {
			load(i, x, a = T1, 0, 8);
			load(i, x, b = T2, 8, 8);
		}
		add_op(i, code, low(x->reg), low(x->reg), a, 0);
		add_op(i, code, high(x->reg), high(x->reg), b, 0);
	}
}

/* Does an instruction of the two byte map write a general register? */
static bool writes_general(const struct x86_fields *x)
{
	switch (x->opcode) {
	case 0x2c:
	case 0x2d:
		return x->repeat != 0;
	case 0x50:
	case 0xc5:
	case 0xd7:
		return true;
	case 0x78:
	case 0x79:
		return x->vex && x->repeat;
	case 0x93:
		return x->vex;
	default:
		return false;
	}
}

/* Does an instruction of the two byte map write its memory operand? */
static bool writes_memory(const struct x86_fields *x)
{
	switch (x->opcode) {
	case 0x11:
	case 0x13:
	case 0x17:
	case 0x29:
	case 0x2b:
	case 0x7e:
		return !(x->opcode == 0x7e && x->repeat == 0xf3);
	case 0x7f:
	case 0xc3:
	case 0xd6:
	case 0xe7:
	case 0x91:
		return true;
	default:
		return false;
	}
}

static void unknown_0f(struct insn *i, const struct x86_fields *x)
{
	if (x->memory && writes_memory(x))
		forget(i, x, x->vex ? 64 : 16);
	else if (writes_general(x))
		add_clobber(i, x->reg);
	else if (x->opcode == 0x7e && x->vex && x->repeat != 0xf3 && !x->memory)
		add_clobber(i, x->rm);
	else if (x->opcode == 0x2e || x->opcode == 0x2f)
		add_op(i, OP_CMP, REG_FLAGS, REG_NONE, REG_NONE, 0);
	else
		clobber(i, writes_memory(x) ? x->rm : x->reg);
}

static void map_0f(struct insn *i, const struct x86_fields *x, bool wide)
{
	bool packed = x->repeat == 0;
	switch (x->opcode) {
	case 0x10:
		if (packed)
			move_in(i, x);
		else
			scalar_in(i, x, x->repeat == 0xf3 ? 4 : 8);
		return;
	case 0x11:
		if (packed)
			move_out(i, x);
		else
			scalar_out(i, x, x->repeat == 0xf3 ? 4 : 8);
		return;
	case 0x12:
	case 0x13:
	case 0x16:
	case 0x17:
		if (packed && x->memory)
			half(i, x);
		else
			clobber(i, x->reg);
		return;
	case 0x28:
	case 0x6f:
		if (x->opcode == 0x28 || x->narrow || x->repeat == 0xf3)
			move_in(i, x);
		return;
	case 0x29:
	case 0x2b:
	case 0x7f:
	case 0xe7:
		if (x->opcode < 0x30 || x->narrow || x->repeat == 0xf3)
			move_out(i, x);
		else if (x->memory)
			forget(i, x, 8);
		return;
	case 0xf0:
		if (x->repeat == 0xf2)
			move_in(i, x);
		return;
	case 0x54:
	case 0xdb:
		bitwise(i, x, OP_AND, wide);
		return;
	case 0x56:
	case 0xeb:
		bitwise(i, x, OP_OR, wide);
		return;
	case 0x57:
	case 0xef:
		bitwise(i, x, OP_XOR, wide);
		return;
	case 0x62:
	case 0x6c:
		if (x->narrow)
			unpack(i, x, x->opcode == 0x62 ? 4 : 8, wide);
		return;
	case 0x6e:
		if (x->narrow)
			from_general(i, x);
		return;
	case 0x7e:
		if (x->repeat == 0xf3)
			scalar_in(i, x, 8);
		else if (x->narrow)
			to_general(i, x);
		else
			unknown_0f(i, x);
		return;
	case 0xd6:
		if (x->narrow)
			scalar_out(i, x, 8);
		return;
	default:
		if (x->opcode >= 0x10 && x->opcode != 0x77 &&
		    !(x->opcode >= 0x18 && x->opcode < 0x28 && !x->vex))
			unknown_0f(i, x);
	}
}

/* crc32, movbe; with VEX andn, bzhi, pdep, pext, mulx, shifts, blsr: general registers. */
static void map_0f38(struct insn *i, const struct x86_fields *x)
{
	if (x->opcode < 0xf0) {
		clobber(i, x->reg);
		if (x->vex && x->memory &&
		    (x->opcode == 0x2e || x->opcode == 0x2f || x->opcode == 0x8e))
			forget(i, x, 32);
		return;
	}
	if (!x->vex && x->opcode == 0xf1 && x->memory && x->repeat != 0xf2)
		forget(i, x, x->wide_op ? 8 : x->narrow ? 2 : 4);
	else
		add_clobber(i, x->reg);
	if (x->vex)
		add_clobber(i, x->vvvv);
	add_op(i, OP_CMP, REG_FLAGS, REG_NONE, REG_NONE, 0);
}

/* pextr and relatives write their memory operand or a general register. */
static void map_0f3a(struct insn *i, const struct x86_fields *x)
{
	bool extract = (x->opcode >= 0x14 && x->opcode <= 0x17) || x->opcode == 0x19 ||
		       x->opcode == 0x1b || x->opcode == 0x1d || x->opcode == 0x39 ||
		       x->opcode == 0x3b;
	if (extract && x->memory)
		forget(i, x, x->vex ? 32 : 8);
	else if (x->opcode >= 0x14 && x->opcode <= 0x17)
		add_clobber(i, x->rm);
	else if (x->opcode == 0xf0)
		add_clobber(i, x->reg);
	else if (extract)
		clobber(i, x->rm);
	else
		clobber(i, x->reg);
	if (x->opcode >= 0x60 && x->opcode <= 0x63) /* pcmpistri and relatives */
		add_clobber(i, 1);
}

void x86_vector(struct insn *i, const struct x86_fields *x, bool wide)
{
	switch (x->map) {
	case X86_0F:
		if (x->vex)
			unknown_0f(i, x);
		else
			map_0f(i, x, wide);
		return;
	case X86_0F38:
		map_0f38(i, x);
		return;
	case X86_0F3A:
		map_0f3a(i, x);
		return;
	default: /* XOP, and maps that came later */
		clobber(i, x->reg);
		add_clobber(i, x->reg);
		add_clobber(i, x->vvvv);
	}
}
