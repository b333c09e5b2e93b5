/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding a function along its control flow, blocks, order and dominators.
 * Reference: Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm" (2001).
 */
#include "code/cfg.h"

struct builder {
	struct cfg *c;
	const struct elf_image *img;
	const struct isa *isa;
	struct decode how;
	struct span bytes;
	uint64_t start, limit;
	uint32_t *at; /* slot of an address -> instruction + 1 */
	bool *leader;
	uint32_t *todo;
	size_t todo_count, slots, cap, room; /* instructions at most; that there is room for */
	struct op *ops; /* where the next operations go */
	size_t ops_left;
	struct arena *arena;
	bool has_switch;
};

static bool inside(const struct builder *b, uint64_t at)
{
	return at >= b->start && at < b->limit && (at - b->start) % b->isa->align == 0;
}

static size_t slot_of(const struct builder *b, uint64_t at)
{
	return (size_t)((at - b->start) / b->isa->align);
}

static void lead(struct builder *b, uint64_t at)
{
	if (!inside(b, at) || b->leader[slot_of(b, at)])
		return;
	b->leader[slot_of(b, at)] = true;
	b->todo[b->todo_count++] = (uint32_t)slot_of(b, at);
}

static void more_room(struct builder *b)
{
	size_t room = b->room ? b->room * 4 : 128;
	struct insn *more = arena_array(b->arena, room, sizeof *more);
	if (b->c->insn_count)
		memcpy(more, b->c->insns, b->c->insn_count * sizeof *more);
	b->c->insns = more;
	b->room = room;
}

/* Room for the operations of one more instruction. */
static struct op *room_for_ops(struct builder *b)
{
	if (b->ops_left < MAX_OPS) {
		b->ops_left = 512;
		b->ops = arena_array(b->arena, b->ops_left, sizeof *b->ops);
	}
	return b->ops;
}

static struct insn *decode_at(struct builder *b, uint64_t at)
{
	if (!inside(b, at) || b->c->insn_count >= b->cap) {
		b->c->capped = b->c->capped || b->c->insn_count >= b->cap;
		return NULL;
	}
	size_t slot = slot_of(b, at);
	if (b->at[slot])
		return &b->c->insns[b->at[slot] - 1];
	if (b->c->insn_count == b->room)
		more_room(b);
	struct insn *i = &b->c->insns[b->c->insn_count];
	b->how.at = at;
	i->ops = room_for_ops(b);
	unsigned n = b->isa->lift(&b->how, span_from(b->bytes, at - b->start), i);
	if (!n)
		return NULL;
	b->ops += i->op_count;
	b->ops_left -= i->op_count;
	b->at[slot] = (uint32_t)++b->c->insn_count;
	return i;
}

/* Decode from one address until control goes elsewhere. */
static void run_from(struct builder *b, uint64_t at)
{
	b->how.it_left = 0;
	for (;;) {
		bool known = inside(b, at) && b->at[slot_of(b, at)];
		const struct insn *i =
		    decode_at(b, at); /* stays readable when there is more room */
		if (!i || known)
			return;
		at += i->size;
		if (i->delay) {
			struct insn *slot = decode_at(b, at);
			at += slot ? slot->size : 4;
		}
		if (i->flow == FLOW_CALL && i->cond != COND_ALWAYS) {
			lead(b, i->at);
			lead(b, at);
		}
		if (i->flow == FLOW_BRANCH || (i->flow == FLOW_JUMP && !i->indirect))
			lead(b, i->target);
		if (i->flow == FLOW_JUMP && i->indirect)
			b->has_switch = true;
		if (i->flow == FLOW_BRANCH || (i->flow == FLOW_RETURN && i->cond != COND_ALWAYS)) {
			lead(b, at);
			return;
		}
		if (i->flow == FLOW_JUMP || i->flow == FLOW_RETURN || i->flow == FLOW_STOP)
			return;
	}
}

static void drain(struct builder *b)
{
	while (b->todo_count)
		run_from(b, b->start + (uint64_t)b->todo[--b->todo_count] * b->isa->align);
}

