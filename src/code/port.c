/* SPDX-License-Identifier: Apache-2.0 */
/* Following the number of a port back to where the program, or its callers, have it from. */
#include "code/port.h"

#include "code/rows.h"

enum { MAX_DEPTH = 4, MAX_WORK = 400000, TOP = 65535 };

struct search {
	const struct look *l;
	struct port *out;
	size_t count;
	unsigned work;
	bool text; /* a text of digits is looked for */
};

static void add(struct search *s, uint64_t at, uint64_t number, bool fixed, uint64_t row)
{
	if (!number || number > TOP || s->count == MAX_PORTS)
		return;
	for (size_t i = 0; i < s->count; i++)
		if (s->out[i].number == number && s->out[i].row == row)
			return;
	s->out[s->count++] = (struct port){at, number, row, fixed};
}

static uint64_t number_in(struct span s)
{
	uint64_t n = 0;
	if (!s.n || s.n > 5)
		return 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	}
	return n;
}

static const struct rows *table_around(const struct look *l, uint64_t at)
{
	for (size_t i = 0; i < l->p->row_count; i++) {
		const struct rows *r = &l->p->rows[i];
		if (at + r->stride > r->at && at < r->at + r->count * r->stride)
			return r;
	}
	return NULL;
}

static uint64_t word_at(const struct look *l, uint64_t at, unsigned size)
{
	uint64_t v;
	return elf_word(l->p->img, at, size, &v) ? v : 0;
}

/* One member of all rows. */
static void from_rows(struct search *s, const struct rows *r, uint64_t first, unsigned size)
{
	bool fixed = !elf_writable(s->l->p->img, first);
	for (size_t i = 0; i < r->count; i++) {
		uint64_t row = first + i * r->stride;
		add(s, row, word_at(s->l, row, size), fixed || s->l->p->img->fixup_count, row);
	}
}

/* A member of a table, it is not known which: the only one whose values are all ports and differ.
 */
static void from_any_member(struct search *s, const struct rows *r, uint64_t base, unsigned size)
{
	uint64_t found = 0;
	unsigned columns = 0;
	for (uint64_t k = 0; k + size <= r->stride; k += size) {
		uint64_t word = (base + k) & ~(uint64_t)(s->l->p->isa->bits / 8 - 1);
		uint64_t in = (word - r->at) % r->stride;
		bool ports =
		    in != r->name_at && in != r->code_at && !elf_fixup_at(s->l->p->img, word);
		for (size_t i = 0; i < r->count && ports; i++) {
			uint64_t v = word_at(s->l, base + k + i * r->stride, size);
			uint64_t again =
			    i ? word_at(s->l, base + k + (i - 1) * r->stride, size) : 0;
			ports = v > 3 && v <= TOP && v != again;
		}
		columns += ports;
		found = ports ? base + k : found;
	}
	if (columns == 1)
		from_rows(s, r, found, size);
}

/* Numbers that stand one behind the other; what follows them ends the list. */
static void from_list(struct search *s, uint64_t at, unsigned size)
{
	enum { MOST = 16 };
	for (unsigned i = 0; i < (size == 4 ? MOST : 1u); i++) {
		uint64_t v = word_at(s->l, at + i * size, size);
		if (!v || v > TOP)
			return;
		add(s, at + i * size, v, !elf_writable(s->l->p->img, at), at + i * size);
	}
}

/* What memory holds at a constant address, or somewhere behind it. */
static void from_memory(struct search *s, uint64_t at, struct value v)
{
	const struct rows *r = table_around(s->l, v.k);
	if (s->text) {
		uint64_t to;
		if (v.form == CONTENT &&
		    rows_pointer(s->l->p->img, s->l->p->isa->bits / 8, v.k, &to))
			add(s, at, number_in(program_text(s->l->p, value_const(to))), false, 0);
	} else if (v.form == CONTENT) {
		add(s, at, word_at(s->l, v.k, v.size), !elf_writable(s->l->p->img, v.k), 0);
	} else if (r) {
		from_any_member(s, r, v.k, v.size);
	} else {
		from_list(s, v.k, v.size);
	}
}

static void follow(struct search *s, const struct function *f, uint64_t at, struct value v,
		   unsigned depth);

/* A parameter, or what memory holds `v.k` behind it: what callers hand over for it. */
static void from_callers(struct search *s, const struct function *f, struct value v, unsigned depth)
{
	for (size_t i = 0; i < s->l->p->function_count; i++) {
		const struct function *g = s->l->p->functions[i];
		for (size_t n = 0; n < g->call_count && s->work < MAX_WORK; n++, s->work++) {
			const struct call *c = &g->calls[n];
			struct value given = c->args[v.id];
			const struct rows *r;
			if (c->callee != f || g == f)
				continue;
			if (v.form == EXACT) {
				follow(s, g, c->at, given, depth + 1);
			} else if (given.form == NEAR && given.kind == V_CONST) {
				r = table_around(s->l, given.k);
				if (r && !s->text)
					from_rows(s, r, given.k + v.k, v.size);
			} else if (given.form == EXACT &&
				   (given.kind == V_PARAM || value_is(given, V_CONST))) {
				struct value held = v;
				held.kind = given.kind;
				held.id = given.id;
				held.k += given.k;
				follow(s, g, c->at, held, depth + 1);
			}
		}
	}
}

static void follow(struct search *s, const struct function *f, uint64_t at, struct value v,
		   unsigned depth)
{
	const struct call *made = value_is(v, V_RET) && v.k == 0 ? function_call(f, v) : NULL;
	bool number = made && made->role && made->role->kind == ROLE_NUMBER && made->role->arg >= 0;
	if (depth > MAX_DEPTH || v.swapped)
		return;
	if (value_is(v, V_CONST) && s->text)
		add(s, at, number_in(program_text(s->l->p, v)), true, 0);
	else if (value_is(v, V_CONST))
		add(s, at, v.k & TOP, v.k <= TOP, 0);
	else if (v.kind == V_CONST && (v.form == CONTENT || v.form == NEAR_CONTENT))
		from_memory(s, at, v);
	else if (v.kind == V_PARAM && v.id < MAX_ARGS &&
		 (v.form == CONTENT || (v.form == EXACT && v.k == 0)))
		from_callers(s, f, v, depth);
	else if (number && !s->text) {
		s->text = true;
		follow(s, f, at, made->args[made->role->arg], depth + 1);
		s->text = false;
	}
}

size_t ports_find(const struct look *l, const struct function *f, const struct call *at,
		  struct value v, struct port out[MAX_PORTS])
{
	struct search s = {.l = l, .out = out};
	follow(&s, f, at->at, v, 0);
	return s.count;
}

size_t ports_of_text(const struct look *l, const struct function *f, const struct call *at,
		     struct value v, struct port out[MAX_PORTS])
{
	struct search s = {.l = l, .out = out, .text = true};
	follow(&s, f, at->at, v, 0);
	return s.count;
}
