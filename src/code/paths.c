/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several ways into one block make of it: where they meet, values are forgotten, and with them
 * which way returns 1 and which returns what a check said. The last blocks are carried out once
 * more for each way that leads to them. Bounded by a number of blocks per function.
 */
#include "code/walk.h"

enum { MAX_WAYS = 64, DEPTH = 4, MAX_AGAIN = 400, SHORT = 14 };

struct paths {
	struct walk *w;
	int32_t block[DEPTH + 1]; /* from the last one, which returns, to the first */
	unsigned depth, work;
	int8_t last_edge; /* of the block that returns */
	uint8_t assume;
};

/* Control goes this way only when the value is equal to a constant: then that is what it is. */
static struct value known_by(const struct function *f, struct way by, struct value v)
{
	const struct choice *c = &f->choices[by.block];
	uint8_t cond = c->soft ? COND_EQ : f->cfg.blocks[by.block].cond;
	bool equal = (cond == COND_EQ && by.edge == 1) || (cond == COND_NE && by.edge == 0);
	bool about = v.kind != V_UNKNOWN && value_same(c->left, v) && value_is(c->right, V_CONST);
	return equal && about ? c->right : v;
}

/* The same for all choices that control has made on its way to the block. */
static struct value known_before(const struct function *f, int32_t block, struct value v)
{
	const struct cfg *c = &f->cfg;
	if (v.kind != V_RET && v.kind != V_PARAM)
		return v;
	for (size_t i = 0; i < c->block_count; i++) {
		const struct block *k = &c->blocks[i];
		const struct choice *ch = &f->choices[i];
		if (!k->reached || ch->soft || (k->cond != COND_EQ && k->cond != COND_NE) ||
		    !value_is(ch->right, V_CONST) || !value_same(ch->left, v))
			continue;
		int32_t to = k->succ[k->cond == COND_EQ ? 1 : 0];
		if (to != NO_BLOCK && cfg_edge_owns(c, (int32_t)i, to) &&
		    cfg_dominates(c, to, block))
			return ch->right;
	}
	return v;
}

static bool add_outcome(struct paths *t, struct way by, struct value v)
{
	struct function *f = t->w->f;
	v = known_before(f, by.block, known_by(f, by, v));
	if (value_vague(v))
		v = (struct value){0};
	if (!f->outcomes)
		f->outcomes = arena_array(t->w->scratch, MAX_WAYS, sizeof *f->outcomes);
	if (f->outcome_count == MAX_WAYS)
		return false;
	f->outcomes[f->outcome_count++] = (struct outcome){by, v};
	return true;
}

/* The result after the blocks of the path, when they are entered with this state. */
static struct value run(struct paths *t, const struct state *from)
{
	for (unsigned i = t->depth; i-- > 0;) {
		t->work++;
		walk_block_again(t->w, t->block[i], i + 1 == t->depth ? from : &t->w->now,
				 i == 0 ? t->assume : COND_ALWAYS);
	}
	return t->w->now.regs[t->w->p->isa->result];
}

static bool on_path(const struct paths *t, int32_t block)
{
	for (unsigned i = 0; i < t->depth; i++)
		if (t->block[i] == block)
			return true;
	return false;
}

/* Do several ways make this of it, and is it worth to go back by each of them? */
static bool is_vague(struct value v, uint32_t ways)
{
	return value_vague(v) ? ways > 0 : v.form == NEAR && ways > 1;
}

static void explore(struct paths *t)
{
	const struct cfg *c = &t->w->f->cfg;
	int32_t first = t->block[t->depth - 1];
	const struct block *k = &c->blocks[first];
	for (uint32_t p = 0; p < k->pred_count && t->work < MAX_AGAIN; p++) {
		int32_t from = c->preds[k->pred + p];
		const struct block *b = &c->blocks[from];
		if (!t->w->out[from] || on_path(t, from))
			continue;
		struct value v = run(t, t->w->out[from]);
		if (is_vague(v, b->pred_count) && t->depth <= DEPTH) {
			t->block[t->depth++] = from;
			explore(t);
			t->depth--;
			continue;
		}
		int8_t edge = b->succ[1] == first ? 1 : b->succ[0] == first ? 0 : EDGE_ANY;
		if (b->cond == COND_ALWAYS)
			edge = EDGE_ANY;
		if (!add_outcome(t, (struct way){from, edge}, v))
			return;
	}
}

