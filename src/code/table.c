/* SPDX-License-Identifier: Apache-2.0 */
/* Finding handlers in tables, in calls that register them, and in chains of compares. */
#include "code/table.h"

#include "code/rows.h"
#include "code/secret.h"

enum { MIN_HANDLERS = 3, MAX_HANDLERS = 1024, MAX_LISTS = 192, MAX_GROUPS = 16, MAX_NAME = 64 };

static struct function *function_at(const struct look *l, struct value v)
{
	uint64_t thumb = l->p->isa == &isa_arm;
	if (!value_is(v, V_CONST) || v.k < 16)
		return NULL;
	struct function *f = program_function(l->p, v.k & ~thumb);
	bool runs = f && f->stub && f->role && f->role->kind == ROLE_EXEC;
	return f && (!f->stub || runs) ? f : NULL;
}

static struct span name_of(const struct look *l, struct value v)
{
	struct span s = program_text(l->p, v);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ')
			s.n = 0;
	if (s.n > MAX_NAME)
		s.n = 0;
	return s;
}

static void keep(const struct look *l, struct handler_tables *t, struct handler_table one,
		 struct handler *list)
{
	bool several = false;
	for (size_t i = 1; i < one.count; i++)
		several = several || list[i].f != list[0].f || list[i].at != list[0].at;
	if (one.count < MIN_HANDLERS || !several || t->count == MAX_LISTS)
		return;
	one.handlers = arena_array(l->arena, one.count, sizeof *list);
	memcpy(one.handlers, list, one.count * sizeof *list);
	t->list[t->count++] = one;
}

static void from_data(const struct look *l, struct handler_tables *t, struct handler *list)
{
	unsigned word = l->p->isa->bits / 8;
	for (size_t i = 0; i < l->p->row_count; i++) {
		const struct rows *r = &l->p->rows[i];
		struct handler_table one = {.kind = TABLE_DATA, .rows = r, .by = "a table"};
		for (size_t k = 0; k < r->count && one.count < MAX_HANDLERS; k++) {
			struct handler h = {.name = rows_name(l->p->img, word, r, k),
					    .at = r->at + k * r->stride};
			uint64_t code = rows_code(l->p->img, word, r, k);
			h.f = code ? function_at(l, value_const(code)) : NULL;
			if (h.f)
				list[one.count++] = h;
		}
		keep(l, t, one, list);
	}
}

/* A call that hands a name and a function to another. */
static bool registers(const struct look *l, const struct call *c, struct handler *h)
{
	if ((c->role && c->role->kind != ROLE_NONE) || (!c->callee && !c->name))
		return false;
	*h = (struct handler){.at = c->at};
	for (unsigned k = 0; k < MAX_ARGS && !h->f; k++) {
		if (!h->name.n)
			h->name = name_of(l, c->args[k]);
		else
			h->f = function_at(l, c->args[k]);
	}
	return h->f && h->f != c->callee;
}

struct registered {
	const struct function *by; /* in the program, or ... */
	const char *name;	   /* ... elsewhere */
	struct handler handler;
};

static bool same_maker(const struct registered *a, const struct registered *b)
{
	if (a->by || b->by)
		return a->by == b->by;
	return strcmp(a->name, b->name) == 0;
}

static void from_calls(const struct look *l, struct handler_tables *t, struct handler *list)
{
	struct registered *all = arena_array(l->arena, MAX_HANDLERS, sizeof *all);
	size_t n = 0;
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t k = 0; k < f->call_count && n < MAX_HANDLERS; k++) {
			const struct call *c = &f->calls[k];
			if (registers(l, c, &all[n].handler)) {
				all[n].by = c->callee && !c->callee->stub ? c->callee : NULL;
				all[n++].name = look_name(c);
			}
		}
	}
	for (size_t i = 0; i < n; i++) {
		struct handler_table one = {.kind = TABLE_CALLS, .by = all[i].name};
		struct registered first = all[i];
		for (size_t k = i; k < n && first.name; k++)
			if (all[k].name && same_maker(&all[k], &first)) {
				list[one.count++] = all[k].handler;
				all[k].name = NULL; /* taken */
			}
		if (first.name)
			keep(l, t, one, list);
	}
}

/* --- chains of compares --- */

struct group { /* calls that compare the same thing */
	const struct function *callee;
	struct value operand;
	const struct call *calls[256];
	struct span names[256];
	size_t count;
};

