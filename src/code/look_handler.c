/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers that do without asking what their siblings only do for those who are logged in: in a
 * table of handlers most ask the same question before they do something privileged, and one does
 * not.
 */
#include "code/columns.h"
#include "code/gate.h"
#include "code/rows.h"

enum { MAX_DEPTH = 3, MAX_WORK = 20000, MAX_UNGUARDED = 3, MIN_GUARDED = 2, PATH = MAX_DEPTH + 1 };

struct deed { /* something privileged, and the calls that lead to it */
	struct effect effect;
	const struct function *path[PATH];
	const struct call *calls[PATH]; /* the last one is the effect's */
	unsigned steps;
	bool strong;   /* a shell, or a command that whoever asks has chosen */
	bool variable; /* a command, a part of which comes from elsewhere */
};

struct answer { /* about one handler */
	struct gate gates[MAX_GATES];
	size_t gate_count;
	struct deed open;   /* the strongest deed that no gate about who asks stands before */
	struct deed closed; /* the first one that such a gate stands before */
	bool any_open, any_closed;
};

struct study {
	struct look *l;
	unsigned left;
	const struct handler *handler;
	struct deed now;
	struct answer *answer;
};

/* Does whoever asks choose the command? */
static bool is_chosen(const struct look *l, const struct function *f, const struct call *c)
{
	if (!c->role || c->role->kind != ROLE_EXEC || c->role->arg < 0)
		return false;
	struct value v = c->args[c->role->arg];
	struct input in = input_text(l->in, f, v);
	bool given = v.kind == V_PARAM && (v.form == EXACT || v.form == CONTENT);
	return (in.source && in.whole) || given;
}

/* Does the handler ask the same, although it is not seen what follows from the answer? */
static bool asks_too(const struct handler *h, const struct function *f, const struct gate *g,
		     unsigned depth)
{
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		const struct gate same = {.call = c};
		if (depth == 0 && !handler_does(h, c))
			continue;
		if (g->call && (c->callee || c->name) && gate_same(&same, g))
			return true;
		if (c->callee && !c->callee->stub && c->callee != f && depth < 2 &&
		    asks_too(h, c->callee, g, depth + 1))
			return true;
	}
	for (size_t b = 0; !g->call && g->variable.kind && f->choices && b < f->cfg.block_count;
	     b++)
		if (value_same(f->choices[b].left, g->variable) &&
		    (depth || h->block == NO_BLOCK || cfg_dominates(&f->cfg, h->block, (int32_t)b)))
			return true;
	return false;
}

/* Is a part of the command not the program's own? */
static bool is_variable(const struct look *l, const struct call *c)
{
	return c->role && c->role->kind == ROLE_EXEC && c->role->arg >= 0 &&
	       !program_text(l->p, c->args[c->role->arg]).n;
}

static bool matters(const struct deed *d)
{
	if (strcmp(d->effect.word, "setuid") == 0)
		return false; /* alone it gives nothing to anybody */
	return d->strong || d->variable || d->effect.lasting || strcmp(d->effect.word, "exec") != 0;
}

static void add_gate(struct answer *a, const struct gate *g)
{
	for (size_t i = 0; i < a->gate_count; i++)
		if (gate_same(&a->gates[i], g))
			return;
	if (a->gate_count < MAX_GATES)
		a->gates[a->gate_count++] = *g;
}

/* Is it known what is asked for? */
static bool is_clear(const struct gate *g)
{
	return g->call || g->variable.kind != V_UNKNOWN;
}

/* A deed was found: is there a gate about who asks on the way to it? */
static void judge(struct study *s)
{
	struct deed *d = &s->now;
	bool closed = false;
	for (unsigned i = 0; i < d->steps; i++) {
		struct gate gates[MAX_GATES];
		int32_t root = i ? 0 : s->handler->block;
		size_t n =
		    root == NO_BLOCK ? 0 : gates_find(s->l, d->path[i], root, d->calls[i], gates);
		for (size_t k = 0; k < n; k++)
			if (gates[k].credential && (!i || is_clear(&gates[k]))) {
				add_gate(s->answer, &gates[k]);
				closed = true;
			}
	}
	struct answer *a = s->answer;
	if (closed && !a->any_closed)
		a->closed = *d;
	a->any_closed = a->any_closed || closed;
	if (closed || !matters(d))
		return;
	if (!a->any_open || (d->strong && !a->open.strong) ||
	    (d->strong == a->open.strong && d->effect.strength > a->open.effect.strength))
		a->open = *d;
	a->any_open = true;
}

