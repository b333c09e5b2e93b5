/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that are computed from bytes of memory: hashes, and words that are put together. */
#include "code/mixed.h"

enum { MOVING = 1, HASHED = 2 }; /* value.size: bits; read through a pointer that moves, xored */

static const struct value none;

/*
 * PowerPC compares a register with a constant in two steps: the upper half is xored, the lower half
 * compared. What was xored so stands in the upper 16 bits of k, of which addresses need less.
 */
enum { ADDRESS_BITS = 48 };

static uint64_t place(uint64_t k)
{
	k &= (UINT64_C(1) << ADDRESS_BITS) - 1;
	return k >> (ADDRESS_BITS - 1) ? k | UINT64_MAX << ADDRESS_BITS : k;
}

/* What one side of a computation is made of. */
static struct value part(struct value v)
{
	uint8_t form = v.form & (LIFTED - 1);
	if (v.kind == V_MIXED || (form != CONTENT && form != NEAR_CONTENT) || v.kind == V_UNKNOWN ||
	    v.kind == V_IMPORT || v.kind == V_IS_ZERO || v.kind == V_LESS)
		v = v.kind == V_MIXED ? v : none;
	if (v.kind == V_UNKNOWN || v.kind == V_MIXED) {
		v.k = place(v.k);
		return v;
	}
	return (struct value){.kind = V_MIXED,
			      .lift = (unsigned)v.kind & 0x7f,
			      .id = v.id,
			      .k = place(v.k),
			      .size = form == NEAR_CONTENT ? MOVING : 0};
}

static bool same_object(struct value a, struct value b)
{
	return a.lift == b.lift && a.id == b.id;
}

/* Variables of the program, such as the table of a checksum, count less than what it works on. */
struct value mixed_of(struct value a, struct value b)
{
	a = part(a);
	b = part(b);
	if (a.kind == V_UNKNOWN || (a.lift == V_CONST && b.kind != V_UNKNOWN)) {
		struct value t = a;
		a = b;
		b = t;
	}
	if (b.kind == V_UNKNOWN)
		return a;
	if (same_object(a, b) && (int64_t)b.k < (int64_t)a.k)
		a.k = b.k;
	if (same_object(a, b) || a.lift == V_CONST)
		a.size |= b.size;
	return a;
}

struct value mixed_xor(struct value a, struct value b)
{
	bool upper = value_is(b, V_CONST) && b.k && !(b.k & 0xffff) && b.k <= UINT32_MAX;
	a = mixed_of(a, b);
	if (a.kind == V_MIXED && upper)
		a.k ^= b.k >> 16 << ADDRESS_BITS;
	else if (a.kind == V_MIXED)
		a.size |= HASHED;
	return a;
}

bool mixed_is_index(struct value v)
{
	return value_is(v, V_MIXED) && v.lift != V_CONST && v.size & HASHED;
}

bool mixed_meet(struct value *into, struct value other, bool *changed)
{
	struct value was = *into;
	if (into->kind == V_MIXED && other.kind == V_MIXED) {
		if (!same_object(*into, other))
			return false;
		*into = mixed_of(*into, other);
	} else if (into->kind == V_MIXED && value_is(other, V_CONST)) {
		into->size |= MOVING; /* it begins as a constant, and a loop goes on with it */
	} else if (other.kind == V_MIXED && value_is(*into, V_CONST)) {
		*into = other;
		into->size |= MOVING;
	} else {
		return false;
	}
	*changed = !value_same(was, *into) || was.size != into->size;
	return true;
}

struct value mixed_bytes(struct value v, uint64_t *number, bool *hash)
{
	*hash = v.size & (MOVING | HASHED);
	*number = (*number & UINT32_MAX) ^ (v.k ^ place(v.k)) >> ADDRESS_BITS << 16;
	return (struct value){.kind = v.lift,
			      .form = v.size & MOVING ? NEAR_CONTENT : CONTENT,
			      .size = 1,
			      .id = v.id,
			      .k = place(v.k)};
}
