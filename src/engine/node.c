/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recursive opening. A node is first offered to all formats at its start. If one of them owns it
 * from end to end it is opened as that; otherwise it is carved: one scan proposes offsets, formats
 * bid, the best bidder's exact length is taken, and what nobody wants becomes regions.
 *
 * Large containers are not opened here but spilled: handed back to the parent, which gives them to
 * whichever worker is free, in parts if the format can be opened in parts. What is spilled depends
 * on the bytes alone, never on the number of workers.
 */
#include "base/hash.h"
#include "base/text.h"
#include "engine/budget.h"
#include "engine/carve.h"
#include "engine/opening.h"
#include "engine/spill.h"

void node_region(struct job *j, uint32_t id, const struct region *r)
{
	out_begin(j->out, FRAME_REGION);
	put_u32(j->out, id);
	put_u64(j->out, r->offset);
	put_u64(j->out, r->size);
	put_str(j->out, r->what);
	put_u32(j->out, (uint32_t)(r->entropy * 1000 + 0.5));
	out_end(j->out);
}

void node_report(struct job *j, struct node *n, const struct label *label, bool text)
{
	char clean[sizeof label->text + 1];
	struct row_artifact row = {
	    .id = n->id,
	    .parent = n->parent,
	    .ordinal = n->ordinal,
	    .type = n->e.type,
	    .name = n->e.path,
	    .link = n->e.link,
	    .offset = n->offset,
	    .size = n->absent ? n->e.size : n->bytes.n,
	    .mtime = n->e.mtime,
	    .mode = n->e.mode,
	    .uid = n->e.uid,
	    .gid = n->e.gid,
	    .dev_major = n->e.dev_major,
	    .dev_minor = n->e.dev_minor,
	    .owned = n->e.owned,
	    .carved = n->carved,
	    .absent = n->absent,
	    .kind = label->type,
	    .arch = label->arch,
	};
	bool content = n->e.type == ENTRY_FILE || n->e.type == ENTRY_PART;
	snprintf(clean, sizeof clean, "%.*s", (int)sizeof label->text, label->text);
	row.detail = clean[0] ? clean : NULL;
	row.format = n->format ? n->format->name : text && n->bytes.n ? "text" : NULL;
	row.hashed = content;
	memcpy(row.sha256, n->sha256, sizeof row.sha256);
	put_artifact(j->out, &row);
}

/* Does the best bidder own the node from its first byte to its last? */
static bool owns_all(const struct node *n, const struct candidate *k)
{
	return k->size ? candidate_owns(k, n->bytes)
		       : !(k->format->flags & FORMAT_STREAM) && k->bid >= SURE;
}

static void whole_regions(struct job *j, struct node *n, uint64_t own)
{
	struct carving c = {.j = j, .n = n, .regions = true};
	if (own == 0 || own > n->bytes.n)
		own = n->bytes.n;
	struct region r = {0, own, n->format->name, region_entropy(span_cut(n->bytes, 0, own)), 0};
	node_region(j, n->id, &r);
	c.done = own;
	carving_close(&c, n->bytes.n);
}

/* A container that only opening measures: open it here and now, then cut it to its length. */
static void open_unsized(struct job *j, struct node *n)
{
	uint64_t used = opening_allowed(j, n) ? opening_run(j, n, n->format) : 0;
	if (used && used < n->bytes.n)
		n->bytes = span_cut(n->bytes, 0, used);
}

static void open_whole(struct job *j, struct node *n, uint64_t size, struct label *label)
{
	const struct format *f = n->format;
	bool early = n->root && f->open && spill_wanted(n, f);
	if (early && opening_allowed(j, n)) /* others can begin while this is looked at */
		spill(j, n, f);
	if (n->unsized && f->open)
		open_unsized(j, n);
	hash_sha256(n->bytes, n->sha256);
	if (f->label)
		f->label(n->bytes, label);
	if (size > n->bytes.n && !n->unsized)
		node_note(j, n, n->bytes.n, "truncated: declared length %llu runs past the end",
			  (unsigned long long)size);
	node_report(j, n, label, false);
	if (f->open && !n->unsized && !early && opening_allowed(j, n)) {
		if (spill_wanted(n, f))
			spill(j, n, f);
		else
			opening_run(j, n, f);
	}
	if (n->e.type == ENTRY_PART && !n->carved)
		whole_regions(j, n, size);
	node_deliver(j, n, f->open != NULL);
}

