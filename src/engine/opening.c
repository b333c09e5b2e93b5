/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/opening.h"

#include "engine/budget.h"

/*
 * In a split opening, content is dealt out in turns of PART_BYTES; all parts see the same plan. A
 * group is not torn apart.
 */
static bool my_turn(struct opening *o, const struct entry *e)
{
	if (!e->group || e->group != o->group)
		o->turn = o->planned / PART_BYTES;
	o->group = e->group;
	o->planned += e->type == ENTRY_FILE || e->type == ENTRY_PART ? e->size : 0;
	if (!o->n->root || o->j->task.parts <= 1)
		return true;
	return o->turn % o->j->task.parts == o->j->task.part;
}

static enum status admit(struct opening *o, const struct entry *e, bool *mine)
{
	if (o->ordinal == MAX_MEMBERS) {
		if (!o->refused)
			node_note(o->j, o->n, e->at,
				  "limit reached: more than %d members, the rest was not opened",
				  MAX_MEMBERS);
		o->refused = true;
		return ST_LIMIT;
	}
	o->ordinal++;
	*mine = my_turn(o, e);
	return ST_OK;
}

static void child(struct opening *o, const struct entry *e, const char *path, const char *link,
		  struct span bytes, uint64_t offset, bool absent)
{
	struct job *j = o->j;
	struct node c = {
	    .parent = o->n->id, .ordinal = o->ordinal, .depth = o->n->depth + 1, .e = *e};
	c.id = j->next_id++;
	c.e.path = path;
	c.e.link = link;
	c.bytes = bytes;
	c.offset = offset;
	c.absent = absent;
	c.member = (o->format->flags & FORMAT_TREE) && e->type != ENTRY_PART;
	if (j->task.keep)
		c.chain = arena_printf(&j->arena, "%s/%s", o->n->chain, path);
	node_process(j, &c);
}

static const char *clean_name(struct opening *o, const struct entry *e)
{
	bool odd = false;
	const char *raw = e->path ? e->path : "";
	const char *path = path_clean(&o->j->arena, span_str(raw), &odd);
	if (odd && strstr(raw, ".."))
		node_note(o->j, o->n, e->at, "a member's name leads outside: kept as \"%s\"", path);
	if (!*path)
		path = e->type == ENTRY_DIR ? "." : "data";
	return path;
}

static enum status on_slice(struct sink *s, const struct entry *e, struct span bytes)
{
	struct opening *o = (struct opening *)s;
	bool mine = true;
	struct entry planned = *e;
	if (o->trial)
		return ST_LIMIT;
	planned.size = bytes.n;
	enum status st = admit(o, &planned, &mine);
	if (st != ST_OK || !mine)
		return st;
	const uint8_t *base = o->n->bytes.p;
	uint64_t offset = bytes.n && bytes.p >= base && bytes.p <= base + o->n->bytes.n
			      ? (uint64_t)(bytes.p - base)
			      : e->at;
	const char *path = clean_name(o, e);
	if (e->type == ENTRY_DIR && strcmp(path, ".") == 0)
		return ST_OK;
	child(o, e, path, arena_dup(&o->j->arena, e->link), bytes, offset, false);
	return ST_OK;
}

/* A bomb is told from a real image by how much more comes out than went in. */
static uint64_t child_limit(const struct opening *o)
{
	uint64_t usual = MAX_RATIO * (uint64_t)o->n->bytes.n;
	return usual < FREE_CHILD ? FREE_CHILD : usual < MAX_CHILD ? usual : MAX_CHILD;
}

static const struct xattr *keep_xattrs(struct arena *a, const struct entry *e)
{
	struct xattr *all = arena_array(a, e->xattr_count, sizeof *all);
	for (size_t i = 0; i < e->xattr_count; i++) {
		struct span v = e->xattrs[i].value;
		uint8_t *copy = arena_alloc(a, v.n + 1);
		if (v.n)
			memcpy(copy, v.p, v.n);
		all[i] = (struct xattr){arena_dup(a, e->xattrs[i].name), SPAN(copy, v.n)};
	}
	return all;
}

static enum status on_begin(struct sink *s, const struct entry *e)
{
	struct opening *o = (struct opening *)s;
	bool mine = true;
	if (o->trial && o->made)
		return ST_LIMIT;
	enum status st = o->trial ? ST_OK : admit(o, e, &mine);
	if (st != ST_OK)
		return st;
	if (!mine)
		return ST_SKIP;
	o->now = *e;
	o->now_path = clean_name(o, e);
	o->now_link = arena_dup(&o->j->arena, e->link);
	if (e->xattr_count)
		o->now.xattrs = keep_xattrs(&o->j->arena, e);
	o->now_offset = e->at;
	buf_reset(&o->content);
	o->content.max = child_limit(o);
	o->open = true;
	return ST_OK;
}

