/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AArch64 (A64). Fixed words of 32 bits, always little-endian; bits 28..25 choose the group:
 *
 *   100x data with an immediate · 101x branches · x1x0 loads and stores · x101 data of registers
 *
 * Register 31 is sp or zero, depending on the instruction: here 31 is sp and 32 is zero.
 * Reference: ARM Architecture Reference Manual for A-profile, chapter C4.
 */
#include "code/insn.h"

enum { SP = 31, ZERO = 32, LR = 30 };

static uint8_t zr(uint32_t r)
{
	return (uint8_t)((r & 31) == 31 ? ZERO : r & 31);
}

static uint8_t sp(uint32_t r)
{
	return r & 31;
}

static uint64_t signed_bits(uint64_t v, unsigned bits)
{
	return (uint64_t)((int64_t)(v << (64 - bits)) >> (64 - bits));
}

/* 32-bit operations clear the upper half. */
static void narrow(struct insn *i, bool wide, uint8_t rd)
{
	if (!wide && rd != ZERO)
		add_op(i, OP_ZERO_EXT, rd, rd, REG_NONE, 0)->size = 4;
}

static enum test test_of(unsigned c)
{
	static const uint8_t tests[16] = {TEST_EQ,	 TEST_NE,	TEST_GE_U, TEST_LT_U,
					  TEST_NEGATIVE, TEST_POSITIVE, TEST_NONE, TEST_NONE,
					  TEST_GT_U,	 TEST_LE_U,	TEST_GE,   TEST_LT,
					  TEST_GT,	 TEST_LE,	TEST_NONE, TEST_NONE};
	return (enum test)tests[c & 15];
}

static void compare(struct insn *i, uint32_t w, uint8_t a, uint8_t b, int64_t k)
{
	add_op(i, OP_CMP, REG_FLAGS, a, b, k)->size = w >> 31 ? 8 : 4;
}

static void move_wide(struct insn *i, uint32_t w)
{
	uint8_t rd = zr(w);
	unsigned shift = (w >> 21 & 3) * 16;
	uint64_t k = (uint64_t)(w >> 5 & 0xffff) << shift;
	switch (w >> 29 & 3) {
	case 0:
		add_const(i, rd, w >> 31 ? ~k : ~k & 0xffffffff);
		break;
	case 2:
		add_const(i, rd, k);
		break;
	case 3:
		add_op(i, OP_AND, rd, rd, REG_NONE, (int64_t) ~(UINT64_C(0xffff) << shift));
		add_op(i, OP_OR, rd, rd, REG_NONE, (int64_t)k);
		break;
	default:
		break;
	}
}

/* The immediate of AND, ORR, EOR: a run of ones, rotated and repeated. */
static bool bit_mask(uint32_t w, uint64_t *out)
{
	unsigned n = w >> 22 & 1, imms = w >> 10 & 63, immr = w >> 16 & 63;
	unsigned len = n ? 6 : 31u - (unsigned)__builtin_clz((~imms & 63) | 1);
	unsigned size = 1u << len, ones = (imms & (size - 1)) + 1, by = immr & (size - 1);
	if (!len || ones == size)
		return false;
	uint64_t v = (UINT64_C(1) << ones) - 1,
		 mask = size == 64 ? ~UINT64_C(0) : (UINT64_C(1) << size) - 1;
	if (by)
		v = (v >> by | v << (size - by)) & mask;
	for (unsigned k = size; k < 64; k *= 2)
		v |= v << k;
	*out = w >> 31 ? v : v & 0xffffffff;
	return true;
}

/* sbfm, ubfm: a run of bits is moved down (imms >= immr) or up, and extended. */
static void extract(struct insn *i, uint8_t rd, uint8_t rn, unsigned immr, unsigned imms,
		    unsigned bits, bool sign)
{
	unsigned left = 63 - imms;
	if (imms >= bits || immr >= bits) {
		add_clobber(i, rd);
		return;
	}
	add_op(i, OP_SHL, rd, rn, REG_NONE, left);
	if (imms >= immr) {
		add_op(i, sign ? OP_SAR : OP_SHR, rd, rd, REG_NONE, left + immr);
	} else {
		add_op(i, sign ? OP_SAR : OP_SHR, rd, rd, REG_NONE, left);
		add_op(i, OP_SHL, rd, rd, REG_NONE, bits - immr);
	}
	narrow(i, bits == 64, rd);
}

