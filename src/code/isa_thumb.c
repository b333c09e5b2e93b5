/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thumb and Thumb-2. Half words; those that begin with 11101, 11110 or 11111 are the first of two.
 * Conditional execution comes from a preceding IT: its condition and length are kept in the decode
 * state. Reading pc gives the address of the instruction + 4, for loads aligned down to 4.
 * Reference: ARM Architecture Reference Manual, ARMv7-A edition, chapter A6.
 */
#include "code/isa_arm.h"

static void literal(struct insn *i, uint8_t rd, int64_t k, uint8_t size, bool sign)
{
	add_const(i, REG_T0, ((i->at + 4) & ~UINT64_C(3)) + (uint64_t)k);
	add_load(i, rd == ARM_PC ? REG_TARGET : rd, REG_T0, 0, size, sign);
	if (rd == ARM_PC) {
		i->flow = FLOW_JUMP;
		i->indirect = true;
	}
}

static void alu(struct insn *i, uint16_t h)
{
	uint8_t rd = h & 7, rm = h >> 3 & 7;
	switch (h >> 6 & 15) {
	case 0:
		add_op(i, OP_AND, rd, rd, rm, 0);
		break;
	case 1:
		add_op(i, OP_XOR, rd, rd, rm, 0);
		break;
	case 2:
	case 3:
	case 4:
	case 7: {
		static const uint8_t codes[] = {[2] = OP_SHL, OP_SHR, OP_SAR, [7] = OP_ROR};
		add_op(i, codes[h >> 6 & 15], rd, rd, rm, 0);
		break;
	}
	case 8:
		if (rm == rd) {
			add_op(i, OP_CMP, REG_FLAGS, rd, REG_NONE, 0);
			return;
		}
		add_op(i, OP_AND, REG_T0, rd, rm, 0);
		add_op(i, OP_CMP, REG_FLAGS, REG_T0, REG_NONE, 0);
		return;
	case 9:
		add_const(i, REG_T0, 0);
		add_op(i, OP_SUB, rd, REG_T0, rm, 0);
		break;
	case 14:
		add_op(i, OP_NOT, REG_T0, rm, REG_NONE, 0);
		add_op(i, OP_AND, rd, rd, REG_T0, 0);
		break;
	case 10:
		add_op(i, OP_CMP, REG_FLAGS, rd, rm, 0);
		return;
	case 11:
		add_op(i, OP_CMP, REG_FLAGS, REG_NONE, REG_NONE, 0);
		return;
	case 12:
		add_op(i, OP_OR, rd, rd, rm, 0);
		break;
	case 13:
		add_op(i, OP_MUL, rd, rd, rm, 0);
		break;
	case 15:
		add_op(i, OP_NOT, rd, rm, REG_NONE, 0);
		break;
	default:
		add_clobber(i, rd);
		break;
	}
	add_op(i, OP_CMP, REG_FLAGS, rd, REG_NONE, 0);
}

/* add, cmp, mov with high registers; bx, blx. */
static void high(struct insn *i, uint16_t h)
{
	uint8_t rd = (uint8_t)((h & 7) | (h >> 4 & 8)), rm = h >> 3 & 15;
	switch (h >> 8 & 3) {
	case 0:
		if (rm == ARM_PC || rd == ARM_PC) {
			add_const(i, REG_T0, i->at + 4);
			add_op(i, OP_ADD, rd == ARM_PC ? REG_TARGET : rd, rd == ARM_PC ? rm : rd,
			       REG_T0, 0);
		} else {
			add_op(i, OP_ADD, rd, rd, rm, 0);
		}
		if (rd == ARM_PC) {
			i->flow = FLOW_JUMP;
			i->indirect = true;
		}
		break;
	case 1:
		add_op(i, OP_CMP, REG_FLAGS, rd, rm, 0);
		break;
	case 2:
		if (rd == ARM_PC)
			arm_jump(i, rm);
		else if (rm == ARM_PC)
			add_const(i, rd, i->at + 4);
		else
			add_op(i, OP_MOVE, rd, rm, REG_NONE, 0);
		break;
	default:
		if (h & 0x80) {
			add_op(i, OP_MOVE, REG_TARGET, rm, REG_NONE, 0);
			i->flow = FLOW_CALL;
			i->indirect = true;
		} else if (rm == ARM_PC) { /* bx pc: on in ARM code behind this */
			i->flow = FLOW_JUMP;
			i->target = (i->at + 4) & ~UINT64_C(3);
			i->indirect = true;
			add_const(i, REG_TARGET, i->target);
		} else {
			arm_jump(i, rm);
		}
		break;
	}
}

