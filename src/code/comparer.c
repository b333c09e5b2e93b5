/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A comparer reads bytes behind its first two parameters in a loop, writes nothing, and calls
 * nothing but what folds letters or compares. One that answers only 0 and 1 says 1 for equal; any
 * other returns a difference.
 */
#include "code/comparer.h"

enum { LONGEST = 1200, MOST_CALLS = 4 };

static bool calls_harmless(const struct function *f)
{
	if (f->call_count > MOST_CALLS)
		return false;
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		enum role_kind kind = c->role ? c->role->kind : ROLE_NONE;
		bool imported = c->name && kind == ROLE_NONE;
		if (!imported && kind != ROLE_PURE && kind != ROLE_COMPARE && kind != ROLE_NORETURN)
			return false;
	}
	return true;
}

static bool answers_yes_or_no(const struct function *f)
{
	bool yes = false, no = false;
	for (uint32_t i = 0; i < f->outcome_count; i++) {
		const struct value *v = &f->outcomes[i].value;
		if (!value_is(*v, V_CONST) || v->k > 1)
			return false;
		yes = yes || v->k;
		no = no || !v->k;
	}
	return yes && no;
}

bool call_compares(const struct call *c, bool *zero)
{
	const struct function *g = c->callee;
	if (!g || g->stub || (c->role && c->role->kind != ROLE_NONE) || g->writes ||
	    (g->reads & 3) != 3 || !g->loops || g->end - g->start > LONGEST || !calls_harmless(g))
		return false;
	*zero = !answers_yes_or_no(g);
	return true;
}
