/* SPDX-License-Identifier: Apache-2.0 */
/*
 * General instructions of x86, exactly. Reference: Intel 64 and IA-32 Architectures Software
 * Developer's Manual, volume 2.
 */
#include "code/machine_x86.h"

enum { AX, CX, DX, BX, SP, BP, SI, DI };
enum { GARBAGE = 0x5a5a5a5a };
enum { ADD, OR, ADC, SBB, AND, SUB, XOR, CMP };

static uint64_t low(uint64_t v, unsigned size)
{
	return size >= 8 ? v : v & ((UINT64_C(1) << size * 8) - 1);
}

static int64_t extend(uint64_t v, unsigned size)
{
	unsigned sh = size >= 8 ? 0 : 64 - size * 8;
	return (int64_t)(v << sh) >> sh;
}

static unsigned operand_size(const struct x86_machine *c)
{
	return c->x.wide_op ? 8 : c->x.narrow ? 2 : 4;
}

static uint64_t get(struct x86_machine *c, uint8_t r, unsigned size)
{
	bool upper = size == 1 && !c->x.rex && r >= 4 && r < 8;
	uint8_t g = upper ? r - 4 : r;
	if (g >= X86_REGS || !c->known[g]) {
		c->failed = true;
		return 0;
	}
	return low(c->r[g] >> (upper ? 8 : 0), size);
}

static void put(struct x86_machine *c, uint8_t r, unsigned size, uint64_t v)
{
	bool upper = size == 1 && !c->x.rex && r >= 4 && r < 8;
	uint8_t g = upper ? r - 4 : r;
	if (g >= X86_REGS || (size < 4 && !c->known[g])) {
		c->failed = true;
		return;
	}
	uint64_t mask = size >= 4 ? UINT64_MAX : upper ? 0xff00 : low(UINT64_MAX, size);
	c->r[g] = (c->r[g] & ~mask) | ((low(v, size) << (upper ? 8 : 0)) & mask);
	c->known[g] = true;
}

uint64_t x86_read(struct x86_machine *c, uint64_t at, unsigned size)
{
	uint64_t v = 0;
	if (c->failed || !machine_load(c->m, low(at, c->word), size, &v))
		c->failed = true;
	return v;
}

void x86_write(struct x86_machine *c, uint64_t at, unsigned size, uint64_t v)
{
	if (!c->failed && !machine_store(c->m, low(at, c->word), size, v, true))
		c->failed = true;
}

uint64_t x86_effective(struct x86_machine *c)
{
	const struct x86_fields *x = &c->x;
	uint64_t at = (uint64_t)x->disp;
	if (x->other_segment || x->short_address)
		c->failed = true;
	if (x->relative)
		at += c->next;
	if (x->base != REG_NONE)
		at += get(c, x->base, c->word);
	if (x->index != REG_NONE)
		at += get(c, x->index, c->word) * x->scale;
	return low(at, c->word);
}

/* What guards the stack stands in the thread's own memory: any number will do. */
static bool is_guard(const struct x86_machine *c)
{
	return c->x.other_segment && c->x.base == REG_NONE && c->x.index == REG_NONE &&
	       c->x.disp == (c->wide ? 0x28 : 0x14);
}

static uint64_t get_rm(struct x86_machine *c, unsigned size)
{
	if (c->x.memory && is_guard(c))
		return GARBAGE;
	return c->x.memory ? x86_read(c, x86_effective(c), size) : get(c, c->x.rm, size);
}

static void put_rm(struct x86_machine *c, unsigned size, uint64_t v)
{
	if (c->x.memory)
		x86_write(c, x86_effective(c), size, v);
	else
		put(c, c->x.rm, size, v);
}

static void set_result(struct x86_machine *c, uint64_t v, unsigned size)
{
	v = low(v, size);
	c->zero = v == 0;
	c->sign = v >> (size * 8 - 1) & 1;
	c->parity = !(__builtin_popcountll(v & 0xff) & 1);
	c->flags = true;
}