static void stack_list(struct insn *i, uint8_t base, uint32_t list, bool load, bool down)
{
	int count = __builtin_popcount(list), done = 0;
	int64_t k = down ? -4 * count : 0;
	add_op(i, OP_MOVE, REG_T0, base, REG_NONE, 0);
	for (uint8_t r = 0; r < 15; r++) {
		if (!(list >> r & 1))
			continue;
		if (done++ < 8) {
			if (load)
				add_load(i, r, REG_T0, k, 4, false);
			else
				add_store(i, r, REG_T0, k, 4);
		}
		k += 4;
	}
	add_op(i, OP_ADD, base, REG_T0, REG_NONE, down ? -4 * count : 4 * count);
	if (load && (list & 0x8000))
		i->flow = FLOW_RETURN;
}

static void misc(struct decode *d, struct insn *i, uint16_t h)
{
	uint8_t rd = h & 7, rm = h >> 3 & 7;
	if ((h & 0xff00) == 0xb000) {
		int64_t k = (h & 0x7f) * 4;
		add_op(i, OP_ADD, ARM_SP, ARM_SP, REG_NONE, h & 0x80 ? -k : k);
	} else if ((h & 0xf500) == 0xb100) { /* cbz, cbnz */
		add_op(i, OP_CMP, REG_FLAGS + 1, h & 7, REG_NONE, 0);
		i->flow = FLOW_BRANCH;
		i->flags = REG_FLAGS + 1;
		i->cond = h & 0x800 ? COND_NE : COND_EQ;
		i->target = i->at + 4 + ((h >> 3 & 0x1f) | (h >> 4 & 0x20)) * 2u;
	} else if ((h & 0xff00) == 0xb200) {
		enum op_code code = h & 0x80 ? OP_ZERO_EXT : OP_SIGN_EXT;
		add_op(i, code, rd, rm, REG_NONE, 0)->size = h & 0x40 ? 1 : 2;
	} else if ((h & 0xfe00) == 0xb400) {
		stack_list(i, ARM_SP, (h & 0xff) | (h & 0x100 ? 0x4000u : 0), false, true);
	} else if ((h & 0xfe00) == 0xbc00) {
		stack_list(i, ARM_SP, (h & 0xff) | (h & 0x100 ? 0x8000u : 0), true, false);
	} else if ((h & 0xffc0) == 0xba00) {
		add_op(i, OP_SWAP32, rd, rm, REG_NONE, 0);
	} else if ((h & 0xffc0) == 0xba40) {
		add_op(i, OP_SWAP16, rd, rm, REG_NONE, 0);
	} else if ((h & 0xff00) == 0xbf00 && (h & 15)) { /* it */
		d->it_left = (uint8_t)(4 - __builtin_ctz(h & 15));
		d->it_cond = (uint8_t)(h >> 4 & 15);
		d->it_mask = h & 15;
	} else if ((h & 0xff00) == 0xbe00) {
		i->flow = FLOW_STOP;
	}
}