/* bfm: the same into the middle of what stands there. */
static void insert(struct insn *i, uint8_t rd, uint8_t rn, unsigned immr, unsigned imms,
		   unsigned bits)
{
	unsigned count = imms >= immr ? imms - immr + 1 : imms + 1;
	unsigned to = imms >= immr ? 0 : bits - immr, from = imms >= immr ? immr : 0;
	uint64_t mask = count >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1;
	if (imms >= bits || immr >= bits) {
		add_clobber(i, rd);
		return;
	}
	if (rn == ZERO)
		add_const(i, REG_T0, 0);
	else
		add_op(i, OP_SHR, REG_T0, rn, REG_NONE, from);
	add_op(i, OP_AND, REG_T0, REG_T0, REG_NONE, (int64_t)mask);
	add_op(i, OP_SHL, REG_T0, REG_T0, REG_NONE, to);
	add_op(i, OP_AND, rd, rd, REG_NONE, (int64_t) ~(mask << to));
	add_op(i, OP_OR, rd, rd, REG_T0, 0);
	narrow(i, bits == 64, rd);
}

static void bitfield(struct insn *i, uint32_t w)
{
	uint8_t rd = zr(w), rn = zr(w >> 5);
	unsigned immr = w >> 16 & 63, imms = w >> 10 & 63, opc = w >> 29 & 3,
		 bits = w >> 31 ? 64 : 32;
	if (immr == 0 && (imms == 7 || imms == 15 || imms == 31) && opc != 1) {
		add_op(i, opc == 2 ? OP_ZERO_EXT : OP_SIGN_EXT, rd, rn, REG_NONE, 0)->size =
		    (uint8_t)((imms + 1) / 8);
	} else if (opc == 2 && imms == bits - 1) {
		add_op(i, OP_SHR, rd, rn, REG_NONE, immr);
	} else if (opc == 2 && imms + 1 == immr) {
		add_op(i, OP_SHL, rd, rn, REG_NONE, bits - immr);
		narrow(i, w >> 31, rd);
	} else if (opc == 1) {
		insert(i, rd, rn, immr, imms, bits);
	} else {
		extract(i, rd, rn, immr, imms, bits, opc == 0);
	}
}

static void immediate(struct insn *i, uint32_t w)
{
	uint64_t k = w >> 10 & 0xfff;
	switch (w >> 23 & 7) {
	case 0:
	case 1: /* adr, adrp */
		k = signed_bits((w >> 3 & 0x1ffffc) | (w >> 29 & 3), 21);
		add_const(i, zr(w), w >> 31 ? (i->at & ~UINT64_C(0xfff)) + (k << 12) : i->at + k);
		break;
	case 2:
	case 3: {
		bool flags = w >> 29 & 1, sub = w >> 30 & 1;
		uint8_t rd = flags ? zr(w) : sp(w);
		k = w >> 22 & 1 ? k << 12 : k;
		if (flags)
			compare(i, w, sp(w >> 5), REG_NONE, sub ? (int64_t)k : -(int64_t)k);
		if (rd != ZERO) {
			add_op(i, sub ? OP_SUB : OP_ADD, rd, sp(w >> 5), REG_NONE, (int64_t)k);
			narrow(i, w >> 31, rd);
		}
		break;
	}
	case 4: {
		static const uint8_t codes[] = {OP_AND, OP_OR, OP_XOR, OP_AND};
		uint8_t rd = (w >> 29 & 3) == 3 ? zr(w) : sp(w);
		if (!bit_mask(w, &k))
			add_clobber(i, rd);
		else if (zr(w >> 5) == ZERO && (w >> 29 & 3) == 1)
			add_const(i, rd, k);
		else
			add_op(i, codes[w >> 29 & 3], rd == ZERO ? REG_T0 : rd, zr(w >> 5),
			       REG_NONE, (int64_t)k);
		if ((w >> 29 & 3) == 3)
			compare(i, w, rd == ZERO ? REG_T0 : rd, REG_NONE, 0);
		break;
	}
	case 5:
		move_wide(i, w);
		break;
	case 6:
		bitfield(i, w);
		break;
	default:
		add_clobber(i, zr(w));
		break;
	}
}