static uint64_t arithmetic(struct x86_machine *c, unsigned op, uint64_t a, uint64_t b,
			   unsigned size)
{
	bool in = (op == ADC || op == SBB) && c->carry, minus = op == SBB || op == SUB || op == CMP;
	uint64_t top = UINT64_C(1) << (size * 8 - 1), v;
	if ((op == ADC || op == SBB) && !c->flags)
		c->failed = true;
	if (op == AND || op == OR || op == XOR) {
		v = op == AND ? a & b : op == OR ? a | b : a ^ b;
		c->carry = c->over = false;
	} else if (minus) {
		v = low(a - b - in, size);
		c->carry = a < b || (in && a == b);
		c->over = ((a ^ b) & (a ^ v) & top) != 0;
	} else {
		v = low(a + b + in, size);
		c->carry = v < a || (in && v == a);
		c->over = (~(a ^ b) & (a ^ v) & top) != 0;
	}
	set_result(c, v, size);
	return v;
}

static bool holds(struct x86_machine *c, unsigned n)
{
	bool v = false;
	if (!c->flags)
		c->failed = true;
	switch (n >> 1 & 7) {
	case 0:
		v = c->over;
		break;
	case 1:
		v = c->carry;
		break;
	case 2:
		v = c->zero;
		break;
	case 3:
		v = c->carry || c->zero;
		break;
	case 4:
		v = c->sign;
		break;
	case 5:
		v = c->parity;
		break;
	case 6:
		v = c->sign != c->over;
		break;
	default:
		v = c->zero || c->sign != c->over;
	}
	return v != (n & 1);
}

static void push(struct x86_machine *c, uint64_t v, bool known)
{
	uint64_t at = low(get(c, SP, c->word) - c->word, c->word);
	put(c, SP, c->word, at);
	if (c->failed || !machine_store(c->m, at, c->word, v, known))
		c->failed = true;
}

static uint64_t pop(struct x86_machine *c, bool *known)
{
	uint64_t v = 0, at = get(c, SP, c->word);
	*known = machine_load(c->m, at, c->word, &v);
	put(c, SP, c->word, at + c->word);
	return v;
}

static void go_to(struct x86_machine *c, uint64_t to)
{
	c->next = low(to, c->word);
	if (!elf_is_code(c->m->p->img, c->next))
		c->failed = true;
}

static void call(struct x86_machine *c, uint64_t to)
{
	push(c, c->next, true);
	if (++c->depth > X86_DEPTH)
		c->failed = true;
	go_to(c, to);
}

static void come_back(struct x86_machine *c)
{
	bool known;
	uint64_t to = pop(c, &known);
	put(c, SP, c->word, get(c, SP, c->word) + (c->x.opcode == 0xc2 ? c->x.imm & 0xffff : 0));
	if (!c->depth) {
		c->finished = true;
		return;
	}
	c->depth--;
	if (!known)
		c->failed = true;
	else
		go_to(c, to);
}

/* Shifts and rotations by their number in the encoding. */
static void shift(struct x86_machine *c, unsigned op, unsigned by, unsigned size)
{
	uint64_t a = get_rm(c, size), v = a;
	unsigned bits = size * 8;
	by &= size == 8 ? 63 : 31;
	if (!by)
		return;
	switch (op) {
	case 0:
	case 1: /* rol, ror */
		by %= bits;
		if (op == 1)
			by = (bits - by) % bits;
		v = by ? low(a << by, size) | a >> (bits - by) : a;
		c->carry = op == 0 ? v & 1 : v >> (bits - 1) & 1;
		put_rm(c, size, v);
		return;
	case 4:
	case 6:
		v = by < bits ? low(a << by, size) : 0;
		c->carry = by <= bits && (a >> (bits - by) & 1);
		break;
	case 5:
		v = by < bits ? a >> by : 0;
		c->carry = by <= bits && (a >> (by - 1) & 1);
		break;
	case 7:
		v = low((uint64_t)(extend(a, size) >> (by < bits ? by : bits - 1)), size);
		c->carry = (uint64_t)extend(a, size) >> (by - 1 < 63 ? by - 1 : 63) & 1;
		break;
	default:
		c->failed = true;
	}
	set_result(c, v, size);
	put_rm(c, size, v);
}

/* test, not, neg, mul, imul */
static void group3(struct x86_machine *c, unsigned size)
{
	uint64_t a = get_rm(c, size);
	switch (c->x.reg & 7) {
	case 0:
	case 1:
		arithmetic(c, AND, a, low((uint64_t)c->x.imm, size), size);
		return;
	case 2:
		put_rm(c, size, ~a);
		return;
	case 3:
		put_rm(c, size, arithmetic(c, SUB, 0, a, size));
		return;
	case 4:
		if (size == 4) {
			uint64_t v = a * get(c, AX, 4);
			put(c, AX, 4, v);
			put(c, DX, 4, v >> 32);
			c->carry = c->over = v >> 32 != 0;
			return;
		}
		c->failed = true;
		return;
	default:
		c->failed = true;
	}
}

