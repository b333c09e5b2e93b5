/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ARM (A32), little-endian instructions, and BE-32 where the file says big-endian:
 *
 *   cond(4) 00 I opcode(4) S Rn Rd operand2(12)      data processing
 *   cond(4) 01 I P U B W L Rn Rd offset(12)          word and byte transfers
 *   cond(4) 100 P U S W L Rn list(16)                several registers
 *   cond(4) 101 L offset(24)                         branch
 *
 * Reading pc gives the address of the instruction + 8: literal pools are loads from there.
 * Reference: ARM Architecture Reference Manual, ARMv7-A edition, chapter A5.
 */
#include "code/isa_arm.h"

enum data { AND, EOR, SUB, RSB, ADD, ADC, SBC, RSC, TST, TEQ, CMP, CMN, ORR, MOV, BIC, MVN };

static uint32_t rotated(uint32_t w)
{
	unsigned by = (w >> 8 & 15) * 2;
	uint32_t v = w & 0xff;
	return by ? v >> by | v << (32 - by) : v;
}

static uint8_t source(struct insn *i, uint8_t reg, uint8_t scratch)
{
	if (reg != ARM_PC)
		return reg;
	add_const(i, scratch, i->at + 8);
	return scratch;
}

/* The second operand in a register, shifted: b, or scratch. */
static uint8_t shifted(struct insn *i, uint32_t w)
{
	static const uint8_t codes[] = {OP_SHL, OP_SHR, OP_SAR, OP_ROR};
	uint8_t rm = source(i, w & 15, REG_T0 + 1);
	unsigned amount = w >> 7 & 31;
	if (!(w & 0xff0))
		return rm;
	if ((w & 0x10) && (w >> 25 & 7) == 0) { /* by a register */
		add_op(i, codes[w >> 5 & 3], REG_T0 + 2, rm, w >> 8 & 15, 0);
		return REG_T0 + 2;
	}
	if (!amount && (w >> 5 & 3) == 3) { /* through the carry */
		add_clobber(i, REG_T0 + 2);
		return REG_T0 + 2;
	}
	if (!amount)
		amount = 32;
	add_op(i, codes[w >> 5 & 3], REG_T0 + 2, rm, REG_NONE, amount);
	return REG_T0 + 2;
}

static void combine(struct insn *i, enum data op, uint8_t rd, uint8_t rn, uint8_t b, int64_t k)
{
	switch (op) {
	case AND:
		add_op(i, OP_AND, rd, rn, b, k);
		break;
	case EOR:
		add_op(i, OP_XOR, rd, rn, b, k);
		break;
	case SUB:
		add_op(i, OP_SUB, rd, rn, b, k);
		break;
	case ADD:
		add_op(i, OP_ADD, rd, rn, b, k);
		break;
	case ORR:
		add_op(i, OP_OR, rd, rn, b, k);
		break;
	case BIC:
		if (b == REG_NONE) {
			add_op(i, OP_AND, rd, rn, REG_NONE, ~k);
		} else {
			add_op(i, OP_NOT, REG_T0 + 3, b, REG_NONE, 0);
			add_op(i, OP_AND, rd, rn, REG_T0 + 3, 0);
		}
		break;
	case RSB:
		if (b == REG_NONE) {
			add_const(i, REG_T0 + 3, (uint64_t)k);
			b = REG_T0 + 3;
		}
		add_op(i, OP_SUB, rd, b, rn, 0);
		break;
	case MOV:
	case MVN:
		if (b == REG_NONE)
			add_const(i, rd, (uint64_t)(op == MOV ? k : ~k));
		else
			add_op(i, op == MOV ? OP_MOVE : OP_NOT, rd, b, REG_NONE, 0);
		break;
	default:
		add_clobber(i, rd);
		break;
	}
}

