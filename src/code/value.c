/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluation of micro-operations over values that are partly known. */
#include "code/mixed.h"

#include <elf.h>

enum { MAX_REST = 14, STEP = 8 };

static const struct value unknown;

enum { UPPER_BYTE = 1 }; /* value.lift: bits 8 to 15 of it, moved down */

struct value value_const(uint64_t k)
{
	return (struct value){.kind = V_CONST, .k = k};
}

bool value_same(struct value a, struct value b)
{
	return a.kind == b.kind && a.form == b.form && a.id == b.id && a.k == b.k &&
	       a.swapped == b.swapped && a.lift == b.lift;
}

bool value_is(struct value v, enum value_kind kind)
{
	return v.kind == kind && v.form == EXACT;
}

bool value_vague(struct value v)
{
	return v.kind == V_UNKNOWN || v.kind == V_MIXED;
}

struct value value_swapped(struct value v)
{
	if (value_is(v, V_CONST))
		return value_const(__builtin_bswap16((uint16_t)v.k));
	if (v.kind != V_PARAM && v.kind != V_RET && v.form != CONTENT)
		return unknown;
	v.swapped = !v.swapped;
	return v;
}

static uint64_t cut(const struct isa *isa, uint64_t k)
{
	return isa->bits == 32 ? k & 0xffffffff : k;
}

static uint64_t sign_extend(uint64_t v, unsigned size)
{
	switch (size) {
	case 1:
		return (uint64_t)(int64_t)(int8_t)v;
	case 2:
		return (uint64_t)(int64_t)(int16_t)v;
	case 4:
		return (uint64_t)(int64_t)(int32_t)v;
	default:
		return v;
	}
}

static uint64_t zero_extend(uint64_t v, unsigned size)
{
	return size >= 8 ? v : v & ((UINT64_C(1) << size * 8) - 1);
}

static uint64_t cut_to(const struct isa *isa, uint8_t kind, uint64_t k)
{
	return kind == V_CONST ? cut(isa, k) : k;
}

/* v + k, for what can be an address. */
static struct value plus(const struct isa *isa, struct value v, uint64_t k)
{
	if (k == 0)
		return v;
	if (v.kind == V_UNKNOWN && v.form == EXACT) { /* an index: kept for when it is added */
		v.k += k;
		return v;
	}
	if (v.form == NEAR) {
		/* an index was added to the frame, or to a base of the data, and now where the
		 * array stands there */
		int64_t by = isa->bits == 32 ? (int32_t)k : (int64_t)k;
		if ((v.kind == V_STACK || v.kind == V_CONST) && (by <= -STEP || by >= STEP))
			v.k = cut_to(isa, v.kind, v.k + (uint64_t)by);
		return v;
	}
	if (v.form != EXACT || v.swapped || v.kind == V_UNKNOWN || v.kind == V_IMPORT ||
	    v.kind == V_IS_ZERO || v.kind == V_LESS || v.kind == V_DIFFERS || v.kind == V_MIXED)
		return mixed_of(v, unknown);
	v.k = v.kind == V_CONST ? cut(isa, v.k + k) : v.k + k;
	if (isa->bits == 32 && v.kind != V_CONST)
		v.k = (uint64_t)(int64_t)(int32_t)v.k;
	return v;
}

/* An index was added to an address: still the same object. */
static struct value near(const struct elf_image *img, struct value v)
{
	if (v.form != EXACT && v.form != NEAR)
		return unknown;
	if ((v.kind == V_RET && v.size == A_NUMBER) ||
	    (v.kind != V_STACK && v.kind != V_PARAM && v.kind != V_RET &&
	     !(v.kind == V_CONST && v.k >= 0x1000 && elf_mapped(img, v.k))))
		return unknown;
	v.form = NEAR;
	return v;
}

static bool same_object(struct value a, struct value b)
{
	return a.kind == b.kind && a.id == b.id && a.form == EXACT && b.form == EXACT;
}

static bool overlap(const struct slot *s, struct value where, uint64_t n)
{
	uint64_t d = s->where.k - where.k;
	return (d < n || (uint64_t)0 - d < s->size) && same_object(s->where, where);
}