static void group5(struct x86_machine *c, unsigned size)
{
	unsigned op = c->x.reg & 7;
	bool carry = c->carry;
	switch (op) {
	case 0:
	case 1:
		put_rm(c, size, arithmetic(c, op ? SUB : ADD, get_rm(c, size), 1, size));
		c->carry = carry;
		return;
	case 2:
		call(c, get_rm(c, c->word));
		return;
	case 4:
		go_to(c, get_rm(c, c->word));
		return;
	case 6:
		push(c, get_rm(c, c->word), true);
		return;
	default:
		c->failed = true;
	}
}

/* One step of movs, cmps, stos, lods, scas. */
static void string_step(struct x86_machine *c, unsigned kind, unsigned size)
{
	uint64_t si = 0, di = 0;
	bool source = kind == 0xa4 || kind == 0xa6 || kind == 0xac;
	if (source)
		si = get(c, SI, c->word);
	if (kind != 0xac)
		di = get(c, DI, c->word);
	if (kind == 0xa4)
		x86_write(c, di, size, x86_read(c, si, size));
	else if (kind == 0xa6)
		arithmetic(c, CMP, x86_read(c, si, size), x86_read(c, di, size), size);
	else if (kind == 0xaa)
		x86_write(c, di, size, get(c, AX, size));
	else if (kind == 0xac)
		put(c, AX, size, x86_read(c, si, size));
	else
		arithmetic(c, CMP, get(c, AX, size), x86_read(c, di, size), size);
	if (source)
		put(c, SI, c->word, si + size);
	if (kind != 0xac)
		put(c, DI, c->word, di + size);
}

static void strings(struct x86_machine *c)
{
	unsigned size = c->x.opcode & 1 ? operand_size(c) : 1, kind = c->x.opcode & 0xfe;
	bool compares = kind == 0xa6 || kind == 0xae;
	if (!c->x.repeat) {
		string_step(c, kind, size);
		return;
	}
	while (!c->failed && get(c, CX, c->word)) {
		string_step(c, kind, size);
		put(c, CX, c->word, get(c, CX, c->word) - 1);
		if (compares && c->zero != (c->x.repeat == 0xf3))
			break;
		if (++c->steps > c->m->limit)
			c->failed = true;
	}
}

/* add, or, adc, sbb, and, sub, xor, cmp in their six forms. */
static void alu(struct x86_machine *c, unsigned op, unsigned form)
{
	unsigned size = form & 1 ? operand_size(c) : 1;
	bool to_reg = form == 2 || form == 3, constant = form >= 4;
	uint64_t a, b;
	if (!constant && !c->x.memory && c->x.reg == c->x.rm && (op == XOR || op == SUB))
		c->known[c->x.rm & 15] = true; /* the outcome does not depend on it */
	if (constant) {
		a = get(c, AX, size);
		b = low((uint64_t)c->x.imm, size);
	} else {
		a = to_reg ? get(c, c->x.reg, size) : get_rm(c, size);
		b = to_reg ? get_rm(c, size) : get(c, c->x.reg, size);
	}
	uint64_t v = arithmetic(c, op, a, b, size);
	if (op == CMP || c->failed)
		return;
	if (constant)
		put(c, AX, size, v);
	else if (to_reg)
		put(c, c->x.reg, size, v);
	else
		put_rm(c, size, v);
}

static void group1(struct x86_machine *c, unsigned size)
{
	unsigned op = c->x.reg & 7;
	uint64_t v = arithmetic(c, op, get_rm(c, size), low((uint64_t)c->x.imm, size), size);
	if (op != CMP)
		put_rm(c, size, v);
}

static void multiply(struct x86_machine *c, uint64_t a, uint64_t b, unsigned size)
{
	put(c, c->x.reg, size, a * b);
	c->flags = false;
}

static void exchange(struct x86_machine *c, uint8_t r, unsigned size)
{
	uint64_t a = get(c, r, size), b = get_rm(c, size);
	put(c, r, size, b);
	put_rm(c, size, a);
}

static void push_register(struct x86_machine *c, uint8_t r)
{
	push(c, c->r[r & 15], c->known[r & 15]);
}

static void pop_register(struct x86_machine *c, uint8_t r)
{
	bool known;
	uint64_t v = pop(c, &known);
	if (r == SP) {
		c->failed = true;
		return;
	}
	c->r[r & 15] = v;
	c->known[r & 15] = known;
}