static void store_load(struct insn *i, uint16_t h)
{
	static const uint8_t sizes[8] = {4, 2, 1, 1, 4, 2, 1, 2};
	uint8_t rd = h & 7, rn = h >> 3 & 7;
	unsigned op = h >> 9 & 7, k = h >> 6 & 31;
	switch (h >> 12) {
	case 5:
		add_op(i, op < 3 ? OP_STORE : OP_LOAD, rd, rn, h >> 6 & 7, 0)->size = sizes[op];
		break;
	case 6:
	case 7:
	case 8: {
		uint8_t size = (uint8_t)(h >> 12 == 6 ? 4 : h >> 12 == 7 ? 1 : 2);
		if (h & 0x800)
			add_load(i, rd, rn, k * size, size, false);
		else
			add_store(i, rd, rn, k * size, size);
		break;
	}
	default:
		rd = h >> 8 & 7;
		if (h & 0x800)
			add_load(i, rd, ARM_SP, (h & 0xff) * 4, 4, false);
		else
			add_store(i, rd, ARM_SP, (h & 0xff) * 4, 4);
	}
}

static void shift_add(struct insn *i, uint16_t h)
{
	static const uint8_t codes[] = {OP_SHL, OP_SHR, OP_SAR};
	uint8_t rd = h & 7, rn = h >> 3 & 7;
	unsigned op = h >> 11 & 3;
	if (op < 3) {
		if (!(h >> 6 & 31) && op == 0)
			add_op(i, OP_MOVE, rd, rn, REG_NONE, 0);
		else
			add_op(i, codes[op], rd, rn, REG_NONE, h >> 6 & 31);
	} else {
		uint8_t b = h & 0x400 ? REG_NONE : h >> 6 & 7;
		bool sub = h & 0x200;
		if (sub)
			add_op(i, OP_CMP, REG_FLAGS, rn, b, h >> 6 & 7);
		add_op(i, sub ? OP_SUB : OP_ADD, rd, rn, b, h >> 6 & 7);
		if (sub)
			return;
	}
	add_op(i, OP_CMP, REG_FLAGS, rd, REG_NONE, 0);
}

static void immediate(struct insn *i, uint16_t h)
{
	uint8_t rd = h >> 8 & 7, k = (uint8_t)h;
	switch (h >> 11 & 3) {
	case 0:
		add_const(i, rd, k);
		break;
	case 1:
		add_op(i, OP_CMP, REG_FLAGS, rd, REG_NONE, k);
		break;
	case 2:
		add_op(i, OP_ADD, rd, rd, REG_NONE, k);
		add_op(i, OP_CMP, REG_FLAGS, rd, REG_NONE, 0);
		break;
	default:
		add_op(i, OP_CMP, REG_FLAGS, rd, REG_NONE, k);
		add_op(i, OP_SUB, rd, rd, REG_NONE, k);
	}
}

static void narrow(struct decode *d, struct insn *i, uint16_t h)
{
	switch (h >> 12) {
	case 0:
	case 1:
		shift_add(i, h);
		break;
	case 2:
	case 3:
		immediate(i, h);
		break;
	case 4:
		if (h & 0x800)
			literal(i, h >> 8 & 7, (h & 0xff) * 4, 4, false);
		else if (h & 0x400)
			high(i, h);
		else
			alu(i, h);
		break;
	case 5:
	case 6:
	case 7:
	case 8:
	case 9:
		store_load(i, h);
		break;
	case 10:
		if (h & 0x800)
			add_op(i, OP_ADD, h >> 8 & 7, ARM_SP, REG_NONE, (h & 0xff) * 4);
		else
			add_const(i, h >> 8 & 7, ((i->at + 4) & ~UINT64_C(3)) + (h & 0xff) * 4u);
		break;
	case 11:
		misc(d, i, h);
		break;
	case 12:
		stack_list(i, h >> 8 & 7, h & 0xff, h & 0x800, false);
		break;
	case 13:
		if ((h & 0xff00) == 0xde00) {
			i->flow = FLOW_STOP;
		} else if ((h & 0xff00) == 0xdf00) {
			i->kernel = true; /* svc */
		} else {
			i->flow = FLOW_BRANCH;
			i->cond = (uint8_t)arm_cond(h >> 8 & 15);
			i->test = (uint8_t)arm_test(h >> 8 & 15);
			i->target = (i->at + 4 + (uint64_t)((int64_t)(int8_t)h * 2)) & 0xffffffff;
		}
		break;
	default:
		i->flow = FLOW_JUMP;
		i->target = (i->at + 4 + (uint64_t)((int64_t)(int16_t)(h << 5) >> 4)) & 0xffffffff;
		i->thumb = true;
	}
}

