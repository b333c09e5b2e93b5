/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RISC-V's extension C: each half of 16 bits stands for one instruction of 32 bits. Bits 1..0 and
 * 15..13 choose it; three-bit registers are x8 to x15; immediates are scattered bits.
 * Reference: The RISC-V Instruction Set Manual, Volume I, chapter "C" Extension.
 */
#include "code/isa_riscv.h"

enum {
	LOAD = 0x03,
	LOAD_FP = 0x07,
	OP_IMM = 0x13,
	OP_IMM_32 = 0x1b,
	STORE = 0x23,
	STORE_FP = 0x27,
	OP = 0x33,
	LUI = 0x37,
	OP_32 = 0x3b,
	BRANCH = 0x63,
	JALR = 0x67,
	JAL = 0x6f,
	EBREAK = 0x00100073,
	SP = 2
};

/* `count` bits of h from bit `from` on, moved to bit `to`. */
static uint32_t bits(uint16_t h, unsigned from, unsigned count, unsigned to)
{
	return ((uint32_t)h >> from & ((1u << count) - 1)) << to;
}

static uint32_t i_form(uint32_t op, uint32_t f3, uint32_t rd, uint32_t rs1, uint32_t imm)
{
	return (imm & 0xfff) << 20 | rs1 << 15 | f3 << 12 | rd << 7 | op;
}

