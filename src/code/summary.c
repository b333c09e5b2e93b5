/* SPDX-License-Identifier: Apache-2.0 */
/* Summaries of functions: built from the states at their returns, used at calls of them. */
#include "code/summary.h"

enum { MAX_THIN = 8 };

static bool in_caller_terms(struct value v)
{
	if (v.form != EXACT && v.form != CONTENT)
		return false;
	return v.kind == V_CONST || v.kind == V_PARAM;
}

static void begin(struct function *f, const struct state *s, struct arena *a)
{
	struct summary *m = NULL;
	for (uint32_t i = 0; i < s->slot_count; i++) {
		const struct slot *t = &s->slots[i];
		if (t->where.kind != V_PARAM || !in_caller_terms(t->what))
			continue;
		if (!m)
			m = arena_alloc(a, sizeof *m);
		if (m->count < MAX_EFFECTS)
			m->stores[m->count++] = *t;
	}
	f->summary = m;
}

static bool same_slot(const struct slot *a, const struct slot *b)
{
	return a->size == b->size && value_same(a->where, b->where) && value_same(a->what, b->what);
}

void summary_return(struct function *f, const struct state *s, bool first, struct arena *a)
{
	if (first) {
		begin(f, s, a);
		return;
	}
	struct summary *m = f->summary;
	size_t k = 0;
	for (size_t i = 0; m && i < m->count; i++)
		for (uint32_t n = 0; n < s->slot_count; n++)
			if (same_slot(&m->stores[i], &s->slots[n])) {
				m->stores[k++] = m->stores[i];
				break;
			}
	if (m)
		m->count = k;
}

static int parameter(struct value v)
{
	return value_is(v, V_PARAM) && v.k == 0 && !v.swapped && v.id < MAX_ARGS ? (int)v.id : -1;
}

/* The first `n` arguments are the function's own parameters in their order. */
static bool hands_on(const struct call *c, int n)
{
	for (int i = 0; i < n; i++)
		if (parameter(c->args[i]) != i)
			return false;
	return true;
}

/* The number of arguments that look at fixed positions; -1: such a function is no wrapper. */
static int fixed_arguments(enum role_kind kind)
{
	switch (kind) {
	case ROLE_SOCKET:
	case ROLE_BIND:
	case ROLE_CONNECT:
	case ROLE_ACCEPT:
		return 2;
	case ROLE_LISTEN:
	case ROLE_IDENTITY:
	case ROLE_SWAP:
		return 1;
	case ROLE_READ:
	case ROLE_COMPARE:
	case ROLE_COPY:
	case ROLE_FIND:
	case ROLE_NUMBER:
	case ROLE_DERIVE:
	case ROLE_CONFIG:
	case ROLE_BYTE:
		return 0;
	default:
		return -1;
	}
}

static bool result_matters(enum role_kind kind)
{
	return kind == ROLE_COMPARE || kind == ROLE_FIND || kind == ROLE_NUMBER ||
	       kind == ROLE_SWAP || kind == ROLE_DERIVE || kind == ROLE_CONFIG || kind == ROLE_BYTE;
}

static bool take_argument(const struct call *c, int8_t from, int8_t *to)
{
	if (from < 0)
		return true;
	int which = parameter(c->args[from]);
	*to = (int8_t)which;
	return which >= 0;
}

static bool wraps(const struct function *f, const struct call *c, struct role *r)
{
	int fixed = c->role ? fixed_arguments(c->role->kind) : -1;
	if (fixed < 0 || !hands_on(c, fixed))
		return false;
	*r = *c->role;
	r->name = f->name;
	if (c->role->kind == ROLE_READ && c->role->source == SOURCE_STREAM && c->role->arg != 0 &&
	    parameter(c->args[0]) != 0)
		return false; /* reads a descriptor of its own */
	if (!take_argument(c, c->role->arg, &r->arg) ||
	    !take_argument(c, c->role->other, &r->other))
		return false;
	if (c->role->len != LEN_NEW && !take_argument(c, c->role->len, &r->len))
		r->len = -1;
	return !result_matters(r->kind) ||
	       (value_is(f->result, V_RET) && f->result.id == c->insn && f->result.k == 0);
}

static bool idle(const struct call *c)
{
	return (c->role && c->role->kind == ROLE_PURE) ||
	       (c->role && c->role->kind == ROLE_NORETURN) || (c->name && !c->role);
}