/* The modified immediate of Thumb-2. */
static uint32_t expand(uint32_t k)
{
	uint32_t b = k & 0xff;
	switch (k >> 8) {
	case 0:
		return b;
	case 1:
		return b << 16 | b;
	case 2:
		return b << 24 | b << 8;
	case 3:
		return b << 24 | b << 16 | b << 8 | b;
	default: {
		unsigned by = k >> 7;
		uint32_t v = 0x80 | (k & 0x7f);
		return v >> by | v << (32 - by);
	}
	}
}

static void wide_data(struct insn *i, unsigned op, bool sets, uint8_t rd, uint8_t rn, uint8_t b,
		      int64_t k)
{
	static const uint8_t codes[16] = {OP_AND, OP_CLOBBER, OP_OR,	  OP_NOT, OP_XOR, 0,
					  0,	  0,	      OP_ADD,	  0,	  0,	  0,
					  0,	  OP_SUB,     OP_CLOBBER, 0};
	if (rd == ARM_PC && sets) { /* tst teq cmn cmp */
		bool cmp = op == 13 || op == 4;
		if (op == 0) {
			add_op(i, OP_AND, REG_T0, rn, b, k);
			add_op(i, OP_CMP, REG_FLAGS, REG_T0, REG_NONE, 0);
			return;
		}
		if (op == 8 && b == REG_NONE) { /* cmn */
			add_op(i, OP_CMP, REG_FLAGS, rn, REG_NONE, -k);
			return;
		}
		add_op(i, OP_CMP, REG_FLAGS, cmp ? rn : REG_NONE, cmp ? b : REG_NONE, k);
		return;
	}
	if (op == 13 && sets)
		add_op(i, OP_CMP, REG_FLAGS, rn, b, k);
	if (op == 2 && rn == ARM_PC) { /* mov */
		if (b == REG_NONE)
			add_const(i, rd, (uint64_t)k);
		else
			add_op(i, OP_MOVE, rd, b, REG_NONE, 0);
	} else if (op == 3 && rn == ARM_PC) { /* mvn */
		if (b == REG_NONE)
			add_const(i, rd, (uint64_t)~k & 0xffffffff);
		else
			add_op(i, OP_NOT, rd, b, REG_NONE, 0);
	} else if (op == 1 && b == REG_NONE) {
		add_op(i, OP_AND, rd, rn, REG_NONE, ~k);
	} else if ((op == 1 || op == 3) && b != REG_NONE) { /* bic, orn */
		add_op(i, OP_NOT, REG_T0, b, REG_NONE, 0);
		add_op(i, op == 1 ? OP_AND : OP_OR, rd, rn, REG_T0, 0);
	} else if (op == 14) { /* rsb */
		if (b == REG_NONE)
			add_const(i, REG_T0, (uint64_t)k);
		add_op(i, OP_SUB, rd, b == REG_NONE ? REG_T0 : b, rn, 0);
	} else if (codes[op] && codes[op] != OP_CLOBBER && op != 3) {
		add_op(i, codes[op], rd, rn, b, k);
	} else {
		add_clobber(i, rd);
	}
	if (sets && op != 13)
		add_op(i, OP_CMP, REG_FLAGS, rd, REG_NONE, 0);
}

static uint8_t wide_shift(struct insn *i, uint32_t w)
{
	static const uint8_t codes[] = {OP_SHL, OP_SHR, OP_SAR, OP_ROR};
	unsigned amount = (w >> 10 & 0x1c) | (w >> 6 & 3);
	if (!amount && !(w & 0x30))
		return w & 15;
	add_op(i, amount ? codes[w >> 4 & 3] : OP_CLOBBER, REG_T0 + 1, w & 15, REG_NONE, amount);
	return REG_T0 + 1;
}

