/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lengths and fields of x86 instructions.
 *
 *   prefixes  [REX]  opcode (1: one byte, 0f xx, 0f 38 xx, 0f 3a xx)  [ModRM [SIB] [disp]]  [imm]
 *   prefixes  c5 xx | c4 xx xx | 62 xx xx xx | 8f xx xx   opcode  ModRM [SIB] [disp]  [imm]
 *
 * What follows an opcode is one letter in a table. Reference: Intel 64 and IA-32 Architectures
 * Software Developer's Manual, volume 2, chapter 2 and appendix A; AMD64 Architecture Programmer's
 * Manual, volume 3 (XOP, 3DNow!).
 */
#include "code/isa_x86.h"

enum { MAX_LENGTH = 15 };

/*
 * .  nothing            m  ModRM              B  ModRM, imm8       Z  ModRM, imm16 or 32
 * b  imm8               w  imm16              z  imm16 or 32       v  the same, 64 with REX.W
 * e  imm16, imm8        o  an address         f  imm16 or 32, then imm16
 * J  rel16 or 32        t  ModRM, imm8 for /0 and /1               T  the same with imm16 or 32
 * p  prefix             r  ModRM that always names a register      -  no instruction
 */
static const char one_byte[] = "mmmmbz..mmmmbz.-"
			       "mmmmbz..mmmmbz.."
			       "mmmmbzp.mmmmbzp."
			       "mmmmbzp.mmmmbzp."
			       "................"
			       "................"
			       "..mmppppzZbB...."
			       "bbbbbbbbbbbbbbbb"
			       "BZBBmmmmmmmmmmmm"
			       "..........f....."
			       "oooo....bz......"
			       "bbbbbbbbvvvvvvvv"
			       "BBw.mmBZe.w..b.."
			       "mmmmbb..mmmmmmmm"
			       "bbbbbbbbJJfb...."
			       "p.pp..tT......mm";

static const char two_byte[] = "mmmm-.....-.-m.B"
			       "mmmmmmmmmmmmmmmm"
			       "rrrr----mmmmmmmm"
			       "......-.--------"
			       "mmmmmmmmmmmmmmmm"
			       "mmmmmmmmmmmmmmmm"
			       "mmmmmmmmmmmmmmmm"
			       "BBBBmmm.mm--mmmm"
			       "JJJJJJJJJJJJJJJJ"
			       "mmmmmmmmmmmmmmmm"
			       "...mBmmm...mBmmm"
			       "mmmmmmmmmmBmmmmm"
			       "mmBmBBBm........"
			       "mmmmmmmmmmmmmmmm"
			       "mmmmmmmmmmmmmmmm"
			       "mmmmmmmmmmmmmmmm";

struct input {
	struct span b;
	size_t pos;
	bool wide, short_address, bad;
};

static uint8_t next(struct input *in)
{
	if (in->pos >= in->b.n || in->pos >= MAX_LENGTH) {
		in->bad = true;
		return 0;
	}
	return in->b.p[in->pos++];
}

static int64_t number(struct input *in, unsigned size)
{
	uint64_t v = 0;
	for (unsigned i = 0; i < size; i++)
		v |= (uint64_t)next(in) << i * 8;
	return size == 1 ? (int8_t)v : size == 2 ? (int16_t)v : size == 4 ? (int32_t)v : (int64_t)v;
}

/* In 64-bit mode these are no instructions. */
static bool only_narrow(uint8_t op)
{
	switch (op) {
	case 0x06:
	case 0x07:
	case 0x0e:
	case 0x16:
	case 0x17:
	case 0x1e:
	case 0x1f:
	case 0x27:
	case 0x2f:
	case 0x37:
	case 0x3f:
	case 0x60:
	case 0x61:
	case 0x82:
	case 0x9a:
	case 0xce:
	case 0xd4:
	case 0xd5:
	case 0xd6:
	case 0xea:
		return true;
	default:
		return false;
	}
}