void state_forget(struct state *s, struct value where, uint64_t n)
{
	uint32_t k = 0;
	for (uint32_t i = 0; i < s->slot_count; i++)
		if (!overlap(&s->slots[i], where, n)) {
			if (k != i)
				s->slots[k] = s->slots[i];
			k++;
		}
	s->slot_count = k;
	if (s->next_slot >= k)
		s->next_slot = 0;
}

static void put_slot(struct state *s, struct slot slot)
{
	if (s->slot_count < MAX_SLOTS) {
		s->slots[s->slot_count++] = slot;
		return;
	}
	s->slots[s->next_slot] = slot;
	s->next_slot = (s->next_slot + 1) % MAX_SLOTS;
}

/* The bytes of constants that a store overwrites only in part. */
static unsigned rest_of(const struct state *s, const struct elf_image *img, struct value where,
			unsigned size, struct slot *rest)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < s->slot_count; i++) {
		const struct slot *t = &s->slots[i];
		if (t->size < 2 || !value_is(t->what, V_CONST) || !overlap(t, where, size))
			continue;
		for (unsigned k = 0; k < t->size && n < MAX_REST; k++) {
			struct value at = t->where;
			uint8_t b;
			at.k += k;
			if (at.k - where.k >= size && state_byte(s, img, at, &b))
				rest[n++] = (struct slot){at, value_const(b), 1, t->made};
		}
	}
	return n;
}

void state_store(struct state *s, const struct elf_image *img, struct value where,
		 struct value what, unsigned size)
{
	struct slot rest[MAX_REST];
	if (where.form != EXACT || value_vague(where) || where.kind == V_IMPORT)
		return;
	unsigned n = rest_of(s, img, where, size, rest);
	state_forget(s, where, size);
	for (unsigned i = 0; i < n; i++)
		put_slot(s, rest[i]);
	if (what.kind == V_MIXED && s->slot_count >= MAX_SLOTS / 2)
		what = unknown; /* room for what is known better */
	if (what.kind != V_UNKNOWN || where.kind == V_CONST)
		put_slot(s, (struct slot){where, what, (uint8_t)size, false});
}

/* One byte of a constant that stands in a slot. */
bool state_byte(const struct state *s, const struct elf_image *img, struct value where,
		uint8_t *out)
{
	for (uint32_t i = 0; i < s->slot_count; i++) {
		const struct slot *t = &s->slots[i];
		if (!overlap(t, where, 1) || !value_is(t->what, V_CONST))
			continue;
		uint64_t in = where.k - t->where.k;
		unsigned at = (unsigned)(img->big ? t->size - 1u - in : in);
		*out = at < 8 ? (uint8_t)(t->what.k >> at * 8) : 0;
		return true;
	}
	return false;
}

void state_mark_made(struct state *s, struct value where, unsigned size)
{
	for (uint32_t i = 0; i < s->slot_count; i++)
		if (s->slots[i].size == size && value_same(s->slots[i].where, where))
			s->slots[i].made = true;
}

bool state_made(const struct state *s, struct value where)
{
	for (uint32_t i = 0; i < s->slot_count; i++)
		if (overlap(&s->slots[i], where, 1))
			return s->slots[i].made;
	return false;
}

static bool slot_bytes(const struct state *s, const struct elf_image *img, struct value where,
		       unsigned size, uint64_t *out)
{
	*out = 0;
	for (unsigned i = 0; i < size; i++) {
		uint8_t b;
		struct value at = where;
		at.k += i;
		if (!state_byte(s, img, at, &b))
			return false;
		*out |= (uint64_t)b << (img->big ? size - 1 - i : i) * 8;
	}
	return true;
}

/* What the file, or the loader, puts at a constant address. */
static struct value image_word(const struct elf_image *img, const struct isa *isa, uint64_t at,
			       unsigned size)
{
	const struct elf_fixup *f = size * 8 == isa->bits ? elf_fixup_at(img, at) : NULL;
	uint64_t k;
	if (f && f->symbol >= 0 && !img->symbols[f->symbol].defined)
		return (struct value){.kind = V_IMPORT, .id = (uint32_t)f->symbol};
	bool kept = img->type == ET_REL || img->machine != EM_MIPS || at < img->got_end;
	if (f && (kept || !elf_writable(img, at)))
		return value_const(cut(isa, f->value));
	bool fixed = !elf_writable(img, at) || (img->got && at >= img->got && at < img->got_end);
	if (fixed && elf_word(img, at, size, &k))
		return value_const(k);
	return (struct value){.kind = V_CONST, .form = CONTENT, .size = (uint8_t)size, .k = at};
}

