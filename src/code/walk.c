/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One function, walked in the order of its control flow with partly known values. Twice: the first
 * time loops count as not taken, the second time what they change is unknown.
 */
#include "code/differ.h"
#include "code/evaluate.h"
#include "code/kernel.h"
#include "code/summary.h"

#include <elf.h>

enum { MAX_STORES = 64, MAX_LOOPS = 24, MAX_SHORTCUTS = 6 };

void walk_initial(const struct program *p, const struct function *f, struct state *s)
{
	const struct isa *isa = p->isa;
	memset(s, 0, offsetof(struct state, slots));
	if (isa->zero < REG_COUNT)
		s->regs[isa->zero] = value_const(0);
	if (isa->fixed < REG_COUNT && p->img->gp)
		s->regs[isa->fixed] = value_const(p->img->gp);
	if (isa->self < REG_COUNT)
		s->regs[isa->self] = value_const(f->start);
	s->regs[isa->sp] = (struct value){.kind = V_STACK};
	s->packets = f->packets;
	for (unsigned i = 0; i < isa->arg_count; i++)
		s->regs[isa->args[i]] = (struct value){.kind = V_PARAM, .id = i};
	for (unsigned i = 0; i < isa->local_count; i++)
		s->regs[isa->local_args[i]] = (struct value){.kind = V_PARAM, .id = LOCAL_ARGS + i};
	uint8_t number = f->kernel ? kernel_register(p->img) : REG_NONE;
	if (number < REG_COUNT && s->regs[number].kind == V_UNKNOWN)
		s->regs[number] = (struct value){.kind = V_PARAM, .id = KERNEL_NUMBER};
}

/* A constant that goes to a variable of the program. */
static void remember_store(struct walk *w, const struct insn *i, const struct op *o)
{
	struct function *f = w->f;
	struct value to = state_address(&w->now, w->p->img, w->p->isa, o);
	struct value what = o->d < REG_COUNT ? w->now.regs[o->d] : (struct value){0};
	if (!value_is(to, V_CONST) || !value_is(what, V_CONST) || f->store_count == MAX_STORES ||
	    !elf_writable(w->p->img, to.k))
		return;
	if (!f->stores)
		f->stores = arena_array(w->scratch, MAX_STORES, sizeof *f->stores);
	f->stores[f->store_count++] = (struct store){i->at, to.k, what.k, w->block};
	uint64_t thumb = w->p->img->machine == EM_ARM, code = what.k & ~thumb;
	if (w->p->img->type == ET_REL && w->recording && !program_function(w->p, code))
		walk_found(w, code, what.k & thumb);
}

/* A pointer goes to a variable of the program, or into a table of it. */
static void note_held(struct walk *w, const struct op *o)
{
	enum { MAX_HELD = 16 };
	struct function *f = w->f;
	struct value to = state_address(&w->now, w->p->img, w->p->isa, o);
	struct value what = o->d < REG_COUNT ? w->now.regs[o->d] : (struct value){0};
	bool pointer = what.kind == V_PARAM || what.kind == V_STACK ||
		       (what.kind == V_RET && what.size != A_NUMBER) ||
		       (what.kind == V_CONST && elf_writable(w->p->img, what.k));
	if (o->size * 8 != w->p->isa->bits || to.kind != V_CONST || f->held_count == MAX_HELD ||
	    (to.form != EXACT && to.form != NEAR) || !elf_writable(w->p->img, to.k) || !pointer ||
	    (what.form != EXACT && what.form != NEAR))
		return;
	if (!f->held)
		f->held = arena_array(w->p->arena, MAX_HELD, sizeof *f->held);
	f->held[f->held_count++] = (struct held){to, what};
}

static void note_object(struct value *list, uint8_t *count, struct value v)
{
	for (unsigned i = 0; i < *count; i++)
		if (list[i].kind == v.kind && list[i].id == v.id && list[i].k == v.k)
			return;
	if (*count < MAX_MOVED)
		list[(*count)++] = v;
}

