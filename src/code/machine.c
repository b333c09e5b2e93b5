/* SPDX-License-Identifier: Apache-2.0 */
/* The machine: memory, operations, control. */
#include "code/machine.h"

enum {
	OBJECT_FIRST = 0x50000000, /* addresses of objects: 1 MB each, known from the middle on */
	OBJECT_SIZE = 0x100000,
	IMPORT_FIRST = 0x5f000000,
	IMPORT_END = 0x60000000,
	MAX_SEARCH = 16,
};

struct machine *machine_new(struct program *p, struct arena *a)
{
	struct machine *m = arena_alloc(a, sizeof *m);
	m->p = p;
	m->pages = arena_array(a, MACHINE_PAGES, sizeof *m->pages);
	m->cache = arena_array(a, MACHINE_CACHE, sizeof *m->cache);
	for (size_t i = 0; i < MACHINE_CACHE; i++)
		m->cache[i].insn.ops = m->cache[i].ops;
	return m;
}

void machine_reset(struct machine *m, const struct decode *how, const struct state *outside)
{
	memset(m->known, 0, sizeof m->known);
	memset(m->compared, 0, sizeof m->compared);
	for (size_t i = 0; i < MACHINE_PAGES && m->page_count; i++)
		if (machine_uses(m, i)) /* its bytes count for nothing without these */
			m->pages[i].at = m->pages[i].set = m->pages[i].known = m->pages[i].written =
			    0;
	memset(m->used, 0, sizeof m->used);
	m->how = *how;
	m->how.it_left = 0;
	m->outside = outside;
	m->depth = m->steps = m->heap = m->idle = 0;
	m->limit = MACHINE_STEPS;
	m->failed = m->finished = m->impure = false;
	m->object_count = m->page_count = 0;
	if (m->p->isa->zero < REG_COUNT)
		machine_set(m, m->p->isa->zero, value_const(0));
	if (m->p->isa->fixed < REG_COUNT && m->p->img->gp)
		machine_set(m, m->p->isa->fixed, value_const(m->p->img->gp));
}

static uint64_t cut(const struct machine *m, uint64_t v)
{
	return m->p->isa->bits == 32 ? v & 0xffffffff : v;
}

static uint64_t low(uint64_t v, unsigned size)
{
	return size >= 8 ? v : v & ((UINT64_C(1) << size * 8) - 1);
}

static int64_t extend(uint64_t v, unsigned size)
{
	unsigned sh = size >= 8 ? 0 : 64 - size * 8;
	return (int64_t)(v << sh) >> sh;
}

/* The number of the object that a value is in; made when it is new. */
static int object_of(struct machine *m, struct value v)
{
	v.k = 0;
	v.form = EXACT;
	for (size_t i = 0; i < m->object_count; i++)
		if (m->objects[i].kind == v.kind && m->objects[i].id == v.id)
			return (int)i;
	if (m->object_count == MACHINE_OBJECTS)
		return -1;
	m->objects[m->object_count] = v;
	return (int)m->object_count++;
}

bool machine_number(struct machine *m, struct value v, uint64_t *out)
{
	if (v.form != EXACT || v.swapped)
		return false;
	if (v.kind == V_CONST) {
		*out = cut(m, v.k);
		return true;
	}
	if (v.kind == V_IMPORT && v.id < IMPORT_END - IMPORT_FIRST) {
		*out = IMPORT_FIRST + v.id;
		return true;
	}
	if (v.kind != V_STACK && v.kind != V_PARAM && v.kind != V_RET)
		return false;
	int n = object_of(m, v);
	if (n < 0 || v.k + OBJECT_SIZE / 4 > OBJECT_SIZE / 2)
		return false;
	*out = (uint64_t)OBJECT_FIRST + (uint64_t)n * OBJECT_SIZE + OBJECT_SIZE / 2 + v.k;
	return true;
}

static bool in_object(const struct machine *m, uint64_t at)
{
	return at >= OBJECT_FIRST && at - OBJECT_FIRST < m->object_count * OBJECT_SIZE;
}

struct value machine_value(const struct machine *m, uint64_t k)
{
	if (!in_object(m, k))
		return value_const(k);
	struct value v = m->objects[(k - OBJECT_FIRST) / OBJECT_SIZE];
	v.k = (k - OBJECT_FIRST) % OBJECT_SIZE - OBJECT_SIZE / 2;
	return v;
}