/* Legacy prefixes, then REX. The first byte of the opcode is returned. */
static uint8_t prefixes(struct input *in, struct x86_fields *x, uint8_t *rex)
{
	for (;;) {
		uint8_t c = next(in);
		switch (c) {
		case 0x66:
			x->narrow = true;
			break;
		case 0x67:
			in->short_address = true;
			break;
		case 0xf2:
		case 0xf3:
			x->repeat = c;
			break;
		case 0x64:
		case 0x65:
			x->other_segment = true;
			break;
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0xf0:
			break;
		default:
			if (!in->wide || (c & 0xf0) != 0x40) {
				x->rex = *rex != 0;
				return c;
			}
			*rex = c; /* counts only when it is the last before the opcode */
			continue;
		}
		*rex = 0;
		if (in->bad)
			return 0;
	}
}

/* 16-bit addressing: the length is all that is wanted. */
static void short_modrm(struct input *in, struct x86_fields *x, unsigned mod)
{
	x->short_address = true;
	if (mod == 1)
		x->disp = number(in, 1);
	else if (mod == 2 || x->rm == 6)
		x->disp = number(in, 2);
}

static void modrm(struct input *in, struct x86_fields *x, uint8_t rex, bool registers)
{
	uint8_t c = next(in), mod = c >> 6, low = c & 7;
	x->has_modrm = true;
	x->reg = (uint8_t)((c >> 3 & 7) | (rex & 4) << 1);
	x->rm = (uint8_t)(low | (rex & 1) << 3);
	if (mod == 3 || registers)
		return;
	x->memory = true;
	if (in->short_address && !in->wide) {
		x->rm = low;
		short_modrm(in, x, mod);
		return;
	}
	x->base = x->rm;
	if (low == 4) {
		uint8_t sib = next(in);
		x->index = (uint8_t)((sib >> 3 & 7) | (rex & 2) << 2);
		x->base = (uint8_t)((sib & 7) | (rex & 1) << 3);
		x->scale = (uint8_t)(1u << (sib >> 6));
		if (x->index == 4)
			x->index = REG_NONE;
		low = sib & 7;
		if (mod == 0 && low == 5)
			x->base = REG_NONE;
	} else if (mod == 0 && low == 5) {
		x->base = REG_NONE;
		x->relative = in->wide;
	}
	if (mod == 1)
		x->disp = number(in, 1);
	else if (mod == 2 || (mod == 0 && low == 5))
		x->disp = number(in, 4);
}

/* What stands behind the opcode. */
static void rest(struct input *in, struct x86_fields *x, char what, uint8_t rex)
{
	unsigned z = x->narrow && !x->wide_op ? 2 : 4;
	if (what == 'm' || what == 'B' || what == 'Z' || what == 't' || what == 'T' || what == 'r')
		modrm(in, x, rex, what == 'r');
	switch (what) {
	case 'B':
	case 'b':
		x->imm = number(in, 1);
		break;
	case 'Z':
	case 'z':
		x->imm = number(in, z);
		break;
	case 'J':
		x->imm = number(in, in->wide ? 4 : z);
		break;
	case 'v':
		x->imm = number(in, x->wide_op ? 8 : z);
		break;
	case 'w':
		x->imm = number(in, 2);
		break;
	case 'e':
		x->imm = number(in, 2) & 0xffff;
		next(in);
		break;
	case 'o':
		x->disp = number(in, in->wide ? (in->short_address ? 4 : 8)
					      : (in->short_address ? 2 : 4));
		break;
	case 'f':
		x->imm = number(in, z);
		number(in, 2);
		break;
	case 't':
		if ((x->reg & 7) < 2)
			x->imm = number(in, 1);
		break;
	case 'T':
		if ((x->reg & 7) < 2)
			x->imm = number(in, z);
		break;
	default:
		break;
	}
}

static char map_letter(unsigned map, uint8_t op)
{
	switch (map) {
	case X86_ONE:
		return one_byte[op];
	case X86_0F:
		return two_byte[op];
	case X86_0F3A:
		return 'B';
	default:
		return 'm';
	}
}

static void implied_prefix(struct x86_fields *x, uint8_t pp)
{
	static const uint8_t repeats[] = {0, 0, 0xf3, 0xf2};
	x->narrow = pp == 1;
	x->repeat = repeats[pp];
}