struct value state_load(const struct state *s, const struct elf_image *img, const struct isa *isa,
			struct value where, unsigned size)
{
	uint64_t k;
	if (mixed_is_index(where))
		return where;
	if (where.form == NEAR) {
		where.form = NEAR_CONTENT;
		where.size = (uint8_t)size;
		return where;
	}
	if (where.form != EXACT || where.kind == V_UNKNOWN || where.kind == V_IMPORT ||
	    where.kind == V_IS_ZERO || where.kind == V_LESS || where.kind == V_DIFFERS ||
	    where.kind == V_MIXED)
		return unknown;
	bool touched = false;
	for (uint32_t i = 0; i < s->slot_count; i++) {
		const struct slot *t = &s->slots[i];
		if (t->where.k == where.k && t->size == size && value_same(t->where, where))
			return t->what;
		touched = touched || overlap(t, where, size);
	}
	if (touched && slot_bytes(s, img, where, size, &k))
		return value_const(k);
	if (where.kind == V_CONST)
		return image_word(img, isa, where.k, size);
	int64_t off = (int64_t)where.k - isa->entry_stack;
	unsigned word = isa->bits / 8;
	if (where.kind == V_STACK && off >= 0 && size == word && off % (int64_t)word == 0) {
		uint64_t n = isa->arg_count + (uint64_t)off / word;
		if (n < (isa->local_count ? LOCAL_ARGS : MAX_ARGS))
			return (struct value){.kind = V_PARAM, .id = (uint32_t)n};
	}
	bool packet = where.kind == V_PARAM && where.id < 8 && (s->packets >> where.id & 1);
	where.form = packet && size == word ? NEAR : CONTENT;
	where.size = where.form == NEAR ? 0 : (uint8_t)size;
	return where;
}

static bool fold(const struct isa *isa, enum op_code code, uint64_t a, uint64_t b, uint64_t *out)
{
	unsigned sh = (unsigned)(b & (isa->bits - 1u));
	switch (code) {
	case OP_ADD:
		*out = a + b;
		break;
	case OP_SUB:
		*out = a - b;
		break;
	case OP_AND:
		*out = a & b;
		break;
	case OP_OR:
		*out = a | b;
		break;
	case OP_XOR:
		*out = a ^ b;
		break;
	case OP_MUL:
		*out = a * b;
		break;
	case OP_SHL:
		*out = a << sh;
		break;
	case OP_SHR:
		*out = a >> sh;
		break;
	case OP_SAR:
		*out = isa->bits == 32 ? (uint64_t)((int64_t)(int32_t)a >> sh)
				       : (uint64_t)((int64_t)a >> sh);
		break;
	default:
		return false;
	}
	*out = cut(isa, *out);
	return true;
}

/* The low `n` bytes of what memory holds. */
static struct value narrow(const struct elf_image *img, struct value v, unsigned n)
{
	if ((v.form != CONTENT && v.form != NEAR_CONTENT) || v.size <= n)
		return v;
	if (img->big && v.form == CONTENT)
		v.k += v.size - n;
	v.size = (uint8_t)n;
	return v;
}

static bool byte_mask(struct value a, struct value b)
{
	return (a.form == CONTENT || a.form == NEAR_CONTENT) && value_is(b, V_CONST) &&
	       (b.k == 0xff || b.k == 0xffff);
}

/* Shifted up and down again: a byte or half word is extended, which does not change what it is.
 * The upper byte of a half word alone is kept as such, since the two bytes may be exchanged. */