void machine_set(struct machine *m, uint8_t reg, struct value v)
{
	if (reg < REG_COUNT)
		m->known[reg] = machine_number(m, v, &m->regs[reg]);
}

uint64_t machine_allocate(struct machine *m)
{
	uint64_t at = 0;
	/* not an identity that a value of a function has */
	struct value v = {.kind = V_RET, .id = UINT32_MAX - m->heap++};
	return machine_number(m, v, &at) ? at : 0;
}

static struct machine_page *page_of(struct machine *m, uint64_t at, bool make)
{
	uint64_t first = at - at % MACHINE_PAGE;
	size_t slot = (size_t)((first / MACHINE_PAGE) * 0x9e3779b1u) % MACHINE_PAGES;
	for (unsigned n = 0; n < MAX_SEARCH; n++) {
		struct machine_page *g = &m->pages[(slot + n) % MACHINE_PAGES];
		if (g->set && g->at == first)
			return g;
		if (g->set)
			continue;
		if (!make)
			return NULL;
		m->page_count++;
		m->used[(slot + n) % MACHINE_PAGES / 64] |= UINT64_C(1) << (slot + n) % 64;
		g->at = first;
		return g;
	}
	if (make)
		m->failed = true;
	return NULL;
}

static bool load_byte(struct machine *m, uint64_t at, uint8_t *out)
{
	const struct machine_page *g = page_of(m, at, false);
	uint64_t bit = UINT64_C(1) << at % MACHINE_PAGE, v;
	if (g && (g->set & bit)) {
		*out = g->bytes[at % MACHINE_PAGE];
		return g->known & bit;
	}
	if (in_object(m, at))
		return m->outside && state_byte(m->outside, m->p->img, machine_value(m, at), out);
	if (m->outside && state_byte(m->outside, m->p->img, value_const(at), out))
		return true;
	if (elf_writable(m->p->img, at) &&
	    !(m->p->img->got && at >= m->p->img->got && at < m->p->img->got_end)) {
		m->impure_at = m->impure ? m->impure_at : at;
		m->impure = true;
	}
	if (elf_word(m->p->img, at, 1, &v)) {
		*out = (uint8_t)v;
		return true;
	}
	*out = 0;
	return elf_mapped(m->p->img, at); /* begins as zeros */
}

/* A word that the loader fills in, where the program did not write. */
static bool load_fixup(struct machine *m, uint64_t at, unsigned size, uint64_t *out)
{
	const struct elf_fixup *f =
	    size * 8 == m->p->isa->bits ? elf_fixup_at(m->p->img, at) : NULL;
	if (!f || page_of(m, at, false))
		return false;
	bool import = f->symbol >= 0 && !m->p->img->symbols[f->symbol].defined;
	if (import && f->symbol >= IMPORT_END - IMPORT_FIRST)
		return false;
	*out = import ? IMPORT_FIRST + (uint64_t)f->symbol : cut(m, f->value);
	return true;
}

/* A pointer that the caller keeps in memory: an argument on the stack. */
static bool load_outside(struct machine *m, uint64_t at, unsigned size, uint64_t *out)
{
	if (!m->outside || size * 8 != m->p->isa->bits || !in_object(m, at))
		return false;
	for (unsigned i = 0; i < size; i++) {
		const struct machine_page *g = page_of(m, at + i, false);
		if (g && (g->set & UINT64_C(1) << (at + i) % MACHINE_PAGE))
			return false;
	}
	struct value v = state_load(m->outside, m->p->img, m->p->isa, machine_value(m, at), size);
	return machine_number(m, v, out);
}

/* A word that the program itself has put there: what is read most. */
static bool load_written(struct machine *m, uint64_t at, unsigned size, uint64_t *out)
{
	unsigned from = (unsigned)(at % MACHINE_PAGE);
	if (from + size > MACHINE_PAGE || !m->page_count)
		return false;
	const struct machine_page *g = page_of(m, at, false);
	uint64_t mask = ((UINT64_C(1) << size) - 1) << from;
	if (!g || (g->set & g->known & mask) != mask)
		return false;
	for (unsigned i = 0; i < size; i++)
		*out |= (uint64_t)g->bytes[from + i] << (m->p->img->big ? size - 1 - i : i) * 8;
	return true;
}