static uint32_t s_form(uint32_t op, uint32_t f3, uint32_t rs1, uint32_t rs2, uint32_t imm)
{
	return (imm >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | (imm & 31) << 7 | op;
}

static uint32_t r_form(uint32_t op, uint32_t f3, uint32_t f7, uint32_t rd, uint32_t rs1,
		       uint32_t rs2)
{
	return f7 << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | rd << 7 | op;
}

static uint32_t sign(uint32_t v, unsigned width)
{
	return (v ^ 1u << (width - 1)) - (1u << (width - 1));
}

/* The six-bit immediate that most have in bits 12 and 6..2. */
static uint32_t six(uint16_t h)
{
	return bits(h, 12, 1, 5) | bits(h, 2, 5, 0);
}

/* Loads and stores with a three-bit base; and the stack pointer plus a constant. */
static uint32_t first(uint16_t h, bool wide)
{
	uint32_t a = bits(h, 7, 3, 0) + 8, b = bits(h, 2, 3, 0) + 8, f3 = h >> 13;
	uint32_t by4 = bits(h, 10, 3, 3) | bits(h, 6, 1, 2) | bits(h, 5, 1, 6);
	uint32_t by8 = bits(h, 10, 3, 3) | bits(h, 5, 2, 6);
	uint32_t k = bits(h, 11, 2, 4) | bits(h, 7, 4, 6) | bits(h, 6, 1, 2) | bits(h, 5, 1, 3);
	switch (f3) {
	case 0:
		return k ? i_form(OP_IMM, 0, b, SP, k) : 0;
	case 1:
		return i_form(LOAD_FP, 3, b, a, by8);
	case 2:
		return i_form(LOAD, 2, b, a, by4);
	case 3:
		return wide ? i_form(LOAD, 3, b, a, by8) : i_form(LOAD_FP, 2, b, a, by4);
	case 5:
		return s_form(STORE_FP, 3, a, b, by8);
	case 6:
		return s_form(STORE, 2, a, b, by4);
	case 7:
		return wide ? s_form(STORE, 3, a, b, by8) : s_form(STORE_FP, 2, a, b, by4);
	default:
		return 0;
	}
}

/* Shifts and operations of two three-bit registers. */
static uint32_t arithmetic(uint16_t h, bool wide)
{
	static const uint8_t functions[4] = {0, 4, 6, 7}; /* sub xor or and */
	uint32_t a = bits(h, 7, 3, 0) + 8, b = bits(h, 2, 3, 0) + 8, k = h >> 5 & 3;
	switch (h >> 10 & 3) {
	case 0:
		return i_form(OP_IMM, 5, a, a, six(h));
	case 1:
		return i_form(OP_IMM, 5, a, a, six(h) | 0x400);
	case 2:
		return i_form(OP_IMM, 7, a, a, sign(six(h), 6));
	default:
		if (!(h >> 12 & 1))
			return r_form(OP, functions[k], k ? 0 : 0x20, a, a, b);
		return wide && k < 2 ? r_form(OP_32, 0, k ? 0 : 0x20, a, a, b) : 0;
	}
}

static uint32_t jal(uint16_t h, uint32_t rd)
{
	uint32_t k = sign(bits(h, 12, 1, 11) | bits(h, 11, 1, 4) | bits(h, 9, 2, 8) |
			      bits(h, 8, 1, 10) | bits(h, 7, 1, 6) | bits(h, 6, 1, 7) |
			      bits(h, 3, 3, 1) | bits(h, 2, 1, 5),
			  12);
	return (k >> 20 & 1) << 31 | (k >> 1 & 0x3ff) << 21 | (k >> 11 & 1) << 20 |
	       (k >> 12 & 0xff) << 12 | rd << 7 | JAL;
}

static uint32_t branch(uint16_t h)
{
	uint32_t a = bits(h, 7, 3, 0) + 8;
	uint32_t k = sign(bits(h, 12, 1, 8) | bits(h, 10, 2, 3) | bits(h, 5, 2, 6) |
			      bits(h, 3, 2, 1) | bits(h, 2, 1, 5),
			  9);
	return (k >> 12 & 1) << 31 | (k >> 5 & 0x3f) << 25 | a << 15 | (h >> 13 & 1u) << 12 |
	       (k >> 1 & 15) << 8 | (k >> 11 & 1) << 7 | BRANCH;
}

static uint32_t second(uint16_t h, bool wide)
{
	uint32_t rd = h >> 7 & 31, k = sign(six(h), 6);
	switch (h >> 13) {
	case 0:
		return i_form(OP_IMM, 0, rd, rd, k);
	case 1:
		return wide ? rd ? i_form(OP_IMM_32, 0, rd, rd, k) : 0 : jal(h, 1);
	case 2:
		return i_form(OP_IMM, 0, rd, 0, k);
	case 3:
		if (!six(h))
			return 0;
		if (rd != SP)
			return k << 12 | rd << 7 | LUI;
		k = bits(h, 12, 1, 9) | bits(h, 6, 1, 4) | bits(h, 5, 1, 6) | bits(h, 3, 2, 7) |
		    bits(h, 2, 1, 5);
		return i_form(OP_IMM, 0, SP, SP, sign(k, 10));
	case 4:
		return arithmetic(h, wide);
	case 5:
		return jal(h, 0);
	default:
		return branch(h);
	}
}

/* Moves, jumps by a register. */
static uint32_t moves(uint16_t h)
{
	uint32_t rd = h >> 7 & 31, rs2 = h >> 2 & 31;
	bool adds = h >> 12 & 1;
	if (rs2)
		return r_form(OP, 0, 0, rd, adds ? rd : 0, rs2);
	if (!rd)
		return adds ? EBREAK : 0;
	return i_form(JALR, 0, adds ? 1 : 0, rd, 0);
}

static uint32_t third(uint16_t h, bool wide)
{
	uint32_t rd = h >> 7 & 31, rs2 = h >> 2 & 31;
	uint32_t load4 = bits(h, 12, 1, 5) | bits(h, 4, 3, 2) | bits(h, 2, 2, 6);
	uint32_t load8 = bits(h, 12, 1, 5) | bits(h, 5, 2, 3) | bits(h, 2, 3, 6);
	uint32_t store4 = bits(h, 9, 4, 2) | bits(h, 7, 2, 6);
	uint32_t store8 = bits(h, 10, 3, 3) | bits(h, 7, 3, 6);
	switch (h >> 13) {
	case 0:
		return i_form(OP_IMM, 1, rd, rd, six(h));
	case 1:
		return i_form(LOAD_FP, 3, rd, SP, load8);
	case 2:
		return i_form(LOAD, 2, rd, SP, load4);
	case 3:
		return wide ? i_form(LOAD, 3, rd, SP, load8) : i_form(LOAD_FP, 2, rd, SP, load4);
	case 4:
		return moves(h);
	case 5:
		return s_form(STORE_FP, 3, SP, rs2, store8);
	case 6:
		return s_form(STORE, 2, SP, rs2, store4);
	default:
		return wide ? s_form(STORE, 3, SP, rs2, store8)
			    : s_form(STORE_FP, 2, SP, rs2, store4);
	}
}

uint32_t riscv_expand(uint16_t half, bool wide)
{
	switch (half & 3) {
	case 0:
		return half ? first(half, wide) : 0;
	case 1:
		return second(half, wide);
	case 2:
		return third(half, wide);
	default:
		return 0;
	}
}