/* Does the call ask whether something has this name? `operand` is what is compared. */
static bool asks_name(const struct look *l, const struct call *c, struct span *name,
		      struct value *operand)
{
	bool compares = c->role && c->role->kind == ROLE_COMPARE;
	bool own = c->callee && !c->callee->stub && (!c->role || c->role->kind == ROLE_NONE);
	if ((!compares && !own) || !c->used)
		return false;
	*operand = (struct value){0};
	*name = SPAN(NULL, 0);
	for (unsigned k = 0; k < 2; k++) {
		struct span s = name_of(l, c->args[k]);
		if (s.n && name->n)
			return false;
		if (s.n)
			*name = s;
		else if (compares)
			*operand = c->args[k];
	}
	for (unsigned k = 0; k < l->p->isa->local_count && !name->n && own; k++)
		*name = name_of(l, c->args[LOCAL_ARGS + k]);
	return name->n != 0;
}

static void add_to_group(struct group *groups, size_t *count, const struct call *c,
			 struct span name, struct value operand)
{
	const struct function *by = c->role && c->role->kind == ROLE_COMPARE ? NULL : c->callee;
	size_t i = 0;
	while (i < *count &&
	       (groups[i].callee != by || groups[i].operand.kind != operand.kind ||
		groups[i].operand.id != operand.id || groups[i].operand.k != operand.k))
		i++;
	if (i == MAX_GROUPS)
		return;
	if (i == *count) {
		groups[i].callee = by;
		groups[i].operand = operand;
		groups[i].count = 0;
		++*count;
	}
	struct group *g = &groups[i];
	if (g->count == sizeof g->calls / sizeof *g->calls)
		return;
	g->calls[g->count] = c;
	g->names[g->count++] = name;
}

/* Where only this name leads to: the way that does not go on to the next compare. */
static bool chosen(const struct function *f, const struct group *g, size_t i, bool zero,
		   struct handler *h)
{
	struct way w;
	if (!way_of_result(f, g->calls[i], zero, &w))
		return false;
	int32_t to = way_target(f, w);
	h->by = w;
	h->block = to;
	if (to == NO_BLOCK)
		return false;
	bool own = cfg_edge_owns(&f->cfg, w.block, to);
	for (size_t k = 0; k < g->count; k++)
		if (own ? cfg_dominates(&f->cfg, to, g->calls[k]->block) : g->calls[k]->block == to)
			return false;
	if (own)
		return true;
	h->block = NO_BLOCK; /* several ways meet: what they do before counts for each */
	for (size_t k = 0; k < f->call_count; k++)
		if (handler_does(h, &f->calls[k]))
			return true;
	return false;
}

bool handler_does(const struct handler *h, const struct call *c)
{
	if (h->block != NO_BLOCK)
		return cfg_dominates(&h->f->cfg, h->block, c->block);
	return c->on_edge && c->block == h->by.block && c->on_edge == h->by.edge + 1;
}

static void chain_of(const struct look *l, struct handler_tables *t, const struct function *f,
		     const struct group *g, struct handler *list)
{
	size_t best = 0;
	bool best_zero = true;
	for (int zero = 1; zero >= 0; zero--) {
		size_t n = 0;
		struct handler h = {.f = f};
		for (size_t i = 0; i < g->count; i++)
			n += chosen(f, g, i, zero, &h);
		if (n > best && (zero || g->callee)) {
			best = n;
			best_zero = zero;
		}
	}
	struct handler_table one = {.kind = TABLE_CHAIN, .by = f->name};
	for (size_t i = 0; i < g->count && best >= MIN_HANDLERS; i++) {
		struct handler h = {.name = g->names[i], .f = f, .at = g->calls[i]->at};
		if (chosen(f, g, i, best_zero, &h))
			list[one.count++] = h;
	}
	keep(l, t, one, list);
}

static void from_chains(const struct look *l, struct handler_tables *t, struct handler *list)
{
	struct group *groups = arena_array(l->arena, MAX_GROUPS, sizeof *groups);
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		size_t count = 0;
		if (!f->choices || f->call_count < MIN_HANDLERS)
			continue;
		for (size_t k = 0; k < f->call_count; k++) {
			struct span name;
			struct value operand;
			if (asks_name(l, &f->calls[k], &name, &operand))
				add_to_group(groups, &count, &f->calls[k], name, operand);
		}
		for (size_t k = 0; k < count; k++)
			if (groups[k].count >= MIN_HANDLERS)
				chain_of(l, t, f, &groups[k], list);
	}
}

struct handler_tables *tables_find(const struct look *l)
{
	struct handler_tables *t = arena_alloc(l->arena, sizeof *t);
	struct handler *list = arena_array(l->arena, MAX_HANDLERS, sizeof *list);
	t->list = arena_array(l->arena, MAX_LISTS, sizeof *t->list);
	from_data(l, t, list);
	from_calls(l, t, list);
	from_chains(l, t, list);
	return t;
}

const struct handler_table *tables_at(const struct handler_tables *t, uint64_t at)
{
	for (size_t i = 0; t && i < t->count; i++) {
		const struct rows *r = t->list[i].rows;
		if (r && at - r->at < (uint64_t)r->count * r->stride)
			return &t->list[i];
	}
	return NULL;
}