bool machine_load(struct machine *m, uint64_t at, unsigned size, uint64_t *out)
{
	uint8_t b = 0;
	*out = 0;
	if (size > 8)
		return false;
	if (load_written(m, at, size, out))
		return true;
	if (load_fixup(m, at, size, out) || load_outside(m, at, size, out))
		return true;
	for (unsigned i = 0; i < size; i++) {
		if (!load_byte(m, cut(m, at + i), &b))
			return false;
		*out |= (uint64_t)b << (m->p->img->big ? size - 1 - i : i) * 8;
	}
	return true;
}

bool machine_store(struct machine *m, uint64_t at, unsigned size, uint64_t v, bool known)
{
	if (!in_object(m, at) && !elf_writable(m->p->img, at))
		m->failed = true;
	for (unsigned i = 0; i < size && !m->failed; i++) {
		uint64_t to = cut(m, at + i), bit = UINT64_C(1) << to % MACHINE_PAGE;
		struct machine_page *g = page_of(m, to, true);
		if (!g)
			break;
		unsigned shift = (m->p->img->big ? size - 1 - i : i) * 8;
		g->bytes[to % MACHINE_PAGE] = shift < 64 ? (uint8_t)(v >> shift) : 0;
		g->set |= bit;
		g->written |= bit;
		g->known = known ? g->known | bit : g->known & ~bit;
	}
	return !m->failed;
}

bool machine_wrote(struct machine *m, uint64_t at)
{
	const struct machine_page *g = page_of(m, at, false);
	return g && g->written >> at % MACHINE_PAGE & 1;
}

void machine_place(struct machine *m, uint64_t at, struct span bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		uint64_t to = cut(m, at + i), bit = UINT64_C(1) << to % MACHINE_PAGE;
		struct machine_page *g = page_of(m, to, true);
		if (!g)
			return;
		g->bytes[to % MACHINE_PAGE] = bytes.p[i];
		g->set |= bit;
		g->known |= bit;
	}
}

bool machine_enter(struct machine *m, const struct function *f, const uint64_t *args, unsigned n)
{
	const struct isa *isa = m->p->isa;
	unsigned word = isa->bits / 8u;
	machine_set(m, isa->sp, (struct value){.kind = V_STACK});
	if (isa->self < REG_COUNT)
		machine_set(m, isa->self, value_const(f->start));
	if (isa->link < REG_COUNT)
		machine_set(m, isa->link, value_const(0));
	for (unsigned i = 0; i < n; i++) {
		if (i < isa->arg_count) {
			machine_set(m, isa->args[i], value_const(0));
			m->regs[isa->args[i]] = args[i];
		} else {
			uint64_t at = m->regs[isa->sp] + isa->entry_stack +
				      (uint64_t)(i - isa->arg_count) * word;
			machine_store(m, at, word, args[i], true);
		}
	}
	m->pc = f->start;
	m->thumb = f->thumb;
	return !m->failed;
}

static int bit_holds(uint8_t bits, enum test t)
{
	switch (t) {
	case TEST_EQ:
	case TEST_NE:
		return !(bits & 2) == (t == TEST_NE);
	case TEST_LT:
	case TEST_GE:
		return !(bits & 8) == (t == TEST_GE);
	case TEST_GT:
	case TEST_LE:
		return !(bits & 4) == (t == TEST_LE);
	default:
		return -1;
	}
}

static int carry_holds(uint8_t carry, bool equal, enum test t)
{
	if (carry == CARRY_UNKNOWN)
		return -1;
	switch (t) {
	case TEST_GE_U:
		return carry;
	case TEST_LT_U:
		return !carry;
	case TEST_GT_U:
		return carry && !equal;
	default:
		return !carry || equal;
	}
}

/*
 * An object has an address here only because it must have one. That it lies above or below a
 * number means nothing: the number is a length, then, and what it is compared with unknown.
 */
static bool senseless(const struct machine *m, uint64_t a, uint64_t b, bool sign)
{
	bool null = !sign && (a <= 1 || b <= 1); /* is it NULL? */
	return in_object(m, a) != in_object(m, b) && !null;
}