/* VEX, EVEX and XOP hold REX inverted, the map and a prefix. */
static void long_prefix(struct input *in, struct x86_fields *x, uint8_t first)
{
	uint8_t a = next(in), rex = 0, map = 1;
	x->vex = true;
	rex |= (uint8_t)(a & 0x80 ? 0 : 4);
	if (first == 0xc5) {
		x->vvvv = (uint8_t)(~a >> 3 & 15);
		implied_prefix(x, a & 3);
	} else {
		uint8_t b = next(in);
		rex |= (uint8_t)((a & 0x40 ? 0 : 2) | (a & 0x20 ? 0 : 1));
		map = first == 0x62 ? a & 7 : a & 31;
		x->vvvv = (uint8_t)(~b >> 3 & 15);
		x->wide_op = (b & 0x80) != 0;
		implied_prefix(x, b & 3);
	}
	if (first == 0x62)
		next(in);
	if (!in->wide)
		rex = 0;
	x->opcode = next(in);
	x->map = (uint8_t)(first != 0x8f && map <= 3 ? map : X86_OTHER_MAP);
	char what = map_letter(x->map, x->opcode);
	bool compares = first == 0x62 && x->map == X86_0F && (x->opcode & 0xfe) == 0x78;
	if (first == 0x8f && map == 8)
		what = 'B';
	else if (first == 0x8f && map == 10)
		what = 'Z';
	else if (first == 0x62 && what == '-') /* AVX-512 fills gaps of the old map */
		what = 'm';
	if (map == 0 || what == '-' || what == 'J' || (what == '.' && x->opcode != 0x77))
		in->bad = true;
	bool narrow = x->narrow;
	x->narrow = compares ? narrow : false; /* no operand sizes here */
	rest(in, x, what, rex);
	x->narrow = narrow;
}

/* In 32-bit mode the first bytes are instructions of their own, with memory operands. */
static bool is_long_prefix(const struct input *in, uint8_t c)
{
	uint8_t a = in->pos < in->b.n ? in->b.p[in->pos] : 0;
	if (c == 0x8f)
		return (a & 0x1f) >= 8;
	return (c == 0xc4 || c == 0xc5 || c == 0x62) && (in->wide || a >= 0xc0);
}

/* Encodings inside of a group that are no instructions. */
static bool is_reserved(const struct x86_fields *x)
{
	unsigned n = x->reg & 7;
	if (x->vex || x->map != X86_ONE)
		return false;
	switch (x->opcode) {
	case 0x8d:
	case 0x62:
		return !x->memory;
	case 0x8c:
		return n > 5;
	case 0x8e:
		return n > 5 || n == 1;
	case 0x8f:
		return n != 0;
	case 0xc4:
	case 0xc5:
		return !x->memory;
	case 0xc6:
	case 0xc7:
		return n != 0 && !(n == 7 && !x->memory && (x->rm & 7) == 0);
	case 0xfe:
		return n > 1;
	case 0xff:
		return n == 7 || (!x->memory && (n == 3 || n == 5));
	default:
		return false;
	}
}

static void legacy(struct input *in, struct x86_fields *x, uint8_t c, uint8_t rex)
{
	x->map = X86_ONE;
	x->wide_op = (rex & 8) != 0;
	if (c == 0x0f) {
		c = next(in);
		x->map = c == 0x38 ? X86_0F38 : c == 0x3a ? X86_0F3A : X86_0F;
		if (x->map != X86_0F)
			c = next(in);
	}
	x->opcode = c;
	char what = map_letter(x->map, c);
	if (what == '-' || (x->map == X86_ONE && in->wide && only_narrow(c)))
		in->bad = true;
	rest(in, x, what, rex);
	if (what == '.' || what == 'b' || what == 'v') /* the register stands in the opcode */
		x->rm = (uint8_t)((c & 7) | (rex & 1) << 3);
	if (x->map == X86_0F && c == 0x78 && (x->narrow || x->repeat == 0xf2))
		number(in, 2); /* extrq, insertq */
}

bool x86_decode(struct span b, bool wide, struct x86_fields *x)
{
	struct input in = {.b = b, .wide = wide};
	uint8_t rex = 0;
	*x = (struct x86_fields){.base = REG_NONE, .index = REG_NONE};
	uint8_t c = prefixes(&in, x, &rex);
	if (in.bad)
		return false;
	if (is_long_prefix(&in, c))
		long_prefix(&in, x, c);
	else
		legacy(&in, x, c, rex);
	x->length = (uint8_t)in.pos;
	return !in.bad && !is_reserved(x);
}
