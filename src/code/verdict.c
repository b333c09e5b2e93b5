/* SPDX-License-Identifier: Apache-2.0 */
/* Finding functions that decide, from the innermost ones outwards in a bounded number of rounds. */
#include "code/verdict.h"

enum { ROUNDS = 3, MAX_CALLS = 400 };

bool same_subject(struct value a, struct value b)
{
	if (a.kind != b.kind || a.id != b.id || a.kind == V_UNKNOWN)
		return false;
	return (a.form & 1) == (b.form & 1) && a.k == b.k;
}

bool way_leads(const struct function *f, struct way w, const struct outcome *o)
{
	if (o->by.block == w.block && o->by.edge == w.edge)
		return true;
	/* a block that does not choose, whoever else comes to it */
	if (o->by.edge == EDGE_ANY && way_target(f, w) == o->by.block &&
	    value_is(o->value, V_CONST))
		return true;
	return way_owns(f, w, o->by.block);
}

static bool names_secret(struct span name)
{
	static const char *const words[] = {"pass", "pwd", "psw",    "Pass",
					    "PASS", "PWD", "secret", "pin"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_find(name, span_str(words[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

/* lookup("/login/password", buffer, size): a function that is no part of the program fills the
 * buffer. */
static bool is_looked_up(const struct look *l, const struct function *f, struct value v)
{
	if (v.form != EXACT || (v.kind != V_STACK && v.kind != V_CONST))
		return false;
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		bool named = false, filled = false;
		if (c->role && c->role->kind != ROLE_CONFIG)
			continue;
		for (unsigned k = 0; k < 4; k++)
			filled = filled || value_same(c->args[k], v);
		for (unsigned k = 0; filled && k < 4 && !named; k++) {
			struct span text = program_text(l->p, c->args[k]);
			named = text.n >= 3 && text.n < 60 && names_secret(text);
		}
		if (named)
			return true;
	}
	return false;
}

/* Is this what is stored about a password: its hash, a setting, an entry of the shadow file? */
static bool is_stored(const struct look *l, const struct function *f, struct value v)
{
	struct value made = v;
	made.form = EXACT;
	made.k = 0;
	if (v.kind != V_RET)
		return is_looked_up(l, f, v);
	const struct call *c = function_call(f, made);
	if (!c || !c->role)
		return false;
	if (c->role->kind == ROLE_CRYPT)
		return v.form == EXACT;
	if (c->role->kind == ROLE_ACCOUNT)
		return v.form == CONTENT && v.k != 0; /* not its name, which stands first */
	return c->role->kind == ROLE_CONFIG && v.form == EXACT &&
	       names_secret(program_text(l->p, c->args[c->role->arg]));
}

/* compare(f(typed, stored), stored): what is stored is salt and hash at once, so f hashes. */
static bool is_hashed_with(const struct function *f, struct value made, struct value stored)
{
	const struct call *c = value_is(made, V_RET) && !made.k ? function_call(f, made) : NULL;
	if (!c || !c->callee || c->callee->stub || (c->role && c->role->kind != ROLE_NONE) ||
	    stored.kind == V_UNKNOWN || value_same(c->args[0], stored))
		return false;
	return value_same(c->args[1], stored);
}

/* The call of crypt() in this function that was given the value as its salt; NULL: none. */
static const struct call *salted_with(const struct function *f, struct value v)
{
	const struct call *any = NULL;
	for (size_t i = 0; i < f->call_count && v.kind != V_UNKNOWN; i++) {
		const struct call *c = &f->calls[i];
		if (c->role && c->role->kind == ROLE_CRYPT && c->role->other >= 0 &&
		    value_same(c->args[c->role->other], v) &&
		    (!any || any->args[any->role->arg].kind == V_UNKNOWN))
			any = c;
	}
	return any;
}

/* The call of crypt() with what somebody typed that stands in front of a compare of two texts of
 * which nothing is known: the ways to it have met, and one of them is the hash. */
static const struct call *hashed_before(const struct function *f, const struct call *compare)
{
	const struct block *k = &f->cfg.blocks[compare->block];
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		if (c->role && c->role->kind == ROLE_CRYPT && c->role->arg == 0 &&
		    c->args[0].kind == V_PARAM && f->cfg.blocks[c->block].order < k->order)
			return c;
	}
	return NULL;
}

static bool is_subject(const struct look *l, const struct function *f, struct value v)
{
	return v.kind == V_PARAM || input_text(l->in, f, v).source != SOURCE_NONE;
}

static bool take_compare(const struct look *l, const struct function *f, const struct call *c,
			 struct check *out)
{
	struct value a = c->args[c->role->arg], b = c->args[c->role->other];
	if ((value_is(a, V_CONST) && !elf_writable(l->p->img, a.k)) ||
	    (value_is(b, V_CONST) && !elf_writable(l->p->img, b.k)))
		return false;
	bool stored_a = is_stored(l, f, a) || is_hashed_with(f, a, b);
	bool stored_b = is_stored(l, f, b) || is_hashed_with(f, b, a);
	const struct call *salt = a.kind == V_UNKNOWN ? salted_with(f, b) : salted_with(f, a);
	if (!stored_a && !stored_b && salt && (a.kind == V_UNKNOWN || b.kind == V_UNKNOWN)) {
		*out = (struct check){.call = c,
				      .strong = true,
				      .subject = salt->args[salt->role->arg],
				      .other = salt->args[salt->role->other]};
		return true;
	}
	if (a.kind == V_UNKNOWN && b.kind == V_UNKNOWN && (salt = hashed_before(f, c))) {
		*out = (struct check){.call = c, .strong = true, .subject = salt->args[0]};
		return true;
	}
	if (!stored_a && !stored_b && !is_subject(l, f, a) && !is_subject(l, f, b))
		return false;
	bool swap = stored_a || (!stored_b && !is_subject(l, f, a));
	*out = (struct check){.call = c,
			      .strong = stored_a || stored_b,
			      .subject = swap ? b : a,
			      .other = swap ? a : b};
	struct value made = out->other;
	const struct call *hash = made.kind == V_RET ? function_call(f, made) : NULL;
	if (hash && hash->role && hash->role->kind == ROLE_CRYPT)
		out->subject = hash->args[hash->role->arg];
	else if (is_hashed_with(f, a, b) || is_hashed_with(f, b, a))
		out->subject = function_call(f, is_hashed_with(f, a, b) ? a : b)->args[0];
	return true;
}

/*
 * A function of the program's own, or of a library that is not known, is given the hash of what
 * somebody typed, and what it answers is tested: it compares, perhaps in constant time.
 */
static bool compares_hash(const struct look *l, const struct function *f, const struct call *c,
			  struct check *out)
{
	for (unsigned i = 0; i < 2; i++) {
		struct value v = c->args[i];
		const struct call *made = value_is(v, V_RET) && !v.k ? function_call(f, v) : NULL;
		if (!made || !made->role || made->role->kind != ROLE_CRYPT ||
		    c->args[1 - i].kind == V_UNKNOWN ||
		    (value_is(c->args[1 - i], V_CONST) &&
		     !elf_writable(l->p->img, c->args[1 - i].k)))
			continue;
		*out = (struct check){.call = c,
				      .strong = true,
				      .subject = made->args[made->role->arg],
				      .other = c->args[1 - i]};
		return true;
	}
	return false;
}

static bool take_check(const struct look *l, const struct verdicts *v, const struct function *f,
		       const struct call *c, struct check *out)
{
	bool yes_is_zero = true;
	enum role_kind kind = c->role ? c->role->kind : ROLE_NONE;
	if (kind == ROLE_COMPARE) {
		if (!take_compare(l, f, c, out))
			return false;
	} else if (kind == ROLE_CHECK) {
		*out = (struct check){.call = c, .strong = true, .subject = c->args[0]};
	} else if (kind == ROLE_NONE && c->callee && !c->callee->stub && c->callee != f &&
		   (v->of[c->callee->index].decides || v->of[c->callee->index].open)) {
		*out = (struct check){.call = c, .strong = v->of[c->callee->index].strong};
		yes_is_zero = v->of[c->callee->index].yes == 0;
	} else if (kind == ROLE_NONE) {
		if (!compares_hash(l, f, c, out) || !way_of_result(f, c, true, &out->yes))
			return false;
	} else {
		return false;
	}
	out->tested = way_of_result(f, c, yes_is_zero, &out->yes) &&
		      way_of_result(f, c, !yes_is_zero, &out->no);
	return true;
}

static size_t find_checks(const struct look *l, const struct verdicts *v, const struct function *f,
			  struct check *out)
{
	size_t n = 0;
	for (size_t i = 0; i < f->call_count && n < MAX_CHECKS; i++)
		n += take_check(l, v, f, &f->calls[i], &out[n]);
	return n;
}

size_t checks_find(const struct look *l, const struct verdicts *v, const struct function *f,
		   struct check *out)
{
	if (!f->choices || f->call_count > MAX_CALLS)
		return 0;
	if (!v->complete)
		return find_checks(l, v, f, out);
	struct checks *kept = &v->checks[f->index];
	if (!kept->known) {
		kept->count = (uint8_t)find_checks(l, v, f, out);
		kept->list = arena_array(l->arena, kept->count, sizeof *out);
		memcpy(kept->list, out, kept->count * sizeof *out);
		kept->known = true;
	} else if (kept->count) {
		memcpy(out, kept->list, kept->count * sizeof *out);
	}
	return kept->count;
}

/* What the function returns when this check says yes. */
static bool yes_of(const struct verdicts *v, const struct function *f, const struct check *c,
		   uint64_t *yes)
{
	bool any = false, callee = !c->call->role || c->call->role->kind == ROLE_NONE;
	for (uint32_t i = 0; i < f->outcome_count; i++) {
		const struct outcome *o = &f->outcomes[i];
		bool about = o->value.id == c->call->insn && o->value.k == 0;
		if (value_is(o->value, V_RET) && about) {
			*yes = callee ? v->of[c->call->callee->index].yes : 0;
			return true;
		}
		if (value_is(o->value, V_IS_ZERO) && about) {
			*yes = callee ? v->of[c->call->callee->index].yes == 0 : 1;
			return true;
		}
		if (!c->tested || !way_leads(f, c->yes, o))
			continue;
		if (!value_is(o->value, V_CONST) || (any && *yes != o->value.k))
			return false;
		*yes = o->value.k;
		any = true;
	}
	for (uint32_t i = 0; any && i < f->outcome_count; i++)
		if (!value_is(f->outcomes[i].value, V_CONST) || f->outcomes[i].value.k != *yes)
			return true; /* something else is returned, too */
	return false;
}

/*
 * The answer of a strong check goes into what is returned in a way that is not understood. Then a
 * function that also returns a constant other than 0 means 0 by yes, all others 1.
 */
static void guess(const struct function *f, struct verdict *mine)
{
	bool unknown = false, other = false;
	for (uint32_t i = 0; i < f->outcome_count; i++) {
		const struct value *v = &f->outcomes[i].value;
		unknown = unknown || v->kind == V_UNKNOWN || v->kind == V_STACK;
		other = other || (value_is(*v, V_CONST) && v->k != 0 && v->k != 1);
	}
	if (unknown)
		*mine = (struct verdict){.open = true, .strong = true, .yes = other ? 0 : 1};
}

static bool decide(const struct look *l, struct verdicts *v, const struct function *f)
{
	struct check checks[MAX_CHECKS];
	struct verdict *mine = &v->of[f->index];
	if (mine->strong || f->stub || !f->call_count || f->outcome_count < 1)
		return false;
	size_t n = checks_find(l, v, f, checks);
	bool changed = false;
	for (size_t i = 0; i < n; i++) {
		uint64_t yes = 0;
		if ((mine->decides && !checks[i].strong) || !yes_of(v, f, &checks[i], &yes))
			continue;
		*mine = (struct verdict){.decides = true, .strong = checks[i].strong, .yes = yes};
		changed = true;
		if (mine->strong)
			return true;
	}
	for (size_t i = 0; i < n && !mine->decides && !mine->open; i++)
		if (checks[i].strong)
			guess(f, mine);
	return changed || mine->open;
}

/* A check whose answer goes into a variable, in a way that is not understood; on the way to the
 * block a variable that is not known is asked whether it is 0. */
static bool behind_variable(const struct function *f, const struct check *c, int32_t block)
{
	const struct block *made = &f->cfg.blocks[c->call->block];
	for (int32_t b = block; b != NO_BLOCK; b = f->cfg.blocks[b].idom) {
		const struct block *k = &f->cfg.blocks[b];
		const struct choice *asked = &f->choices[b];
		if (b != block && k->cond != COND_ALWAYS && asked->left.kind == V_UNKNOWN &&
		    value_is(asked->right, V_CONST) && asked->right.k == 0 &&
		    k->order > made->order)
			return true;
	}
	return false;
}

bool behind_check(const struct look *l, const struct function *f, int32_t block)
{
	struct check checks[MAX_CHECKS];
	if (!l->verdicts)
		return false;
	if (l->verdicts->gated[f->index])
		return true;
	size_t n = checks_find(l, l->verdicts, f, checks);
	for (size_t i = 0; i < n; i++)
		if (checks[i].strong &&
		    ((checks[i].tested && way_owns(f, checks[i].yes, block)) ||
		     behind_variable(f, &checks[i], block)))
			return true;
	return false;
}

/* Functions that are only called after a check said yes. */
static void find_gated(struct look *l)
{
	size_t count = l->p->function_count;
	uint8_t *open = arena_array(l->arena, count + 1, sizeof *open);
	uint8_t *called = arena_array(l->arena, count + 1, sizeof *called);
	for (int round = 0; round < ROUNDS; round++) {
		memset(open, 0, count);
		for (size_t i = 0; i < count; i++) {
			const struct function *f = l->p->functions[i];
			for (size_t k = 0; k < f->call_count; k++) {
				const struct call *c = &f->calls[k];
				if (!c->callee || c->callee == f || open[c->callee->index])
					continue;
				called[c->callee->index] = 1;
				open[c->callee->index] = !behind_check(l, f, c->block);
			}
		}
		for (size_t i = 0; i < count; i++)
			l->verdicts->gated[i] = called[i] && !open[i];
	}
}

static struct verdicts *find(const struct look *l)
{
	struct verdicts *v = arena_alloc(l->arena, sizeof *v);
	v->of = arena_array(l->arena, l->p->function_count + 1, sizeof *v->of);
	v->gated = arena_array(l->arena, l->p->function_count + 1, sizeof *v->gated);
	v->checks = arena_array(l->arena, l->p->function_count + 1, sizeof *v->checks);
	bool changed = true;
	for (int round = 0; changed && round < ROUNDS; round++) {
		changed = false;
		for (size_t i = 0; i < l->p->function_count; i++)
			changed |= decide(l, v, l->p->functions[i]);
	}
	v->complete = true;
	return v;
}

void verdicts_find(struct look *l)
{
	l->verdicts = NULL;
	l->verdicts = find(l);
	find_gated(l);
}
