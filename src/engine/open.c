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
#include "engine/job.h"
#include "engine/region.h"

#include <sys/mman.h>

enum { MAX_CANDIDATES = 8, SURE = 50, SETTLED = 90 };

struct candidate {
	const struct format *format;
	uint32_t index;
	int bid;
	uint64_t size; /* 0: only opening tells */
};

/* ---- what does it look like ---- */

static bool magic_fits(const struct format *f, struct span in)
{
	if (!f->magic)
		return true;
	for (const struct magic *m = f->magic; m->n; m++)
		if (span_is(in, m->at, m->bytes, m->n))
			return true;
	return false;
}

/* Equal bids: the first in the list of formats. */
static bool better(const struct candidate *a, const struct candidate *b)
{
	return a->bid != b->bid ? a->bid > b->bid : a->index < b->index;
}

static void consider(struct span in, uint32_t index, struct candidate *list, size_t *count)
{
	const struct format *f = formats[index];
	uint64_t size = 0;
	if (!magic_fits(f, in))
		return;
	int bid = f->bid(in, &size);
	if (bid <= 0)
		return;
	struct candidate made = {f, index, bid, size};
	size_t i = *count < MAX_CANDIDATES ? (*count)++ : MAX_CANDIDATES - 1;
	if (i == MAX_CANDIDATES - 1 && list[i].format && !better(&made, &list[i]))
		return;
	while (i && better(&made, &list[i - 1])) {
		list[i] = list[i - 1];
		i--;
	}
	list[i] = made;
}

/*
 * Everybody's bid for the front of `in`, best first. Formats without a magic have to look at much
 * more than a few bytes: they are not asked when the others have settled it.
 */
static size_t bids_at_start(struct span in, struct candidate *list)
{
	size_t count = 0;
	memset(list, 0, MAX_CANDIDATES * sizeof *list);
	for (uint32_t i = 0; i < format_count; i++)
		if (formats[i]->magic)
			consider(in, i, list, &count);
	if (count && list[0].bid >= SETTLED && list[0].size == in.n)
		return count;
	for (uint32_t i = 0; i < format_count; i++)
		if (!formats[i]->magic)
			consider(in, i, list, &count);
	return count;
}

/* ---- reporting ---- */

static void put_region(struct job *j, uint32_t id, const struct region *r)
{
	out_begin(j->out, FRAME_REGION);
	put_u32(j->out, id);
	put_u64(j->out, r->offset);
	put_u64(j->out, r->size);
	put_str(j->out, r->what);
	put_u32(j->out, (uint32_t)(r->entropy * 1000 + 0.5));
	out_end(j->out);
}

static void report(struct job *j, struct node *n, const struct label *label, bool text)
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

/* ---- opening ---- */

struct opening {
	struct sink sink;
	struct job *j;
	struct node *n; /* the container */
	const struct format *format;
	uint32_t ordinal;
	uint64_t planned; /* declared content so far: decides whose turn it is */
	struct entry now; /* between begin and end */
	const char *now_path, *now_link;
	struct buf content;
	bool open, mine, refused, trial;
	bool made; /* trial: a member was made */
	enum status made_status;
	uint64_t now_offset;
};