static void wide_plain(struct insn *i, uint32_t w, uint32_t imm12)
{
	uint8_t rd = w >> 8 & 15, rn = w >> 16 & 15;
	uint32_t imm16 = (w >> 4 & 0xf000) | imm12;
	switch (w >> 20 & 31) {
	case 0:
	case 10: /* addw, subw; with pc: adr */
		if (rn == ARM_PC)
			add_const(i, rd,
				  ((i->at + 4) & ~UINT64_C(3)) +
				      (w >> 20 & 31 ? 0 - (uint64_t)imm12 : imm12));
		else
			add_op(i, w >> 20 & 31 ? OP_SUB : OP_ADD, rd, rn, REG_NONE, imm12);
		break;
	case 4:
		add_const(i, rd, imm16);
		break;
	case 12:
		add_op(i, OP_AND, rd, rd, REG_NONE, 0xffff);
		add_op(i, OP_OR, rd, rd, REG_NONE, (int64_t)imm16 << 16);
		break;
	case 20:
	case 28: /* sbfx, ubfx */
		arm_extract(i, rd, rn, (w >> 10 & 0x1c) | (w >> 6 & 3), (w & 31) + 1,
			    (w >> 20 & 31) == 20);
		break;
	case 22:
		arm_insert(i, rd, rn, (w >> 10 & 0x1c) | (w >> 6 & 3), w & 31);
		break;
	default:
		add_clobber(i, rd);
		break;
	}
}

static void wide_branch(struct insn *i, uint32_t w)
{
	uint32_t s = w >> 26 & 1, j1 = w >> 13 & 1, j2 = w >> 11 & 1;
	if ((w & 0x5000) == 0) { /* conditional, or system */
		if ((w >> 22 & 15) >= 14)
			return;
		uint32_t off =
		    s << 20 | j2 << 19 | j1 << 18 | (w >> 16 & 0x3f) << 12 | (w & 0x7ff) << 1;
		i->flow = FLOW_BRANCH;
		i->cond = (uint8_t)arm_cond(w >> 22 & 15);
		i->test = (uint8_t)arm_test(w >> 22 & 15);
		i->target =
		    (i->at + 4 + (uint64_t)((int64_t)(int32_t)(off << 11) >> 11)) & 0xffffffff;
		return;
	}
	uint32_t i1 = !(j1 ^ s), i2 = !(j2 ^ s);
	uint32_t off = s << 24 | i1 << 23 | i2 << 22 | (w >> 16 & 0x3ff) << 12 | (w & 0x7ff) << 1;
	uint64_t base = i->at + 4;
	i->thumb = true;
	i->flow = w & 0x4000 ? FLOW_CALL : FLOW_JUMP;
	if ((w & 0x5000) == 0x4000) { /* blx: to ARM */
		i->thumb = false;
		base &= ~UINT64_C(3);
		off &= ~3u;
	}
	i->target = (base + (uint64_t)((int64_t)(int32_t)(off << 7) >> 7)) & 0xffffffff;
}

static void wide_memory(struct insn *i, uint32_t w)
{
	uint8_t rd = w >> 12 & 15, rn = w >> 16 & 15, size = (uint8_t)(1u << (w >> 21 & 3));
	bool load = w & 1 << 20, sign = w & 1 << 24;
	int64_t k = w & 0xfff;
	uint8_t base = rn;
	if (size > 4)
		return;
	if (rn == ARM_PC) {
		literal(i, rd, w & 1 << 23 ? k : -k, size, sign);
		return;
	}
	if (!(w & 1 << 23)) {
		k = w & 0xff;
		if (!(w & 0x800)) {
			if (w & 0x7c0) {
				add_clobber(i, rd);
				return;
			}
			add_op(i, OP_SHL, REG_T0 + 1, w & 15, REG_NONE, w >> 4 & 3);
			add_op(i, load ? OP_LOAD : OP_STORE, rd, rn, REG_T0 + 1, 0)->size = size;
			return;
		}
		k = w & 0x200 ? k : -k;
		if (w & 0x100) { /* write back */
			if (!(w & 0x400)) {
				add_op(i, OP_MOVE, REG_T0, rn, REG_NONE, 0);
				base = REG_T0;
			}
			add_op(i, OP_ADD, rn, rn, REG_NONE, k);
			k = 0;
		}
	}
	if (!load) {
		add_store(i, rd, base, k, size);
	} else if (rd != ARM_PC) {
		add_load(i, rd, base, k, size, sign);
	} else if (size == 4) {
		add_load(i, REG_TARGET, base, k, 4, false);
		i->flow = rn == ARM_SP ? FLOW_RETURN : FLOW_JUMP;
		i->indirect = i->flow == FLOW_JUMP;
	}
}

