/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sweep over the bytes, window by window while they are in the cache: their digest, the places
 * where formats may begin, the bids at these places, and the regions between. A magic may stand far
 * behind the start of its format, so the last two lag behind.
 */
#include "engine/carve.h"

#include "base/hash.h"
#include "engine/budget.h"
#include "engine/opening.h"

enum { WINDOW = 256 * 1024 };

static void gap_region(void *user, const struct region *r)
{
	struct carving *c = user;
	node_region(c->j, c->n->id, r);
	if (strcmp(r->what, "encrypted") == 0)
		node_note(c->j, c->n, r->offset,
			  "encrypted, scheme not known: %llu bytes with an entropy of %.3f bits "
			  "per byte and a"
			  " chi-square of %.0f (random bytes: about 255)",
			  (unsigned long long)r->size, r->entropy, r->chi_square);
}

static void gap_upto(struct carving *c, uint64_t upto, bool end)
{
	if (!c->gap_open)
		region_start(&c->gap, c->n->bytes, c->done, gap_region, c);
	c->gap_open = !end;
	region_upto(&c->gap, upto, end);
}

void carving_close(struct carving *c, uint64_t upto)
{
	if (c->regions && upto > c->done)
		gap_upto(c, upto, true);
	c->done = upto;
}

static void claim(struct node *n, uint64_t begin, uint64_t end)
{
	n->claimed =
	    mem_grow(n->claimed, &n->claimed_cap, n->claimed_count + 1, sizeof *n->claimed);
	n->claimed[n->claimed_count].begin = begin;
	n->claimed[n->claimed_count++].end = end;
}

/* A container that was carved: a node of its own, named after its format and offset. */
static void carved_child(struct carving *c, const struct candidate *k, uint64_t at, uint64_t size,
			 struct opening *trial)
{
	struct job *j = c->j;
	bool unsized = size == 0;
	struct span bytes = unsized ? span_from(c->n->bytes, at) : span_cut(c->n->bytes, at, size);
	struct node m = {.parent = c->n->id, .ordinal = c->children++, .depth = c->n->depth + 1};
	m.id = j->next_id++;
	m.e = (struct entry){.type = ENTRY_PART, .at = at, .size = size};
	m.e.path = arena_printf(&j->arena, "%s@0x%llx", k->format->name, (unsigned long long)at);
	m.bytes = bytes;
	m.offset = at;
	m.carved = true;
	m.format = k->format;
	if (j->task.keep)
		m.chain = arena_printf(&j->arena, "%s/%s", c->n->chain, m.e.path);
	m.unsized = unsized;
	carving_close(c, at);
	if (size > bytes.n)
		node_note(j, &m, bytes.n, "truncated: declared length %llu runs past the end",
			  (unsigned long long)size);
	if (trial) {
		struct label label = {0};
		hash_sha256(bytes, m.sha256);
		opening_settle(trial, &m);
		if (k->format->label)
			k->format->label(bytes, &label);
		node_report(j, &m, &label, false);
	} else {
		node_process(j, &m);
	}
	if (c->regions) {
		struct region r = {at, m.bytes.n, k->format->name, region_entropy(m.bytes), 0};
		node_region(j, c->n->id, &r);
	}
	claim(c->n, at, at + m.bytes.n);
	c->done = at + m.bytes.n;
}

static bool try_stream(struct carving *c, const struct candidate *k, uint64_t at)
{
	struct opening o;
	uint64_t before = c->j->budget;
	if (at == 0 && c->tried) {
		struct opening *first = c->first;
		c->tried = false; /* it was the first in the list */
		if (first)
			carved_child(c, k, 0, first->sink.used, first);
		return first != NULL;
	}
	bool take = opening_trial(c->j, c->n, k, span_from(c->n->bytes, at), &o);
	if (take)
		carved_child(c, k, at, o.sink.used, &o);
	else
		c->j->budget = before;
	buf_free(&o.content);
	return take;
}

static bool take_candidates(struct carving *c, const struct candidate *list, size_t count,
			    uint64_t at)
{
	for (size_t i = 0; i < count; i++) {
		const struct candidate *k = &list[i];
		if (k->size) {
			if (k->bid < SURE && at)
				continue;
			carved_child(c, k, at, k->size, NULL);
			return true;
		}
		if ((k->format->flags & FORMAT_STREAM) && try_stream(c, k, at))
			return true;
		if (!(k->format->flags & FORMAT_STREAM) && k->bid >= SURE) {
			carved_child(c, k, at, 0, NULL);
			return true;
		}
	}
	return false;
}

/* Whoever was proposed before `upto` may bid now. */
static void take_proposals(struct carving *c, struct findings *f, uint64_t upto)
{
	while (f->next < f->count && f->proposals[f->next].offset < upto) {
		struct candidate all[MAX_CANDIDATES] = {0};
		uint64_t at = f->proposals[f->next].offset;
		bool wanted = at >= c->done && (at > 0 || !c->start_taken) &&
			      c->children < MAX_CHILDREN_CARVED;
		size_t n = 0;
		for (; f->next < f->count && f->proposals[f->next].offset == at; f->next++)
			if (wanted)
				candidates_ask(span_from(c->n->bytes, at),
					       f->proposals[f->next].format, all, &n);
		take_candidates(c, all, n, at);
	}
}

void carving_run(struct carving *c, struct findings *f, bool want_formats,
		 const struct candidate *at_start, size_t start_count)
{
	struct span in = c->n->bytes;
	struct hash_run hash = hash_start();
	const struct scanner *s = c->j->scanner;
	uint64_t reach = scanner_reach(s);
	bool deep = c->n->depth >= MAX_DEPTH;
	if (start_count && !deep)
		take_candidates(c, at_start, start_count, 0);
	c->start_taken = c->start_taken || start_count > 0;
	for (uint64_t at = 0; at < in.n;) {
		struct span window = span_cut(in, at, WINDOW);
		uint64_t to = at + window.n, sure = to == in.n ? to : to > reach ? to - reach : 0;
		hash_add(&hash, window);
		scanner_window(s, in, at, to, want_formats && !deep, f);
		take_proposals(c, f, sure);
		if (c->streaming && sure > c->done)
			gap_upto(c, sure, false);
		at = to;
	}
	hash_end(&hash, c->n->sha256);
	scanner_finish(f);
	if (f->overflow)
		node_note(c->j, c->n, 0, "limit reached: too many places look like containers");
}
