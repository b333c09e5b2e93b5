/* SPDX-License-Identifier: Apache-2.0 */
/* Words of memory that are compared with constants by exclusive or, and put together by or. */
#include "code/differ.h"

/* The number of the entry for this instruction, which may be there from the time before; -1: no
 * room. */
static int entry(struct walk *w, uint64_t at)
{
	struct function *f = w->f;
	for (unsigned i = 0; i < f->differ_count; i++)
		if (f->differs[i].at == at)
			return (int)i;
	if (f->differ_count == MAX_DIFFERS)
		return -1;
	if (!f->differs)
		f->differs = arena_array(w->scratch, MAX_DIFFERS, sizeof *f->differs);
	return f->differ_count++;
}

/* A constant that fills the word with what somebody may type, or that is large. */
static bool is_literal(struct value word, uint64_t k)
{
	unsigned size = word.kind == V_UNKNOWN ? (k >> 32 ? 8 : 4) : word.size;
	if (size < 4 && word.kind != V_UNKNOWN)
		return k >= 0x20;
	for (unsigned i = 0; i < size && word.kind == V_UNKNOWN; i++)
		if ((uint8_t)(k >> i * 8) < 0x20 || (uint8_t)(k >> i * 8) >= 0x7f)
			return false;
	return k > 0xffff;
}

static struct value word_differs(struct walk *w, uint64_t at, struct value word, uint64_t k)
{
	if (word.kind == V_UNKNOWN)
		word = (struct value){.form = CONTENT, .size = k >> 32 ? 8 : 4};
	int i = entry(w, at);
	if (i < 0)
		return (struct value){0};
	w->f->differs[i] = (struct differ){at, word, k, -1, -1};
	return (struct value){.kind = V_DIFFERS, .id = (uint32_t)i};
}

void differ_note(struct walk *w, uint64_t at, const struct op *o, struct value a, struct value b)
{
	struct value made = {0};
	if (o->d >= REG_COUNT)
		return;
	if (value_is(a, V_CONST) || value_is(b, V_DIFFERS)) {
		struct value t = a;
		a = b;
		b = t;
	}
	bool word = a.kind != V_CONST && (a.form == CONTENT || value_is(a, V_UNKNOWN));
	if (o->code == OP_XOR && value_is(b, V_CONST) && word && is_literal(a, b.k))
		made = word_differs(w, at, a, b.k);
	if (o->code == OP_OR && value_is(a, V_DIFFERS)) {
		made = a;
		int i = value_is(b, V_DIFFERS) ? entry(w, at) : -1;
		if (i >= 0) {
			w->f->differs[i] = (struct differ){at, {0}, 0, (int8_t)a.id, (int8_t)b.id};
			made = (struct value){.kind = V_DIFFERS, .id = (uint32_t)i};
		}
	}
	if (made.kind == V_DIFFERS)
		w->now.regs[o->d] = made;
}

size_t differ_words(const struct function *f, struct value v, struct differ *out)
{
	int8_t todo[2 * MAX_DIFFER_WORDS] = {(int8_t)v.id};
	size_t n = 0, left = value_is(v, V_DIFFERS) ? 1 : 0;
	for (unsigned steps = 0; left && steps < MAX_DIFFERS && n < MAX_DIFFER_WORDS; steps++) {
		int8_t i = todo[--left];
		if (i < 0 || i >= (int)f->differ_count)
			continue;
		const struct differ *d = &f->differs[i];
		if (d->left < 0) {
			out[n++] = *d;
		} else if (left + 2 <= sizeof todo) {
			todo[left++] = d->left;
			todo[left++] = d->right;
		}
	}
	for (size_t i = 1; i < n; i++) /* by address */
		for (size_t k = i; k && out[k].where.k < out[k - 1].where.k; k--) {
			struct differ t = out[k];
			out[k] = out[k - 1];
			out[k - 1] = t;
		}
	return n;
}