/* The last bit that the shift by a number moves out, in a scratch register. */
static bool shifted_out(struct insn *i, uint32_t w)
{
	unsigned amount = w >> 7 & 31, kind = w >> 5 & 3;
	if ((w & 1 << 25) || (w & 0x10) || !amount || kind == 3 || (w & 15) == ARM_PC)
		return false;
	add_op(i, OP_SHR, REG_T0 + 1, w & 15, REG_NONE, kind ? amount - 1 : 32 - amount);
	add_op(i, OP_AND, REG_T0 + 1, REG_T0 + 1, REG_NONE, 1);
	return true;
}

static void data(struct insn *i, uint32_t w)
{
	enum data op = w >> 21 & 15;
	uint8_t rd = w >> 12 & 15, rn = w >> 16 & 15, b = REG_NONE;
	int64_t k = 0;
	if (op != MOV && op != MVN)
		rn = source(i, rn, REG_T0);
	if (w & 1 << 25)
		k = rotated(w);
	else
		b = shifted(i, w);
	if (op == CMP || op == CMN || op == TST || op == TEQ) {
		bool same = op == TST && b == rn;
		if (op == CMP || op == TEQ || same) {
			add_op(i, OP_CMP, REG_FLAGS, rn, same ? REG_NONE : b, same ? 0 : k);
		} else if (op == TST) {
			add_op(i, OP_AND, REG_T0 + 3, rn, b, k);
			add_op(i, OP_CMP, REG_FLAGS, REG_T0 + 3, REG_NONE, 0);
		} else if (b == REG_NONE) {
			add_op(i, OP_CMP, REG_FLAGS, rn, REG_NONE, -k);
		} else {
			add_op(i, OP_CMP, REG_FLAGS, REG_NONE, REG_NONE, 0);
		}
		return;
	}
	bool sets = w & 1 << 20;
	if (rd == ARM_PC) {
		if (op == MOV && b == ARM_LR) {
			i->flow = FLOW_RETURN;
			return;
		}
		combine(i, op, REG_TARGET, rn, b, k);
		i->flow = FLOW_JUMP;
		i->indirect = true;
		return;
	}
	if (sets && op == SUB) /* like CMP, and keeps the difference */
		add_op(i, OP_CMP, REG_FLAGS, rn, b, k);
	bool carry = sets && op == MOV && shifted_out(i, w);
	combine(i, op, rd, rn, b, k);
	if (sets && op != SUB)
		add_op(i, OP_CMP, REG_FLAGS, rd, REG_NONE, 0);
	if (sets && op == ADD && (rn != rd || (b != REG_NONE && b != rd))) {
		add_op(i, OP_LESS_U, REG_T0 + 1, rd, rn != rd ? rn : b, 0);
		carry = true;
	}
	if (carry)
		add_op(i, OP_CARRY, REG_FLAGS, REG_T0 + 1, REG_NONE, 0);
}

/* rn + offset, with write-back; leaves the base in `base` and the offset in *k. */
static uint8_t indexed(struct insn *i, uint32_t w, uint8_t rn, int64_t *k)
{
	bool before = w & 1 << 24, back = !before || (w & 1 << 21);
	if (!back)
		return rn;
	if (before) {
		add_op(i, OP_ADD, rn, rn, REG_NONE, *k);
		*k = 0;
		return rn;
	}
	add_op(i, OP_MOVE, REG_T0 + 3, rn, REG_NONE, 0);
	add_op(i, OP_ADD, rn, rn, REG_NONE, *k);
	*k = 0;
	return REG_T0 + 3;
}

/* The same with an offset in a register. */
static uint8_t indexed_by(struct insn *i, uint32_t w, uint8_t rn, uint8_t b)
{
	enum op_code code = w & 1 << 23 ? OP_ADD : OP_SUB;
	if (w & 1 << 24) {
		add_op(i, code, REG_T0 + 3, rn, b, 0);
		if (w & 1 << 21)
			add_op(i, OP_MOVE, rn, REG_T0 + 3, REG_NONE, 0);
	} else {
		add_op(i, OP_MOVE, REG_T0 + 3, rn, REG_NONE, 0);
		add_op(i, code, rn, rn, b, 0);
	}
	return REG_T0 + 3;
}

