/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that pages refer to: the last part of an address, a field's value, a word in quotes. What a
 * program can be asked for by name and no page names is what nobody is meant to find. Words of
 * pages, menus, scripts and documents count; pictures and styles do not.
 */
#include "base/buf.h"
#include "base/text.h"
#include "fact/observer.h"

enum { MIN_NAME = 3, MAX_NAME = 48, ROW = 3000, MAX_ROWS = 64, SLOTS = 8192 };

static bool ends(struct span s, const char *with)
{
	size_t n = strlen(with);
	if (s.n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = s.p[s.n - n + i];
		if ((c >= 'A' && c <= 'Z' ? c | 32 : c) != (uint8_t)with[i])
			return false;
	}
	return true;
}

static bool is_page(const char *path)
{
	static const char *const kinds[] = {
	    ".htm", ".html", ".shtml", ".asp", ".js",  ".xml", ".php", ".lua", ".cgi", ".json",
	    ".xsl", ".txt",  ".sh",    ".tpl", ".inc", ".jsp", ".stm", ".ssi", ".ut"};
	struct span p = span_str(path);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (ends(p, kinds[i]))
			return true;
	return span_find(p, SPAN_LIT("www/"), 0) != SIZE_MAX ||
	       span_find(p, SPAN_LIT("htdocs/"), 0) != SIZE_MAX ||
	       span_find(p, SPAN_LIT("web/"), 0) != SIZE_MAX;
}

static bool in_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.';
}

static bool is_name(struct span s)
{
	bool letter = false;
	for (size_t i = 0; i < s.n; i++)
		letter = letter || s.p[i] >= 'A';
	return letter && s.n >= MIN_NAME && s.n <= MAX_NAME && !ends(s, ".gif") &&
	       !ends(s, ".png") && !ends(s, ".jpg") && !ends(s, ".css") && !ends(s, ".ico");
}

struct names {
	struct facts *out;
	struct buf row;
	uint64_t begin, end; /* of what the row was made of */
	unsigned rows;
	uint32_t seen[SLOTS]; /* hashes; a collision costs a name that stands there twice */
};

static void flush(struct names *n)
{
	if (!n->row.n)
		return;
	buf_byte(&n->row, ' ');
	buf_byte(&n->row, 0);
	fact_reference(n->out, &(struct fact_reference){
				   .at = {.offset = n->begin, .length = n->end - n->begin},
				   .names = (const char *)n->row.p});
	n->row.n = 0;
	n->rows++;
}

/* Already there? Two words with the same hash in all bits are taken for the same. */
static bool again(struct names *n, struct span name)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < name.n; i++)
		h = (h ^ name.p[i]) * 16777619u;
	uint32_t *slot = &n->seen[h % SLOTS];
	bool same = *slot == (h | 1);
	*slot = h | 1;
	return same;
}

static void add(struct names *n, struct span name, uint64_t at)
{
	if (again(n, name))
		return;
	if (n->row.n + name.n > ROW)
		flush(n);
	if (!n->row.n)
		n->begin = at;
	n->end = at + name.n;
	buf_byte(&n->row, ' ');
	buf_add(&n->row, name.p, name.n);
}

static void observe(const struct artifact *a, struct facts *out)
{
	struct span s = a->bytes;
	if (!a->named || !a->path || !is_page(a->path) || !s.n)
		return;
	struct names *n = arena_alloc(a->arena, sizeof *n);
	n->out = out;
	n->row.max = ROW + MAX_NAME + 8;
	size_t at = 0;
	while (at < s.n && n->rows < MAX_ROWS) {
		size_t from = at;
		while (at < s.n && in_name(s.p[at]))
			at++;
		struct span name = span_cut(s, from, at - from);
		uint8_t before = from ? s.p[from - 1] : ' ';
		if (is_name(name) && before && strchr("\"'/=?&:(", before))
			add(n, name, from);
		at += at == from || at < s.n;
	}
	flush(n);
	if (n->rows == MAX_ROWS) /* there may be more */
		fact_reference(out, &(struct fact_reference){.names = "*"});
	buf_free(&n->row);
}

const struct observer observer_references = {
    .name = "references",
    .title = "Names that pages refer to",
    .wants = WANTS_TEXT,
    .observe = observe,
};