static struct value extend_by_shift(const struct isa *isa, enum op_code code, struct value a,
				    uint64_t by)
{
	bool wide = isa->bits == 64 && (by == 32 || by == 48 || by == 56);
	bool bytes = a.form == CONTENT || a.form == NEAR_CONTENT;
	bool half = a.kind == V_PARAM || a.kind == V_RET || (bytes && a.size == 2);
	if (code == OP_SHL && (half || bytes) && a.form < LIFTED &&
	    (by == 8 || by == 16 || by == 24 || wide)) {
		a.form |= LIFTED;
		a.lift = by & 63;
		return a;
	}
	if (code == OP_SHR && half && a.form < LIFTED && by == 8) {
		a.form |= LIFTED;
		a.lift = UPPER_BYTE;
		return a;
	}
	if (code == OP_SHR && a.form >= LIFTED && a.lift == 16 && by == 24) {
		a.lift = UPPER_BYTE;
		return a;
	}
	if ((code == OP_SHR || code == OP_SAR) && a.form >= LIFTED && a.lift == by && by != 8) {
		a.form &= LIFTED - 1;
		a.lift = 0;
		return a;
	}
	return unknown;
}

/* The upper byte of a half word below its lower byte: they are exchanged. */
static bool exchanged(struct value a, struct value b)
{
	return a.form >= LIFTED && a.form == b.form && a.kind == b.kind && a.id == b.id &&
	       a.k == b.k && a.swapped == b.swapped &&
	       ((a.lift == UPPER_BYTE && b.lift == 8) || (a.lift == 8 && b.lift == UPPER_BYTE));
}

/* Is the constant an address that something is added to? Small ones are also numbers, which would
 * be added to something that is known. */
static bool is_base(const struct elf_image *img, struct value other, uint64_t k)
{
	if (k >= 0x10000)
		return elf_mapped(img, k);
	bool index = value_vague(other) || other.form == CONTENT || other.form == NEAR_CONTENT;
	return index && k >= 0x1000 && elf_mapped(img, k) && !elf_is_code(img, k);
}

static struct value known_or_mixed(struct value v, struct value of)
{
	return v.kind == V_UNKNOWN ? mixed_of(of, unknown) : v;
}

static struct value arith(const struct elf_image *img, const struct isa *isa, enum op_code code,
			  struct value a, struct value b)
{
	uint64_t k;
	if (value_is(a, V_CONST) && value_is(b, V_CONST))
		return fold(isa, code, a.k, b.k, &k) ? value_const(k) : unknown;
	if ((code == OP_SHL || code == OP_SHR || code == OP_SAR) && value_is(b, V_CONST))
		return known_or_mixed(extend_by_shift(isa, code, a, b.k), a);
	if (code == OP_ADD && value_is(b, V_CONST) && !is_base(img, a, b.k))
		return plus(isa, a, b.k);
	if (code == OP_ADD && value_is(a, V_CONST) && !is_base(img, b, a.k))
		return plus(isa, b, a.k);
	if (code == OP_SUB && value_is(b, V_CONST))
		return plus(isa, a, (uint64_t)0 - b.k);
	if (code == OP_ADD && (mixed_is_index(a) || mixed_is_index(b)))
		return mixed_of(a, b);
	if (code == OP_ADD) {
		struct value n = near(img, a), index = b;
		if (n.kind == V_UNKNOWN) {
			n = near(img, b);
			index = a;
		}
		if ((n.kind == V_STACK || n.kind == V_CONST) && index.kind == V_UNKNOWN)
			n.k = cut_to(isa, n.kind, n.k + index.k);
		return n.kind == V_UNKNOWN ? mixed_of(a, b) : n;
	}
	if (code == OP_AND && byte_mask(a, b))
		return narrow(img, a, b.k == 0xff ? 1 : 2);
	if (code == OP_AND && value_is(b, V_CONST) && b.k == 0xffff &&
	    (a.kind == V_PARAM || a.kind == V_RET))
		return a;
	if (code == OP_AND && a.kind == V_STACK && value_is(b, V_CONST) &&
	    (b.k & 0xff000000) == 0xff000000) {
		a.k &= ~(uint64_t)0xf; /* the stack pointer is aligned down */
		return a;
	}
	if (code == OP_AND && a.form >= LIFTED && value_is(b, V_CONST) &&
	    (b.k == 0xffff || b.k == (a.lift == 8 ? 0xff00 : 0xff)))
		return a;
	if (code == OP_AND && value_is(a, V_IS_ZERO) && value_is(b, V_CONST) && (b.k & 1))
		return a;
	if (code == OP_OR && exchanged(a, b)) {
		a.form &= LIFTED - 1;
		a.lift = 0;
		a.swapped = !a.swapped;
		return narrow(img, a, 2);
	}
	if (code == OP_OR && value_same(a, b))
		return a;
	if (code == OP_OR && value_is(b, V_CONST) && (b.k == UINT32_MAX || b.k == UINT64_MAX))
		return b; /* the short way to load -1 */
	if (code == OP_AND && value_is(b, V_CONST) && b.k == 0)
		return b;
	if (code == OP_XOR && value_same(a, b) && !value_vague(a) && a.form <= CONTENT)
		return value_const(0);
	return code == OP_XOR ? mixed_xor(a, b) : mixed_of(a, b);
}