static void load_to(struct insn *i, uint8_t rd, uint8_t base, int64_t k, uint8_t size, bool sign)
{
	if (rd != ARM_PC) {
		add_load(i, rd, base, k, size, sign);
		return;
	}
	add_load(i, REG_TARGET, base, k, size, sign);
	i->flow = base == ARM_SP || base == REG_T0 + 3 ? FLOW_RETURN : FLOW_JUMP;
	i->indirect = i->flow == FLOW_JUMP;
}

static void transfer(struct insn *i, uint32_t w)
{
	uint8_t rd = w >> 12 & 15, rn = source(i, w >> 16 & 15, REG_T0);
	uint8_t size = w & 1 << 22 ? 1 : 4;
	int64_t k = w & 1 << 23 ? (int64_t)(w & 0xfff) : -(int64_t)(w & 0xfff);
	if (w & 1 << 25) { /* register offset */
		rn = indexed_by(i, w, rn, shifted(i, w));
		k = 0;
	} else {
		rn = indexed(i, w, rn, &k);
	}
	if (w & 1 << 20)
		load_to(i, rd, rn, k, size, false);
	else
		add_store(i, rd, rn, k, size);
}

/* Half words, signed bytes, double words. */
static void extra(struct insn *i, uint32_t w)
{
	uint8_t rd = w >> 12 & 15, rn = source(i, w >> 16 & 15, REG_T0);
	unsigned kind = w >> 5 & 3;
	bool load = w & 1 << 20;
	int64_t k = (int64_t)((w >> 4 & 0xf0) | (w & 15));
	if (!(w & 1 << 23))
		k = -k;
	if (!(w & 1 << 22)) {
		rn = indexed_by(i, w, rn, w & 15);
		k = 0;
	} else {
		rn = indexed(i, w, rn, &k);
	}
	if (load && kind)
		add_load(i, rd, rn, k, kind == 2 ? 1 : 2, kind != 1);
	else if (kind == 1)
		add_store(i, rd, rn, k, 2);
	else if (kind == 2) { /* ldrd */
		add_load(i, rd, rn, k, 4, false);
		add_load(i, (rd + 1) & 15, rn, k + 4, 4, false);
	} else {
		add_store(i, rd, rn, k, 4);
		add_store(i, (rd + 1) & 15, rn, k + 4, 4);
	}
}

static void multiple(struct insn *i, uint32_t w)
{
	uint8_t rn = w >> 16 & 15;
	bool load = w & 1 << 20, back = w & 1 << 21, up = w & 1 << 23, before = w & 1 << 24;
	int count = __builtin_popcount(w & 0xffff);
	int64_t k = up ? (before ? 4 : 0) : (before ? -4 * count : -4 * count + 4);
	unsigned done = 0;
	add_op(i, OP_MOVE, REG_T0, rn, REG_NONE, 0);
	for (uint8_t r = 0; r < 15; r++) {
		if (!(w >> r & 1))
			continue;
		if (load && done < 8)
			add_load(i, r, REG_T0, k, 4, false);
		else if (!load && done < 8)
			add_store(i, r, REG_T0, k, 4);
		done++;
		k += 4;
	}
	if (back && !(load && (w >> rn & 1)))
		add_op(i, OP_ADD, rn, REG_T0, REG_NONE, up ? 4 * count : -4 * count);
	if (load && (w & 0x8000))
		i->flow = FLOW_RETURN;
}

static void misc(struct insn *i, uint32_t w)
{
	uint8_t rd = w >> 12 & 15, rm = w & 15;
	if ((w & 0x0ffffff0) == 0x012fff10) {
		arm_jump(i, rm);
	} else if ((w & 0x0ffffff0) == 0x012fff30) {
		add_op(i, OP_MOVE, REG_TARGET, rm, REG_NONE, 0);
		i->flow = FLOW_CALL;
		i->indirect = true;
	} else if ((w & 0x0fff0ff0) == 0x016f0f10) {
		add_op(i, OP_CLZ, rd, rm, REG_NONE, 0);
	} else if ((w & 0x0ff000f0) == 0x01200070 || (w & 0x0fffffff) == 0x01600070) {
		i->flow = FLOW_STOP; /* bkpt */
	} else {
		add_clobber(i, rd);
	}
}

