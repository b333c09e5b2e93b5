/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compilers put the ends of several ways together: what each of them hands over stands in a
 * register, and one call for all of them follows. Where it matters what is handed over, such a call
 * counts once more for each way, in the block where that way ends. And where functions begin that
 * are only known as arguments.
 */
#include "code/walk.h"

enum { MAX_MERGED = 24, MAX_PREDS = 8 };

/* Is it worth knowing what this call is given? */
static bool matters(const struct call *c)
{
	if (!c->role || c->role->arg < 0)
		return false;
	switch (c->role->kind) {
	case ROLE_EXEC:
	case ROLE_SETTING:
	case ROLE_OPEN:
	case ROLE_DELETE:
	case ROLE_IDENTITY:
	case ROLE_FLASH:
		return c->args[c->role->arg].kind == V_UNKNOWN;
	default:
		return false;
	}
}

/* The edge by which the block leads to `to`; EDGE_ANY: it always does; false: not told apart. */
static bool edge_to(const struct block *b, int32_t to, int *edge)
{
	*edge = EDGE_ANY;
	if (b->to_switch || (b->succ[0] == to && b->succ[1] == to))
		return false;
	if (b->cond != COND_ALWAYS)
		*edge = b->succ[1] == to ? 1 : 0;
	return true;
}

/* What is known at the end of `from` when control leaves it by this edge, the only thing that its
 * predicated instructions depend on. False: nothing more than is known anyway. */
static bool state_on_edge(struct walk *w, int32_t from, int edge)
{
	const struct cfg *g = &w->f->cfg;
	const struct block *b = &g->blocks[from];
	if (edge == EDGE_ANY || (b->cond != COND_EQ && b->cond != COND_NE) || b->pred_count != 1 ||
	    !w->out[g->preds[b->pred]])
		return false;
	bool equal = (b->cond == COND_EQ) == (edge == 1);
	walk_block_again(w, from, w->out[g->preds[b->pred]], equal ? COND_EQ : COND_NE);
	return true;
}

static void catch_call(struct walk *w, struct call *one, int32_t block, const struct state *from)
{
	w->wanted = one->insn;
	w->caught = one;
	walk_block_again(w, block, from, COND_ALWAYS);
	w->caught = NULL;
}

/* The calls for the ways that end in this block, put behind each other to `out`. */
static unsigned ways_of(struct walk *w, const struct call *c, struct call *out, unsigned room)
{
	const struct cfg *g = &w->f->cfg;
	const struct block *k = &g->blocks[c->block];
	unsigned n = 0;
	if (k->pred_count < 2 || k->pred_count > MAX_PREDS)
		return 0;
	for (uint32_t p = 0; p < k->pred_count && n < room; p++) {
		int32_t from = g->preds[k->pred + p];
		struct call one = *c;
		const struct value *arg = &one.args[c->role->arg];
		int edge;
		if (!w->out[from] || !edge_to(&g->blocks[from], c->block, &edge))
			continue;
		catch_call(w, &one, c->block, w->out[from]);
		if (arg->kind == V_UNKNOWN && state_on_edge(w, from, edge))
			catch_call(w, &one, c->block, &w->now);
		if (arg->kind == V_UNKNOWN)
			continue;
		one.block = from;
		one.on_edge = (uint8_t)(edge + 1);
		out[n++] = one;
	}
	return n;
}

void walk_merged(struct walk *w)
{
	struct function *f = w->f;
	struct call *more = NULL;
	unsigned n = 0;
	for (size_t i = 0; i < f->call_count && n < MAX_MERGED; i++) {
		if (!matters(&f->calls[i]))
			continue;
		if (!more)
			more = arena_array(w->scratch, MAX_MERGED, sizeof *more);
		n += ways_of(w, &f->calls[i], more + n, MAX_MERGED - n);
	}
	if (!n)
		return;
	struct call *all = arena_array(w->scratch, f->call_count + n, sizeof *all);
	memcpy(all, f->calls, f->call_count * sizeof *all);
	memcpy(all + f->call_count, more, n * sizeof *all);
	f->calls = all;
	f->call_count += n;
}

/* Does control not come here from above: is it the end of something that stands there? */
bool walk_begins(const struct walk *w, uint64_t at, bool thumb)
{
	const struct isa *isa = w->p->isa;
	struct span before = elf_bytes(w->p->img, at - 8);
	struct decode how = *w->how;
	INSN_ROOM(i);
	if (before.n < 8 || !elf_is_code(w->p->img, at - 8))
		return false;
	if (isa == &isa_x86 || isa == &isa_x86_64) {
		const uint8_t *b = before.p;
		return b[7] == 0xc3 || b[7] == 0x90 || b[7] == 0xcc || b[7] == 0 || b[3] == 0xe9 ||
		       b[6] == 0xeb || span_is(before, 4, "\xf3\x0f\x1e\xfa", 4);
	}
	how.thumb = thumb;
	how.it_left = 0;
	unsigned step = isa == &isa_mips ? 8 : isa->align;
	how.at = at - step;
	unsigned size = isa->lift(&how, elf_bytes(w->p->img, how.at), &i);
	if (!size || size > step)
		return true; /* data between functions */
	return (i.flow == FLOW_RETURN || i.flow == FLOW_JUMP || i.flow == FLOW_STOP) &&
	       i.cond == COND_ALWAYS;
}