/* Bytes that are read or written at places that are not known one by one. */
static void note_moved(struct walk *w, const struct op *o)
{
	struct function *f = w->f;
	struct value what = o->d < REG_COUNT ? w->now.regs[o->d] : (struct value){0};
	if (o->size != 1 || (o->code != OP_LOAD && o->code != OP_STORE))
		return;
	struct value at = state_address(&w->now, w->p->img, w->p->isa, o);
	if (at.form != NEAR || (o->code == OP_STORE && value_is(what, V_CONST)))
		return;
	if (!f->moved)
		f->moved = arena_alloc(w->p->arena, sizeof *f->moved);
	/* one byte that was read before: in memory, or as the result of a call */
	if (o->code == OP_STORE && what.form == CONTENT && !what.swapped) {
		what.form = EXACT;
		note_object(f->moved->from, &f->moved->from_count, what);
	} else if (o->code == OP_STORE && value_is(what, V_RET) && what.k == 0) {
		note_object(f->moved->from, &f->moved->from_count, what);
	}
	if (o->code == OP_LOAD)
		note_object(f->moved->from, &f->moved->from_count, at);
	else
		note_object(f->moved->to, &f->moved->to_count, at);
}

/* The choice that instructions of this block make without ways out of it. */
static void note_soft(struct walk *w, const struct insn *i)
{
	struct choice *c = &w->f->choices[w->block];
	if ((i->cond != COND_EQ && i->cond != COND_NE) || i->flags < REG_FLAGS ||
	    i->flags >= REG_FLAGS + 8)
		return;
	*c = (struct choice){w->now.left[i->flags - REG_FLAGS], w->now.right[i->flags - REG_FLAGS],
			     true};
}

/* Which parameters are pointers that are followed. In a loop only the first pass knows. */
static void note_access(struct walk *w, const struct op *o)
{
	for (int k = 0; k < 2; k++) {
		uint8_t r = k ? o->b : o->a;
		const struct value *v = r < REG_COUNT ? &w->now.regs[r] : NULL;
		if (!v || v->kind != V_PARAM || v->id >= MAX_ARGS ||
		    (v->form != EXACT && v->form != NEAR))
			continue;
		if (o->code == OP_STORE)
			w->f->writes |= (uint8_t)(1u << v->id);
		else
			w->f->reads |= (uint8_t)(1u << v->id);
	}
}

static void plain(struct walk *w, const struct insn *i, const struct op *o)
{
	bool joins = (o->code == OP_XOR || o->code == OP_OR) && o->a < REG_COUNT;
	struct value a = {0}, b = {0};
	if (joins) {
		a = w->now.regs[o->a];
		b = o->b < REG_COUNT ? w->now.regs[o->b] : value_const((uint64_t)o->k);
	}
	state_op(&w->now, w->p->img, w->p->isa, o);
	if (joins)
		differ_note(w, i->at, o, a, b);
}

static void carry_out(struct walk *w, const struct insn *i, bool maybe)
{
	const struct elf_image *img = w->p->img;
	bool either = i->cond == COND_EQ || i->cond == COND_NE;
	if (maybe && i->predicated && either && w->assume != COND_ALWAYS) {
		if (i->cond != w->assume)
			return;
		maybe = false;
	}
	if (w->recording && i->predicated && either && i->flow == FLOW_NEXT)
		note_soft(w, i);
	for (unsigned k = 0; k < i->op_count; k++) {
		const struct op *o = &i->ops[k];
		if (o->code == OP_STORE || o->code == OP_LOAD)
			note_access(w, o);
		if (w->recording && o->code == OP_STORE) {
			remember_store(w, i, o);
			note_held(w, o);
		}
		if (w->recording)
			note_moved(w, o);
		if (w->recording)
			walk_note_uses(w, o);
		if (!maybe) {
			plain(w, i, o);
			continue;
		}
		struct value before = o->d < REG_COUNT ? w->now.regs[o->d] : (struct value){0};
		state_op(&w->now, img, w->p->isa, o);
		if (o->d < REG_T0 && o->code != OP_STORE && o->code != OP_CMP &&
		    !value_same(before, w->now.regs[o->d]))
			w->now.regs[o->d] = (struct value){0};
	}
}