static struct value unary(const struct elf_image *img, const struct isa *isa, const struct op *o,
			  struct value a)
{
	if (!value_is(a, V_CONST)) {
		bool bytes = a.form == CONTENT || a.form == NEAR_CONTENT;
		if ((o->code == OP_SWAP16 && (a.kind == V_PARAM || a.kind == V_RET || bytes)) ||
		    (o->code == OP_SWAP32 && bytes && a.size == 4)) {
			a.swapped = !a.swapped;
			return a;
		}
		bool keeps = o->code == OP_ZERO_EXT || o->code == OP_SIGN_EXT;
		if (keeps && (o->size * 8 >= isa->bits || value_is(a, V_DIFFERS)))
			return a; /* the whole register */
		return keeps && (a.form == CONTENT || a.form == NEAR_CONTENT || a.kind == V_PARAM ||
				 a.kind == V_RET || a.kind == V_IS_ZERO)
			   ? narrow(img, a, o->size)
			   : mixed_of(a, unknown);
	}
	uint64_t k = a.k;
	switch (o->code) {
	case OP_NOT:
		return value_const(cut(isa, ~k));
	case OP_SWAP16:
		return value_const((k & 0xff00ff00ff00ff00u) >> 8 | (k & 0x00ff00ff00ff00ffu) << 8);
	case OP_SWAP32:
		return value_const(__builtin_bswap32((uint32_t)k));
	case OP_ZERO_EXT:
		return value_const(zero_extend(k, o->size));
	case OP_SIGN_EXT:
		return value_const(cut(isa, sign_extend(zero_extend(k, o->size), o->size)));
	default:
		return unknown;
	}
}

static struct value reg(const struct state *s, uint8_t r)
{
	return r < REG_COUNT ? s->regs[r] : unknown;
}

struct value state_address(const struct state *s, const struct elf_image *img,
			   const struct isa *isa, const struct op *o)
{
	if (o->b != REG_NONE)
		return arith(img, isa, OP_ADD, reg(s, o->a), reg(s, o->b));
	if (o->a == REG_NONE)
		return value_const(cut(isa, (uint64_t)o->k));
	return plus(isa, reg(s, o->a), (uint64_t)o->k);
}

static void set(struct state *s, const struct isa *isa, uint8_t r, struct value v)
{
	if (r < REG_COUNT && r != isa->zero && r != isa->fixed)
		s->regs[r] = v;
}

static void load(struct state *s, const struct elf_image *img, const struct isa *isa,
		 const struct op *o)
{
	struct value v = state_load(s, img, isa, state_address(s, img, isa, o), o->size);
	if (value_is(v, V_CONST) && o->size < isa->bits / 8) {
		v.k = zero_extend(v.k, o->size);
		if (o->is_signed)
			v.k = cut(isa, sign_extend(v.k, o->size));
	}
	set(s, isa, o->d, v);
}

static void compare(struct state *s, const struct isa *isa, const struct op *o)
{
	if (o->d < REG_FLAGS || o->d >= REG_FLAGS + 8)
		return;
	s->left[o->d - REG_FLAGS] = reg(s, o->a);
	s->right[o->d - REG_FLAGS] =
	    o->b == REG_NONE ? value_const(cut(isa, (uint64_t)o->k)) : reg(s, o->b);
}

/* Is the result of a call zero? Kept as a value of its own. */
static struct value is_zero(struct value v)
{
	if (value_is(v, V_RET) && v.k == 0)
		return (struct value){.kind = V_IS_ZERO, .id = v.id};
	return unknown;
}