/* Opcodes from 0x40 to 0x7f. */
static void middle(struct x86_machine *c)
{
	uint8_t op = c->x.opcode;
	unsigned size = operand_size(c);
	uint64_t a;
	bool carry = c->carry;
	if (op < 0x50) { /* inc, dec */
		a = get(c, op & 7, size);
		put(c, op & 7, size, arithmetic(c, op < 0x48 ? ADD : SUB, a, 1, size));
		c->carry = carry;
	} else if (op < 0x58) {
		push_register(c, c->x.rm);
	} else if (op < 0x60) {
		pop_register(c, c->x.rm);
	} else if (op >= 0x70) {
		if (holds(c, op))
			go_to(c, c->next + (uint64_t)c->x.imm);
	} else if (op == 0x63 && c->wide) {
		put(c, c->x.reg, size, (uint64_t)extend(get_rm(c, 4), 4));
	} else if (op == 0x68 || op == 0x6a) {
		push(c, (uint64_t)c->x.imm, true);
	} else if (op == 0x69 || op == 0x6b) {
		multiply(c, get_rm(c, size), (uint64_t)c->x.imm, size);
	} else {
		c->failed = true;
	}
}

/* Opcodes from 0x80 to 0xbf. */
static void upper(struct x86_machine *c)
{
	uint8_t op = c->x.opcode;
	unsigned size = op & 1 ? operand_size(c) : 1;
	if (op <= 0x83)
		group1(c, size);
	else if (op <= 0x85)
		arithmetic(c, AND, get_rm(c, size), get(c, c->x.reg, size), size);
	else if (op <= 0x87)
		exchange(c, c->x.reg, size);
	else if (op <= 0x89)
		put_rm(c, size, get(c, c->x.reg, size));
	else if (op <= 0x8b)
		put(c, c->x.reg, size, get_rm(c, size));
	else if (op == 0x8d)
		put(c, c->x.reg, operand_size(c), x86_effective(c));
	else if (op == 0x98)
		put(c, AX, operand_size(c),
		    (uint64_t)extend(get(c, AX, operand_size(c) / 2), operand_size(c) / 2));
	else if (op == 0x99)
		put(c, DX, size, extend(get(c, AX, size), size) < 0 ? UINT64_MAX : 0);
	else if ((op == 0xa0 || op == 0xa1) && c->x.other_segment && is_guard(c))
		put(c, AX, size, GARBAGE);
	else if (op >= 0xa4 && op <= 0xaf && op != 0xa8 && op != 0xa9)
		strings(c);
	else if (op == 0xa8 || op == 0xa9)
		arithmetic(c, AND, get(c, AX, size), low((uint64_t)c->x.imm, size), size);
	else if (op >= 0xb8)
		put(c, c->x.rm, operand_size(c), (uint64_t)c->x.imm);
	else if (op >= 0xb0)
		put(c, c->x.rm, 1, (uint64_t)c->x.imm);
	else if (op != 0x90)
		c->failed = true;
}

/* Opcodes from 0xc0 on. */
static void last(struct x86_machine *c)
{
	uint8_t op = c->x.opcode;
	unsigned size = op & 1 ? operand_size(c) : 1, n = c->x.reg & 7;
	if (op == 0xc0 || op == 0xc1)
		shift(c, n, (unsigned)c->x.imm & 63, size);
	else if (op >= 0xd0 && op <= 0xd3)
		shift(c, n, op >= 0xd2 ? (unsigned)get(c, CX, 1) : 1, size);
	else if (op == 0xc2 || op == 0xc3)
		come_back(c);
	else if (op == 0xc6 || op == 0xc7)
		put_rm(c, size, (uint64_t)c->x.imm);
	else if (op == 0xc9) {
		put(c, SP, c->word, get(c, BP, c->word));
		pop_register(c, BP);
	} else if (op == 0xe3) {
		if (!get(c, CX, c->word))
			go_to(c, c->next + (uint64_t)c->x.imm);
	} else if (op == 0xe8)
		call(c, c->next + (uint64_t)c->x.imm);
	else if (op == 0xe9 || op == 0xeb)
		go_to(c, c->next + (uint64_t)c->x.imm);
	else if (op == 0xf6 || op == 0xf7)
		group3(c, size);
	else if (op == 0xfe || op == 0xff)
		group5(c, size);
	else if (op != 0xfc)
		c->failed = true;
}

