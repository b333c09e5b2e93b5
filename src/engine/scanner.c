/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/scanner.h"

#include "base/mem.h"
#include "engine/literals.h"

enum { MAX_PROPOSALS = 1 << 20, MAX_HITS = 4096, MAX_FOUND = 1 << 16 };

/* What a literal stands for: a magic of a format, or a pattern of an observer. */
struct meaning {
	uint32_t owner, pattern; /* index of the format or observer; index of the pattern */
	uint64_t back;		 /* magic: bytes between the start of the format and the magic */
	bool is_format;
};

struct scanner {
	struct literal *list;
	struct meaning *meanings;
	size_t count, list_cap, meaning_cap;
	struct literals *literals;
	uint64_t longest,
	    reach; /* literal; bytes from the start of a format to the end of a magic */
};

static void add(struct scanner *s, struct literal lit, struct meaning m)
{
	s->list = mem_grow(s->list, &s->list_cap, s->count + 1, sizeof *s->list);
	s->meanings = mem_grow(s->meanings, &s->meaning_cap, s->count + 1, sizeof *s->meanings);
	s->list[s->count] = lit;
	s->meanings[s->count++] = m;
	s->longest = lit.n > s->longest ? lit.n : s->longest;
	s->reach = m.back + lit.n > s->reach ? m.back + lit.n : s->reach;
}

static void gather(struct scanner *s)
{
	for (uint32_t i = 0; i < format_count; i++) {
		const struct magic *m = formats[i]->magic;
		if (formats[i]->flags & FORMAT_START)
			continue;
		for (; m && m->n; m++)
			add(s, (struct literal){m->bytes, m->n, false},
			    (struct meaning){i, 0, m->at, true});
	}
	for (uint32_t i = 0; i < observer_count; i++) {
		const struct pattern *p = observers[i]->patterns;
		for (uint32_t k = 0; p && p[k].text; k++)
			add(s,
			    (struct literal){p[k].text, p[k].n ? p[k].n : strlen(p[k].text),
					     p[k].any_case},
			    (struct meaning){i, k, 0, false});
	}
}

struct scanner *scanner_new(void)
{
	struct scanner *s = mem_alloc(sizeof *s);
	gather(s);
	s->literals = literals_new(s->list, s->count, &scanner_prebuilt, false);
	return s;
}

bool scanner_prebuild(struct buf *out, uint8_t digest[32])
{
	struct scanner s = {0};
	gather(&s);
	bool ok = literals_prebuild(s.list, s.count, out, digest);
	mem_free(s.list);
	mem_free(s.meanings);
	return ok;
}

struct findings *findings_new(void)
{
	struct findings *f = mem_alloc(sizeof *f);
	f->hits = mem_array(observer_count + 1, sizeof *f->hits);
	f->found = mem_array(observer_count + 1, sizeof *f->found);
	return f;
}

struct scan {
	const struct scanner *s;
	struct findings *out;
	bool want_formats;
	uint64_t base, from; /* start of what is scanned; where the window begins */
};

static void on_literal(void *user, uint32_t index, uint64_t at)
{
	struct scan *scan = user;
	struct findings *f = scan->out;
	const struct meaning *m = &scan->s->meanings[index];
	uint64_t start = scan->base + at;
	if (start + scan->s->list[index].n <= scan->from)
		return; /* it was in the window before */
	if (m->is_format) {
		if (!scan->want_formats || start < m->back)
			return;
		if (f->total == MAX_PROPOSALS) {
			f->overflow = true;
			return;
		}
		f->total++;
		f->proposals = mem_grow(f->proposals, &f->cap, f->count + 1, sizeof *f->proposals);
		f->proposals[f->count++] = (struct proposal){start - m->back, m->owner};
		return;
	}
	if (f->hits[m->owner].count == MAX_HITS)
		return;
	f->hits[m->owner].list = mem_grow(f->hits[m->owner].list, &f->hits[m->owner].cap,
					  f->hits[m->owner].count + 1, sizeof(struct hit));
	f->hits[m->owner].list[f->hits[m->owner].count++] = (struct hit){m->pattern, start};
}

static int by_proposal(const void *a, const void *b)
{
	const struct proposal *x = a, *y = b;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->format < y->format ? -1 : x->format > y->format;
}

static int by_hit(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
}

void findings_reset(struct findings *f)
{
	f->count = f->next = f->total = 0;
	f->overflow = false;
	for (size_t i = 0; i < observer_count; i++) {
		f->hits[i].count = f->found[i].count = 0;
		f->found[i].enough = false;
	}
}

static void sort_proposals(struct findings *f)
{
	size_t n = 0;
	if (f->count)
		qsort(f->proposals, f->count, sizeof *f->proposals, by_proposal);
	for (size_t i = 0; i < f->count; i++)
		if (!n || by_proposal(&f->proposals[n - 1], &f->proposals[i]) != 0)
			f->proposals[n++] = f->proposals[i];
	f->count = n;
}

struct finding {
	struct finder finder;
	struct findings *out;
	size_t owner;
};

static bool on_found(struct finder *to, uint64_t at)
{
	struct finding *k = (struct finding *)to;
	struct findings *f = k->out;
	size_t i = k->owner;
	if (f->found[i].count == MAX_FOUND) {
		f->found[i].enough = true;
		return false;
	}
	f->found[i].list = mem_grow(f->found[i].list, &f->found[i].cap, f->found[i].count + 1,
				    sizeof *f->found[i].list);
	f->found[i].list[f->found[i].count++] = at;
	return true;
}

static void let_find(struct span in, uint64_t from, uint64_t to, struct findings *out)
{
	for (size_t i = 0; i < observer_count; i++) {
		struct finding k = {{on_found}, out, i};
		if (observers[i]->find && !out->found[i].enough)
			observers[i]->find(in, from, to, &k.finder);
	}
}

void scanner_window(const struct scanner *s, struct span in, uint64_t from, uint64_t to,
		    bool want_formats, struct findings *out)
{
	uint64_t base = from >= s->longest ? from - s->longest + 1 : 0;
	struct scan scan = {s, out, want_formats, base, from};
	size_t left = out->count - out->next;
	if (out->next)
		memmove(out->proposals, out->proposals + out->next, left * sizeof *out->proposals);
	out->count = left;
	out->next = 0;
	literals_scan(s->literals, span_cut(in, base, to - base), on_literal, &scan);
	let_find(in, from, to, out);
	if (out->count != left)
		sort_proposals(out);
}

void scanner_finish(struct findings *out)
{
	for (size_t i = 0; i < observer_count; i++)
		if (out->hits[i].count)
			qsort(out->hits[i].list, out->hits[i].count, sizeof(struct hit), by_hit);
}

uint64_t scanner_reach(const struct scanner *s)
{
	return s->reach;
}

void scanner_free(struct scanner *s)
{
	if (!s)
		return;
	literals_free(s->literals);
	mem_free(s->list);
	mem_free(s->meanings);
	mem_free(s);
}

void findings_free(struct findings *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < observer_count; i++) {
		mem_free(f->hits[i].list);
		mem_free(f->found[i].list);
	}
	mem_free(f->hits);
	mem_free(f->found);
	mem_free(f->proposals);
	mem_free(f);
}