static enum status on_write(struct sink *s, const void *p, size_t n)
{
	struct opening *o = (struct opening *)s;
	if (!o->open)
		return ST_LIMIT;
	if (n > o->j->budget || !buf_add(&o->content, p, n))
		return ST_LIMIT;
	o->j->budget -= n;
	return ST_OK;
}

static void fault(struct opening *o, enum status st)
{
	if (st == ST_LIMIT)
		node_note(o->j, o->n, o->now_offset,
			  "limit reached: \"%s\" was not made beyond %zu bytes", o->now_path,
			  o->content.n);
	else if (st != ST_OK)
		node_note(o->j, o->n, o->now_offset, "\"%s\" is %s: %zu bytes could be read",
			  o->now_path, status_word(st), o->content.n);
}

static enum status on_end(struct sink *s, enum status st)
{
	struct opening *o = (struct opening *)s;
	if (!o->open)
		return ST_LIMIT;
	o->open = false;
	if (o->trial) {
		o->made = true;
		o->made_status = st;
		return ST_OK;
	}
	fault(o, st);
	/* the child is worked on while this buffer holds its bytes: give the opening a fresh one */
	struct buf content = o->content;
	o->content = (struct buf){.max = child_limit(o)};
	child(o, &o->now, o->now_path, o->now_link, buf_span(&content), o->now_offset, st != ST_OK);
	if (o->content.p)
		buf_free(&content);
	else
		o->content = content;
	return ST_OK;
}

static void on_note(struct sink *s, uint64_t at, const char *what)
{
	struct opening *o = (struct opening *)s;
	bool whole = o->j->task.part == 0 || !o->n->root;
	if (!o->trial && (whole || o->open))
		node_note(o->j, o->n, at, "%s", what);
}

static struct opening opening_of(struct job *j, struct node *n, const struct format *f)
{
	return (struct opening){.sink = {on_slice, on_begin, on_write, on_end, on_note, 0},
				.j = j,
				.n = n,
				.format = f};
}

static bool seen_before(struct job *j, struct node *n)
{
	for (size_t i = 0; i < j->opened_count; i++)
		if (memcmp(j->opened[i], n->sha256, 32) == 0)
			return true;
	j->opened = mem_grow(j->opened, &j->opened_cap, j->opened_count + 1, 32);
	memcpy(j->opened[j->opened_count++], n->sha256, 32);
	return false;
}

uint64_t opening_run(struct job *j, struct node *n, const struct format *f)
{
	struct opening o = opening_of(j, n, f);
	uint32_t index = 0;
	while (index < format_count && formats[index] != f)
		index++;
	if (!job_step(j, n, STAGE_FORMAT + index, f->name))
		return n->bytes.n;
	enum status st = f->open(n->bytes, &o.sink);
	if (st != ST_OK && st != ST_SKIP && st != ST_LIMIT && (j->task.part == 0 || !n->root))
		node_note(j, n, 0, "%s: %s", f->name, status_word(st));
	buf_free(&o.content);
	return o.sink.used;
}

void opening_note_depth(struct job *j, struct node *n)
{
	node_note(j, n, 0, "limit reached: more than %d containers inside each other", MAX_DEPTH);
}

bool opening_allowed(struct job *j, struct node *n)
{
	if (n->depth >= MAX_DEPTH) {
		opening_note_depth(j, n);
		return false;
	}
	if (j->budget < 4096) {
		node_note(j, n, 0, "limit reached: too many bytes were made, not opened");
		return false;
	}
	if (!n->root && !n->unsized && seen_before(j, n)) {
		node_note(j, n, 0, "the same content was opened before");
		return false;
	}
	return true;
}

bool opening_trial(struct job *j, struct node *n, const struct candidate *k, struct span in,
		   struct opening *o)
{
	*o = opening_of(j, n, k->format);
	o->trial = true;
	if (!job_step(j, n, STAGE_FORMAT + k->index, k->format->name))
		return false;
	enum status st = k->format->open(in, &o->sink);
	bool good = st == ST_OK && o->made_status == ST_OK;
	size_t least = (k->format->flags & FORMAT_ALERT) && o->made_status == ST_TRUNCATED
			   ? CUT_KEPT
			   : WEAK_KEPT;
	return o->made && o->sink.used && (good || o->content.n >= least);
}

void opening_settle(struct opening *trial, struct node *n)
{
	trial->n = n;
	trial->trial = false;
	trial->ordinal = 1;
	if (trial->made_status != ST_OK)
		fault(trial, trial->made_status);
	child(trial, &trial->now, trial->now_path, trial->now_link, buf_span(&trial->content),
	      trial->now_offset, trial->made_status != ST_OK);
}
