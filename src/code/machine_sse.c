/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectors of 16 bytes as functions on texts use them: moves, compares of bytes, least and greatest,
 * masks, shifts. Reference: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
 */
#include "code/machine_x86.h"

struct vector {
	uint8_t b[VECTOR];
};

static void load(struct x86_machine *c, uint64_t at, struct vector *v, unsigned n)
{
	for (unsigned i = 0; i < n; i += 4) {
		uint64_t w = x86_read(c, at + i, 4);
		for (unsigned k = 0; k < 4; k++)
			v->b[i + k] = (uint8_t)(w >> 8 * k);
	}
}

static void store(struct x86_machine *c, uint64_t at, const struct vector *v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		x86_write(c, at + i, 1, v->b[i]);
}

static struct vector get(struct x86_machine *c, uint8_t r)
{
	struct vector v = {{0}};
	if (r >= X86_REGS || !(c->vectors >> r & 1))
		c->failed = true;
	else
		memcpy(v.b, c->v[r], VECTOR);
	return v;
}

static void put(struct x86_machine *c, uint8_t r, const struct vector *v)
{
	if (r >= X86_REGS) {
		c->failed = true;
		return;
	}
	memcpy(c->v[r], v->b, VECTOR);
	c->vectors |= 1u << r;
}

static struct vector source(struct x86_machine *c)
{
	struct vector v = {{0}};
	if (!c->x.memory)
		return get(c, c->x.rm);
	load(c, x86_effective(c), &v, VECTOR);
	return v;
}

static uint64_t word_of(const struct vector *v, unsigned from, unsigned n)
{
	uint64_t w = 0;
	for (unsigned i = 0; i < n; i++)
		w |= (uint64_t)v->b[from + i] << 8 * i;
	return w;
}

static void put_word(struct vector *v, unsigned from, unsigned n, uint64_t w)
{
	for (unsigned i = 0; i < n; i++)
		v->b[from + i] = (uint8_t)(w >> 8 * i);
}

/* Element by element; false: not such an operation. */
static bool combine(uint8_t op, struct vector *a, const struct vector *b)
{
	unsigned wide = op == 0x75 ? 2 : 4;
	for (unsigned i = 0; i < VECTOR; i++) {
		uint8_t x = a->b[i], y = b->b[i];
		switch (op) {
		case 0x54:
		case 0xdb:
			a->b[i] = x & y;
			break;
		case 0x55:
		case 0xdf:
			a->b[i] = (uint8_t)(~x & y);
			break;
		case 0x56:
		case 0xeb:
			a->b[i] = x | y;
			break;
		case 0x57:
		case 0xef:
			a->b[i] = x ^ y;
			break;
		case 0x64:
			a->b[i] = (int8_t)x > (int8_t)y ? 0xff : 0;
			break;
		case 0x74:
			a->b[i] = x == y ? 0xff : 0;
			break;
		case 0x75:
		case 0x76:
			if (i % wide == 0)
				put_word(a, i, wide,
					 word_of(a, i, wide) == word_of(b, i, wide) ? UINT64_MAX
										    : 0);
			break;
		case 0xda:
			a->b[i] = x < y ? x : y;
			break;
		case 0xde:
			a->b[i] = x > y ? x : y;
			break;
		case 0xd8:
			a->b[i] = x > y ? (uint8_t)(x - y) : 0;
			break;
		case 0xf8:
			a->b[i] = (uint8_t)(x - y);
			break;
		case 0xfc:
			a->b[i] = (uint8_t)(x + y);
			break;
		default:
			return false;
		}
	}
	return true;
}

/* Elements of both, in turn, of the low or the high halves. */
static void unpack(struct vector *a, const struct vector *b, unsigned size, bool high)
{
	struct vector from = *a;
	unsigned base = high ? 8 : 0;
	for (unsigned i = 0; i < 8; i += size) {
		put_word(a, 2 * i, size, word_of(&from, base + i, size));
		put_word(a, 2 * i + size, size, word_of(b, base + i, size));
	}
}

static void shuffle(struct x86_machine *c)
{
	struct vector v = source(c), out = v;
	unsigned k = (unsigned)c->x.imm & 0xff, size = c->x.narrow ? 4 : 2;
	unsigned base = c->x.repeat == 0xf3 ? 8 : 0;
	for (unsigned i = 0; i < 4; i++)
		put_word(&out, base + i * size, size,
			 word_of(&v, base + (k >> 2 * i & 3) * size, size));
	put(c, c->x.reg, &out);
}

/* Shifts by a number: of all bytes, or of 8 byte words. */
static void shift(struct x86_machine *c)
{
	struct vector v = get(c, c->x.rm), out = {{0}};
	unsigned op = c->x.reg & 7, by = (unsigned)c->x.imm & 0xff;
	if (op == 3 || op == 7) {
		for (unsigned i = 0; i < VECTOR && by < VECTOR; i++)
			if (op == 3 && i + by < VECTOR)
				out.b[i] = v.b[i + by];
			else if (op == 7 && i >= by)
				out.b[i] = v.b[i - by];
	} else if ((op == 2 || op == 6) && by < 64) {
		for (unsigned i = 0; i < VECTOR; i += 8) {
			uint64_t w = word_of(&v, i, 8);
			put_word(&out, i, 8, op == 2 ? w >> by : w << by);
		}
	} else if (op != 2 && op != 6) {
		c->failed = true;
	}
	put(c, c->x.rm, &out);
}