static bool media(struct insn *i, uint32_t w)
{
	uint8_t rd = w >> 12 & 15, rm = w & 15;
	if ((w & 0x0fff0ff0) == 0x06bf0fb0)
		add_op(i, OP_SWAP16, rd, rm, REG_NONE, 0);
	else if ((w & 0x0fff0ff0) == 0x06bf0f30)
		add_op(i, OP_SWAP32, rd, rm, REG_NONE, 0);
	else if ((w & 0x0fff03f0) == 0x06ef0070)
		add_op(i, OP_ZERO_EXT, rd, rm, REG_NONE, 0)->size = 1;
	else if ((w & 0x0fff03f0) == 0x06ff0070)
		add_op(i, OP_ZERO_EXT, rd, rm, REG_NONE, 0)->size = 2;
	else if ((w & 0x0fff03f0) == 0x06af0070)
		add_op(i, OP_SIGN_EXT, rd, rm, REG_NONE, 0)->size = 1;
	else if ((w & 0x0fff03f0) == 0x06bf0070)
		add_op(i, OP_SIGN_EXT, rd, rm, REG_NONE, 0)->size = 2;
	else if ((w & 0x0ff000f0) == 0x07f000f0)
		i->flow = FLOW_STOP; /* udf */
	else if ((w & 0x0fa00070) == 0x07a00050)
		arm_extract(i, rd, rm, w >> 7 & 31, (w >> 16 & 31) + 1, !(w & 1 << 22));
	else if ((w & 0x0fe00070) == 0x07c00010)
		arm_insert(i, rd, rm, w >> 7 & 31, w >> 16 & 31);
	else if ((w & 0x0fd0f0f0) == 0x0710f010)
		add_op(i, w & 1 << 21 ? OP_DIVU : OP_DIV, w >> 16 & 15, rm, w >> 8 & 15, 0);
	else if ((w & 0x0ff0f0f0) == 0x0750f010)
		add_op(i, OP_MULH, w >> 16 & 15, rm, w >> 8 & 15, 0);
	else if ((w & 0x0f800000) == 0x07000000)
		add_clobber(i, w >> 16 & 15);
	else
		add_clobber(i, rd);
	return true;
}

/* mul, mla, umull, smull; swp and ldrex are left unknown. */
static void multiply(struct insn *i, uint32_t w)
{
	uint8_t rd = w >> 16 & 15, rn = w >> 12 & 15, rs = w >> 8 & 15, rm = w & 15;
	if ((w & 0x0fc00000) == 0) {
		add_op(i, OP_MUL, w & 1 << 21 ? REG_T0 : rd, rm, rs, 0);
		if (w & 1 << 21)
			add_op(i, OP_ADD, rd, REG_T0, rn, 0);
		if (w & 1 << 20)
			add_op(i, OP_CMP, REG_FLAGS, rd, REG_NONE, 0);
	} else if ((w & 0x0fa00000) == 0x00800000) {
		arm_multiply_long(i, rn, rd, rm, rs, w & 1 << 22);
	} else if ((w & 0x0ff00000) == 0x00600000) { /* mls */
		add_op(i, OP_MUL, REG_T0, rm, rs, 0);
		add_op(i, OP_SUB, rd, rn, REG_T0, 0);
	} else {
		add_clobber(i, w & 0x01000000 ? rn : rd);
		if (w & 0x00800000)
			add_clobber(i, rn);
	}
}