static void outcomes_of(struct paths *t, int32_t block, struct way by)
{
	const struct block *k = &t->w->f->cfg.blocks[block];
	t->block[0] = block;
	t->depth = 1;
	struct state start;
	if (block == 0 && !k->pred_count) {
		walk_initial(t->w->p, t->w->f, &start);
		add_outcome(t, by, run(t, &start));
		return;
	}
	if (!t->w->out[block] || (k->pred_count && !t->w->out[t->w->f->cfg.preds[k->pred]]))
		return;
	if (by.edge == EDGE_ANY || k->pred_count < 2) { /* the same by all ways? */
		struct value v = t->w->out[block]->regs[t->w->p->isa->result];
		if (by.edge != EDGE_ANY)
			v = run(t, t->w->out[t->w->f->cfg.preds[k->pred]]);
		if (!is_vague(v, k->pred_count)) {
			add_outcome(t, by, v);
			return;
		}
	}
	explore(t);
}

/* Control goes to a place that is neither here nor the beginning of a function: nobody knows what
 * is returned there. */
static bool goes_astray(const struct paths *t, const struct insn *last)
{
	return last->flow == FLOW_BRANCH || (last->flow == FLOW_JUMP && !last->indirect &&
					     !program_function(t->w->p, last->target));
}

static void find_outcomes(struct paths *t)
{
	const struct cfg *c = &t->w->f->cfg;
	for (size_t i = 0; i < c->block_count && t->work < MAX_AGAIN; i++) {
		const struct block *k = &c->blocks[i];
		bool soft = t->w->f->choices[i].soft;
		bool leaves_sometimes = k->cond != COND_ALWAYS && k->succ[1] == NO_BLOCK;
		bool leaves = k->succ[0] == NO_BLOCK && k->succ[1] == NO_BLOCK && !k->to_switch;
		const struct insn *last = &c->insns[k->first + k->count - 1];
		if (k->count > 1 && last[-1].delay)
			last--;
		if (!k->reached || (!leaves && !leaves_sometimes) || last->flow == FLOW_STOP ||
		    last->flow == FLOW_CALL || last->flow == FLOW_NEXT)
			continue;
		struct way by = {(int32_t)i, EDGE_ANY};
		t->assume = COND_ALWAYS;
		if (goes_astray(t, last)) {
			by.edge = leaves_sometimes ? 1 : EDGE_ANY;
			add_outcome(t, by, (struct value){0});
		} else if (leaves_sometimes) {
			by.edge = 1;
			t->assume = k->cond;
			outcomes_of(t, by.block, by);
		} else if (soft) {
			for (int8_t e = 0; e < 2; e++) {
				by.edge = e;
				t->assume = e ? COND_EQ : COND_NE;
				outcomes_of(t, by.block, by);
			}
		} else {
			outcomes_of(t, by.block, by);
		}
	}
}

/* Is it only known by the way that control came what the block looks at? */
static bool depends(const struct choice *c)
{
	return value_is(c->right, V_CONST) &&
	       (value_vague(c->left) || c->left.form == NEAR ||
		(c->left.kind == V_STACK && c->left.form == CONTENT));
}

static void find_turns(struct paths *t)
{
	struct function *f = t->w->f;
	const struct cfg *c = &f->cfg;
	for (size_t i = 0; i < c->block_count && t->work < MAX_AGAIN; i++) {
		const struct block *k = &c->blocks[i];
		if (!k->reached || k->pred_count < 2 || k->count > SHORT ||
		    (k->cond != COND_EQ && k->cond != COND_NE) || !depends(&f->choices[i]) ||
		    k->flags < REG_FLAGS || k->flags >= REG_FLAGS + 8)
			continue;
		for (uint32_t p = 0; p < k->pred_count && f->turn_count < MAX_WAYS; p++) {
			int32_t from = c->preds[k->pred + p];
			const struct block *b = &c->blocks[from];
			if (!t->w->out[from])
				continue;
			t->work++;
			walk_block_again(t->w, (int32_t)i, t->w->out[from], COND_ALWAYS);
			struct choice now = {t->w->now.left[k->flags - REG_FLAGS],
					     t->w->now.right[k->flags - REG_FLAGS], false};
			if (depends(&now))
				continue;
			now.left = known_before(f, from, now.left);
			if (!f->turns)
				f->turns = arena_array(t->w->scratch, MAX_WAYS, sizeof *f->turns);
			int8_t edge = b->cond == COND_ALWAYS	 ? EDGE_ANY
				      : b->succ[1] == (int32_t)i ? 1
								 : 0;
			f->turns[f->turn_count++] = (struct turn){{from, edge}, (int32_t)i, now};
		}
	}
}

void walk_paths(struct walk *w)
{
	struct paths t = {.w = w};
	w->f->outcome_count = w->f->turn_count = 0;
	if (w->f->cfg.block_count < 2 && !w->f->choices[0].soft && !w->f->call_count)
		return;
	find_outcomes(&t);
	find_turns(&t);
}
