/* SPDX-License-Identifier: Apache-2.0 */
#include "format/names.h"

enum {
	MAX_DEPTH = 200,
	MAX_PATH = 4096,
	MAX_FIRST = 64 << 20, /* bytes kept for paths that hard links may name */
};

/* What is known of one inode number during a walk. */
struct names_seen {
	uint64_t ino;
	uint32_t names;    /* how many names it has */
	bool done;         /* was visited */
	const char *first; /* its first path, kept only when it has more names */
};

struct frame {
	size_t next, end; /* names that are still to be visited */
	size_t len;       /* length of the folder's path */
};

struct state {
	struct names *names;
	struct walk *walk;
	struct frame stack[MAX_DEPTH];
	size_t depth;
	char path[MAX_PATH + 1];
};

void names_add(struct names *names, struct name name)
{
	names->v = mem_grow(names->v, &names->cap, names->n + 1, sizeof *names->v);
	names->v[names->n++] = name;
}

void names_free(struct names *names)
{
	mem_free(names->v);
	mem_free(names->seen);
	arena_free(&names->text);
	*names = (struct names){0};
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_name(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int d = n ? memcmp(a.p, b.p, n) : 0;
	return d ? d : order(a.n, b.n);
}

static int compare_names(const void *pa, const void *pb)
{
	const struct name *a = pa, *b = pb;
	int d = order(a->dir, b->dir);
	if (!d)
		d = by_name(a->name, b->name);
	if (!d)
		d = order(b->version, a->version); /* the newest first */
	return d ? d : order(b->at, a->at);
}

static int compare_seen(const void *pa, const void *pb)
{
	const struct names_seen *a = pa, *b = pb;
	return order(a->ino, b->ino);
}

/* Sort; of the names that stand twice in a folder keep the newest; drop deletions. */
static void settle(struct names *names)
{
	size_t out = 0;
	if (names->n)
		qsort(names->v, names->n, sizeof *names->v, compare_names);
	for (size_t i = 0; i < names->n;) {
		struct name one = names->v[i];
		size_t j = i + 1;
		while (j < names->n && names->v[j].dir == one.dir &&
		       span_equal(names->v[j].name, one.name))
			j++;
		if (one.ino && one.name.n && !span_eq_str(one.name, ".") &&
		    !span_eq_str(one.name, ".."))
			names->v[out++] = one;
		i = j;
	}
	names->n = out;
}

static void count_inodes(struct names *names)
{
	size_t n = 0, out = 0;
	struct names_seen *seen = mem_array(2 * names->n + 1, sizeof *seen);
	for (size_t i = 0; i < names->n; i++) {
		seen[n++] = (struct names_seen){.ino = names->v[i].ino, .names = 1};
		seen[n++] = (struct names_seen){.ino = names->v[i].dir};
	}
	if (n)
		qsort(seen, n, sizeof *seen, compare_seen);
	for (size_t i = 0; i < n; i++) {
		if (out && seen[out - 1].ino == seen[i].ino)
			seen[out - 1].names += seen[i].names;
		else
			seen[out++] = seen[i];
	}
	mem_free(names->seen);
	names->seen = seen;
	names->seen_count = out;
}

static struct names_seen *seen_of(struct names *names, uint64_t ino)
{
	struct names_seen key = {.ino = ino};
	if (!names->seen_count)
		return NULL;
	return bsearch(&key, names->seen, names->seen_count, sizeof key, compare_seen);
}

/* The first name in folder `dir`, or where it would stand. */
static size_t first_child(const struct names *names, uint64_t dir)
{
	size_t lo = 0, hi = names->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (names->v[mid].dir < dir)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool has_children(const struct names *names, uint64_t dir)
{
	size_t i = first_child(names, dir);
	return i < names->n && names->v[i].dir == dir;
}

/* The names in folder `dir`: [*from, *to). */
static void children(const struct names *names, uint64_t dir, size_t *from, size_t *to)
{
	size_t i = first_child(names, dir);
	*from = i;
	while (i < names->n && names->v[i].dir == dir)
		i++;
	*to = i;
}

static void descend(struct state *s, uint64_t ino, size_t len, uint64_t at)
{
	size_t from, to;
	children(s->names, ino, &from, &to);
	if (from == to)
		return;
	if (s->depth == MAX_DEPTH) {
		sink_note(s->walk->sink, at, "folders are nested too deeply here");
		return;
	}
	s->stack[s->depth++] = (struct frame){from, to, len};
}

/* Append a name to the folder's path; slashes and NUL inside it become '_'. False: too long. */
static bool append(struct state *s, size_t len, const struct name *name, size_t *end)
{
	size_t at = len;
	bool odd = false;
	if (len + 1 + name->name.n > MAX_PATH)
		return false;
	if (at)
		s->path[at++] = '/';
	for (size_t i = 0; i < name->name.n; i++) {
		uint8_t c = name->name.p[i];
		odd |= c == '/' || !c;
		s->path[at++] = c == '/' || !c ? '_' : (char)c;
	}
	s->path[at] = 0;
	if (odd)
		sink_note(s->walk->sink, name->at, "a name that no folder can hold: kept as %s",
			  s->path + at - name->name.n);
	*end = at;
	return true;
}

static enum status step(struct state *s)
{
	struct frame *f = &s->stack[s->depth - 1];
	struct names_seen *seen;
	const struct name *name;
	size_t end = 0;
	if (f->next == f->end) {
		s->depth--;
		return ST_OK;
	}
	name = &s->names->v[f->next++];
	if (!append(s, f->len, name, &end)) {
		sink_note(s->walk->sink, name->at, "path is too long");
		return ST_OK;
	}
	seen = seen_of(s->names, name->ino);
	enum status st = s->walk->visit(s->walk, name, s->path, seen ? seen->first : NULL);
	if (!seen || (st != ST_OK && st != ST_SKIP))
		return st;
	if (seen->done) {
		if (has_children(s->names, name->ino))
			sink_note(s->walk->sink, name->at, "folder %s stands in the tree twice",
				  s->path);
		return st;
	}
	seen->done = true;
	if (seen->names > 1 && s->names->text.used < MAX_FIRST)
		seen->first = arena_dup(&s->names->text, s->path);
	descend(s, name->ino, end, name->at);
	return ST_OK;
}

static enum status run(struct state *s, uint64_t root, size_t len)
{
	struct names_seen *seen = seen_of(s->names, root);
	if (!seen || seen->done)
		return ST_OK;
	seen->done = true;
	descend(s, root, len, 0);
	while (s->depth) {
		enum status st = step(s);
		if (st != ST_OK && st != ST_SKIP)
			return st;
	}
	return ST_OK;
}

/* Folders that nothing leads to: first those without a name of their own, then loops. */
static enum status run_lost(struct state *s, bool named_too)
{
	for (size_t i = 0; i < s->names->n; i++) {
		const struct name *n = &s->names->v[i];
		struct names_seen *seen = seen_of(s->names, n->dir);
		if ((i && n[-1].dir == n->dir) || !seen || seen->done)
			continue;
		if (seen->names && !named_too)
			continue;
		sink_note(s->walk->sink, n->at,
			  "folder %llu cannot be reached from the root; shown under lost+found",
			  (unsigned long long)n->dir);
		int len = snprintf(s->path, sizeof s->path, "lost+found/%llu",
				   (unsigned long long)n->dir);
		enum status st = run(s, n->dir, (size_t)len);
		if (st != ST_OK && st != ST_SKIP)
			return st;
	}
	return ST_OK;
}

enum status names_walk(struct names *names, uint64_t root, struct walk *walk)
{
	struct state *s = mem_alloc(sizeof *s);
	*s = (struct state){.names = names, .walk = walk};
	settle(names);
	count_inodes(names);
	enum status st = run(s, root, 0);
	if (st == ST_OK)
		st = run_lost(s, false);
	if (st == ST_OK)
		st = run_lost(s, true);
	mem_free(s);
	return st;
}