static void a32(struct insn *i, uint32_t w)
{
	switch (w >> 25 & 7) {
	case 0:
		if ((w & 0x90) == 0x90 && (w & 0x60)) {
			extra(i, w);
		} else if ((w & 0x90) == 0x90) { /* multiply, swp, ldrex */
			multiply(i, w);
		} else if ((w & 0x01900000) == 0x01000000) {
			misc(i, w);
		} else {
			data(i, w);
		}
		break;
	case 1:
		if ((w & 0x0ff00000) == 0x03000000) { /* movw */
			add_const(i, w >> 12 & 15, (w >> 4 & 0xf000) | (w & 0xfff));
		} else if ((w & 0x0ff00000) == 0x03400000) { /* movt */
			add_op(i, OP_AND, w >> 12 & 15, w >> 12 & 15, REG_NONE, 0xffff);
			add_op(i, OP_OR, w >> 12 & 15, w >> 12 & 15, REG_NONE,
			       (int64_t)((w >> 4 & 0xf000) | (w & 0xfff)) << 16);
		} else if ((w & 0x0fb00000) != 0x03200000) { /* not msr, nop */
			data(i, w);
		}
		break;
	case 2:
		transfer(i, w);
		break;
	case 3:
		if (w & 0x10)
			media(i, w);
		else
			transfer(i, w);
		break;
	case 4:
		multiple(i, w);
		break;
	case 5:
		i->flow = w & 1 << 24 ? FLOW_CALL : w >> 28 == 14 ? FLOW_JUMP : FLOW_BRANCH;
		i->target = (i->at + 8 + (uint64_t)((int64_t)(int32_t)(w << 8) >> 6)) & 0xffffffff;
		break;
	default:
		if ((w & 0x0f100010) == 0x0e100010) /* mrc */
			add_clobber(i, w >> 12 & 15);
		if ((w & 0x0f000000) == 0x0f000000) { /* svc; the old ABI has the number in it */
			i->kernel = true;
			i->target = w & 0xffffff;
		}
		break;
	}
}

static unsigned lift(struct decode *d, struct span bytes, struct insn *i)
{
	if (d->thumb)
		return thumb_lift(d, bytes, i);
	if (bytes.n < 4 || (d->at & 3))
		return 0;
	uint32_t w = span_u32(bytes, 0, d->big);
	insn_begin(i, d, 4, REG_FLAGS);
	if (w >> 28 == 15) {
		if ((w & 0xfe000000) == 0xfa000000) { /* blx: to Thumb */
			i->flow = FLOW_CALL;
			i->thumb = true;
			i->target = (d->at + 8 + (uint64_t)((int64_t)(int32_t)(w << 8) >> 6) +
				     (w >> 23 & 2)) &
				    0xffffffff;
			return 4;
		}
		return (w & 0xfd70f000) == 0xf550f000 || (w >> 25) == 0x79
			   ? 4
			   : 0; /* pld, dsb; else none */
	}
	i->cond = (uint8_t)arm_cond(w >> 28);
	i->test = (uint8_t)arm_test(w >> 28);
	i->predicated = i->cond != COND_ALWAYS;
	a32(i, w);
	if (i->flow == FLOW_JUMP && i->cond != COND_ALWAYS)
		i->flow = FLOW_BRANCH;
	return 4;
}

/* push {.., lr}; or mov ip, sp; or str lr, [sp, #-4]!; or push of parameters that are not named */
static bool prologue(const struct decode *d, struct span bytes)
{
	if (d->thumb) {
		uint16_t h = span_u16(bytes, 0, d->big), next = span_u16(bytes, 2, d->big);
		return (h & 0xff00) == 0xb500 || (h & 0xfff0) == 0xb400 ||
		       (h == 0xe92d && (next & 0x4000));
	}
	uint32_t w = span_u32(bytes, 0, d->big);
	return (w & 0xffff4000) == 0xe92d4000 || w == 0xe1a0c00d || w == 0xe52de004 ||
	       (w & 0xfffffff0) == 0xe92d0000;
}

const struct isa isa_arm = {
    .name = "arm",
    .bits = 32,
    .align = 2,
    .sp = ARM_SP,
    .result = 0,
    .link = ARM_LR,
    .args = {0, 1, 2, 3},
    .arg_count = 4,
    .self = REG_NONE,
    .fixed = REG_NONE,
    .got = REG_NONE,
    .zero = REG_NONE,
    .kept = 0xff0 | 1u << ARM_SP,
    .lift = lift,
    .prologue = prologue,
};