static void branch(struct insn *i, uint32_t w)
{
	uint64_t near = i->at + (signed_bits(w >> 5 & 0x7ffff, 19) << 2);
	if ((w & 0x7c000000) == 0x14000000) {
		i->flow = w >> 31 ? FLOW_CALL : FLOW_JUMP;
		i->target = i->at + (signed_bits(w & 0x3ffffff, 26) << 2);
	} else if ((w & 0xff000010) == 0x54000000) {
		unsigned c = w & 15;
		i->flow = FLOW_BRANCH;
		i->cond = c == 0 ? COND_EQ : c == 1 ? COND_NE : COND_OTHER;
		i->test = (uint8_t)test_of(c);
		i->target = near;
	} else if ((w & 0x7e000000) == 0x34000000) { /* cbz, cbnz */
		add_op(i, OP_CMP, REG_FLAGS + 1, zr(w), REG_NONE, 0)->size = w >> 31 ? 8 : 4;
		i->flow = FLOW_BRANCH;
		i->flags = REG_FLAGS + 1;
		i->cond = w >> 24 & 1 ? COND_NE : COND_EQ;
		i->target = near;
	} else if ((w & 0x7e000000) == 0x36000000) { /* tbz, tbnz */
		unsigned bit = (w >> 26 & 0x20) | (w >> 19 & 0x1f);
		add_op(i, OP_AND, REG_T0, zr(w), REG_NONE, (int64_t)(UINT64_C(1) << bit));
		i->flow = FLOW_BRANCH;
		i->cond = COND_OTHER;
		i->flags = REG_T0;
		i->test = w >> 24 & 1 ? TEST_NE : TEST_EQ;
		i->target = i->at + (signed_bits(w >> 5 & 0x3fff, 14) << 2);
	} else if ((w & 0xfe000000) == 0xd6000000) {
		unsigned op = w >> 21 & 15;
		if (op == 2) {
			i->flow = FLOW_RETURN;
			return;
		}
		add_op(i, OP_MOVE, REG_TARGET, zr(w >> 5), REG_NONE, 0);
		i->indirect = true;
		i->flow = op == 1 || op == 9 ? FLOW_CALL : FLOW_JUMP;
	} else if ((w & 0xffe0001f) == 0xd4200000) {
		i->flow = FLOW_STOP;		     /* brk */
	} else if ((w & 0xffe0001f) == 0xd4000001) { /* svc */
		i->kernel = true;
	} else if ((w & 0xfff00000) == 0xd5300000) { /* mrs */
		add_clobber(i, zr(w));
	}
}

static void pair(struct insn *i, uint32_t w)
{
	unsigned opc = w >> 30, mode = w >> 23 & 3;
	bool load = w >> 22 & 1, vector = w >> 26 & 1;
	uint8_t size = opc == 2 ? 8 : 4, rn = sp(w >> 5), base = rn;
	int64_t k = (int64_t)signed_bits(w >> 15 & 0x7f, 7) * (vector ? 4 << opc : size);
	if (mode == 1) { /* afterwards */
		add_op(i, OP_MOVE, REG_T0, rn, REG_NONE, 0);
		add_op(i, OP_ADD, rn, rn, REG_NONE, k);
		base = REG_T0;
		k = 0;
	} else if (mode == 3) {
		add_op(i, OP_ADD, rn, rn, REG_NONE, k);
		k = 0;
	}
	if (vector) {
		if (!load) {
			add_clobber(i, REG_T0 + 1);
			add_store(i, REG_T0 + 1, base, k, (uint8_t)(4 << opc));
			add_store(i, REG_T0 + 1, base, k + (4 << opc), (uint8_t)(4 << opc));
		}
		return;
	}
	if (load) {
		add_load(i, zr(w), base, k, size, opc == 1);
		add_load(i, zr(w >> 10), base, k + size, size, opc == 1);
	} else {
		add_store(i, zr(w), base, k, size);
		add_store(i, zr(w >> 10), base, k + size, size);
	}
}