/* In a split opening, content is dealt out in turns of PART_BYTES; all parts see the same plan. */
static bool my_turn(struct opening *o, const struct entry *e)
{
	uint64_t turn = o->planned / PART_BYTES;
	o->planned += e->type == ENTRY_FILE || e->type == ENTRY_PART ? e->size : 0;
	if (!o->n->root || o->j->task.parts <= 1)
		return true;
	return turn % o->j->task.parts == o->j->task.part;
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

/* A spilled container's share of what may be made: all tasks together never make more. */
static uint64_t spill_budget(const struct job *j, const struct node *n)
{
	uint64_t floor = MIN_MADE >> (2 * (n->depth < 12 ? n->depth : 12));
	uint64_t share = j->budget / 8, usual = floor + MAX_RATIO * (uint64_t)n->bytes.n;
	share = share > usual ? usual : share;
	share = share < floor ? floor : share;
	return share < j->budget ? share : j->budget;
}

/* Hand a container to the parent; the bytes go along unless they stand in the task's own. */
static void spill(struct job *j, struct node *n, const struct format *f)
{
	bool mapped =
	    n->bytes.p >= j->bytes.p && n->bytes.p + n->bytes.n <= j->bytes.p + j->bytes.n;
	uint64_t offset = mapped ? (uint64_t)(n->bytes.p - j->bytes.p) : 0;
	uint32_t parts = (f->flags & FORMAT_SPLIT) && n->bytes.n >= SPILL_SPLIT
			     ? (uint32_t)(n->bytes.n >> 19)
			     : 1;
	uint64_t budget = spill_budget(j, n);
	int fd = -1;
	if (!mapped && j->spilled && j->spilled + n->bytes.n > MAX_SPILLED) {
		node_note(j, n, 0, "limit reached: too many containers in one, not opened");
		return;
	}
	if (parts > MAX_PARTS)
		parts = MAX_PARTS;
	if ((f->flags & FORMAT_SPLIT) && parts < 2 && n->bytes.n >= SPILL_SPLIT)
		parts = 2;
	if (!mapped) {
		fd = memfd_create("artifact", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		if (fd < 0)
			abort();
		for (size_t done = 0; done < n->bytes.n;) {
			ssize_t k = write(fd, n->bytes.p + done, n->bytes.n - done);
			if (k <= 0)
				abort();
			done += (size_t)k;
		}
	}
	j->spilled += mapped ? 0 : n->bytes.n;
	j->budget -= budget;
	out_begin(j->out, FRAME_SPILL);
	put_u32(j->out, n->id);
	put_str(j->out, f->name);
	put_u64(j->out, offset);
	put_u64(j->out, n->bytes.n);
	put_u32(j->out, parts);
	put_u32(j->out, n->depth);
	put_u64(j->out, budget);
	put_u8(j->out, fd >= 0);
	put_u8(j->out, n->member);
	put_u32(j->out, n->e.type);
	put_u32(j->out, n->e.mode);
	put_str(j->out, n->e.path);
	put_str(j->out, n->chain);
	if (fd >= 0) {
		out_end_fd(j->out, fd);
		close(fd);
	} else {
		out_end(j->out);
	}
}

/* Run a format over a node that it owns. Returns the bytes that belong to it. */
static uint64_t open_now(struct job *j, struct node *n, const struct format *f)
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

static void note_depth(struct job *j, struct node *n)
{
	node_note(j, n, 0, "limit reached: more than %d containers inside each other", MAX_DEPTH);
}

/* May this container be opened at all? Notes say why not. */
static bool may_open(struct job *j, struct node *n)
{
	if (n->depth >= MAX_DEPTH) {
		note_depth(j, n);
		return false;
	}
	if (j->budget < 4096) {
		node_note(j, n, 0, "limit reached: too many bytes were made, not opened");
		return false;
	}
	if (!n->root && seen_before(j, n)) {
		node_note(j, n, 0, "the same content was opened before");
		return false;
	}
	return true;
}

static bool should_spill(const struct node *n, const struct format *f)
{
	if (n->root)
		return (f->flags & FORMAT_SPLIT) && n->bytes.n >= SPILL_SPLIT;
	return n->bytes.n >= ((f->flags & FORMAT_SPLIT) ? SPILL_SPLIT : SPILL_ANY);
}

static void claim(struct node *n, uint64_t begin, uint64_t end)
{
	n->claimed =
	    mem_grow(n->claimed, &n->claimed_cap, n->claimed_count + 1, sizeof *n->claimed);
	n->claimed[n->claimed_count].begin = begin;
	n->claimed[n->claimed_count++].end = end;
}

/* ---- streams ---- */

/*
 * A stream tells its length only by being decoded: decode, and believe it when it ended well or
 * made so much that chance is out of the question. The member that was made waits in o->content.
 */
static bool trial_run(struct job *j, struct node *n, const struct candidate *k, struct span in,
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

/* The trial was believed: its member becomes a child of `n`. */
static void settle(struct opening *trial, struct node *n)
{
	trial->n = n;
	trial->trial = false;
	trial->ordinal = 1;
	if (trial->made_status != ST_OK)
		fault(trial, trial->made_status);
	child(trial, &trial->now, trial->now_path, trial->now_link, buf_span(&trial->content),
	      trial->now_offset, trial->made_status != ST_OK);
}

/* ---- carving ---- */

struct carving {
	struct job *j;
	struct node *n;
	uint64_t done; /* everything before this is accounted for */
	uint32_t children;
	bool regions;
	bool start_taken; /* what stands at offset 0 is known: do not carve it again */
};

static void gap_region(void *user, const struct region *r)
{
	struct carving *c = user;
	put_region(c->j, c->n->id, r);
	if (strcmp(r->what, "encrypted") == 0)
		node_note(c->j, c->n, r->offset,
			  "encrypted, scheme not known: %llu bytes with an entropy of %.3f bits "
			  "per byte and a"
			  " chi-square of %.0f (random bytes: about 255)",
			  (unsigned long long)r->size, r->entropy, r->chi_square);
}

static void close_gap(struct carving *c, uint64_t upto)
{
	if (c->regions && upto > c->done)
		region_classify(span_cut(c->n->bytes, c->done, upto - c->done), c->done, gap_region,
				c);
	c->done = upto;
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
	close_gap(c, at);
	if (size > bytes.n)
		node_note(j, &m, bytes.n, "truncated: declared length %llu runs past the end",
			  (unsigned long long)size);
	if (trial) {
		struct label label = {0};
		hash_sha256(bytes, m.sha256);
		settle(trial, &m);
		if (k->format->label)
			k->format->label(bytes, &label);
		report(j, &m, &label, false);
	} else {
		node_process(j, &m);
	}
	if (c->regions) {
		struct region r = {at, m.bytes.n, k->format->name, region_entropy(m.bytes), 0};
		put_region(j, c->n->id, &r);
	}
	claim(c->n, at, at + m.bytes.n);
	c->done = at + m.bytes.n;
}

static bool try_stream(struct carving *c, const struct candidate *k, uint64_t at)
{
	struct opening o;
	uint64_t before = c->j->budget;
	bool take = trial_run(c->j, c->n, k, span_from(c->n->bytes, at), &o);
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

static void carve(struct carving *c, const struct findings *f, const struct candidate *at_start,
		  size_t start_count)
{
	struct job *j = c->j;
	size_t count = f->count;
	struct proposal *list = arena_array(&j->arena, count + 1, sizeof *list);
	if (count)
		memcpy(list, f->proposals, count * sizeof *list);
	if (f->overflow)
		node_note(j, c->n, 0, "limit reached: too many places look like containers");
	if (start_count)
		take_candidates(c, at_start, start_count, 0);
	c->start_taken = c->start_taken || start_count > 0;
	for (size_t i = 0; i < count;) {
		struct candidate all[MAX_CANDIDATES] = {0};
		size_t n = 0, at = list[i].offset, k = i;
		while (k < count && list[k].offset == at)
			k++;
		if (at >= c->done && (at > 0 || !c->start_taken) &&
		    c->children < MAX_CHILDREN_CARVED) {
			for (; i < k; i++)
				consider(span_from(c->n->bytes, at), list[i].format, all, &n);
			take_candidates(c, all, n, at);
		}
		i = k;
	}
}

/* ---- one node ---- */

/* Does the best bidder own the node from its first byte to its last (padding does not count)? */
static bool owns_all(const struct node *n, const struct candidate *k)
{
	if (!k->size)
		return !(k->format->flags & FORMAT_STREAM) && k->bid >= SURE;
	return k->size >= n->bytes.n || region_is_padding(span_from(n->bytes, k->size));
}

static void whole_regions(struct job *j, struct node *n, uint64_t own)
{
	struct carving c = {.j = j, .n = n, .regions = true};
	if (own == 0 || own > n->bytes.n)
		own = n->bytes.n;
	struct region r = {0, own, n->format->name, region_entropy(span_cut(n->bytes, 0, own)), 0};
	put_region(j, n->id, &r);
	c.done = own;
	close_gap(&c, n->bytes.n);
}

/* A container that only opening measures: open it here and now, then cut it to its length. */
static void open_unsized(struct job *j, struct node *n)
{
	uint64_t used = may_open(j, n) ? open_now(j, n, n->format) : 0;
	if (used && used < n->bytes.n) {
		n->bytes = span_cut(n->bytes, 0, used);
		hash_sha256(n->bytes, n->sha256);
	}
}

static void open_whole(struct job *j, struct node *n, uint64_t size, struct label *label)
{
	const struct format *f = n->format;
	if (n->unsized && f->open)
		open_unsized(j, n);
	if (f->label)
		f->label(n->bytes, label);
	if (size > n->bytes.n && !n->unsized)
		node_note(j, n, n->bytes.n, "truncated: declared length %llu runs past the end",
			  (unsigned long long)size);
	report(j, n, label, false);
	if (f->open && !n->unsized && may_open(j, n)) {
		if (should_spill(n, f))
			spill(j, n, f);
		else
			open_now(j, n, f);
	}
	if (n->e.type == ENTRY_PART && !n->carved)
		whole_regions(j, n, size);
	node_deliver(j, n, f->open != NULL);
}

/* A leaf, or a blob with containers in it. */
static void look_inside(struct job *j, struct node *n, struct candidate *list, size_t count)
{
	struct carving c = {.j = j, .n = n, .regions = n->e.type == ENTRY_PART};
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
	scanner_scan(j->scanner, n->bytes, !text && !sealed, f);
	if ((f->count || count) && n->depth < MAX_DEPTH)
		carve(&c, f, list, count);
	else if (count && !leaf && list[0].bid >= SURE)
		note_depth(j, n);
	if (c.regions || c.children) {
		c.regions = true;
		if (leaf && !c.children)
			whole_regions(j, n, 0);
		else
			close_gap(&c, n->bytes.n);
	}
	node_observe(j, n, f, label.arch, text);
	findings_free(j->findings);
	j->findings = f;
	node_keep_text(j, n, text);
	report(j, n, &label, text);
	node_deliver(j, n,
		     c.children > 0 && c.done == n->bytes.n && n->claimed_count > 0 && !n->member);
}

/* A node that is one stream from end to end: its member becomes the node's own child. */
static bool whole_stream(struct job *j, struct node *n, const struct candidate *k)
{
	struct opening o;
	struct label label = {0};
	uint64_t before = j->budget;
	if (!k->format->open || !(k->format->flags & FORMAT_STREAM) || n->depth >= MAX_DEPTH)
		return false;
	bool take =
	    trial_run(j, n, k, n->bytes, &o) && region_is_padding(span_from(n->bytes, o.sink.used));
	if (take) {
		n->format = k->format;
		if (n->format->label)
			n->format->label(n->bytes, &label);
		settle(&o, n);
		report(j, n, &label, false);
		if (n->e.type == ENTRY_PART)
			whole_regions(j, n, o.sink.used);
		node_deliver(j, n, true);
	} else {
		j->budget = before;
	}
	buf_free(&o.content);
	return take;
}

void node_process(struct job *j, struct node *n)
{
	struct candidate list[MAX_CANDIDATES];
	struct label label = {0};
	bool content = n->e.type == ENTRY_FILE || n->e.type == ENTRY_PART;
	if (!job_step(j, n, STAGE_LOOK, "recognition")) {
		report(j, n, &label, false);
		return;
	}
	if (!content || n->bytes.n == 0) {
		if (content)
			hash_sha256(n->bytes, n->sha256);
		node_keep_text(j, n, true);
		report(j, n, &label, false);
		if (content)
			node_deliver(j, n, false);
		return;
	}
	hash_sha256(n->bytes, n->sha256);
	size_t count = bids_at_start(n->bytes, list);
	if (n->carved) { /* the carver has decided already */
		uint64_t size = 0;
		n->format->bid(n->bytes, &size);
		if (n->format->flags & FORMAT_LEAF) {
			list[0] = (struct candidate){n->format, 0, 100, size};
			look_inside(j, n, list, 1);
		} else {
			open_whole(j, n, n->bytes.n, &label);
		}
	} else if (count && owns_all(n, &list[0]) && !(list[0].format->flags & FORMAT_LEAF) &&
		   list[0].bid >= SURE) {
		n->format = list[0].format;
		open_whole(j, n, list[0].size, &label);
	} else if (!count || list[0].size || !whole_stream(j, n, &list[0])) {
		look_inside(j, n, list, count);
	}
	mem_free(n->claimed);
}

/* A task that names its format: open it, in parts or whole. */
static void open_given(struct job *j, struct node *n)
{
	n->format = format_named(j->task.format);
	if (n->format && n->format->open)
		open_now(j, n, n->format);
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