/* Put instructions into the order of their addresses; `at` follows. */
static void sort_insns(struct builder *b, struct arena *a)
{
	size_t k = 0;
	while (k + 1 < b->c->insn_count && b->c->insns[k].at < b->c->insns[k + 1].at)
		k++;
	if (k + 1 == b->c->insn_count)
		return;
	struct insn *sorted = arena_array(a, b->c->insn_count, sizeof *sorted);
	k = 0;
	for (size_t s = 0; s < b->slots; s++)
		if (b->at[s]) {
			sorted[k] = b->c->insns[b->at[s] - 1];
			b->at[s] = (uint32_t)++k;
		}
	b->c->insns = sorted;
}

static bool ends(const struct insn *i)
{
	return i->flow == FLOW_BRANCH || i->flow == FLOW_JUMP || i->flow == FLOW_RETURN ||
	       i->flow == FLOW_STOP;
}

/* How many instructions the block that begins with `first` has. */
static uint32_t block_length(const struct builder *b, size_t first)
{
	const struct cfg *c = b->c;
	size_t k = first;
	for (;;) {
		const struct insn *i = &c->insns[k++];
		bool more = k < c->insn_count && c->insns[k].at == i->at + i->size;
		if (i->delay && more) {
			i = &c->insns[k++];
			more = k < c->insn_count && c->insns[k].at == i->at + i->size;
			if (ends(&c->insns[k - 2]))
				break;
		} else if (ends(i)) {
			break;
		}
		if (!more || b->leader[slot_of(b, c->insns[k].at)])
			break;
	}
	return (uint32_t)(k - first);
}

static const struct insn *last_flow(const struct cfg *c, const struct block *k)
{
	const struct insn *last = &c->insns[k->first + k->count - 1];
	if (k->count > 1 && c->insns[k->first + k->count - 2].delay)
		last = &c->insns[k->first + k->count - 2];
	return last;
}

static int32_t block_at(const struct builder *b, const int32_t *starts, uint64_t at)
{
	return inside(b, at) ? starts[slot_of(b, at)] - 1 : NO_BLOCK;
}

static void set_edges(struct builder *b, const int32_t *starts, struct block *k)
{
	const struct insn *last = last_flow(b->c, k), *end = &b->c->insns[k->first + k->count - 1];
	int32_t next = block_at(b, starts, end->at + end->size);
	k->succ[0] = k->succ[1] = NO_BLOCK;
	switch (last->flow) {
	case FLOW_BRANCH:
		k->succ[0] = next;
		k->succ[1] = block_at(b, starts, last->target);
		k->cond = last->cond;
		k->flags = last->flags;
		return;
	case FLOW_JUMP:
		k->to_switch = last->indirect;
		if (!last->indirect)
			k->succ[0] = block_at(b, starts, last->target);
		return;
	case FLOW_RETURN:
		if (last->cond != COND_ALWAYS) {
			k->succ[0] = next; /* [1] leaves the function */
			k->cond = last->cond;
			k->flags = last->flags;
		}
		return;
	case FLOW_STOP:
		return;
	default:
		k->succ[0] = next;
	}
	/* a call that happens on a condition stands alone in the next block: it may be passed by */
	if (next == NO_BLOCK)
		return;
	const struct block *n = &b->c->blocks[next];
	const struct insn *call = &b->c->insns[n->first];
	if (call->flow == FLOW_CALL && call->cond != COND_ALWAYS) {
		k->succ[1] = next;
		k->succ[0] = block_at(b, starts, call->at + call->size);
		k->cond = call->cond;
		k->flags = call->flags;
	}
}

static void make_blocks(struct builder *b, struct arena *a)
{
	struct cfg *c = b->c;
	int32_t *starts = arena_array(a, b->slots + 1, sizeof *starts);
	size_t count = 0;
	for (size_t s = 0; s < b->slots; s++)
		count += b->leader[s] && b->at[s];
	if (count > MAX_BLOCKS) {
		count = MAX_BLOCKS;
		c->capped = true;
	}
	c->blocks = arena_array(a, count + 1, sizeof *c->blocks);
	for (size_t s = 0; s < b->slots && c->block_count < count; s++) {
		if (!b->leader[s] || !b->at[s])
			continue;
		struct block *k = &c->blocks[c->block_count++];
		starts[s] = (int32_t)c->block_count;
		k->first = b->at[s] - 1;
		k->count = block_length(b, k->first);
	}
	for (size_t i = 0; i < c->block_count; i++)
		set_edges(b, starts, &c->blocks[i]);
}