static void one(struct insn *i, uint32_t w)
{
	uint8_t size = (uint8_t)(1u << (w >> 30)), rn = sp(w >> 5), base = rn, rt = zr(w);
	unsigned opc = w >> 22 & 3;
	bool vector = w >> 26 & 1;
	int64_t k;
	if (w >> 24 & 1) {
		k = (int64_t)(w >> 10 & 0xfff) * size;
	} else if (w >> 21 & 1) { /* register offset */
		unsigned by = w >> 12 & 1 ? w >> 30 : 0, kind = w >> 13 & 7;
		uint8_t index = zr(w >> 16);
		if (kind == 2 || kind == 6) {
			add_op(i, kind == 2 ? OP_ZERO_EXT : OP_SIGN_EXT, REG_T0, index, REG_NONE, 0)
			    ->size = 4;
			index = REG_T0;
		}
		if (by) {
			add_op(i, OP_SHL, REG_T0, index, REG_NONE, by);
			index = REG_T0;
		}
		add_op(i, OP_ADD, REG_T0, rn, index, 0);
		base = REG_T0;
		k = 0;
	} else {
		k = (int64_t)signed_bits(w >> 12 & 0x1ff, 9);
		if ((w >> 10 & 3) == 1) {
			add_op(i, OP_MOVE, REG_T0, rn, REG_NONE, 0);
			add_op(i, OP_ADD, rn, rn, REG_NONE, k);
			base = REG_T0;
			k = 0;
		} else if ((w >> 10 & 3) == 3) {
			add_op(i, OP_ADD, rn, rn, REG_NONE, k);
			k = 0;
		}
	}
	if (vector) {
		if (!(opc & 1)) {
			add_clobber(i, REG_T0 + 1);
			add_store(i, REG_T0 + 1, base, opc ? (w >> 10 & 0xfff) * 16 : k,
				  opc ? 16 : size);
		}
	} else if (opc == 0) {
		add_store(i, rt, base, k, size);
	} else if (!(size == 8 && opc == 2)) {
		add_load(i, rt, base, k, size, opc >= 2);
		if (opc == 3)
			narrow(i, false, rt);
	}
}

static void memory(struct insn *i, uint32_t w)
{
	if ((w & 0x3b000000) == 0x18000000) { /* literal */
		add_const(i, REG_T0, i->at + (signed_bits(w >> 5 & 0x7ffff, 19) << 2));
		if (!(w >> 26 & 1))
			add_load(i, zr(w), REG_T0, 0, w >> 30 ? 8 : 4, false);
	} else if ((w & 0x3a000000) == 0x28000000) {
		pair(i, w);
	} else if ((w & 0x3a000000) == 0x38000000) {
		one(i, w);
	} else if ((w & 0x3f400000) == 0x08400000) { /* exclusive loads */
		add_clobber(i, zr(w));
	}
}

/* ccmp: compares when a condition holds, else the flags become those of an immediate. */
static void conditional_compare(struct insn *i, uint32_t w)
{
	unsigned flags = w & 15;
	uint64_t top = w >> 31 ? UINT64_C(1) << 63 : UINT64_C(1) << 31, a = 1, b = 0;
	if (flags & 4)
		a = 0;
	else if (flags & 8)
		a = flags & 2 ? top : 0, b = 1;
	else if (!(flags & 2))
		b = top;
	add_op(i, OP_TEST, REG_T0, REG_FLAGS, REG_NONE, test_of(w >> 12 & 15));
	add_const(i, REG_T0 + 1, a);
	add_const(i, REG_T0 + 2, b);
	compare(i, w, REG_T0 + 1, REG_T0 + 2, 0);
	compare(i, w, zr(w >> 5), w >> 11 & 1 ? REG_NONE : zr(w >> 16), w >> 16 & 31);
	i->flags = REG_T0;
	i->ops[i->op_count - 1].when = TEST_NE;
	if (!(w >> 30 & 1)) /* ccmn */
		i->ops[i->op_count - 1].a = REG_NONE;
}

/* csel, csinc, csinv, csneg */
static void conditional_select(struct insn *i, uint32_t w)
{
	uint8_t rm = zr(w >> 16), rd = zr(w);
	bool inverts = w >> 30 & 1, adds = w >> 10 & 1;
	add_op(i, inverts ? OP_NOT : OP_MOVE, REG_T0, rm, REG_NONE, 0);
	if (adds)
		add_op(i, OP_ADD, REG_T0, REG_T0, REG_NONE, 1);
	add_op(i, OP_MOVE, REG_T0, zr(w >> 5), REG_NONE, 0)->when = (uint8_t)test_of(w >> 12 & 15);
	if (!i->ops[i->op_count - 1].when)
		add_clobber(i, REG_T0);
	add_op(i, OP_MOVE, rd, REG_T0, REG_NONE, 0);
	narrow(i, w >> 31, rd);
}

