/* SPDX-License-Identifier: Apache-2.0 */
#include "collect.h"

#include <stdarg.h>

#include "base/text.h"

enum { DEFAULT_BUDGET = 256 << 20 };

static struct collect *of(struct sink *s)
{
	return (struct collect *)s;
}

static bool spend(struct collect *c, size_t n)
{
	size_t left = c->budget ? c->budget : 1;
	if (n + 1 > left - 1) {
		c->budget = 1;
		return false;
	}
	c->budget -= n + 1;
	return true;
}

/* "name=hex" lines, in the order in which they came. */
static void keep_xattrs(struct member *m, const struct entry *e)
{
	struct buf b = {0};
	for (size_t i = 0; i < e->xattr_count; i++) {
		buf_printf(&b, "%s=", e->xattrs[i].name);
		for (size_t k = 0; k < e->xattrs[i].value.n; k++)
			buf_printf(&b, "%02x", e->xattrs[i].value.p[k]);
		buf_byte(&b, '\n');
	}
	m->xattrs = mem_dup(buf_text(&b));
	buf_free(&b);
}

static enum status on_begin(struct sink *s, const struct entry *e)
{
	struct collect *c = of(s);
	if (c->open)
		abort(); /* a format's bug: begin inside begin */
	if (!spend(c, sizeof(struct member)))
		return ST_LIMIT;
	c->members = mem_grow(c->members, &c->cap, c->count + 1, sizeof *c->members);
	struct member *m = &c->members[c->count++];
	*m = (struct member){.e = *e, .path = mem_dup(e->path ? e->path : "")};
	m->link = e->link ? mem_dup(e->link) : NULL;
	m->e.path = m->path;
	m->e.link = m->link;
	m->e.xattrs = NULL;
	keep_xattrs(m, e);
	c->open = true;
	return ST_OK;
}

static enum status on_write(struct sink *s, const void *p, size_t n)
{
	struct collect *c = of(s);
	if (!c->open || !c->count)
		abort(); /* a format's bug: write outside begin and end */
	if (!spend(c, n))
		return ST_LIMIT;
	struct member *m = &c->members[c->count - 1];
	m->bytes = mem_grow(m->bytes, &m->room, m->n + n, 1);
	if (n)
		memcpy(m->bytes + m->n, p, n);
	m->n += n;
	return ST_OK;
}

static enum status on_end(struct sink *s, enum status st)
{
	struct collect *c = of(s);
	if (!c->open)
		abort();
	c->members[c->count - 1].status = st;
	c->open = false;
	return ST_OK;
}

static enum status on_slice(struct sink *s, const struct entry *e, struct span bytes)
{
	enum status st = on_begin(s, e);
	if (st != ST_OK)
		return st;
	st = on_write(s, bytes.p, bytes.n);
	on_end(s, st);
	return st;
}

static void on_note(struct sink *s, uint64_t at, const char *what)
{
	struct collect *c = of(s);
	if (!spend(c, sizeof *c->notes))
		return;
	c->notes = mem_grow(c->notes, &c->note_cap, c->note_count + 1, sizeof *c->notes);
	c->notes[c->note_count++] = (struct collected_note){at, mem_dup(what)};
}

void collect_init(struct collect *c)
{
	*c = (struct collect){.sink = {on_slice, on_begin, on_write, on_end, on_note, 0},
			      .budget = DEFAULT_BUDGET};
}

void collect_free(struct collect *c)
{
	for (size_t i = 0; i < c->count; i++) {
		mem_free(c->members[i].path);
		mem_free(c->members[i].link);
		mem_free(c->members[i].xattrs);
		mem_free(c->members[i].bytes);
	}
	for (size_t i = 0; i < c->note_count; i++)
		mem_free(c->notes[i].what);
	mem_free(c->members);
	mem_free(c->notes);
	collect_init(c);
}

const struct member *collect_find(const struct collect *c, const char *path)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->members[i].path, path) == 0)
			return &c->members[i];
	return NULL;
}

bool collect_noted(const struct collect *c, const char *part)
{
	for (size_t i = 0; i < c->note_count; i++)
		if (strstr(c->notes[i].what, part))
			return true;
	return false;
}

static void on_fact(struct facts *f, enum fact_table t, const void *fact)
{
	struct collect_facts *c = (struct collect_facts *)f;
	const struct table *table = &fact_tables[t];
	const struct place *at = fact;
	buf_str(&c->text, table->name);
	for (size_t i = 0; i < table->count; i++) {
		const struct column *col = &table->columns[i];
		const uint8_t *member = (const uint8_t *)fact + col->at;
		if (col->kind == COLUMN_INT) {
			const struct num *n = (const struct num *)(const void *)member;
			if (n->set)
				buf_printf(&c->text, " %s=%lld", col->name, (long long)n->v);
		} else {
			const char *s = *(const char *const *)(const void *)member;
			if (s)
				buf_printf(&c->text, " %s=%s", col->name, s);
		}
	}
	if (at->file)
		buf_printf(&c->text, " in %s", at->file->path);
	buf_printf(&c->text, " @%llu+%llu\n", (unsigned long long)at->offset,
		   (unsigned long long)at->length);
	c->count++;
}

static void on_fact_note(struct facts *f, const struct place *at, const char *what)
{
	struct collect_facts *c = (struct collect_facts *)f;
	buf_printf(&c->text, "note %s @%llu\n", what, (unsigned long long)at->offset);
}

void collect_facts_init(struct collect_facts *c)
{
	*c = (struct collect_facts){.facts = {on_fact, on_fact_note}};
}