/* A function that does one thing that matters, with its own parameters. */
static void take_wrapped_role(struct function *f, struct arena *a)
{
	const struct call *only = NULL;
	struct role r;
	for (size_t i = 0; i < f->call_count && f->call_count <= MAX_THIN; i++) {
		if (idle(&f->calls[i]))
			continue;
		if (only)
			return;
		only = &f->calls[i];
	}
	if (!only || !wraps(f, only, &r))
		return;
	struct role *keep = arena_alloc(a, sizeof *keep);
	*keep = r;
	f->role = keep;
}

/* hash(typed, salt): hands a password on to crypt(), with a salt of its own if there is none. */
static void take_hash_role(struct function *f, struct arena *a)
{
	for (size_t i = 0; i < f->call_count && f->call_count <= 2 * MAX_THIN; i++) {
		const struct call *c = &f->calls[i];
		if (!c->role || c->role->kind != ROLE_CRYPT || parameter(c->args[0]) < 0 ||
		    !value_is(f->result, V_RET) || f->result.id != c->insn || f->result.k)
			continue;
		struct role *keep = arena_alloc(a, sizeof *keep);
		*keep = *c->role;
		keep->name = f->name;
		keep->arg = (int8_t)parameter(c->args[0]);
		keep->other = -1;
		f->role = keep;
		return;
	}
}

/* run("ping %s", ..): makes a command of a format, and runs it. */
static void take_command_role(struct function *f, struct arena *a)
{
	const struct call *made = NULL, *run = NULL;
	for (size_t i = 0; i < f->call_count && f->call_count <= 2 * MAX_THIN; i++) {
		const struct call *c = &f->calls[i];
		enum role_kind kind = c->role ? c->role->kind : ROLE_NONE;
		const char *print = c->name ? strstr(c->name, "printf") : NULL;
		if (kind == ROLE_FORMAT && print && memchr(c->name, 'v', (size_t)(print - c->name)))
			made = c;
		if (kind == ROLE_EXEC && !run)
			run = c;
	}
	if (!made || !run || run->role->arg < 0 || parameter(made->args[made->role->other]) < 0)
		return;
	struct value text = made->args[made->role->arg], ran = run->args[run->role->arg];
	bool new = made->role->len == LEN_NEW &&value_is(ran, V_RET) && ran.id == made->insn;
	if (!new && (text.kind == V_UNKNOWN || !value_same(text, ran)))
		return;
	struct role *keep = arena_alloc(a, sizeof *keep);
	*keep = (struct role){.name = f->name,
			      .kind = ROLE_EXEC,
			      .arg = (int8_t)parameter(made->args[made->role->other]),
			      .other = -1,
			      .len = LEN_FORMAT};
	f->role = keep;
}

bool summary_finish(struct function *f, struct arena *a)
{
	if (!f->role)
		take_wrapped_role(f, a);
	if (!f->role)
		take_hash_role(f, a);
	if (!f->role)
		take_command_role(f, a);
	if (f->summary && !f->summary->count)
		f->summary = NULL;
	bool pointer =
	    f->result.kind == V_CONST && (f->result.form == CONTENT || f->result.k > 4096);
	return f->role || f->summary || (f->result.kind == V_PARAM && in_caller_terms(f->result)) ||
	       (pointer && in_caller_terms(f->result));
}

struct value summary_value(const struct call *c, struct value v, const struct state *s,
			   const struct program *p)
{
	const struct value none = {0};
	if (v.kind == V_CONST)
		return v;
	if (v.kind != V_PARAM || v.id >= MAX_ARGS)
		return none;
	struct value base = c->args[v.id];
	if (v.form == EXACT && v.k == 0 && !v.swapped)
		return base;
	if (base.form != EXACT || base.kind == V_UNKNOWN || base.kind == V_IMPORT ||
	    base.kind == V_IS_ZERO || base.swapped)
		return v.form == EXACT && v.k == 0 && base.kind != V_UNKNOWN ? value_swapped(base)
									     : none;
	base.k += v.k;
	if (v.form == CONTENT) {
		base = state_load(s, p->img, p->isa, base, v.size);
	}
	return v.swapped ? value_swapped(base) : base;
}

struct value summary_apply(const struct call *c, struct state *s, const struct program *p,
			   struct value otherwise)
{
	const struct function *f = c->callee;
	struct value r = summary_value(c, f->result, s, p);
	for (size_t i = 0; f->summary && i < f->summary->count; i++) {
		const struct slot *t = &f->summary->stores[i];
		struct value where = summary_value(c, t->where, s, p);
		state_store(s, p->img, where, summary_value(c, t->what, s, p), t->size);
	}
	bool number = f->result.kind == V_CONST && f->result.form == EXACT && f->result.k <= 4096;
	return r.kind == V_UNKNOWN || number ? otherwise : r;
}
