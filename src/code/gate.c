/* SPDX-License-Identifier: Apache-2.0 */
/* Gates on the way to a block, and whether they are about who asks. */
#include "code/gate.h"

enum { MAX_LOOK = 400, MAX_DEPTH = 2 };

/* What those who ask are known by. */
static const char *const asks_words[] = {
    "ookie",	  "COOKIE",	 "ession",    "SESSION",   "uthoriz", "AUTHORIZ",    "uthent",
    "Www-Auth",	  "REMOTE_USER", "logged",    "is_login",  "isLogin", "check_login", "checkLogin",
    "check_auth", "checkAuth",	 "http_auth", "ermission", NULL};
/* What those who may not are told. */
static const char *const denial_words[] = {
    "403",   "401",    "orbidden", "nauthorized", "ccess denied", "ermission", "login", "Login",
    "LOGIN", "ession", "uthent",   "logged in",	  "denied",	  "uthoriz",   NULL};

static bool has_any(struct span s, const char *const *words)
{
	for (; s.n && *words; words++)
		if (span_find(s, span_str(*words), 0) != SIZE_MAX)
			return true;
	return false;
}

/* Do the texts that the function hands to others hold one of the words? blocks NULL: all of them.
 */
static bool says(const struct look *l, const struct function *f, const bool *blocks,
		 const char *const *words, unsigned depth, unsigned *left)
{
	for (size_t i = 0; i < f->call_count && *left; i++) {
		const struct call *c = &f->calls[i];
		if (blocks && !blocks[c->block])
			continue;
		--*left;
		for (unsigned k = 0; k < 4; k++)
			if (has_any(program_text(l->p, c->args[k]), words))
				return true;
		if (c->callee && !c->callee->stub && c->callee != f && depth < MAX_DEPTH &&
		    says(l, c->callee, NULL, words, depth + 1, left))
			return true;
	}
	return false;
}

/* Blocks to which control comes from `from`, not by way of `without`. */
static void reach(const struct function *f, int32_t from, int32_t without, bool *seen,
		  int32_t *todo)
{
	size_t n = 0;
	memset(seen, 0, f->cfg.block_count * sizeof *seen);
	if (from == NO_BLOCK || from == without)
		return;
	seen[from] = true;
	todo[n++] = from;
	while (n) {
		const struct block *b = &f->cfg.blocks[todo[--n]];
		for (int e = 0; e < 2; e++) {
			int32_t to = b->succ[e];
			if (to == NO_BLOCK || to == without || seen[to])
				continue;
			seen[to] = true;
			todo[n++] = to;
		}
	}
}

/* What the choice of a block is about; false: nothing that could be about who asks. */
static bool take_question(const struct look *l, const struct function *f, int32_t block,
			  struct gate *g)
{
	const struct choice *c = &f->choices[block];
	struct value v = c->left;
	*g = (struct gate){.at = f->block_at[block]};
	if (c->soft)
		return false;
	if (value_is(c->right, V_CONST) && (v.kind == V_RET || v.kind == V_IS_ZERO) &&
	    v.form == EXACT && v.k == 0) {
		g->call = function_call(f, v);
		enum role_kind kind = g->call && g->call->role ? g->call->role->kind : ROLE_NONE;
		return g->call && (g->call->callee || g->call->name) &&
		       (kind == ROLE_NONE || kind == ROLE_CHECK);
	}
	bool kept = v.kind == V_PARAM || v.kind == V_STACK ||
		    (v.kind == V_CONST && elf_writable(l->p->img, v.k));
	if (kept && v.form == CONTENT)
		g->variable = v;
	return v.kind == V_UNKNOWN || (kept && v.form == CONTENT);
}

/* Does what is called deal with sessions or passwords? */
static bool is_about_callers(const struct look *l, const struct call *c)
{
	unsigned left = MAX_LOOK;
	if (c->role && c->role->kind == ROLE_CHECK)
		return true;
	if (has_any(span_str(look_name(c)), asks_words))
		return true;
	if (!c->callee || c->callee->stub)
		return false;
	const struct verdict *v = &l->verdicts->of[c->callee->index];
	return v->strong || says(l, c->callee, NULL, asks_words, 0, &left);
}

bool gate_denies(const struct look *l, const struct function *f)
{
	unsigned left = MAX_LOOK;
	return says(l, f, NULL, denial_words, 1, &left);
}

bool gate_function(const struct look *l, const struct function *f)
{
	unsigned left = MAX_LOOK;
	return gate_denies(l, f) || says(l, f, NULL, asks_words, 0, &left);
}

struct ways { /* memory for following both ways out of a block */
	bool *first, *second;
	int32_t *todo;
};

/* Does only one way out of the block lead to the call? The blocks that only the other leads to are
 * left in *away. */
static bool parts(const struct function *f, int32_t block, const struct call *to, struct ways *m,
		  bool **away)
{
	const struct block *k = &f->cfg.blocks[block];
	reach(f, k->succ[0], block, m->first, m->todo);
	reach(f, k->succ[1], block, m->second, m->todo);
	bool first = m->first[to->block], second = m->second[to->block];
	if (block == to->block) {
		first = to->on_edge == 1;
		second = to->on_edge == 2;
	}
	*away = first ? m->second : m->first;
	const bool *on = first ? m->first : m->second;
	for (size_t i = 0; i < f->cfg.block_count && first != second; i++)
		(*away)[i] = (*away)[i] && !on[i];
	return first != second;
}

size_t gates_find(const struct look *l, const struct function *f, int32_t root,
		  const struct call *to, struct gate *out)
{
	size_t n = 0, blocks = f->cfg.block_count;
	if (!f->choices || (to->block == root && !to->on_edge))
		return 0;
	struct ways m = {.first = arena_array(l->arena, blocks, sizeof *m.first),
			 .second = arena_array(l->arena, blocks, sizeof *m.second),
			 .todo = arena_array(l->arena, blocks, sizeof *m.todo)};
	int32_t b = to->on_edge ? to->block : f->cfg.blocks[to->block].idom;
	for (; b != NO_BLOCK && n < MAX_GATES; b = f->cfg.blocks[b].idom) {
		bool *away;
		if (f->cfg.blocks[b].cond != COND_ALWAYS && take_question(l, f, b, &out[n]) &&
		    parts(f, b, to, &m, &away)) {
			unsigned left = MAX_LOOK;
			out[n].credential = (out[n].call && is_about_callers(l, out[n].call)) ||
					    says(l, f, away, denial_words, 0, &left);
			n++;
		}
		if (b == root)
			break;
	}
	return n;
}

bool gate_same(const struct gate *a, const struct gate *b)
{
	if (!a->call || !b->call)
		return !a->call && !b->call && value_same(a->variable, b->variable);
	if (a->call->callee || b->call->callee)
		return a->call->callee == b->call->callee;
	return strcmp(a->call->name, b->call->name) == 0;
}

const char *gate_text(const struct gate *g)
{
	return g->call ? look_name(g->call) : "a variable";
}