/* ldrd, strd, exclusive loads, table branches. */
static void wide_dual(struct insn *i, uint32_t w)
{
	uint8_t rt = w >> 12 & 15, rt2 = w >> 8 & 15, rn = w >> 16 & 15, base = rn;
	int64_t k = (int64_t)(w & 0xff) * 4;
	if ((w & 0xfff000e0) == 0xe8d00000) { /* tbb, tbh */
		add_clobber(i, REG_TARGET);
		i->flow = FLOW_JUMP;
		i->indirect = true;
		return;
	}
	if (!(w & 1 << 24) && !(w & 1 << 21)) {
		add_clobber(i, rt);
		add_clobber(i, w & 15);
		return;
	}
	if (rn == ARM_PC) {
		add_const(i, REG_T0, (i->at + 4) & ~UINT64_C(3));
		base = REG_T0;
	}
	k = w & 1 << 23 ? k : -k;
	if (w & 1 << 21) {
		add_op(i, OP_MOVE, REG_T0, rn, REG_NONE, 0);
		add_op(i, OP_ADD, rn, rn, REG_NONE, k);
		base = REG_T0;
		k = w & 1 << 24 ? k : 0;
	}
	if (w & 1 << 20) {
		add_load(i, rt, base, k, 4, false);
		add_load(i, rt2, base, k + 4, 4, false);
	} else {
		add_store(i, rt, base, k, 4);
		add_store(i, rt2, base, k + 4, 4);
	}
}

static void wide_multiple(struct insn *i, uint32_t w)
{
	uint8_t rn = w >> 16 & 15;
	bool load = w & 1 << 20, down = w & 1 << 24;
	stack_list(i, rn, w & 0xffff, load, down);
	if (!(w & 1 << 21))
		add_op(i, OP_MOVE, rn, REG_T0, REG_NONE, 0);
}

static void wide_extend(struct insn *i, uint32_t w)
{
	uint8_t rd = w >> 8 & 15, rm = w & 15;
	if ((w & 0xfff0f0f0) == 0xfa90f080)
		add_op(i, OP_SWAP32, rd, rm, REG_NONE, 0);
	else if ((w & 0xfff0f0f0) == 0xfa90f090)
		add_op(i, OP_SWAP16, rd, rm, REG_NONE, 0);
	else if ((w & 0xffaff0c0) == 0xfa0ff080)
		add_op(i, w & 0x00100000 ? OP_ZERO_EXT : OP_SIGN_EXT, rd, rm, REG_NONE, 0)->size =
		    w & 0x00400000 ? 1 : 2;
	else if ((w & 0xff80f0f0) == 0xfa00f000) {
		static const uint8_t codes[] = {OP_SHL, OP_SHR, OP_SAR, OP_ROR};
		add_op(i, codes[w >> 21 & 3], rd, w >> 16 & 15, rm, 0);
	} else {
		add_clobber(i, rd);
	}
}

