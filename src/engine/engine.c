/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run from images to ordered results:
 *   1. every image becomes a unit;
 *   2. units are worked off, and those they spill;
 *   3. the file trees that were found go to the tree observers, as units again;
 *   4. everything is numbered depth first and handed to the sink.
 */
#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/path.h"
#include "engine/budget.h"
#include "engine/bundle.h"
#include "engine/image.h"
#include "engine/units.h"

/* One artifact of the whole run. */
struct knot {
	struct row_artifact row;
	uint32_t unit; /* that reported it */
	uint32_t source;
	struct knot *parent, *first, *last, *next;
	uint32_t index, id; /* place in the list; final number */
	struct span text;   /* kept for tree observers */
	bool kept;
	const char *path;
};

struct knots {
	struct run *run;
	struct knot **list;
	size_t count, cap;
	struct knot ***by_unit; /* [unit][local id] */
	uint32_t *ids;		/* local ids per unit */
	size_t unit_count;	/* units with artifacts; those behind them are trees */
	struct source_info *sources;
	struct image *images; /* what the sources were read from */
	size_t source_count;
};

/* ---- 1. images ---- */

static uint64_t made_limit(uint64_t size)
{
	uint64_t usual = size * MADE_RATIO;
	return usual < FREE_MADE ? FREE_MADE : usual < MAX_MADE ? usual : MAX_MADE;
}

static bool add_image(struct knots *k, const char *path, uint32_t index)
{
	struct run *r = k->run;
	struct source_info *info = &k->sources[k->source_count];
	struct arena *a = &r->arena;
	int fd = image_load(path, &k->images[k->source_count]);
	if (fd < 0)
		return false;
	info->id = ++index;
	info->path = path;
	info->size = k->images[k->source_count].size;
	info->name = path_clean(a, span_str(path_base(path)), NULL);
	if (!*info->name)
		info->name = "image";
	struct task t = {.parts = 1,
			 .size = info->size,
			 .budget = made_limit(info->size),
			 .type = ENTRY_PART,
			 .name = info->name,
			 .chain = info->name,
			 .keep = r->options->keep,
			 .no_known = r->options->no_known,
			 .no_code = r->options->no_code,
			 .open_only = r->options->open_only};
	run_add(r, &t, fd, (uint32_t)k->source_count++);
	return true;
}

/* ---- artifacts of all units as one tree ---- */

static struct knot *knot_at(struct knots *k, size_t unit, uint32_t id)
{
	return unit < k->unit_count && id < k->ids[unit] ? k->by_unit[unit][id] : NULL;
}

/* A worker cleans names; one that was taken over may not lead out of a folder either. */
static const char *safe_name(const char *name, struct arena *a)
{
	const char *clean = path_clean(a, span_str(name), NULL);
	return *clean ? clean : "data";
}

static void collect_rows(struct knots *k, uint32_t unit)
{
	struct unit *u = k->run->units[unit];
	struct reader p;
	size_t pos = 0;
	uint32_t max = 0;
	for (int kind; (kind = unit_frame(u, &pos, &p));)
		if (kind == FRAME_ARTIFACT) {
			uint32_t id = read_u32(&p);
			max = id > max && id < (1u << 24) ? id : max;
		}
	k->ids[unit] = max + 1;
	k->by_unit[unit] = mem_array(max + 1, sizeof(struct knot *));
	pos = 0;
	for (int kind; (kind = unit_frame(u, &pos, &p));) {
		struct row_artifact row;
		if (kind != FRAME_ARTIFACT || !get_artifact(&p, &k->run->arena, &row) ||
		    row.id > max || k->by_unit[unit][row.id])
			continue;
		struct knot *n = arena_alloc(&k->run->arena, sizeof *n);
		n->row = row;
		n->row.name = safe_name(row.name, &k->run->arena);
		n->unit = unit;
		n->source = u->source;
		n->index = (uint32_t)k->count;
		k->list = mem_grow(k->list, &k->cap, k->count + 1, sizeof(struct knot *));
		k->list[k->count++] = n;
		k->by_unit[unit][row.id] = n;
	}
}

/* In a spilled unit number 0 stands for the artifact that was spilled. */
static void link_spilled(struct knots *k, uint32_t unit)
{
	struct unit *u = k->run->units[unit];
	if (u->from >= 0 && !k->by_unit[unit][0])
		k->by_unit[unit][0] = knot_at(k, (size_t)u->from, u->from_id);
}