static void note_result(struct walk *w, bool *first)
{
	struct value v = w->now.regs[w->p->isa->result];
	if (value_vague(v))
		v = (struct value){0};
	summary_return(w->f, &w->now, *first, w->p->arena);
	if (*first)
		w->f->result = v;
	else if (!value_same(w->f->result, v))
		w->f->result = (struct value){0};
	*first = false;
}

static void walk_block(struct walk *w, bool *first_return)
{
	const struct cfg *c = &w->f->cfg;
	const struct block *b = &c->blocks[w->block];
	w->no_return = false;
	for (uint32_t n = 0; n < b->count && !w->no_return; n++) {
		const struct insn *i = &c->insns[b->first + n];
		/* where control goes on, a return that depends (popeq) did not take place; where
		 * it returns, what it restores does not matter */
		if (!i->predicated || i->flow != FLOW_RETURN)
			carry_out(w, i, i->predicated);
		if (i->kernel)
			walk_enter_kernel(w, i);
		if (i->delay && n + 1 < b->count)
			carry_out(w, &c->insns[b->first + ++n], i->annul);
		if (walk_leaves(w, i)) {
			walk_transfer(w, i);
			if (i->flow == FLOW_JUMP && w->recording && !w->no_return)
				note_result(w, first_return);
		}
		if (i->flow == FLOW_RETURN && w->recording)
			note_result(w, first_return);
	}
	if (w->recording && b->cond != COND_ALWAYS && b->flags >= REG_FLAGS &&
	    b->flags < REG_FLAGS + 8)
		w->f->choices[w->block] = (struct choice){
		    w->now.left[b->flags - REG_FLAGS], w->now.right[b->flags - REG_FLAGS], false};
}

void walk_block_again(struct walk *w, int32_t block, const struct state *from, uint8_t assume)
{
	bool first = false;
	if (from != &w->now)
		state_copy(&w->now, from);
	w->block = block;
	w->recording = false;
	w->assume = assume;
	walk_block(w, &first);
	w->assume = COND_ALWAYS;
}

static const struct shortcut *shortcut_to(const struct walk *w, int32_t block)
{
	for (unsigned i = 0; i < w->shortcut_count; i++)
		if (w->shortcuts[i].exit == block)
			return &w->shortcuts[i];
	return NULL;
}

/* Does control never come this way, since it left a loop that was carried out elsewhere? */
static bool never_left(const struct walk *w, int32_t from, int32_t to)
{
	for (unsigned i = 0; i < w->shortcut_count; i++)
		if (w->shortcuts[i].sure && w->shortcuts[i].body[from] && !w->shortcuts[i].body[to])
			return true;
	return w->idle[from];
}

/* What stands at the ends of the blocks before this one; false: none of them counts. */
static bool gather(struct walk *w, bool first_pass, bool all)
{
	const struct cfg *c = &w->f->cfg;
	const struct block *b = &c->blocks[w->block];
	const struct shortcut *cut = shortcut_to(w, w->block);
	bool any = cut != NULL;
	if (cut)
		state_copy(&w->now, cut->state);
	for (uint32_t k = 0; k < b->pred_count; k++) {
		int32_t from = c->preds[b->pred + k];
		if (!w->out[from] || (cut && cut->body[from]) ||
		    (first_pass && c->blocks[from].order >= b->order) ||
		    (!all && never_left(w, from, w->block)))
			continue;
		if (any)
			state_meet(&w->now, w->out[from], &w->parents);
		else
			state_copy(&w->now, w->out[from]);
		any = true;
	}
	return any;
}