static void wide_multiply(struct insn *i, uint32_t w)
{
	uint8_t rd = w >> 8 & 15, ra = w >> 12 & 15, rn = w >> 16 & 15, rm = w & 15;
	if ((w & 0xfff000e0) == 0xfb000000) { /* mul, mla, mls */
		if (ra == ARM_PC) {
			add_op(i, OP_MUL, rd, rn, rm, 0);
			return;
		}
		add_op(i, OP_MUL, REG_T0, rn, rm, 0);
		add_op(i, w & 0x10 ? OP_SUB : OP_ADD, rd, ra, REG_T0, 0);
	} else if ((w & 0xffd000f0) == 0xfb800000) {
		arm_multiply_long(i, ra, rd, rn, rm, !(w & 1 << 21));
	} else if ((w & 0xffd0f0f0) == 0xfb90f0f0) {
		add_op(i, w & 1 << 21 ? OP_DIVU : OP_DIV, rd, rn, rm, 0);
	} else if ((w & 0xfff0f0f0) == 0xfb50f000) {
		add_op(i, OP_MULH, rd, rn, rm, 0);
	} else {
		add_clobber(i, rd);
		if ((w & 0xff800000) == 0xfb800000)
			add_clobber(i, ra);
	}
}

static void wide(struct insn *i, uint32_t w)
{
	uint32_t imm12 = (w >> 15 & 0x800) | (w >> 4 & 0x700) | (w & 0xff);
	uint8_t rd = w >> 8 & 15, rn = w >> 16 & 15;
	if ((w & 0xfe400000) == 0xe8000000)
		wide_multiple(i, w);
	else if ((w & 0xfe400000) == 0xe8400000)
		wide_dual(i, w);
	else if ((w & 0xfe000000) == 0xea000000)
		wide_data(i, w >> 21 & 15, w & 1 << 20, rd, rn, wide_shift(i, w), 0);
	else if ((w & 0xf8008000) == 0xf0008000)
		wide_branch(i, w);
	else if ((w & 0xfa008000) == 0xf0000000)
		wide_data(i, w >> 21 & 15, w & 1 << 20, rd, rn, REG_NONE, expand(imm12));
	else if ((w & 0xfa008000) == 0xf2000000)
		wide_plain(i, w, imm12);
	else if ((w & 0xfe000000) == 0xf8000000)
		wide_memory(i, w);
	else if ((w & 0xff000000) == 0xfa000000)
		wide_extend(i, w);
	else if ((w & 0xff000000) == 0xfb000000)
		wide_multiply(i, w);
	else if ((w & 0xef100010) == 0xee100010)
		add_clobber(i, w >> 12 & 15);
}

unsigned thumb_lift(struct decode *d, struct span bytes, struct insn *i)
{
	if (bytes.n < 2 || (d->at & 1))
		return 0;
	uint16_t h = span_u16(bytes, 0, d->big);
	bool conditional = d->it_left > 0;
	uint8_t cond = d->it_cond;
	insn_begin(i, d, 2, REG_FLAGS);
	i->thumb = true;
	if (conditional) {
		d->it_left--;
		d->it_cond = (uint8_t)((d->it_cond & 14) | (d->it_mask >> 3 & 1));
		d->it_mask = (uint8_t)(d->it_mask << 1);
	}
	if (h >> 11 >= 0x1d) {
		if (bytes.n < 4)
			return 0;
		i->size = 4;
		wide(i, (uint32_t)h << 16 | span_u16(bytes, 2, d->big));
	} else {
		narrow(d, i, h);
	}
	if (conditional && i->flow != FLOW_BRANCH) {
		i->cond = (uint8_t)arm_cond(cond);
		i->test = (uint8_t)arm_test(cond);
		i->predicated = i->cond != COND_ALWAYS;
		for (unsigned k = 0; k < i->op_count;
		     k++) /* 16-bit arithmetic sets no flags here */
			if (i->ops[k].code == OP_CMP && i->size == 2 && h >> 12 != 4 &&
			    (h & 0xf800) != 0x2800)
				i->ops[k].d = REG_FLAGS + 2;
		if (i->flow == FLOW_JUMP)
			i->flow = i->predicated ? FLOW_BRANCH : FLOW_JUMP;
	}
	return i->size;
}