/* Code that nothing reaches, behind the last instruction of something else: cases of a switch. */
static void add_cases(struct builder *b)
{
	size_t step = b->isa->align, s = 0;
	while (s < b->slots && !b->c->capped) {
		if (b->at[s]) {
			s += b->c->insns[b->at[s] - 1].size / step;
			continue;
		}
		uint64_t at = b->start + s * step;
		lead(b, at);
		size_t before = b->c->insn_count;
		drain(b);
		s += before == b->c->insn_count ? 1 : 0;
	}
}

static void mark_cases(struct cfg *c)
{
	for (size_t i = 1; i < c->block_count; i++)
		c->blocks[i].is_case = true;
	for (size_t i = 0; i < c->block_count; i++)
		for (int e = 0; e < 2; e++)
			if (c->blocks[i].succ[e] != NO_BLOCK)
				c->blocks[c->blocks[i].succ[e]].is_case = false;
}

bool cfg_build(struct cfg *c, const struct elf_image *img, const struct isa *isa,
	       const struct decode *how, uint64_t start, uint64_t limit, struct arena *a)
{
	struct builder b = {
	    .c = c, .img = img, .isa = isa, .how = *how, .start = start, .arena = a};
	*c = (struct cfg){0};
	b.bytes = elf_bytes(img, start);
	if (limit <= start || !b.bytes.n)
		return false;
	if (limit - start > MAX_FUNCTION_BYTES) {
		limit = start + MAX_FUNCTION_BYTES;
		c->capped = true;
	}
	if (limit - start > b.bytes.n)
		limit = start + b.bytes.n;
	b.limit = limit;
	b.slots = (size_t)((limit - start) / isa->align) + 1;
	b.cap = b.slots < MAX_FUNCTION_INSNS ? b.slots : MAX_FUNCTION_INSNS;
	b.at = arena_array(a, b.slots, sizeof *b.at);
	b.leader = arena_array(a, b.slots, sizeof *b.leader);
	b.todo = arena_array(a, b.slots, sizeof *b.todo);
	lead(&b, start);
	drain(&b);
	if (b.has_switch)
		add_cases(&b);
	if (!b.at[0])
		return false;
	sort_insns(&b, a);
	make_blocks(&b, a);
	if (b.has_switch)
		mark_cases(c);
	cfg_connect(c, a);
	return true;
}

/* The i-th way out of a block: its edges, then from a switch all cases. */
static int32_t way_out(const struct cfg *c, int32_t from, size_t *i)
{
	const struct block *k = &c->blocks[from];
	while (*i < 2) {
		int32_t to = k->succ[(*i)++];
		if (to != NO_BLOCK)
			return to;
	}
	while (k->to_switch && *i - 2 < c->block_count) {
		int32_t to = (int32_t)(*i - 2);
		(*i)++;
		if (c->blocks[to].is_case)
			return to;
	}
	return NO_BLOCK;
}

static void post_order(struct cfg *c, struct arena *a)
{
	size_t *next = arena_array(a, c->block_count, sizeof *next), depth = 0, n = 0;
	int32_t *stack = arena_array(a, c->block_count + 1, sizeof *stack);
	for (size_t i = 0; i < c->block_count; i++)
		c->blocks[i].reached = false;
	c->order = arena_array(a, c->block_count, sizeof *c->order);
	stack[depth++] = 0;
	c->blocks[0].reached = true;
	while (depth) {
		int32_t at = stack[depth - 1], to = way_out(c, at, &next[at]);
		if (to == NO_BLOCK) {
			c->order[n++] = at;
			depth--;
		} else if (!c->blocks[to].reached) {
			c->blocks[to].reached = true;
			stack[depth++] = to;
		}
	}
	c->order_count = n;
	for (size_t i = 0; i < n / 2; i++) {
		int32_t t = c->order[i];
		c->order[i] = c->order[n - 1 - i];
		c->order[n - 1 - i] = t;
	}
	for (size_t i = 0; i < n; i++)
		c->blocks[c->order[i]].order = (uint32_t)i;
}