/* -1: not known */
static int holds(const struct machine *m, uint8_t flags, enum test t)
{
	if (flags < REG_FLAGS || flags >= REG_FLAGS + 8) { /* a register: is it zero? */
		if (flags >= REG_COUNT || !m->known[flags] || (t != TEST_EQ && t != TEST_NE))
			return -1;
		return (m->regs[flags] == 0) == (t == TEST_EQ);
	}
	unsigned n = (unsigned)(flags - REG_FLAGS) & 7;
	if (!m->compared[n])
		return -1;
	if (m->bits[n])
		return bit_holds(m->bits[n], t);
	if (m->carry[n] != CARRY_NONE && t >= TEST_LT_U && t <= TEST_LE_U)
		return carry_holds(m->carry[n], m->left[n] == m->right[n], t);
	if (m->compare_logical[n] && t >= TEST_LT && t <= TEST_LE)
		t += TEST_LT_U - TEST_LT;
	unsigned size = m->compare_size[n];
	uint64_t a = low(m->left[n], size), b = low(m->right[n], size);
	int64_t x = extend(a, size), y = extend(b, size);
	if (t != TEST_EQ && t != TEST_NE && senseless(m, a, b, t < TEST_LT_U || t > TEST_LE_U))
		return -1;
	switch (t) {
	case TEST_EQ:
		return a == b;
	case TEST_NE:
		return a != b;
	case TEST_LT:
		return x < y;
	case TEST_GE:
		return x >= y;
	case TEST_GT:
		return x > y;
	case TEST_LE:
		return x <= y;
	case TEST_LT_U:
		return a < b;
	case TEST_GE_U:
		return a >= b;
	case TEST_GT_U:
		return a > b;
	case TEST_LE_U:
		return a <= b;
	case TEST_NEGATIVE:
		return extend(a - b, size) < 0;
	case TEST_POSITIVE:
		return extend(a - b, size) >= 0;
	default:
		return -1;
	}
}

static uint64_t upper_half(uint64_t a, uint64_t b, unsigned size, bool sign)
{
	if (size == 4)
		return sign ? (uint64_t)(extend(a, 4) * extend(b, 4)) >> 32
			    : low(a, 4) * low(b, 4) >> 32;
	__extension__ typedef __int128 wide;
	return sign ? (uint64_t)((wide)(int64_t)a * (int64_t)b >> 64)
		    : (uint64_t)((unsigned __int128)a * b >> 64);
}

static bool divide(uint64_t a, uint64_t b, unsigned size, bool sign, uint64_t *out)
{
	if (!low(b, size))
		return false;
	if (!sign)
		*out = low(a, size) / low(b, size);
	else if (extend(b, size) == -1)
		*out = 0 - a;
	else
		*out = (uint64_t)(extend(a, size) / extend(b, size));
	return true;
}

static uint64_t shift(const struct machine *m, enum op_code code, uint64_t a, uint64_t b,
		      unsigned size)
{
	unsigned bits = code == OP_ROR ? size * 8 : m->p->isa->bits, by = (unsigned)(b & 0xff);
	if (code == OP_ROR) {
		a = low(a, size);
		by %= bits;
		return by ? low(a >> by | a << (bits - by), size) : a;
	}
	if (by >= bits) /* ARM counts on; where a set wraps around, its lifter masks the number */
		return code == OP_SAR && (extend(a, bits / 8) < 0) ? UINT64_MAX : 0;
	if (code == OP_SHL)
		return a << by;
	return code == OP_SHR ? low(a, bits / 8) >> by : (uint64_t)(extend(a, bits / 8) >> by);
}

static bool less(const struct machine *m, enum op_code code, uint64_t a, uint64_t b, uint64_t *out)
{
	if (senseless(m, cut(m, a), cut(m, b), code == OP_LESS))
		return false;
	if (code == OP_LESS)
		*out = extend(a, m->p->isa->bits / 8) < extend(b, m->p->isa->bits / 8);
	else
		*out = code == OP_LESS_U ? a < b : a <= b;
	return true;
}