static void general(struct x86_machine *c, uint64_t v, unsigned size)
{
	if (c->x.rm >= X86_REGS)
		return;
	c->r[c->x.rm] = size == 4 ? v & 0xffffffff : v;
	c->known[c->x.rm] = true;
}

/* Moves of 4 or 8 bytes between a vector and a register or memory. */
static void move_part(struct x86_machine *c, bool in, bool vectors, unsigned size)
{
	struct vector v = {{0}};
	uint64_t w;
	if (in) {
		if (c->x.memory)
			w = x86_read(c, x86_effective(c), size);
		else if (vectors) {
			struct vector from = get(c, c->x.rm);
			w = word_of(&from, 0, size);
		} else {
			c->failed = c->failed || !c->known[c->x.rm & 15];
			w = c->r[c->x.rm & 15];
		}
		put_word(&v, 0, size, w);
		put(c, c->x.reg, &v);
		return;
	}
	v = get(c, c->x.reg);
	w = word_of(&v, 0, size);
	if (c->x.memory) {
		x86_write(c, x86_effective(c), size, w);
	} else if (vectors) {
		struct vector to = {{0}};
		put_word(&to, 0, size, w);
		put(c, c->x.rm, &to);
	} else {
		general(c, w, size);
	}
}

/* Half of a vector to or from memory. */
static void move_half(struct x86_machine *c)
{
	unsigned from = c->x.opcode >= 0x16 ? 8 : 0;
	if (!c->x.memory) {
		c->failed = true;
		return;
	}
	struct vector v = {{0}};
	if (c->vectors >> c->x.reg & 1)
		v = get(c, c->x.reg);
	if (c->x.opcode & 1) {
		x86_write(c, x86_effective(c), 8, word_of(&v, from, 8));
		return;
	}
	put_word(&v, from, 8, x86_read(c, x86_effective(c), 8));
	put(c, c->x.reg, &v);
}

static void mask(struct x86_machine *c)
{
	struct vector v = get(c, c->x.rm);
	uint32_t m = 0;
	for (unsigned i = 0; i < VECTOR; i++)
		m |= (uint32_t)(v.b[i] >> 7) << i;
	if (c->x.reg < X86_REGS) {
		c->r[c->x.reg] = m;
		c->known[c->x.reg] = true;
	}
}

static void whole(struct x86_machine *c, bool in)
{
	struct vector v;
	if (in) {
		v = source(c);
		put(c, c->x.reg, &v);
		return;
	}
	v = get(c, c->x.reg);
	if (c->x.memory)
		store(c, x86_effective(c), &v, VECTOR);
	else
		put(c, c->x.rm, &v);
}

static bool combines(struct x86_machine *c)
{
	uint8_t op = c->x.opcode;
	if (op >= 0x60 && !c->x.narrow)
		return false; /* of the older registers of 8 bytes */
	bool itself = !c->x.memory && c->x.reg == c->x.rm;
	if (itself && (op == 0x57 || op == 0xef || op == 0xf8 || op == 0x74 || op == 0x76))
		c->vectors |= 1u << (c->x.reg & 15); /* the outcome does not depend on it */
	struct vector a = get(c, c->x.reg), b = source(c);
	if ((op >= 0x60 && op <= 0x62) || op == 0x6c)
		unpack(&a, &b, op == 0x6c ? 8 : 1u << (op & 3), false);
	else if ((op >= 0x68 && op <= 0x6a) || op == 0x6d)
		unpack(&a, &b, op == 0x6d ? 8 : 1u << (op & 3), true);
	else if (!combine(op, &a, &b))
		return false;
	put(c, c->x.reg, &a);
	return true;
}

bool machine_sse(struct x86_machine *c)
{
	const struct x86_fields *x = &c->x;
	bool moves = x->narrow || x->repeat == 0xf3;
	switch (x->opcode) {
	case 0x10:
	case 0x11:
		if (x->repeat == 0xf2 || x->repeat == 0xf3)
			return false;
		whole(c, x->opcode == 0x10);
		return true;
	case 0x12:
	case 0x13:
	case 0x16:
	case 0x17:
		move_half(c);
		return true;
	case 0x28:
	case 0x29:
	case 0x2b:
		whole(c, x->opcode == 0x28);
		return true;
	case 0x6f:
	case 0x7f:
	case 0xe7:
		if (moves)
			whole(c, x->opcode == 0x6f);
		return moves;
	case 0x6e:
		move_part(c, true, false, x->wide_op ? 8 : 4);
		return x->narrow;
	case 0x7e:
		move_part(c, x->repeat == 0xf3, x->repeat == 0xf3,
			  x->wide_op || x->repeat == 0xf3 ? 8 : 4);
		return moves;
	case 0xd6:
		move_part(c, false, true, 8);
		return x->narrow;
	case 0x70:
		shuffle(c);
		return x->narrow || x->repeat;
	case 0x73:
		shift(c);
		return x->narrow;
	case 0xd7:
		mask(c);
		return x->narrow;
	default:
		return combines(c);
	}
}