static void search(struct study *s, const struct function *f, unsigned depth)
{
	for (size_t i = 0; i < f->call_count && s->left; i++) {
		const struct call *c = &f->calls[i];
		if (depth == 0 && !handler_does(s->handler, c))
			continue;
		s->left--;
		s->now.path[depth] = f;
		s->now.calls[depth] = c;
		s->now.effect = effect_of(s->l, f, c);
		if (s->now.effect.word) {
			s->now.steps = depth + 1;
			s->now.strong = s->now.effect.strength == 2 || is_chosen(s->l, f, c);
			s->now.variable = is_variable(s->l, c);
			judge(s);
			continue;
		}
		bool again = false;
		for (unsigned k = 0; k <= depth; k++)
			again = again || s->now.path[k] == c->callee;
		if (c->callee && !c->callee->stub && !again && depth + 1 < PATH)
			search(s, c->callee, depth + 1);
	}
}

/* The handler is a function of the library that runs what it is given. */
static void take_stub(struct study *s, const struct function *f)
{
	struct call *c = arena_alloc(s->l->arena, sizeof *c);
	c->at = f->start;
	c->name = f->stub;
	c->role = f->role;
	for (unsigned i = 0; i < MAX_ARGS; i++)
		c->args[i] = (struct value){.kind = V_PARAM, .id = i};
	s->now.path[0] = f;
	s->now.calls[0] = c;
	s->now.effect = effect_of(s->l, f, c);
	s->now.steps = 1;
	s->now.strong = s->now.variable = true;
	judge(s);
}

static const char *chain_of(const struct look *l, const struct handler *h, const struct deed *d)
{
	const char *text = arena_printf(l->arena, "request for \"%.*s\" at 0x%llx", (int)h->name.n,
					(const char *)h->name.p, (unsigned long long)h->at);
	if (h->block == 0)
		text = arena_printf(l->arena, "%s > %s at 0x%llx", text, h->f->name,
				    (unsigned long long)h->f->start);
	for (unsigned i = 0; i + 1 < d->steps; i++)
		text = arena_printf(l->arena, "%s > call of %s at 0x%llx", text,
				    look_name(d->calls[i]), (unsigned long long)d->calls[i]->at);
	return arena_printf(l->arena, "%s > %s", text, effect_chain(l, &d->effect));
}

static void emit(struct look *l, const struct handler *h, const struct deed *d, const char *others,
		 bool sure)
{
	const struct call *last = d->calls[d->steps - 1];
	/* servers change between identities all the time; what else they do then tells more */
	sure = sure && strcmp(d->effect.word, "setuid") != 0;
	fact_guard(l->out, &(struct fact_guard){.at = look_place(l, last->at),
						.function = h->f->name,
						.compare = "sibling",
						.literal = arena_str(l->arena, h->name),
						.operand = others,
						.sink = d->effect.word,
						.chain = chain_of(l, h, d),
						.kind = "unguarded",
						.confidence = sure ? "likely" : "hint"});
}

/* The gate that most handlers of the table ask at. */
static const struct gate *usual_gate(const struct answer *a, size_t n, size_t *count)
{
	const struct gate *best = NULL;
	*count = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t g = 0; g < a[i].gate_count; g++) {
			size_t same = 0;
			for (size_t k = i; k < n; k++)
				for (size_t m = 0; m < a[k].gate_count; m++)
					same += gate_same(&a[k].gates[m], &a[i].gates[g]);
			if (same > *count) {
				*count = same;
				best = &a[i].gates[g];
			}
		}
	return best;
}

/* Settings may be left open on purpose; so may be one of several answers of the same page. */
static bool is_sure(const struct handler_table *t, const struct deed *d)
{
	return d->strong ||
	       (t->kind != TABLE_CHAIN &&
		(d->variable || (d->effect.lasting && strcmp(d->effect.word, "config") != 0)));
}

/* Another name of a handler that was told about? */
static bool is_again(const struct handler_table *t, size_t i)
{
	const struct handler *h = &t->handlers[i];
	for (size_t k = 0; k < i; k++)
		if (t->handlers[k].f == h->f && t->handlers[k].block == h->block &&
		    h->block != NO_BLOCK)
			return true;
	return false;
}

static void by_gates(struct look *l, const struct handler_table *t, const struct answer *answers)
{
	size_t open = 0, guarded;
	const struct gate *g = usual_gate(answers, t->count, &guarded);
	for (size_t i = 0; i < t->count; i++)
		open += answers[i].any_open && !answers[i].any_closed;
	if (guarded < MIN_GUARDED || open > guarded)
		return;
	bool few = open * 2 <= guarded && open <= MAX_UNGUARDED;
	const char *others = arena_printf(l->arena, "%zu others ask first (%s at 0x%llx)", guarded,
					  gate_text(g), (unsigned long long)g->at);
	for (size_t i = 0; i < t->count; i++) {
		const struct answer *a = &answers[i];
		const struct handler *h = &t->handlers[i];
		if (a->any_open && !a->any_closed && !is_again(t, i) && !asks_too(h, h->f, g, 0))
			emit(l, h, &a->open, others, few && is_sure(t, &a->open));
	}
}