static bool arith(struct machine *m, const struct op *o, uint64_t a, uint64_t b, uint64_t *out)
{
	switch (o->code) {
	case OP_ADD:
		*out = a + b;
		return true;
	case OP_SUB:
		*out = a - b;
		return true;
	case OP_AND:
		*out = a & b;
		return true;
	case OP_OR:
		*out = a | b;
		return true;
	case OP_XOR:
		*out = a ^ b;
		return true;
	case OP_MUL:
		*out = a * b;
		return true;
	case OP_SHL:
	case OP_SHR:
	case OP_SAR:
	case OP_ROR:
		*out = shift(m, o->code, a, b, o->size);
		return true;
	case OP_MULH:
	case OP_MULHU:
		*out = upper_half(a, b, o->size, o->code == OP_MULH);
		return true;
	case OP_DIV:
	case OP_DIVU:
		return divide(a, b, o->size, o->code == OP_DIV, out);
	case OP_LESS:
	case OP_LESS_U:
	case OP_LESS_EQ_U:
		return less(m, o->code, a, b, out);
	default:
		return false;
	}
}

static bool unary(const struct op *o, uint64_t a, uint64_t *out)
{
	switch (o->code) {
	case OP_MOVE:
		*out = a;
		return true;
	case OP_NOT:
		*out = ~a;
		return true;
	case OP_SWAP16:
		*out = (a & 0xff00ff00ff00ff00u) >> 8 | (a & 0x00ff00ff00ff00ffu) << 8;
		return true;
	case OP_SWAP32:
		*out = __builtin_bswap32((uint32_t)a);
		return true;
	case OP_ZERO_EXT:
		*out = low(a, o->size);
		return true;
	case OP_SIGN_EXT:
		*out = (uint64_t)extend(a, o->size);
		return true;
	case OP_IS_ZERO:
		*out = a == 0;
		return true;
	case OP_CLZ:
		a = low(a, o->size);
		*out = a ? (uint64_t)__builtin_clzll(a) - (64 - o->size * 8u) : o->size * 8u;
		return true;
	case OP_REVERSE_BITS:
		*out = 0;
		for (unsigned n = 0; n < o->size * 8u && n < 64; n++)
			*out |= (a >> n & 1) << (o->size * 8u - 1 - n);
		return true;
	case OP_SWAP64:
		*out = __builtin_bswap64(a);
		return true;
	default:
		return false;
	}
}

static bool reg(const struct machine *m, uint8_t r, uint64_t *out)
{
	if (r >= REG_COUNT || !m->known[r])
		return false;
	*out = m->regs[r];
	return true;
}

static bool right_side(const struct machine *m, const struct op *o, uint64_t *out)
{
	if (o->b != REG_NONE)
		return reg(m, o->b, out);
	*out = cut(m, (uint64_t)o->k);
	return true;
}

static bool address(struct machine *m, const struct op *o, uint64_t *out)
{
	uint64_t a = 0, b = 0;
	if (o->a != REG_NONE && !reg(m, o->a, &a))
		return false;
	if (!right_side(m, o, &b))
		return false;
	*out = cut(m, a + b);
	return true;
}

/* Flags that are no outcome of a compare. */
static void put_flags(struct machine *m, const struct op *o)
{
	uint64_t v = 0;
	if (o->d < REG_FLAGS || o->d >= REG_FLAGS + 8)
		return;
	unsigned n = o->d - REG_FLAGS;
	bool known = reg(m, o->a, &v);
	if (o->code == OP_CARRY) {
		m->carry[n] = known ? (uint8_t)(v & 1) : CARRY_UNKNOWN;
		return;
	}
	m->compared[n] = known;
	m->carry[n] = CARRY_NONE;
	m->bits[n] = (uint8_t)(0x10 | (v & 15));
}

static void compare(struct machine *m, const struct op *o)
{
	if (o->d < REG_FLAGS || o->d >= REG_FLAGS + 8)
		return;
	unsigned n = o->d - REG_FLAGS;
	m->carry[n] = CARRY_NONE;
	m->bits[n] = 0;
	m->compare_size[n] = o->size;
	m->compare_logical[n] = o->logical;
	m->compared[n] = reg(m, o->a, &m->left[n]) && right_side(m, o, &m->right[n]);
}

