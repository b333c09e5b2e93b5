/* SPDX-License-Identifier: Apache-2.0 */
/* Running observers in a worker: over one artifact, and over the file trees of a bundle. */
#include "base/text.h"
#include "engine/budget.h"
#include "engine/bundle.h"
#include "engine/job.h"

struct collector {
	struct facts facts;
	struct job *j;
	struct node *n;
	uint32_t observer, count;
};

static void on_fact(struct facts *f, enum fact_table t, const void *fact)
{
	struct collector *c = (struct collector *)f;
	const struct place *at = fact;
	uint32_t id = at->file ? at->file->id : c->n->id;
	if (c->count == MAX_FACTS)
		node_note(c->j, c->n, 0, "limit reached: %s saw more than %d facts",
			  observers[c->observer]->name, MAX_FACTS);
	if (c->count++ < MAX_FACTS)
		put_fact(c->j->out, id, c->observer, t, fact);
}

static void on_fact_note(struct facts *f, const struct place *at, const char *what)
{
	struct collector *c = (struct collector *)f;
	struct node other = {.id = at->file ? at->file->id : c->n->id};
	node_note(c->j, at->file ? &other : c->n, at->offset, "%s", what);
}

static struct collector collector_of(struct job *j, struct node *n, uint32_t observer)
{
	return (struct collector){{on_fact, on_fact_note}, j, n, observer, 0};
}

static bool claimed(const struct node *n, uint64_t at)
{
	for (size_t i = 0; i < n->claimed_count; i++)
		if (at >= n->claimed[i].begin && at < n->claimed[i].end)
			return true;
	return false;
}

/* Hits inside a carved container are its own business. */
static size_t own_hits(struct job *j, const struct node *n, const struct hit *hits, size_t count,
		       const struct hit **out)
{
	*out = hits;
	if (!n->claimed_count || !count)
		return count;
	struct hit *mine = arena_array(&j->scratch, count, sizeof *mine);
	size_t k = 0;
	for (size_t i = 0; i < count; i++)
		if (!claimed(n, hits[i].offset))
			mine[k++] = hits[i];
	*out = mine;
	return k;
}

static size_t own_found(struct job *j, const struct node *n, const uint64_t *found, size_t count,
			const uint64_t **out)
{
	*out = found;
	if (!n->claimed_count || !count)
		return count;
	uint64_t *mine = arena_array(&j->scratch, count, sizeof *mine);
	size_t k = 0;
	for (size_t i = 0; i < count; i++)
		if (!claimed(n, found[i]))
			mine[k++] = found[i];
	*out = mine;
	return k;
}

static bool wants(const struct observer *o, const struct artifact *a)
{
	bool elf = a->format && strcmp(a->format, "elf") == 0;
	return (o->wants & WANTS_BYTES) || ((o->wants & WANTS_TEXT) && a->text) ||
	       ((o->wants & (WANTS_ELF | WANTS_CODE)) && elf) ||
	       ((o->wants & WANTS_HITS) && a->hit_count);
}

void node_observe(struct job *j, struct node *n, const struct findings *f, const char *arch,
		  bool text)
{
	struct artifact a = {.bytes = n->bytes, .path = n->e.path, .arch = arch, .mode = n->e.mode};
	a.text = text;
	a.named = n->e.type == ENTRY_FILE || n->root;
	a.arena = &j->scratch;
	a.format = n->format ? n->format->name : NULL;
	for (uint32_t i = 0; i < observer_count && !j->task.open_only; i++) {
		const struct observer *o = observers[i];
		struct collector c = collector_of(j, n, i);
		if (!o->observe || (j->task.no_known && (o->wants & USES_KNOWN)) ||
		    (j->task.no_code && (o->wants & WANTS_CODE)))
			continue;
		a.hit_count = own_hits(j, n, f->hits[i].list, f->hits[i].count, &a.hits);
		a.found_count =
		    own_found(j, n, f->found[i].list, f->found[i].count, &a.found);
		a.found_all = !f->found[i].enough;
		if (wants(o, &a) && job_step(j, n, STAGE_OBSERVER + i, o->name))
			o->observe(&a, &c.facts);
		arena_reset(&j->scratch);
	}
}

/* Thousands of files may share one large set. False: enough was told. */
static bool xattrs_fit(struct job *j, struct node *n)
{
	uint64_t before = j->xattrs;
	for (size_t i = 0; i < n->e.xattr_count; i++)
		j->xattrs += 64 + strlen(n->e.xattrs[i].name) + n->e.xattrs[i].value.n;
	if (j->xattrs > MAX_XATTRS && before <= MAX_XATTRS)
		node_note(j, n, 0, "limit reached: no more extended attributes are kept");
	return j->xattrs <= MAX_XATTRS;
}

void node_observe_xattrs(struct job *j, struct node *n)
{
	struct artifact a = {.path = n->e.path, .mode = n->e.mode, .arena = &j->scratch};
	a.xattrs = n->e.xattrs;
	a.xattr_count = n->e.xattr_count && xattrs_fit(j, n) ? n->e.xattr_count : 0;
	for (uint32_t i = 0; i < observer_count && a.xattr_count && !j->task.open_only; i++) {
		struct collector c = collector_of(j, n, i);
		if ((observers[i]->wants & WANTS_XATTRS) &&
		    job_step(j, n, STAGE_OBSERVER + i, observers[i]->name))
			observers[i]->observe(&a, &c.facts);
		arena_reset(&j->scratch);
	}
}

static void observe_one_tree(struct job *j, const struct tree *t, struct node *n)
{
	for (uint32_t i = 0; i < observer_count; i++) {
		const struct observer *o = observers[i];
		struct collector c = collector_of(j, n, i);
		if (!o->observe_tree || (j->task.no_known && (o->wants & USES_KNOWN)) ||
		    (j->task.part != i && j->task.parts > 1))
			continue;
		if (job_step(j, n, STAGE_OBSERVER + i, o->name))
			o->observe_tree(t, &j->scratch, &c.facts);
		arena_reset(&j->scratch);
	}
}

void job_observe_tree(struct job *j)
{
	struct bundle b;
	if (!bundle_read(&b, j->bytes, &j->arena))
		abort();
	for (size_t i = 0; i < b.count; i++) {
		struct node n = {.id = b.container};
		observe_one_tree(j, &b.trees[i], &n);
	}
}