static int by_ordinal(const void *a, const void *b)
{
	const struct knot *x = *(struct knot *const *)a, *y = *(struct knot *const *)b;
	if (x->row.ordinal != y->row.ordinal)
		return x->row.ordinal < y->row.ordinal ? -1 : 1;
	if (x->row.id != y->row.id)
		return x->row.id < y->row.id ? -1 : 1;
	return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static void collect_texts(struct knots *k, uint32_t unit)
{
	struct unit *u = k->run->units[unit];
	struct reader p;
	size_t pos = 0;
	for (int kind; (kind = unit_frame(u, &pos, &p));) {
		if (kind != FRAME_TEXT)
			continue;
		struct knot *n = knot_at(k, unit, read_u32(&p));
		if (n) {
			n->text = get_bytes(&p);
			n->kept = true;
		}
	}
}

static void build_knots(struct knots *k)
{
	struct run *r = k->run;
	k->unit_count = r->count;
	k->by_unit = mem_array(r->count + 1, sizeof(struct knot **));
	k->ids = mem_array(r->count + 1, sizeof *k->ids);
	for (uint32_t i = 0; i < r->count; i++)
		if (r->units[i]->state == UNIT_DONE)
			collect_rows(k, i);
	for (uint32_t i = 0; i < r->count; i++)
		if (r->units[i]->state == UNIT_DONE) {
			link_spilled(k, i);
			collect_texts(k, i);
		}
	struct knot **order = mem_array(k->count + 1, sizeof *order);
	for (size_t i = 0; i < k->count; i++)
		order[i] = k->list[i];
	qsort(order, k->count, sizeof *order, by_ordinal);
	for (size_t i = 0; i < k->count; i++) {
		struct knot *n = order[i];
		bool root = n->row.id == 0;
		n->parent = root ? NULL : knot_at(k, n->unit, n->row.parent);
		if (!n->parent)
			continue;
		if (n->parent->last)
			n->parent->last->next = n;
		else
			n->parent->first = n;
		n->parent->last = n;
	}
	mem_free(order);
}

/* Depth first, sources in the order given. */
static void number_below(struct knots *k, struct knot *root, uint32_t *next)
{
	struct knot *n = root;
	while (n) {
		n->id = ++*next;
		n->path = n->parent
			      ? arena_printf(&k->run->arena, "%s/%s", n->parent->path, n->row.name)
			      : n->row.name;
		if (n->first) {
			n = n->first;
			continue;
		}
		while (n && n != root && !n->next)
			n = n->parent;
		n = n && n != root ? n->next : NULL;
	}
}

static void number_knots(struct knots *k)
{
	uint32_t next = 0;
	for (size_t i = 0; i < k->source_count; i++)
		if (knot_at(k, i, 0))
			number_below(k, knot_at(k, i, 0), &next);
}

/* ---- 3. file trees ---- */

static int by_name(const void *a, const void *b)
{
	const struct knot *x = *(struct knot *const *)a, *y = *(struct knot *const *)b;
	int c = strcmp(x->row.name, y->row.name);
	return c ? c : x->index < y->index ? -1 : x->index > y->index;
}

/* Members of a container by name, to find what hard links lead to. */
struct directory {
	struct knot **list;
	size_t count;
};

static struct directory directory_of(struct knot *container)
{
	struct directory d = {0};
	size_t cap = 0;
	for (struct knot *n = container->first; n; n = n->next) {
		d.list = mem_grow(d.list, &cap, d.count + 1, sizeof(struct knot *));
		d.list[d.count++] = n;
	}
	if (d.count)
		qsort(d.list, d.count, sizeof(struct knot *), by_name);
	return d;
}

/* The member that a hard link stands for (one step), or the member itself. */
static struct knot *meant(const struct directory *d, struct knot *n, struct arena *a)
{
	if (n->row.type != ENTRY_HARDLINK || !n->row.link)
		return n;
	struct knot key = {.row.name = path_clean(a, span_str(n->row.link), NULL)}, *pkey = &key;
	size_t lo = 0, hi = d->count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (strcmp(d->list[mid]->row.name, pkey->row.name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < d->count && strcmp(d->list[lo]->row.name, key.row.name) == 0 ? d->list[lo] : n;
}

static void bundle_members(struct outbox *o, struct knot *container, struct arena *a)
{
	struct directory d = directory_of(container);
	uint64_t kept = 0;
	put_u32(o, container->index);
	for (struct knot *n = container->first; n; n = n->next) {
		struct knot *what = meant(&d, n, a);
		const struct row_artifact *row = &what->row;
		struct tree_file f = {.path = n->row.name,
				      .link = row->link,
				      .arch = row->arch,
				      .size = row->size,
				      .mode = row->mode,
				      .uid = row->uid,
				      .gid = row->gid,
				      .id = what->index};
		bool text = row->format && strcmp(row->format, "text") == 0;
		f.format = text ? NULL : row->format;
		if (what->kept && kept + what->text.n <= MAX_KEPT) {
			f.bytes = what->text;
			f.kept = true;
			kept += what->text.n;
		}
		f.type = row->type == ENTRY_DIR	      ? TREE_DIR
			 : row->type == ENTRY_SYMLINK ? TREE_LINK
			 : row->type == ENTRY_FILE    ? TREE_FILE
						      : TREE_DEVICE;
		bundle_add(o, &f);
	}
	mem_free(d.list);
}

static bool add_tree_units(struct knots *k, struct knot *container)
{
	struct outbox o = {.fd = -1};
	struct run *r = k->run;
	bundle_members(&o, container, &r->arena);
	int fd = memfd_create("tree", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	bool ok = fd >= 0;
	for (size_t done = 0; ok && done < o.b.n;) {
		ssize_t n = write(fd, o.b.p + done, o.b.n - done);
		ok = n > 0;
		done += ok ? (size_t)n : 0;
	}
	struct task t = {.tree = true,
			 .size = o.b.n,
			 .parts = (uint32_t)observer_count + 1,
			 .no_known = r->options->no_known,
			 .no_code = r->options->no_code,
			 .budget = MAX_MADE};
	for (uint32_t i = 0; ok && i < observer_count; i++) {
		if (!observers[i]->observe_tree)
			continue;
		int copy = dup(fd);
		ok = copy >= 0;
		t.part = i;
		if (ok)
			run_add(r, &t, copy, container->source);
	}
	if (!ok)
		msg_error("cannot hand a file tree to the workers: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	buf_free(&o.b);
	return ok;
}

static bool is_tree(const struct knot *n)
{
	const struct format *f = n->row.format ? format_named(n->row.format) : NULL;
	return f && (f->flags & FORMAT_TREE) && n->first;
}

/* ---- 4. results ---- */

/* A frame of a region, note or fact, and where it goes. */
struct item {
	uint32_t id; /* final number of the artifact */
	uint32_t kind, group, part;
	uint32_t unit;
	size_t pos, at;
};

struct items {
	struct item *list;
	size_t count, cap;
};

static int by_item(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	return x->pos < y->pos ? -1 : x->pos > y->pos;
}

static void collect_items(struct knots *k, uint32_t unit, struct items *items)
{
	struct unit *u = k->run->units[unit];
	struct reader p;
	size_t pos = 0, start = 0;
	for (int kind; (kind = unit_frame(u, &pos, &p)); start = pos) {
		if (kind != FRAME_REGION && kind != FRAME_NOTE && kind != FRAME_FACT)
			continue;
		uint32_t id = read_u32(&p);
		struct knot *n =
		    u->task.tree ? (id < k->count ? k->list[id] : NULL) : knot_at(k, unit, id);
		if (!n || !n->id)
			continue;
		items->list =
		    mem_grow(items->list, &items->cap, items->count + 1, sizeof(struct item));
		items->list[items->count++] = (struct item){.id = n->id,
							    .kind = (uint32_t)kind,
							    .group = u->task.tree	       ? 2
								     : id == 0 && u->from >= 0 ? 1
											       : 0,
							    .part = u->task.part,
							    .unit = unit,
							    .pos = pos,
							    .at = start};
	}
}

static bool speaks_of_limits(const char *what)
{
	static const char *const words[] = {"limit reached", "budget reached", "analyser failed"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strncmp(what, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

struct last_note {
	uint32_t id;
	uint64_t at;
	const char *what;
};

static void hand_over(struct knots *k, const struct item *it, struct engine_outcome *outcome,
		      struct last_note *last, struct arena *a)
{
	struct engine_sink *sink = k->run->sink;
	struct reader p;
	size_t pos = it->at;
	int kind = unit_frame(k->run->units[it->unit], &pos, &p);
	if (kind == FRAME_FACT) {
		struct row_fact row;
		if (get_fact(&p, a, &row) && row.observer < observer_count)
			sink->fact(sink, it->id, &row);
		return;
	}
	read_u32(&p);
	uint64_t at = read_u64(&p);
	if (kind == FRAME_REGION) {
		uint64_t size = read_u64(&p);
		const char *what = get_str(&p, a);
		uint32_t entropy = read_u32(&p);
		if (!p.bad && what)
			sink->region(sink, it->id, at, size, what, entropy);
		return;
	}
	const char *what = get_str(&p, a);
	if (p.bad || !what ||
	    (last->what && last->id == it->id && last->at == at && strcmp(last->what, what) == 0))
		return;
	outcome->incomplete = outcome->incomplete || speaks_of_limits(what);
	sink->note(sink, it->id, at, what);
	*last = (struct last_note){it->id, at, arena_dup(&k->run->arena, what)};
}

static void deliver_artifacts(struct knots *k)
{
	struct engine_sink *sink = k->run->sink;
	struct knot **by_id = mem_array(k->count + 1, sizeof *by_id);
	for (size_t i = 0; i < k->count; i++)
		if (k->list[i]->id)
			by_id[k->list[i]->id - 1] = k->list[i];
	for (size_t i = 0; i < k->source_count; i++) {
		struct knot *root = knot_at(k, i, 0);
		if (root) /* the worker that had all of its bytes computed the digest */
			memcpy(k->sources[i].sha256, root->row.sha256, sizeof root->row.sha256);
		sink->source(sink, &k->sources[i]);
	}
	for (size_t i = 0; i < k->count && by_id[i]; i++) {
		struct knot *n = by_id[i];
		struct final_artifact f = {n->id, n->source + 1, n->parent ? n->parent->id : 0,
					   n->path, &n->row};
		sink->artifact(sink, &f);
	}
	mem_free(by_id);
}

static void deliver_changes(struct knots *k, struct engine_outcome *outcome)
{
	struct engine_sink *sink = k->run->sink;
	for (size_t i = 0; i < k->source_count; i++) {
		struct knot *n = knot_at(k, i, 0);
		if (!image_changed(&k->images[i]) || !n)
			continue;
		msg_warn("%s changed while it was read: the results are about what was read",
			 k->sources[i].path);
		sink->note(sink, n->id, 0, "the file changed while it was read");
		outcome->incomplete = true;
	}
}

static void deliver(struct knots *k, struct engine_outcome *outcome)
{
	struct items items = {0};
	struct last_note last = {0};
	struct arena a = {0};
	deliver_artifacts(k);
	deliver_changes(k, outcome);
	for (uint32_t i = 0; i < k->run->count; i++)
		if (k->run->units[i]->state == UNIT_DONE)
			collect_items(k, i, &items);
	if (items.count)
		qsort(items.list, items.count, sizeof *items.list, by_item);
	for (size_t i = 0; i < items.count; i++) {
		hand_over(k, &items.list[i], outcome, &last, &a);
		arena_reset(&a);
	}
	arena_free(&a);
	mem_free(items.list);
}

/* Content that was asked for, of everything that is done. */
static void deliver_content(struct knots *k)
{
	struct engine_sink *sink = k->run->sink;
	for (uint32_t i = 0; sink->content && i < k->run->count; i++) {
		struct reader p;
		size_t pos = 0;
		if (k->run->units[i]->state != UNIT_DONE)
			continue;
		for (int kind; (kind = unit_frame(k->run->units[i], &pos, &p));) {
			if (kind == FRAME_EXPLANATION && sink->explanation) {
				uint32_t line = read_u32(&p);
				struct span text = get_bytes(&p);
				if (!p.bad)
					sink->explanation(sink, line, text);
			}
			if (kind != FRAME_CONTENT)
				continue;
			struct knot *n = knot_at(k, i, read_u32(&p));
			uint64_t at = read_u64(&p);
			struct span piece = get_bytes(&p);
			if (n && n->id && !p.bad)
				sink->content(sink, n->path, &n->row, at, piece);
		}
	}
}

static bool observe_trees(struct knots *k)
{
	bool ok = true;
	for (size_t i = 0; ok && i < k->count && !k->run->options->open_only; i++)
		if (is_tree(k->list[i]))
			ok = add_tree_units(k, k->list[i]);
	return ok && run_all(k->run);
}

static void free_knots(struct knots *k)
{
	for (size_t i = 0; i < k->source_count; i++)
		image_close(&k->images[i]);
	for (size_t i = 0; i < k->unit_count; i++)
		mem_free(k->by_unit[i]);
	mem_free(k->by_unit);
	mem_free(k->ids);
	mem_free(k->list);
	mem_free(k->sources);
	mem_free(k->images);
}

struct engine_outcome engine_scan(const char *const *images, size_t count,
				  const struct engine_options *options, struct engine_sink *sink)
{
	struct engine_outcome outcome = {0};
	struct run r;
	struct knots k = {.run = &r,
			  .sources = mem_array(count + 1, sizeof(struct source_info)),
			  .images = mem_array(count + 1, sizeof(struct image))};
	if (!run_start(&r, options, sink)) {
		outcome.failed = outcome.nothing = true;
		free_knots(&k);
		return outcome;
	}
	for (size_t i = 0; i < count; i++)
		if (!add_image(&k, images[i], (uint32_t)k.source_count))
			outcome.failed = true;
	bool ok = run_all(&r);
	if (ok) {
		build_knots(&k);
		ok = observe_trees(&k);
	}
	if (ok) {
		number_knots(&k);
		deliver_content(&k);
		deliver(&k, &outcome);
	}
	outcome.failed = outcome.failed || !ok;
	outcome.nothing = !ok || k.source_count == 0;
	free_knots(&k);
	run_stop(&r);
	return outcome;
}
