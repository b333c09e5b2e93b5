/* SPDX-License-Identifier: Apache-2.0 */
/* Members of tables of handlers that tell who may ask. */
#include "code/columns.h"

#include "code/gate.h"
#include "code/rows.h"

enum { SMALL = 256 };

static uint64_t word_at(const struct look *l, uint64_t at, unsigned size)
{
	uint64_t v;
	return elf_word(l->p->img, at, size, &v) ? v : UINT64_MAX;
}

uint64_t column_value(const struct look *l, const struct row_column *c, const struct handler *h)
{
	uint64_t at = h->at + (uint64_t)c->at, v;
	if (!c->function)
		return word_at(l, at, c->size);
	return rows_pointer(l->p->img, c->size, at, &v) && v != 0;
}

/* Functions, or none, and what there is asks who somebody is. */
static bool asks_by_function(const struct look *l, const struct handler_table *t,
			     struct row_column *c)
{
	uint64_t thumb = l->p->isa == &isa_arm, v;
	size_t with = 0;
	bool asks = false;
	for (size_t i = 0; i < t->count; i++) {
		if (!rows_pointer(l->p->img, c->size, t->handlers[i].at + (uint64_t)c->at, &v))
			return false;
		const struct function *f = v ? program_function(l->p, v & ~thumb) : NULL;
		if (v && !f)
			return false;
		with += f != NULL;
		if (f && !asks && gate_function(l, f)) {
			asks = true;
			c->where = f->start;
		}
	}
	return asks && with < t->count;
}

static bool two_small_numbers(const struct look *l, const struct handler_table *t,
			      const struct row_column *c)
{
	uint64_t first = column_value(l, c, &t->handlers[0]), other = first;
	for (size_t i = 0; i < t->count; i++) {
		uint64_t v = column_value(l, c, &t->handlers[i]);
		if (v >= SMALL || (v != first && v != other && other != first))
			return false;
		other = v != first ? v : other;
	}
	return other != first;
}

/* Does a function that looks at numbers of the table turn people away? */
static bool is_looked_at(const struct look *l, const struct handler_table *t, uint64_t *where)
{
	uint64_t begin = t->rows->at, end = begin + t->rows->count * t->rows->stride;
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t b = 0; f->choices && b < f->cfg.block_count; b++) {
			const struct value *v = &f->choices[b].left;
			bool here = v->kind == V_CONST && v->form == NEAR_CONTENT &&
				    v->k + t->rows->stride > begin && v->k < end;
			if (!here || !value_is(f->choices[b].right, V_CONST) || !gate_denies(l, f))
				continue;
			*where = f->block_at[b];
			return true;
		}
	}
	return false;
}

size_t columns_find(const struct look *l, const struct handler_table *t,
		    struct row_column out[MAX_COLUMNS])
{
	size_t n = 0;
	unsigned word = l->p->isa->bits / 8;
	uint64_t where = 0;
	if (t->kind != TABLE_DATA)
		return 0;
	bool looked_at = is_looked_at(l, t, &where);
	for (unsigned k = 0; k < t->rows->stride && n < MAX_COLUMNS; k += 4) {
		unsigned in = k - k % word;
		struct row_column c = {.at = k, .size = word, .function = true};
		if (in == t->rows->name_at || in == t->rows->code_at)
			continue;
		if (k == in && asks_by_function(l, t, &c)) {
			out[n++] = c;
			continue;
		}
		c = (struct row_column){.at = k, .size = 4, .where = where};
		if (looked_at && two_small_numbers(l, t, &c))
			out[n++] = c;
	}
	return n;
}