/* The result of a call turned into 0 or 1 is 0 just when the result is. */
static struct value is_not_zero(const struct state *s, uint8_t flags)
{
	if (flags < REG_FLAGS || flags >= REG_FLAGS + 8)
		return unknown;
	struct value v = s->left[flags - REG_FLAGS], zero = s->right[flags - REG_FLAGS];
	return value_is(v, V_RET) && !v.k && value_is(zero, V_CONST) && !zero.k ? v : unknown;
}

/* Less or not: of the result of a call, or a word behind it, and a constant. */
static struct value less(struct value a, struct value b)
{
	if (value_is(a, V_CONST)) {
		struct value t = a;
		a = b;
		b = t;
	}
	if (a.kind != V_RET || !value_is(b, V_CONST) || a.k > 100 ||
	    (a.form != EXACT && a.form != CONTENT))
		return unknown;
	return (struct value){
	    .kind = V_LESS, .id = a.id, .k = b.k, .lift = a.form == CONTENT ? (a.k + 1) & 0x7f : 0};
}

static struct value is_set(const struct state *s, uint8_t flags)
{
	if (flags < REG_FLAGS || flags >= REG_FLAGS + 8)
		return unknown;
	struct value b = s->right[flags - REG_FLAGS];
	return value_is(b, V_CONST) && b.k == 0 ? is_zero(s->left[flags - REG_FLAGS]) : unknown;
}

static void operate(struct state *s, const struct elf_image *img, const struct isa *isa,
		    const struct op *o)
{
	struct value b;
	switch (o->code) {
	case OP_CONST:
		set(s, isa, o->d, value_const(cut(isa, (uint64_t)o->k)));
		break;
	case OP_MOVE:
		set(s, isa, o->d, reg(s, o->a));
		break;
	case OP_ADD:
	case OP_SUB:
	case OP_AND:
	case OP_OR:
	case OP_XOR:
	case OP_SHL:
	case OP_SHR:
	case OP_SAR:
	case OP_MUL:
		b = o->b == REG_NONE ? value_const(cut(isa, (uint64_t)o->k)) : reg(s, o->b);
		set(s, isa, o->d, arith(img, isa, o->code, reg(s, o->a), b));
		break;
	case OP_NOT:
	case OP_SWAP16:
	case OP_SWAP32:
	case OP_ZERO_EXT:
	case OP_SIGN_EXT:
		set(s, isa, o->d, unary(img, isa, o, reg(s, o->a)));
		break;
	case OP_LOAD:
		load(s, img, isa, o);
		break;
	case OP_STORE: {
		struct value v = reg(s, o->d);
		if (value_is(v, V_CONST))
			v.k = zero_extend(v.k, o->size);
		state_store(s, img, state_address(s, img, isa, o), v, o->size);
		break;
	}
	case OP_CMP:
		compare(s, isa, o);
		break;
	case OP_LESS:
	case OP_LESS_U:
		b = o->b == REG_NONE ? value_const(cut(isa, (uint64_t)o->k)) : reg(s, o->b);
		set(s, isa, o->d, less(reg(s, o->a), b));
		break;
	case OP_IS_ZERO:
		set(s, isa, o->d, is_zero(reg(s, o->a)));
		break;
	case OP_IS_SET:
		set(s, isa, o->d, is_set(s, o->a));
		break;
	case OP_TEST:
		set(s, isa, o->d, o->k == TEST_NE ? is_not_zero(s, o->a) : unknown);
		break;
	case OP_ROR:
	case OP_MULH:
	case OP_MULHU:
	case OP_DIV:
	case OP_DIVU:
		set(s, isa, o->d, mixed_of(reg(s, o->a), reg(s, o->b)));
		break;
	default:
		set(s, isa, o->d, unknown);
		break;
	}
}

void state_op(struct state *s, const struct elf_image *img, const struct isa *isa,
	      const struct op *o)
{
	struct value before = reg(s, o->d);
	operate(s, img, isa, o);
	if (!o->when || o->d >= REG_COUNT) /* else it happens only sometimes */
		return;
	if (o->code == OP_CMP && o->d >= REG_FLAGS && o->d < REG_FLAGS + 8)
		s->left[o->d - REG_FLAGS] = s->right[o->d - REG_FLAGS] = unknown;
	else if (!value_same(before, s->regs[o->d]))
		s->regs[o->d] = unknown;
}