/* The result of all operations but stores and compares. */
static bool evaluate(struct machine *m, const struct op *o, uint64_t *out)
{
	uint64_t a, b;
	int outcome;
	switch (o->code) {
	case OP_CONST:
		*out = (uint64_t)o->k;
		return true;
	case OP_LOAD:
		if (!address(m, o, &a) || !machine_load(m, a, o->size, out))
			return false;
		m->idle = 0;
		if (o->is_signed)
			*out = (uint64_t)extend(*out, o->size);
		return true;
	case OP_IS_SET:
	case OP_TEST:
		outcome = holds(m, o->a, o->code == OP_IS_SET ? TEST_EQ : (enum test)o->k);
		*out = (uint64_t)outcome;
		return outcome >= 0;
	case OP_CLOBBER:
		return false;
	default:
		if (!reg(m, o->a, &a))
			return false;
		return unary(o, a, out) || (right_side(m, o, &b) && arith(m, o, a, b, out));
	}
}

static void carry_out(struct machine *m, const struct insn *i, const struct op *o)
{
	uint64_t v = 0, at;
	int when = o->when ? holds(m, i->flags, o->when) : 1;
	if (!when)
		return;
	if (o->code == OP_STORE) {
		bool known = reg(m, o->d, &v);
		if (!address(m, o, &at) || when < 0)
			m->failed = true;
		else
			machine_store(m, at, o->size, v, known);
		m->idle = known ? 0 : m->idle;
		return;
	}
	if (o->code == OP_CMP || o->code == OP_CARRY || o->code == OP_BITS) {
		if (o->code == OP_CMP)
			compare(m, o);
		else
			put_flags(m, o);
		if (when < 0)
			memset(m->compared, 0, sizeof m->compared);
		return;
	}
	if (o->d >= REG_COUNT || o->d == m->p->isa->zero || o->d == m->p->isa->fixed)
		return;
	m->known[o->d] = evaluate(m, o, &v) && when > 0;
	/* registers of vectors are wider than addresses */
	bool whole = o->code == OP_MOVE || (o->code == OP_LOAD && !o->is_signed);
	m->regs[o->d] = whole ? v : cut(m, v);
}

static const struct insn *fetch(struct machine *m, uint64_t at)
{
	struct machine_cached *c = &m->cache[(at >> 1 ^ at >> 10) % MACHINE_CACHE];
	if (c->valid && c->insn.at == at && c->thumb == m->thumb && !m->how.it_left)
		return &c->insn;
	bool before = m->how.it_left > 0;
	m->how.at = at;
	m->how.thumb = m->thumb;
	c->valid = elf_is_code(m->p->img, at) &&
		   m->p->isa->lift(&m->how, elf_bytes(m->p->img, at), &c->insn) > 0;
	if (!c->valid) {
		m->failed = true;
		return NULL;
	}
	c->thumb = m->thumb;
	c->valid = !before && !m->how.it_left; /* parts of an IT block are not kept */
	return &c->insn;
}

uint64_t machine_argument(struct machine *m, unsigned n, bool *known)
{
	const struct isa *isa = m->p->isa;
	uint64_t v = 0, sp = 0;
	if (n < isa->arg_count) {
		*known = reg(m, isa->args[n], &v);
		return v;
	}
	unsigned word = isa->bits / 8;
	*known =
	    reg(m, isa->sp, &sp) &&
	    machine_load(m, sp + isa->stack_arg + (uint64_t)(n - isa->arg_count) * word, word, &v);
	return v;
}

static void forget_scratch(struct machine *m, uint8_t keep)
{
	const struct isa *isa = m->p->isa;
	for (uint8_t r = 0; r < REG_FLAGS; r++)
		if (r != keep && r != isa->zero && !(isa->kept >> r & 1))
			m->known[r] = false;
}

static bool call_import(struct machine *m, const char *name, uint64_t back)
{
	uint64_t rest;
	if (machine_division(m, name, &rest)) {
		uint8_t second = m->p->isa->args[1];
		forget_scratch(m, m->p->isa->result);
		m->known[second] = true;
		m->regs[second] = cut(m, rest);
		m->pc = back;
		return true;
	}
	if (!machine_library(m, name))
		return false;
	forget_scratch(m, m->p->isa->result);
	m->pc = back;
	return true;
}

static void come_back(struct machine *m)
{
	const struct isa *isa = m->p->isa;
	if (!m->depth) {
		m->finished = true;
		return;
	}
	if (isa->link == REG_NONE)
		m->regs[isa->sp] = cut(m, m->regs[isa->sp] + isa->bits / 8u);
	m->pc = m->returns[--m->depth];
	if (isa == &isa_arm) {
		m->thumb = m->pc & 1;
		m->pc &= ~UINT64_C(1);
	}
	m->how.it_left = 0;
}