static void enter(struct walk *w, bool first_pass)
{
	const struct block *b = &w->f->cfg.blocks[w->block];
	w->unreached = false;
	if (w->block == 0 && b->pred_count == 0) {
		walk_initial(w->p, w->f, &w->now);
		return;
	}
	bool any = gather(w, first_pass, false);
	w->idle[w->block] = !any && gather(w, first_pass, true);
	any = any || w->idle[w->block];
	struct state start;
	w->unreached = !any && b->pred_count && w->block != 0;
	if (any && w->block != 0)
		return;
	walk_initial(w->p, w->f, &start);
	if (any)
		state_meet(&w->now, &start, &w->parents);
	else
		state_copy(&w->now, &start);
}

/* A block that begins a loop: perhaps it depends on constants only. */
static void try_loop(struct walk *w)
{
	const struct cfg *c = &w->f->cfg;
	const struct block *b = &c->blocks[w->block];
	bool again = false;
	for (uint32_t k = 0; k < b->pred_count; k++)
		again = again || c->blocks[c->preds[b->pred + k]].order >= b->order;
	if (!again || w->loops_tried >= MAX_LOOPS || w->shortcut_count >= MAX_SHORTCUTS ||
	    !evaluate_body(c, w->block, w->body))
		return;
	struct shortcut *s = &w->shortcuts[w->shortcut_count];
	w->loops_tried++;
	enter(w, true); /* not what the loop itself makes of it */
	if (!evaluate_loop(w, w->block, w->body, &s->exit) || shortcut_to(w, s->exit))
		return;
	s->body = arena_alloc(w->scratch, c->block_count);
	memcpy(s->body, w->body, c->block_count);
	s->state = state_keep(NULL, &w->now, w->scratch);
	s->sure = !w->p->machine->impure;
	w->shortcut_count++;
}

/*
 * Registers that the instructions of the function do not write. Compilers know of functions that
 * only the program itself calls what they leave alone, and count on it (gcc: -fipa-ra).
 */
static uint64_t untouched(const struct cfg *c)
{
	uint64_t all = (UINT64_C(1) << REG_FLAGS) - 1;
	for (size_t i = 0; i < c->insn_count; i++)
		for (unsigned k = 0; k < c->insns[i].op_count; k++) {
			const struct op *o = &c->insns[i].ops[k];
			if (o->code != OP_STORE && o->d < REG_FLAGS)
				all &= ~(UINT64_C(1) << o->d);
		}
	return c->capped ? 0 : all;
}

/* Does control leave the function at the end of this block, always or on a condition? */
static bool may_leave(const struct cfg *c, const struct block *b)
{
	const struct insn *last = &c->insns[b->first + b->count - 1];
	if (b->count > 1 && last[-1].delay)
		last--;
	if (last->flow == FLOW_RETURN)
		return true;
	if (last->flow == FLOW_BRANCH)
		return b->succ[0] == NO_BLOCK || b->succ[1] == NO_BLOCK;
	return b->succ[0] == NO_BLOCK && (b->succ[1] == NO_BLOCK || b->to_switch);
}

static void pass(struct walk *w, bool recording)
{
	struct cfg *c = &w->f->cfg;
	bool first_return = true, removed = false;
	w->recording = recording;
	w->ends = w->goes_on = false;
	w->evaluating = true;
	w->shortcut_count = w->loops_tried = 0;
	memset(w->idle, 0, c->block_count * sizeof *w->idle);
	for (size_t o = 0; o < c->order_count; o++) {
		w->block = c->order[o];
		try_loop(w);
		enter(w, !recording);
		walk_block(w, &first_return);
		/* nothing comes out of a block that ends in exit(), or to which only such lead */
		w->out[w->block] = (w->no_return || w->unreached) && !recording
				       ? NULL
				       : state_keep(w->out[w->block], &w->now, w->scratch);
		struct block *b = &c->blocks[w->block];
		if (w->no_return && recording && (b->succ[0] != NO_BLOCK || b->succ[1] != NO_BLOCK))
			w->dead_end = true;
		w->ends = w->ends || w->no_return;
		w->goes_on = w->goes_on || (!w->no_return && !w->unreached && may_leave(c, b));
		if (w->no_return && !recording) {
			b->succ[0] = b->succ[1] = NO_BLOCK;
			b->to_switch = false;
			b->cond = COND_ALWAYS;
			removed = true;
		}
	}
	if (removed)
		cfg_connect(c, w->scratch);
}

