/* SPDX-License-Identifier: Apache-2.0 */
/* Loops between known constants and a use: decoding of a text in the middle of a function. */
#include "code/evaluate.h"

enum { MAX_BODY = 16, MAX_EXITS = 12 };

struct leaving {
	uint64_t at;
	int32_t block;
};

/* All blocks from which the header is reached again without passing it. */
unsigned evaluate_body(const struct cfg *c, int32_t header, bool *body)
{
	int32_t stack[MAX_BODY * 4];
	unsigned depth = 0, count = 1;
	const struct block *h = &c->blocks[header];
	memset(body, 0, c->block_count * sizeof *body);
	body[header] = true;
	for (uint32_t k = 0; k < h->pred_count; k++) {
		int32_t from = c->preds[h->pred + k];
		if (c->blocks[from].order >= h->order && depth < MAX_BODY)
			stack[depth++] = from;
	}
	bool any = depth > 0;
	while (depth) {
		int32_t at = stack[--depth];
		const struct block *b = &c->blocks[at];
		if (body[at])
			continue;
		if (b->order < h->order || ++count > MAX_BODY)
			return 0; /* entered elsewhere, or large */
		body[at] = true;
		for (uint32_t k = 0; k < b->pred_count; k++) {
			if (depth == MAX_BODY * 4)
				return 0;
			stack[depth++] = c->preds[b->pred + k];
		}
	}
	return any ? count : 0;
}

static unsigned leave(const struct cfg *c, const bool *body, struct leaving *out)
{
	unsigned n = 0;
	for (size_t i = 0; i < c->block_count; i++)
		for (int e = 0; body[i] && e < 2; e++) {
			int32_t to = c->blocks[i].succ[e];
			if (c->blocks[i].to_switch || n == MAX_EXITS)
				return 0;
			if (to != NO_BLOCK && !body[to])
				out[n++] = (struct leaving){c->insns[c->blocks[to].first].at, to};
		}
	return n;
}

static int32_t left_to(const struct machine *m, const struct leaving *out, unsigned n)
{
	for (unsigned i = 0; i < n && m->depth == 0; i++)
		if (out[i].at == m->pc)
			return out[i].block;
	return NO_BLOCK;
}

static void take_registers(struct walk *w, const struct machine *m)
{
	const struct isa *isa = w->p->isa;
	for (uint8_t r = 0; r < REG_T0; r++)
		if (r < REG_FLAGS && r != isa->zero && r != isa->fixed)
			w->now.regs[r] =
			    m->known[r] ? machine_value(m, m->regs[r]) : (struct value){0};
	for (unsigned f = 0; f < 8; f++)
		w->now.left[f] = w->now.right[f] = (struct value){0};
}

bool evaluate_loop(struct walk *w, int32_t header, const bool *body, int32_t *exit)
{
	const struct cfg *c = &w->f->cfg;
	struct leaving out[MAX_EXITS];
	unsigned n = leave(c, body, out);
	if (!n)
		return false;
	struct machine *m = evaluate_start(w);
	if (!evaluate_allowed(w, m))
		return false;
	m->pc = c->insns[c->blocks[header].first].at;
	m->thumb = w->f->thumb;
	*exit = NO_BLOCK;
	while (!m->finished && *exit == NO_BLOCK && machine_step(m))
		*exit = left_to(m, out, n);
	w->p->machine_steps += m->steps + 20;
	if (*exit == NO_BLOCK || m->failed || !evaluate_allowed(w, m))
		return false;
	take_registers(w, m);
	evaluate_apply(w, m, NULL, NULL);
	return true;
}