void collect_facts_free(struct collect_facts *c)
{
	buf_free(&c->text);
}

bool collect_has(struct collect_facts *c, const char *part, ...)
{
	const char *text = buf_text(&c->text);
	struct span all = span_str(text), line;
	struct arena a = {0};
	bool found = false;
	for (size_t pos = 0; !found && span_line(all, &pos, &line);) {
		const char *one = arena_str(&a, line);
		va_list ap;
		va_start(ap, part);
		found = true;
		for (const char *p = part; p; p = va_arg(ap, const char *))
			found = found && strstr(one, p);
		va_end(ap);
	}
	arena_free(&a);
	return found;
}

static bool same(const uint8_t *p, const struct pattern *pat, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t a = p[i], b = (uint8_t)pat->text[i];
		if (pat->any_case && a >= 'A' && a <= 'Z')
			a = (uint8_t)(a + 32);
		if (pat->any_case && b >= 'A' && b <= 'Z')
			b = (uint8_t)(b + 32);
		if (a != b)
			return false;
	}
	return true;
}

static size_t find_hits(const struct observer *o, struct span bytes, struct hit *hits, size_t max)
{
	size_t n = 0;
	for (size_t at = 0; o->patterns && at < bytes.n; at++)
		for (uint32_t k = 0; o->patterns[k].text && n < max; k++) {
			size_t len = o->patterns[k].n ? o->patterns[k].n : strlen(o->patterns[k].text);
			if (len <= bytes.n - at && same(bytes.p + at, &o->patterns[k], len))
				hits[n++] = (struct hit){k, at};
		}
	return n;
}

struct found {
	struct finder finder;
	uint64_t list[4096];
	size_t n;
};

static bool on_found(struct finder *to, uint64_t at)
{
	struct found *f = (struct found *)to;
	if (f->n == 4096)
		return false;
	f->list[f->n++] = at;
	return true;
}

size_t collect_observe(struct collect_facts *c, const struct observer *o, const char *path,
		       struct span bytes)
{
	struct arena arena = {0};
	size_t before = c->count, max = 4096;
	struct hit *hits = mem_array(max, sizeof *hits);
	struct artifact a = {.bytes = bytes, .path = path, .mode = 0644, .named = true};
	a.text = text_looks(bytes);
	a.arena = &arena;
	a.hits = hits;
	a.hit_count = find_hits(o, bytes, hits, max);
	struct found found = {.finder = {on_found}};
	if (o->find) /* in small windows: where they end must not matter */
		for (size_t at = 0; at < bytes.n; at += 7)
			o->find(bytes, at, at + 7 < bytes.n ? at + 7 : bytes.n, &found.finder);
	a.found = found.list;
	a.found_count = found.n;
	a.found_all = found.n < 4096;
	a.format = SPAN_IS(bytes, 0, "\177ELF") ? "elf" : NULL;
	bool wanted = (o->wants & WANTS_BYTES) || ((o->wants & WANTS_TEXT) && a.text) ||
		      ((o->wants & (WANTS_ELF | WANTS_CODE)) && a.format) ||
		      ((o->wants & WANTS_HITS) && a.hit_count);
	if (o->observe && wanted)
		o->observe(&a, &c->facts);
	arena_free(&arena);
	mem_free(hits);
	return c->count - before;
}

size_t collect_observe_tree(struct collect_facts *c, const struct observer *o, const char *path, ...)
{
	struct arena arena = {0};
	struct tree_file files[256] = {0};
	size_t n = 0, before = c->count;
	va_list ap;
	va_start(ap, path);
	for (const char *p = path; p && n < 256; p = va_arg(ap, const char *)) {
		const char *content = va_arg(ap, const char *);
		struct tree_file *f = &files[n];
		const char *arrow = strstr(p, " -> ");
		*f = (struct tree_file){.id = (uint32_t)n, .mode = 0755, .kept = true};
		f->path = arrow ? arena_str(&arena, SPAN(p, (size_t)(arrow - p))) : p;
		f->link = arrow ? arrow + 4 : NULL;
		f->type = arrow ? TREE_LINK : TREE_FILE;
		f->bytes = span_str(content);
		f->size = f->bytes.n;
		if (SPAN_IS(f->bytes, 0, "\177ELF")) {
			f->format = "elf";
			f->kept = false;
			f->bytes = SPAN(NULL, 0);
		}
		n++;
	}
	va_end(ap);
	struct tree t = tree_make(files, n);
	o->observe_tree(&t, &arena, &c->facts);
	arena_free(&arena);
	return c->count - before;
}

struct span collect_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf b = {0};
	if (!f) {
		fprintf(stderr, "cannot read %s\n", path);
		abort();
	}
	uint8_t chunk[65536];
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
		buf_add(&b, chunk, n);
	fclose(f);
	return buf_span(&b); /* tests: kept until the process ends */
}

char *collect_examples(const struct observer *o, const struct example *list, size_t n)
{
	struct buf wrong = {0};
	for (size_t i = 0; i < n && !wrong.n; i++) {
		const struct example *e = &list[i];
		struct collect_facts c;
		collect_facts_init(&c);
		size_t seen = collect_observe(&c, o, e->path, SPAN(e->bytes, e->n));
		if (seen != (e->want ? 1 : 0) || (e->want && !collect_has(&c, e->want, NULL)))
			buf_printf(&wrong, "example %zu (%s): %s", i, e->want ? e->want : "nothing",
				   buf_text(&c.text));
		collect_facts_free(&c);
	}
	char *text = wrong.n ? mem_dup(buf_text(&wrong)) : NULL;
	buf_free(&wrong);
	return text;
}