/* Does it, or something that it calls, do things repeatedly? */
static bool has_loop(const struct function *f)
{
	for (size_t i = 0; i < f->cfg.block_count; i++)
		for (int e = 0; e < 2; e++) {
			int32_t to = f->cfg.blocks[i].succ[e];
			if (to != NO_BLOCK && f->cfg.blocks[to].order <= f->cfg.blocks[i].order)
				return true;
		}
	for (size_t i = 0; i < f->call_count; i++)
		if (f->calls[i].callee && f->calls[i].callee->loops)
			return true;
	return false;
}

static void *keep(struct arena *a, const void *list, size_t n, size_t size)
{
	void *copy = n ? arena_array(a, n, size) : NULL;
	if (n)
		memcpy(copy, list, n * size);
	return copy;
}

/* What is needed later leaves the scratch memory: everything but the instructions. */
static void keep_all(struct function *f, struct arena *a)
{
	struct cfg *c = &f->cfg;
	size_t total = 0;
	for (size_t i = 0; i < c->block_count; i++)
		total += c->blocks[i].pred_count;
	c->blocks = keep(a, c->blocks, c->block_count, sizeof *c->blocks);
	c->preds = keep(a, c->preds, total, sizeof *c->preds);
	c->order = NULL;
	c->insns = NULL;
	f->calls = keep(a, f->calls, f->call_count, sizeof *f->calls);
	f->choices = keep(a, f->choices, c->block_count, sizeof *f->choices);
	f->block_at = keep(a, f->block_at, c->block_count, sizeof *f->block_at);
	f->outcomes = keep(a, f->outcomes, f->outcome_count, sizeof *f->outcomes);
	f->turns = keep(a, f->turns, f->turn_count, sizeof *f->turns);
	f->differs = keep(a, f->differs, f->differ_count, sizeof *f->differs);
	f->stores = keep(a, f->stores, f->store_count, sizeof *f->stores);
}

static bool acyclic(const struct cfg *c)
{
	for (size_t o = 0; o < c->order_count; o++) {
		const struct block *k = &c->blocks[c->order[o]];
		for (uint32_t p = 0; p < k->pred_count; p++)
			if (c->blocks[c->preds[k->pred + p]].order >= o)
				return false;
	}
	return true;
}

/* What was recorded counts for nothing. */
static void forget_all(struct walk *w, size_t found)
{
	struct function *f = w->f;
	f->call_count = f->store_count = 0;
	f->held_count = 0;
	f->summary = NULL;
	f->result = (struct value){0};
	w->found->count = found;
	memset(f->choices, 0, f->cfg.block_count * sizeof *f->choices);
	memset(w->out, 0, f->cfg.block_count * sizeof(struct state *));
	memset(w->used, 0, f->cfg.insn_count);
}

/* Without loops and calls that do not return the first time tells all. */
static void walk_all_blocks(struct walk *w)
{
	size_t found = w->found->count;
	bool once = acyclic(&w->f->cfg);
	if (once)
		pass(w, true);
	if (once && !w->dead_end)
		return;
	if (once)
		forget_all(w, found);
	pass(w, false);
	pass(w, true);
}