static void scan_bits(struct x86_machine *c, unsigned size)
{
	uint64_t a = get_rm(c, size);
	bool reverse = c->x.opcode == 0xbd, count = c->x.repeat == 0xf3;
	if (!a) {
		if (count)
			put(c, c->x.reg, size, size * 8);
		c->failed = c->failed || reverse;
	} else {
		unsigned first =
		    reverse ? 63u - (unsigned)__builtin_clzll(a) : (unsigned)__builtin_ctzll(a);
		put(c, c->x.reg, size, reverse && count ? size * 8 - 1 - first : first);
	}
	c->flags = true;
	c->zero = count ? a & 1 : a == 0;
	c->carry = count && !a;
}

/* Instructions of general registers in the two byte map. False: none of them. */
static bool two_bytes(struct x86_machine *c)
{
	uint8_t op = c->x.opcode;
	unsigned size = operand_size(c);
	if ((op & 0xf0) == 0x40) {
		uint64_t v = get_rm(c, size);
		put(c, c->x.reg, size, holds(c, op) ? v : get(c, c->x.reg, size));
	} else if ((op & 0xf0) == 0x80) {
		if (holds(c, op))
			go_to(c, c->next + (uint64_t)c->x.imm);
	} else if ((op & 0xf0) == 0x90) {
		put_rm(c, 1, holds(c, op));
	} else if (op == 0xa3 || (op == 0xba && (c->x.reg & 7) == 4)) {
		uint64_t by = op == 0xba ? (uint64_t)c->x.imm : get(c, c->x.reg, size);
		c->carry = get_rm(c, size) >> (by & (size * 8 - 1)) & 1;
	} else if (op == 0xaf) {
		multiply(c, get(c, c->x.reg, size), get_rm(c, size), size);
	} else if (op == 0xb6 || op == 0xb7) {
		put(c, c->x.reg, size, get_rm(c, op & 1 ? 2 : 1));
	} else if (op == 0xbe || op == 0xbf) {
		unsigned from = op & 1 ? 2 : 1;
		put(c, c->x.reg, size, (uint64_t)extend(get_rm(c, from), from));
	} else if (op == 0xbc || op == 0xbd) {
		scan_bits(c, size);
	} else if (op >= 0xc8 && op <= 0xcf) {
		uint64_t v = get(c, c->x.rm, size);
		put(c, c->x.rm, size,
		    size == 8 ? __builtin_bswap64(v) : __builtin_bswap32((uint32_t)v));
	} else {
		return op == 0x1e || op == 0x1f || op == 0x0d || op == 0x18;
	}
	return true;
}

static void step(struct x86_machine *c)
{
	struct span b = elf_bytes(c->m->p->img, c->at);
	if (!elf_is_code(c->m->p->img, c->at) || !x86_decode(b, c->wide, &c->x) || c->x.vex) {
		c->failed = true;
		return;
	}
	c->next = c->at + c->x.length;
	uint8_t op = c->x.opcode;
	if (c->x.map == X86_0F) {
		if (!two_bytes(c) && !machine_sse(c))
			c->failed = true;
	} else if (c->x.map != X86_ONE) {
		c->failed = true;
	} else if (op < 0x40) {
		if ((op & 7) < 6)
			alu(c, op >> 3, op & 7);
		else
			c->failed = true;
	} else if (op < 0x80) {
		middle(c);
	} else if (op < 0xc0) {
		upper(c);
	} else {
		last(c);
	}
}

bool machine_x86_run(struct machine *m)
{
	struct x86_machine c = {.m = m, .wide = m->p->isa->bits == 64, .at = m->pc};
	c.word = m->p->isa->bits / 8;
	for (unsigned i = 0; i < X86_REGS; i++) {
		/* parts of registers are written and saved whatever the rest holds */
		c.r[i] = m->known[i] ? m->regs[i] : GARBAGE;
		c.known[i] = true;
	}
	while (!c.failed && !c.finished) {
		if (++c.steps > m->limit)
			c.failed = true;
		step(&c);
		c.at = c.next;
	}
	m->steps += c.steps;
	m->regs[m->p->isa->result] = c.r[AX];
	m->known[m->p->isa->result] = c.known[AX];
	return c.finished && !c.failed && !m->failed;
}

bool machine_exact(struct machine *m)
{
	bool x86 = m->p->isa == &isa_x86 || m->p->isa == &isa_x86_64;
	return x86 ? machine_x86_run(m) : machine_run(m);
}
