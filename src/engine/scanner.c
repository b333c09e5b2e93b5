/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/scanner.h"

#include "base/mem.h"
#include "engine/literals.h"

enum { MAX_PROPOSALS = 1 << 20, MAX_HITS = 4096 };

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
};

static void add(struct scanner *s, struct literal lit, struct meaning m)
{
	s->list = mem_grow(s->list, &s->list_cap, s->count + 1, sizeof *s->list);
	s->meanings = mem_grow(s->meanings, &s->meaning_cap, s->count + 1, sizeof *s->meanings);
	s->list[s->count] = lit;
	s->meanings[s->count++] = m;
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
	return f;
}

struct scan {
	const struct scanner *s;
	struct findings *out;
	bool want_formats;
};

static void on_literal(void *user, uint32_t index, uint64_t start)
{
	struct scan *scan = user;
	struct findings *f = scan->out;
	const struct meaning *m = &scan->s->meanings[index];
	if (m->is_format) {
		if (!scan->want_formats || start < m->back)
			return;
		if (f->count == MAX_PROPOSALS) {
			f->overflow = true;
			return;
		}
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

void scanner_scan(const struct scanner *s, struct span in, bool want_formats, struct findings *out)
{
	struct scan scan = {s, out, want_formats};
	out->count = 0;
	out->overflow = false;
	for (size_t i = 0; i < observer_count; i++)
		out->hits[i].count = 0;
	literals_scan(s->literals, in, on_literal, &scan);
	if (out->count)
		qsort(out->proposals, out->count, sizeof *out->proposals, by_proposal);
	size_t n = 0;
	for (size_t i = 0; i < out->count; i++)
		if (!n || by_proposal(&out->proposals[n - 1], &out->proposals[i]) != 0)
			out->proposals[n++] = out->proposals[i];
	out->count = n;
	for (size_t i = 0; i < observer_count; i++)
		if (out->hits[i].count)
			qsort(out->hits[i].list, out->hits[i].count, sizeof(struct hit), by_hit);
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
	for (size_t i = 0; i < observer_count; i++)
		mem_free(f->hits[i].list);
	mem_free(f->hits);
	mem_free(f->proposals);
	mem_free(f);
}