static void list_preds(struct cfg *c, struct arena *a)
{
	size_t total = 0;
	for (int pass = 0; pass < 2; pass++) {
		if (pass) {
			c->preds = arena_array(a, total + 1, sizeof *c->preds);
			total = 0;
			for (size_t i = 0; i < c->block_count; i++) {
				c->blocks[i].pred = (uint32_t)total;
				total += c->blocks[i].pred_count;
			}
		}
		for (size_t i = 0; i < c->block_count; i++)
			c->blocks[i].pred_count = 0;
		for (size_t o = 0; o < c->order_count; o++) {
			int32_t from = c->order[o], to;
			size_t way = 0;
			while ((to = way_out(c, from, &way)) != NO_BLOCK) {
				struct block *k = &c->blocks[to];
				if (pass)
					c->preds[k->pred + k->pred_count] = from;
				else
					total++;
				k->pred_count++;
			}
		}
	}
}

static int32_t meet(const struct cfg *c, int32_t a, int32_t b)
{
	while (a != b) {
		while (c->blocks[a].order > c->blocks[b].order)
			a = c->blocks[a].idom;
		while (c->blocks[b].order > c->blocks[a].order)
			b = c->blocks[b].idom;
	}
	return a;
}

/* Numbers such that what a block dominates are the numbers from its own on. */
static void number_tree(struct cfg *c, struct arena *a)
{
	uint32_t *next = arena_array(a, c->block_count, sizeof *next);
	for (size_t i = 0; i < c->block_count; i++) {
		c->blocks[i].below = (uint32_t)(c->block_count + i);
		c->blocks[i].below_count = 1;
	}
	for (size_t o = c->order_count; o-- > 1;) {
		const struct block *k = &c->blocks[c->order[o]];
		if (k->idom != NO_BLOCK)
			c->blocks[k->idom].below_count += k->below_count;
	}
	c->blocks[0].below = 0;
	next[0] = 1;
	for (size_t o = 1; o < c->order_count; o++) {
		struct block *k = &c->blocks[c->order[o]];
		if (k->idom == NO_BLOCK)
			continue;
		k->below = next[k->idom];
		next[k->idom] += k->below_count;
		next[c->order[o]] = k->below + 1;
	}
}

void cfg_connect(struct cfg *c, struct arena *a)
{
	post_order(c, a);
	list_preds(c, a);
	for (size_t i = 0; i < c->block_count; i++)
		c->blocks[i].idom = NO_BLOCK;
	c->blocks[0].idom = 0;
	bool changed = true;
	for (int round = 0; changed && round < 50; round++) {
		changed = false;
		for (size_t o = 1; o < c->order_count; o++) {
			struct block *k = &c->blocks[c->order[o]];
			int32_t idom = NO_BLOCK;
			for (uint32_t p = 0; p < k->pred_count; p++) {
				int32_t from = c->preds[k->pred + p];
				if (c->blocks[from].idom == NO_BLOCK)
					continue;
				idom = idom == NO_BLOCK ? from : meet(c, idom, from);
			}
			changed = changed || idom != k->idom;
			k->idom = idom;
		}
	}
	c->blocks[0].idom = NO_BLOCK;
	number_tree(c, a);
}

bool cfg_dominates(const struct cfg *c, int32_t a, int32_t b)
{
	if (a == b || b == NO_BLOCK || a == NO_BLOCK)
		return a == b && b != NO_BLOCK;
	const struct block *x = &c->blocks[a], *y = &c->blocks[b];
	return x->reached && y->reached && y->below - x->below < x->below_count;
}

bool cfg_edge_owns(const struct cfg *c, int32_t from, int32_t to)
{
	const struct block *k;
	if (to == NO_BLOCK)
		return false;
	k = &c->blocks[to];
	unsigned over = 0;
	for (uint32_t p = 0; p < k->pred_count; p++) {
		int32_t pred = c->preds[k->pred + p];
		if (pred == from)
			over++;
		else if (!cfg_dominates(c, to, pred))
			return false;
	}
	return over == 1;
}