void function_walk(struct program *p, struct function *f, uint64_t limit, struct decode *how,
		   struct arena *scratch, struct targets *found)
{
	struct walk w = {
	    .p = p, .f = f, .found = found, .scratch = scratch, .how = how, .parents.img = p->img};
	f->done = true;
	f->calls = NULL;
	f->call_count = 0;
	f->stores = NULL;
	f->outcomes = NULL;
	f->turns = NULL;
	f->differs = NULL;
	f->differ_count = 0;
	f->store_count = f->outcome_count = f->turn_count = 0;
	f->held_count = 0;
	f->walked = ++p->walk_count;
	f->walks++;
	how->thumb = f->thumb;
	if (!cfg_build(&f->cfg, p->img, p->isa, how, f->start, limit, scratch)) {
		f->cfg = (struct cfg){0};
		return;
	}
	p->insn_count += f->cfg.insn_count;
	p->capped = p->capped || f->cfg.capped;
	const struct insn *last = &f->cfg.insns[f->cfg.insn_count - 1];
	f->end = last->at + last->size;
	f->choices = arena_array(scratch, f->cfg.block_count + 1, sizeof *f->choices);
	w.out = arena_array(scratch, f->cfg.block_count + 1, sizeof *w.out);
	f->block_at = arena_array(scratch, f->cfg.block_count + 1, sizeof *f->block_at);
	for (size_t i = 0; i < f->cfg.block_count; i++) {
		const struct block *b = &f->cfg.blocks[i];
		const struct insn *end = &f->cfg.insns[b->first + b->count - 1];
		f->block_at[i] = b->count > 1 && end[-1].delay ? end[-1].at : end->at;
	}
	w.shortcuts = arena_array(scratch, MAX_SHORTCUTS, sizeof *w.shortcuts);
	w.body = arena_alloc(scratch, f->cfg.block_count + 1);
	w.idle = arena_alloc(scratch, f->cfg.block_count + 1);
	w.used = arena_alloc(scratch, f->cfg.insn_count + 1);
	f->spared = 0;
	f->starved = false;
	w.spared = untouched(&f->cfg);
	walk_all_blocks(&w);
	for (size_t i = 0; i < f->call_count; i++)
		f->calls[i].used = f->calls[i].insn < f->cfg.insn_count && w.used[f->calls[i].insn];
	w.evaluating = false;
	f->loops = has_loop(f);
	walk_merged(&w);
	f->spared = w.spared;
	walk_paths(&w);
	keep_all(f, p->arena);
	f->no_return = w.ends && !w.goes_on && !f->cfg.capped && !f->guess;
	f->telling = summary_finish(f, p->arena) || f->no_return;
}

/* A function that jumps to another with arguments of its own is no stub of that. */
static bool hands_all_on(const struct isa *isa, const struct state *s)
{
	for (unsigned i = 0; i < isa->arg_count; i++) {
		struct value v = s->regs[isa->args[i]];
		if (!value_is(v, V_PARAM) || v.id != i || v.k)
			return false;
	}
	return s->slot_count == 0;
}

const char *program_stub(struct program *p, uint64_t at, bool thumb, uint64_t got,
			 struct decode *how)
{
	struct function f = {.start = at};
	struct state s;
	INSN_ROOM(i);
	struct span bytes = elf_bytes(p->img, at);
	how->thumb = thumb;
	how->it_left = 0;
	walk_initial(p, &f, &s);
	if (p->isa->got < REG_COUNT && got)
		s.regs[p->isa->got] = value_const(got);
	for (unsigned n = 0; n < 6; n++) {
		how->at = at;
		unsigned size = p->isa->lift(how, bytes, &i);
		if (!size)
			return NULL;
		for (unsigned k = 0; k < i.op_count; k++)
			state_op(&s, p->img, p->isa, &i.ops[k]);
		if (i.flow == FLOW_JUMP && i.indirect) {
			struct value to = s.regs[REG_TARGET];
			if (how->thumb && value_is(to, V_CONST) && to.k == i.target) {
				how->thumb = to.k & 1; /* bx pc: on in ARM code */
				at = to.k & ~UINT64_C(1);
				bytes = elf_bytes(p->img, at);
				continue;
			}
			return value_is(to, V_IMPORT) && hands_all_on(p->isa, &s)
				   ? p->img->symbols[to.id].name
				   : NULL;
		}
		if (i.flow != FLOW_NEXT)
			return NULL;
		bytes = span_from(bytes, size);
		at += size;
	}
	return NULL;
}