static size_t size_of(const struct state *s)
{
	return offsetof(struct state, slots) + s->slot_count * sizeof *s->slots;
}

void state_copy(struct state *to, const struct state *from)
{
	memcpy(to, from, size_of(from));
}

struct state *state_keep(struct state *old, const struct state *s, struct arena *a)
{
	if (!old || old->slot_count < s->slot_count)
		old = arena_alloc(a, size_of(s));
	state_copy(old, s);
	return old;
}

/* The object that a result of a call points into. */
static struct value object_of(struct value v, const struct parents *p)
{
	enum { DEEP = 4 };
	for (int i = 0; i < DEEP && p->of && v.kind == V_RET && v.id < p->count && !v.swapped &&
			(v.form == EXACT || v.form == NEAR) && p->of[v.id].kind != V_UNKNOWN;
	     i++) {
		v = p->of[v.id];
		v.form = NEAR;
	}
	return v;
}

/* What a pointer is when it points to nothing: NULL, or a text of the program, such as "". */
static bool is_nothing(struct value v, const struct parents *p)
{
	return value_is(v, V_CONST) && (v.k == 0 || (v.k >= 0x1000 && elf_mapped(p->img, v.k) &&
						     !elf_writable(p->img, v.k)));
}

/* A pointer that moves in a loop, or stands at one of two near places: inside of the object. */
static bool widen(struct value *v, struct value other, const struct parents *p)
{
	enum { NEARBY = 256 };
	struct value into = object_of(*v, p);
	other = object_of(other, p);
	if (is_nothing(into, p) && other.form == NEAR) {
		*v = other;
		return true;
	}
	if (is_nothing(other, p) && into.form == NEAR) {
		*v = into;
		return true;
	}
	bool object = into.kind == V_PARAM || into.kind == V_RET;
	uint64_t apart = into.k > other.k ? into.k - other.k : other.k - into.k;
	if (into.kind != other.kind || into.id != other.id || into.swapped || other.swapped ||
	    (into.form != EXACT && into.form != NEAR) ||
	    (other.form != EXACT && other.form != NEAR) ||
	    (!object && into.kind != V_STACK && into.kind != V_CONST) || apart > NEARBY ||
	    (into.kind == V_CONST && (into.k < 0x1000 || other.k < 0x1000)))
		return false;
	into.form = NEAR;
	if ((int64_t)other.k < (int64_t)into.k)
		into.k = other.k;
	*v = into;
	return true;
}

static bool meet_value(struct value *into, struct value other, const struct parents *p)
{
	bool changed = false;
	if (into->kind == V_UNKNOWN) {
		*into = unknown;
		return false;
	}
	if (value_same(*into, other))
		return false;
	if (mixed_meet(into, other, &changed))
		return changed;
	if (!widen(into, other, p))
		*into = unknown;
	return true;
}

/* What a slot holds, as far as both agree; false: nothing. */
static bool meet_slot(struct slot *a, const struct slot *b, const struct parents *p)
{
	bool changed;
	return a->where.k == b->where.k && a->size == b->size && value_same(a->where, b->where) &&
	       (value_same(a->what, b->what) || widen(&a->what, b->what, p) ||
		mixed_meet(&a->what, b->what, &changed));
}

bool state_meet(struct state *into, const struct state *other, const struct parents *p)
{
	bool changed = false;
	for (int r = 0; r < REG_T0; r++)
		changed |= meet_value(&into->regs[r], other->regs[r], p);
	for (int f = 0; f < 8; f++) {
		changed |= meet_value(&into->left[f], other->left[f], p);
		changed |= meet_value(&into->right[f], other->right[f], p);
	}
	uint32_t k = 0;
	for (uint32_t i = 0; i < into->slot_count; i++) {
		bool found =
		    i < other->slot_count && meet_slot(&into->slots[i], &other->slots[i], p);
		for (uint32_t j = 0; j < other->slot_count && !found; j++)
			found = meet_slot(&into->slots[i], &other->slots[j], p);
		if (found)
			into->slots[k++] = into->slots[i];
	}
	changed |= k != into->slot_count;
	into->slot_count = k;
	into->next_slot = 0;
	return changed;
}