/* Shifts by registers, divisions, products. */
static void two_or_three(struct insn *i, uint32_t w)
{
	uint8_t rd = zr(w), rn = zr(w >> 5), rm = zr(w >> 16), ra = zr(w >> 10);
	bool wide = w >> 31, sub = w >> 15 & 1;
	static const uint8_t shifts[] = {OP_SHL, OP_SHR, OP_SAR, OP_ROR};
	if ((w & 0x7fe0f000) == 0x1ac02000) {
		add_op(i, OP_AND, REG_T0, rm, REG_NONE, wide ? 63 : 31);
		if ((w >> 10 & 3) == 2 && !wide) {
			add_op(i, OP_SIGN_EXT, REG_T0 + 1, rn, REG_NONE, 0)->size = 4;
			rn = REG_T0 + 1;
		}
		add_op(i, shifts[w >> 10 & 3], rd, rn, REG_T0, 0)->size = wide ? 8 : 4;
	} else if ((w & 0x7fe0f800) == 0x1ac00800) {
		add_op(i, w >> 10 & 1 ? OP_DIV : OP_DIVU, rd, rn, rm, 0)->size = wide ? 8 : 4;
	} else if ((w & 0x7fe00000) == 0x1b000000) {
		add_op(i, OP_MUL, REG_T0, rn, rm, 0);
		add_op(i, sub ? OP_SUB : OP_ADD, rd, ra, REG_T0, 0);
	} else if ((w & 0xff600000) == 0x9b200000) { /* smaddl, umaddl */
		enum op_code code = w >> 23 & 1 ? OP_ZERO_EXT : OP_SIGN_EXT;
		add_op(i, code, REG_T0, rn, REG_NONE, 0)->size = 4;
		add_op(i, code, REG_T0 + 1, rm, REG_NONE, 0)->size = 4;
		add_op(i, OP_MUL, REG_T0, REG_T0, REG_T0 + 1, 0);
		add_op(i, sub ? OP_SUB : OP_ADD, rd, ra, REG_T0, 0);
	} else if ((w & 0xff600000) == 0x9b400000) {
		add_op(i, w >> 23 & 1 ? OP_MULHU : OP_MULH, rd, rn, rm, 0)->size = 8;
	} else {
		add_clobber(i, rd);
		return;
	}
	narrow(i, wide, rd);
}

