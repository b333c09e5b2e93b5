/* SPDX-License-Identifier: Apache-2.0 */
/* One instruction of x86 or x86-64 taken apart: prefixes, opcode, operands as they are encoded. */
#ifndef CODE_ISA_X86_H
#define CODE_ISA_X86_H

#include "code/insn.h"

enum { X86_AX = 0, X86_CX = 1, X86_DX = 2, X86_SP = 4, X86_BP = 5, X86_SI = 6, X86_DI = 7 };

enum x86_map { X86_ONE, X86_0F, X86_0F38, X86_0F3A, X86_OTHER_MAP };

struct x86_fields {
	uint8_t map, opcode, length;
	uint8_t repeat;	    /* 0xf2, 0xf3, or 0 */
	bool narrow;	    /* 66: operands of 16 bits, or another instruction of the same opcode */
	bool rex, wide_op;  /* any REX prefix; REX.W */
	bool vex;	    /* VEX, EVEX or XOP: `narrow` and `repeat` as these say it */
	bool other_segment; /* FS or GS: an address that is not known */
	bool has_modrm, memory;	    /* memory: modrm names memory, else the register rm */
	uint8_t reg, rm, vvvv;	    /* with their REX bits */
	uint8_t base, index, scale; /* REG_NONE: none */
	bool relative;		    /* the address counts from the end of the instruction */
	bool short_address;	    /* addresses of 16 bits: not followed */
	int64_t disp, imm;	    /* sign extended */
};

/* False: not an instruction, or it does not end inside of `b`. */
bool x86_decode(struct span b, bool wide, struct x86_fields *x);

/* Address of the memory operand: register (or REG_NONE) and constant; may use REG_T0. */
uint8_t x86_address(struct insn *i, const struct x86_fields *x, int64_t *k);

/* An instruction on its way into micro-operations. */
struct x86_lifter {
	struct x86_fields x;
	struct insn *i;
	bool wide;
	uint8_t word, size; /* bytes of an address; of the operands */
};

/* A register operand; REG_NONE: its upper byte, whose value is not followed. */
uint8_t x86_gpr(const struct x86_lifter *l, uint8_t r, unsigned size);

/* The register that holds an upper byte. */
uint8_t x86_whole(uint8_t r);

/* An operand as a source: a register, or `scratch` with what stands there, perhaps unknown. */
uint8_t x86_fetch_reg(struct x86_lifter *l, uint8_t r, unsigned size, uint8_t scratch);
uint8_t x86_fetch_rm(struct x86_lifter *l, unsigned size, uint8_t scratch);

void x86_put_reg(struct x86_lifter *l, uint8_t r, unsigned size, uint8_t from);
void x86_put_rm(struct x86_lifter *l, unsigned size, uint8_t from);

/* What the instruction puts there is not known. */
void x86_clobber_reg(struct x86_lifter *l, uint8_t r, unsigned size);
void x86_clobber_rm(struct x86_lifter *l, unsigned size);
void x86_unknown_flags(struct x86_lifter *l);
void x86_compare(struct x86_lifter *l, uint8_t a, uint8_t b, int64_t k, unsigned size);
enum test x86_test(unsigned n); /* of a condition by its number in the encoding */

enum x86_side { X86_TO_RM, X86_TO_REG }; /* which operand of the ModRM gets the result */

/* d = d op s, or d op k when `constant`. */
void x86_arith(struct x86_lifter *l, enum op_code code, enum x86_side side, bool constant,
	       int64_t k, unsigned size);
/* add, or, adc, sbb, and, sub, xor, cmp by their number in the encoding. */
void x86_group1(struct x86_lifter *l, unsigned n, enum x86_side side, bool constant, unsigned size);
void x86_test_bits(struct x86_lifter *l, bool constant, unsigned size);
void x86_shift(struct x86_lifter *l, bool by_cx, int64_t k);
void x86_multiply_divide(struct x86_lifter *l, unsigned n);

void x86_push(struct x86_lifter *l, uint8_t r);
void x86_pop(struct x86_lifter *l); /* to REG_T0 + 1 */
void x86_go_to(struct x86_lifter *l, enum flow flow);
void x86_branch(struct x86_lifter *l);
void x86_widen(struct x86_lifter *l, enum op_code code, unsigned from);
void x86_multiply(struct x86_lifter *l, bool constant);

void x86_two_bytes(struct x86_lifter *l);

/* What vector instructions do to constants that are moved; other results are unknown. */
void x86_vector(struct insn *i, const struct x86_fields *x, bool wide);

#endif