/* The function of the library is carried out here. False: it is not understood. */
static bool call_library(struct machine *m, const char *name, uint64_t back, bool tail)
{
	if (!call_import(m, name, back))
		return false;
	if (tail)
		come_back(m);
	return true;
}

/* Take up a call of `to`; `tail`: nothing comes back here. */
static bool call(struct machine *m, uint64_t to, bool thumb, uint64_t back, bool tail)
{
	const struct isa *isa = m->p->isa;
	const struct function *f = program_function(m->p, to);
	const char *name = f ? f->stub : NULL;
	if (to >= IMPORT_FIRST && to < IMPORT_END)
		name = m->p->img->symbols[to - IMPORT_FIRST].name;
	if (name && call_library(m, name, back, tail))
		return true;
	if (name && (m->failed || !f || !m->p->whole)) /* else its own code says what it does */
		return false;
	if (!elf_is_code(m->p->img, to) || m->depth == MACHINE_DEPTH)
		return false;
	if (!tail) {
		m->returns[m->depth++] = back | (m->p->isa == &isa_arm && m->thumb);
		if (isa->link < REG_COUNT)
			machine_set(m, isa->link, value_const(back));
		if (isa->link == REG_NONE) {
			m->regs[isa->sp] = cut(m, m->regs[isa->sp] - isa->bits / 8u);
			machine_store(m, m->regs[isa->sp], isa->bits / 8u, back, true);
		}
	}
	if (isa->self < REG_COUNT)
		machine_set(m, isa->self, value_const(to));
	m->pc = to;
	m->thumb = thumb;
	m->how.it_left = 0;
	return !m->failed;
}

static bool transfer(struct machine *m, const struct insn *i, bool taken, uint64_t next)
{
	uint64_t to = i->target;
	bool thumb = i->thumb;
	m->pc = next;
	if (i->flow == FLOW_NEXT || !taken)
		return true;
	if (i->flow == FLOW_RETURN) {
		come_back(m);
		return true;
	}
	if (i->flow == FLOW_STOP || (i->indirect && !reg(m, REG_TARGET, &to)))
		return false;
	if (i->indirect && m->p->isa == &isa_arm) {
		thumb = to & 1;
		to &= ~UINT64_C(1);
	}
	m->how.it_left = 0;
	if (i->flow == FLOW_CALL)
		return call(m, to, thumb, next, false);
	const struct function *f = i->flow == FLOW_JUMP ? program_function(m->p, to) : NULL;
	if ((i->indirect && to >= IMPORT_FIRST && to < IMPORT_END) || (f && f->stub))
		return call(m, to, thumb, 0, true);
	if (m->p->isa == &isa_arm && i->indirect)
		m->thumb = thumb;
	m->pc = to;
	return true;
}

bool machine_step(struct machine *m)
{
	if (++m->steps > m->limit || ++m->idle > MACHINE_IDLE)
		m->failed = true;
	const struct insn *at = m->failed ? NULL : fetch(m, m->pc);
	if (!at)
		return false;
	struct insn i =
	    *at; /* the next instruction may take its place; its operations are done then */
	int taken = 1;
	m->failed = i.kernel;
	enum test t = i.cond == COND_EQ ? TEST_EQ : i.cond == COND_NE ? TEST_NE : i.test;
	uint64_t next = i.at + i.size;
	if (i.predicated)
		taken = holds(m, i.flags, t);
	for (unsigned n = 0; n < i.op_count && taken > 0; n++)
		carry_out(m, &i, &i.ops[n]);
	if (i.cond != COND_ALWAYS && !i.predicated)
		taken = holds(m, i.flags, t);
	if (taken < 0)
		m->failed = true;
	if (i.delay && !m->failed) {
		const struct insn *slot = fetch(m, next);
		for (unsigned n = 0; slot && n < slot->op_count && (taken || !i.annul); n++)
			carry_out(m, slot, &slot->ops[n]);
		next += slot ? slot->size : 0;
	}
	if (!m->failed && !transfer(m, &i, taken > 0, next))
		m->failed = true;
	return !m->failed;
}

bool machine_run(struct machine *m)
{
	while (!m->finished && machine_step(m))
		;
	return m->finished && !m->failed;
}