/* A leaf, or a blob with containers in it. Tried: list[0] was decoded, with what came out. */
static void look_inside(struct job *j, struct node *n, struct candidate *list, size_t count,
			bool tried, struct opening *first)
{
	struct carving c = {.j = j, .n = n, .regions = n->e.type == ENTRY_PART};
	c.tried = tried;
	c.first = first;
	struct label label = {0};
	bool leaf = count && (list[0].format->flags & FORMAT_LEAF) && owns_all(n, &list[0]);
	bool text = !leaf && text_looks(n->bytes);
	c.start_taken = leaf;
	if (leaf) {
		n->format = list[0].format;
		if (n->format->label)
			n->format->label(n->bytes, &label);
		count = 0;
	}
	struct findings *f = j->findings ? j->findings : findings_new();
	j->findings = NULL; /* nodes below that scan meanwhile make their own */
	bool sealed = leaf && (n->format->flags & FORMAT_SEALED);
	c.streaming = c.regions && !leaf;
	findings_reset(f);
	if (count && n->depth >= MAX_DEPTH && list[0].bid >= SURE)
		opening_note_depth(j, n);
	carving_run(&c, f, !text && !sealed, list, count);
	if (c.regions || c.children) {
		c.regions = true;
		if (leaf && !c.children)
			whole_regions(j, n, 0);
		else
			carving_close(&c, n->bytes.n);
	}
	node_observe(j, n, f, label.arch, text);
	findings_free(j->findings);
	j->findings = f;
	node_keep_text(j, n, text);
	node_report(j, n, &label, text);
	node_deliver(j, n,
		     c.children > 0 && c.done == n->bytes.n && n->claimed_count > 0 && !n->member);
}

/* A node that is one stream from end to end: its member becomes the node's own child. */
static void take_stream(struct job *j, struct node *n, struct opening *o)
{
	struct label label = {0};
	hash_sha256(n->bytes, n->sha256);
	n->format = o->format;
	if (n->format->label)
		n->format->label(n->bytes, &label);
	opening_settle(o, n);
	node_report(j, n, &label, false);
	if (n->e.type == ENTRY_PART)
		whole_regions(j, n, o->sink.used);
	node_deliver(j, n, true);
}

/* The best bid is a stream: decode it, and only once. */
static void try_stream(struct job *j, struct node *n, struct candidate *list, size_t count)
{
	struct opening o;
	uint64_t before = j->budget;
	bool good = opening_trial(j, n, &list[0], n->bytes, &o);
	if (good && region_is_padding(span_from(n->bytes, o.sink.used))) {
		take_stream(j, n, &o);
	} else {
		if (!good)
			j->budget = before;
		look_inside(j, n, list, count, true, good ? &o : NULL);
	}
	buf_free(&o.content);
}

void node_process(struct job *j, struct node *n)
{
	struct candidate list[MAX_CANDIDATES];
	struct label label = {0};
	bool content = n->e.type == ENTRY_FILE || n->e.type == ENTRY_PART;
	if (!job_step(j, n, STAGE_LOOK, "recognition")) {
		node_report(j, n, &label, false);
		return;
	}
	node_observe_xattrs(j, n);
	if (!content || n->bytes.n == 0) {
		if (content)
			hash_sha256(n->bytes, n->sha256);
		node_keep_text(j, n, true);
		node_report(j, n, &label, false);
		if (content)
			node_deliver(j, n, false);
		return;
	}
	size_t count = n->carved ? 0 : candidates_at_start(n->bytes, list);
	if (n->carved) { /* the carver has decided already */
		uint64_t size = 0;
		n->format->bid(n->bytes, &size);
		if (n->format->flags & FORMAT_LEAF) {
			list[0] = (struct candidate){n->format, 0, 100, size};
			look_inside(j, n, list, 1, false, NULL);
		} else {
			open_whole(j, n, n->bytes.n, &label);
		}
	} else if (count && owns_all(n, &list[0]) && !(list[0].format->flags & FORMAT_LEAF) &&
		   list[0].bid >= SURE) {
		n->format = list[0].format;
		open_whole(j, n, list[0].size, &label);
	} else if (count && !list[0].size && list[0].format->open && n->depth < MAX_DEPTH &&
		   (list[0].format->flags & FORMAT_STREAM)) {
		try_stream(j, n, list, count);
	} else {
		look_inside(j, n, list, count, false, NULL);
	}
	mem_free(n->claimed);
}

/* A task that names its format: open it, in parts or whole. */
static void open_given(struct job *j, struct node *n)
{
	n->format = format_named(j->task.format);
	if (n->format && n->format->open)
		opening_run(j, n, n->format);
}

void job_run(struct job *j)
{
	struct node n = {.root = true, .bytes = j->bytes, .depth = j->task.depth};
	n.e = (struct entry){
	    .type = (enum entry_type)j->task.type, .mode = j->task.mode, .size = j->bytes.n};
	n.e.path = j->task.name;
	n.chain = j->task.chain;
	n.member = j->task.member;
	j->next_id = 1;
	j->budget = j->task.budget;
	if (j->task.tree)
		job_observe_tree(j);
	else if (j->task.format)
		open_given(j, &n);
	else
		node_process(j, &n);
	mem_free(j->opened);
	arena_free(&j->arena);
	arena_free(&j->scratch);
}