static void registers(struct insn *i, uint32_t w)
{
	uint8_t rd = zr(w), rn = zr(w >> 5), rm = zr(w >> 16), b = rm;
	unsigned amount = w >> 10 & 63;
	static const uint8_t shifts[] = {OP_SHL, OP_SHR, OP_SAR, OP_ROR};
	if ((w & 0x1e000000) == 0x0a000000) { /* logical or add, shifted register */
		bool logical = !(w >> 24 & 1), extended = !logical && (w >> 21 & 1);
		unsigned opc = w >> 29 & 3;
		if (extended) {
			rn = sp(w >> 5);
			rd = opc & 1 ? rd : sp(w);
			amount = w >> 10 & 7;
			if ((w >> 13 & 7) != 3 && (w >> 13 & 7) != 7) {
				add_op(i, w >> 15 & 1 ? OP_SIGN_EXT : OP_ZERO_EXT, REG_T0, rm,
				       REG_NONE, 0)
				    ->size = (uint8_t)(1u << (w >> 13 & 3));
				b = REG_T0;
			}
		}
		if (amount) {
			enum op_code code = extended ? OP_SHL : shifts[w >> 22 & 3];
			if (code == OP_SAR && !(w >> 31)) {
				add_op(i, OP_SIGN_EXT, REG_T0, b, REG_NONE, 0)->size = 4;
				b = REG_T0;
			}
			add_op(i, code, REG_T0, b, REG_NONE, amount)->size = w >> 31 ? 8 : 4;
			b = REG_T0;
		}
		if (logical && (w >> 21 & 1)) {
			add_op(i, OP_NOT, REG_T0, b, REG_NONE, 0);
			b = REG_T0;
		}
		if (logical && opc == 1 && rn == ZERO) {
			add_op(i, OP_MOVE, rd, b, REG_NONE, 0);
		} else if (logical) {
			static const uint8_t codes[] = {OP_AND, OP_OR, OP_XOR, OP_AND};
			if (opc == 3 && rn == b) {
				compare(i, w, rn, REG_NONE, 0);
			} else if (opc == 3) {
				add_op(i, OP_AND, REG_T0 + 1, rn, b, 0);
				compare(i, w, REG_T0 + 1, REG_NONE, 0);
			}
			add_op(i, codes[opc], rd, rn, b, 0);
		} else {
			if (opc & 1)
				compare(i, w, opc == 3 ? rn : REG_NONE, b, 0);
			add_op(i, opc & 2 ? OP_SUB : OP_ADD, rd, rn, b, 0);
		}
		narrow(i, w >> 31, rd);
		return;
	}
	if ((w & 0x7fe00000) == 0x5ac00000 && (w >> 10 & 63) == 1) {
		add_op(i, OP_SWAP16, rd, rn, REG_NONE, 0);
	} else if ((w & 0x7fe00000) == 0x5ac00000 && (w >> 10 & 63) == 2) {
		add_op(i, OP_SWAP32, rd, rn, REG_NONE, 0);
	} else if ((w & 0xffe0fc00) == 0xdac00c00) {
		add_op(i, OP_SWAP64, rd, rn, REG_NONE, 0);
	} else if ((w & 0x7fe0fc00) == 0x5ac00000 || (w & 0x7fe0fc00) == 0x5ac01000) {
		add_op(i, w & 0x1000 ? OP_CLZ : OP_REVERSE_BITS, rd, rn, REG_NONE, 0)->size =
		    w >> 31 ? 8 : 4;
	} else if ((w & 0x3fe00000) == 0x3a400000) { /* ccmp: only when a first condition held */
		conditional_compare(i, w);
	} else if ((w & 0x7fe0fc00) == 0x1a800400 && rn == ZERO &&
		   rm == ZERO) { /* cset: inverse condition */
		if ((w >> 12 & 15) == 1)
			add_op(i, OP_IS_SET, rd, REG_FLAGS, REG_NONE, 0);
		else
			add_op(i, OP_TEST, rd, REG_FLAGS, REG_NONE,
			       test_inverse(test_of(w >> 12 & 15)));
	} else if ((w & 0x3fe00800) == 0x1a800000) {
		conditional_select(i, w);
	} else {
		two_or_three(i, w);
	}
}

static unsigned lift(struct decode *d, struct span bytes, struct insn *i)
{
	if (bytes.n < 4 || (d->at & 3))
		return 0;
	uint32_t w = span_le32(bytes, 0);
	insn_begin(i, d, 4, REG_FLAGS);
	if (!(w >> 25 & 8) && (w >> 25 & 15) != 4 && (w >> 25 & 15) != 5 && (w >> 25 & 15) != 6 &&
	    (w >> 25 & 15) != 7)
		return 0; /* not allocated */
	switch (w >> 25 & 15) {
	case 8:
	case 9:
		immediate(i, w);
		break;
	case 10:
	case 11:
		branch(i, w);
		break;
	case 4:
	case 6:
	case 12:
	case 14:
		memory(i, w);
		break;
	case 5:
	case 13:
		registers(i, w);
		break;
	default:
		if ((w & 0x5f20fc00) == 0x1e200000) /* floating point to general register */
			add_clobber(i, zr(w));
		break;
	}
	return 4;
}

/* stp x29, x30, [sp, #-n]!; or paciasp */
static bool prologue(const struct decode *d, struct span bytes)
{
	uint32_t w = span_le32(bytes, 0);
	(void)d;
	return (w & 0xffe07fff) == 0xa9a07bfd || w == 0xd503233f;
}

const struct isa isa_aarch64 = {
    .name = "aarch64",
    .bits = 64,
    .align = 4,
    .sp = SP,
    .result = 0,
    .link = LR,
    .args = {0, 1, 2, 3, 4, 5, 6, 7},
    .arg_count = 8,
    .self = REG_NONE,
    .fixed = REG_NONE,
    .got = REG_NONE,
    .zero = ZERO,
    .kept = 0x3ffull << 19 | 1ull << 29 | 1ull << SP | 1ull << ZERO,
    .lift = lift,
    .prologue = prologue,
};