/* The table itself says who must log in. */
static void by_column(struct look *l, const struct handler_table *t, const struct answer *answers,
		      const struct row_column *c, bool only)
{
	uint64_t first = column_value(l, c, &t->handlers[0]), usual = first;
	size_t same = 0, all = 0;
	for (size_t i = 0; i < t->count; i++) {
		all += answers[i].any_open;
		same += answers[i].any_open && column_value(l, c, &t->handlers[i]) == first;
	}
	for (size_t i = 0; i < t->count && same * 2 < all; i++)
		if (column_value(l, c, &t->handlers[i]) != first)
			usual = column_value(l, c, &t->handlers[i]);
	size_t guarded = usual == first ? same : all - same, open = all - guarded;
	if (guarded < MIN_GUARDED || (c->function && !usual))
		return;
	bool few = open * 2 <= guarded && open <= MAX_UNGUARDED && only;
	const char *others = arena_printf(
	    l->arena, "the table lets %zu others ask first (%s at 0x%llx)", guarded,
	    c->function ? "a function" : "a number looked at", (unsigned long long)c->where);
	for (size_t i = 0; i < t->count; i++)
		if (answers[i].any_open && !answers[i].any_closed && !is_again(t, i) &&
		    column_value(l, c, &t->handlers[i]) != usual)
			emit(l, &t->handlers[i], &answers[i].open, others,
			     few && is_sure(t, &answers[i].open));
}

/* The last part of a path, without what follows it; empty: a folder, a pattern. */
static struct span short_name(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '?' || s.p[i] == '*')
			s.n = s.p[i] == '?' ? i : 0;
	for (size_t i = s.n; i-- > 0;)
		if (s.p[i] == '/')
			return span_from(s, i + 1);
	return s;
}

/* Does another text of the program hold the name? */
static bool is_mentioned(const struct look *l, struct span name)
{
	struct span in = l->p->img->in;
	for (size_t at = 0; (at = span_find(in, name, at)) != SIZE_MAX; at += name.n) {
		uint8_t before = at ? in.p[at - 1] : 0, path = '/';
		uint8_t after = at + name.n < in.n ? in.p[at + name.n] : 0;
		bool begins = before == 0 || (before == path && (at < 2 || in.p[at - 2] == 0));
		bool ends = (after | 32) < 'a' || (after | 32) > 'z';
		bool text = begins || (before >= 0x20 && before < 0x7f);
		if (text && ends && !(begins && !after))
			return true;
	}
	return false;
}

/* What can be asked for, so that rules can tell what no page refers to. */
static void tell_handlers(struct look *l, const struct handler_table *t,
			  const struct answer *answers)
{
	enum { FEWEST = 4, MOST = 200, MOST_BYTES = 512 << 20 };
	uint64_t at = t->rows ? t->rows->at : t->handlers[0].at;
	const char *menu =
	    t->rows ? arena_printf(l->arena, "0x%llx", (unsigned long long)at) : t->by;
	if (t->count < FEWEST || t->count > MOST || l->p->img->in.n > MOST_BYTES / t->count)
		return;
	for (size_t i = 0; i < t->count; i++) {
		const struct answer *a = &answers[i];
		const struct deed *d = a->any_open ? &a->open : a->any_closed ? &a->closed : NULL;
		struct span name = short_name(t->handlers[i].name);
		if (name.n < 3 || is_again(t, i))
			continue;
		struct fact_handler fact = {.at = look_place(l, t->handlers[i].at),
					    .name = arena_str(l->arena, name),
					    .function = t->handlers[i].f->name,
					    .menu = menu,
					    .effect = d ? d->effect.word : NULL,
					    .chain = d ? chain_of(l, &t->handlers[i], d) : NULL};
		fact.chosen = NUM(d && d->strong);
		fact.login = NUM(!a->any_open && a->any_closed);
		fact.mentioned = NUM(is_mentioned(l, name));
		fact_handler(l->out, &fact);
	}
}

static void look_at_table(struct look *l, const struct handler_table *t)
{
	struct answer *answers = arena_array(l->arena, t->count, sizeof *answers);
	struct row_column columns[MAX_COLUMNS];
	struct study s = {.l = l, .left = MAX_WORK};
	bool any = false;
	for (size_t i = 0; i < t->count; i++) {
		s.answer = &answers[i];
		s.handler = &t->handlers[i];
		if (t->handlers[i].f->stub)
			take_stub(&s, t->handlers[i].f);
		else
			search(&s, t->handlers[i].f, 0);
		any = any || answers[i].any_open || answers[i].any_closed;
	}
	if (!any)
		return;
	tell_handlers(l, t, answers);
	by_gates(l, t, answers);
	size_t n = columns_find(l, t, columns);
	for (size_t i = 0; i < n; i++)
		by_column(l, t, answers, &columns[i], n == 1 || columns[i].function);
}

void look_for_handlers(struct look *l)
{
	struct handler_tables *t = tables_find(l);
	for (size_t i = 0; i < t->count; i++)
		look_at_table(l, &t->list[i]);
}
