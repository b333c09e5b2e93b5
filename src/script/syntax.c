/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of scripts, and pages with script parts. */
#include "script/syntax.h"

struct node *node_make(struct maker *m, enum node_kind kind, size_t at, size_t end)
{
	struct node *n = arena_alloc(m->arena, sizeof *n);
	if (++m->nodes >= SCRIPT_MAX_NODES)
		m->full = true;
	n->kind = kind;
	n->at = (uint32_t)at;
	n->length = (uint32_t)(end > at ? end - at : 0);
	n->text = SPAN_LIT("");
	return n;
}

struct node *node_text(struct maker *m, size_t at, size_t end, struct span text)
{
	struct node *n = node_make(m, N_TEXT, at, end);
	n->text = text;
	return n;
}

struct node *node_pair(struct maker *m, enum node_kind kind, struct node *a, struct node *b)
{
	const struct node *first = a ? a : b, *last = b ? b : a;
	size_t at = first ? first->at : 0, end = last ? (size_t)last->at + last->length : 0;
	struct node *n = node_make(m, kind, at, end);
	n->a = a;
	n->b = b;
	return n;
}

/* A node is in one list only: one that has a follower already is left where it is. */
struct node **node_append(struct node **tail, struct node *n)
{
	if (!n || n->next || tail == &n->next)
		return tail;
	*tail = n;
	return &n->next;
}

/* --- pages --- */

struct page {
	struct span in;
	uint8_t *out;
};

static void keep(struct page *p, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		p->out[i] = p->in.p[i];
}

/* Behind the opening mark: what kind of part begins at `i`? Returns where its script begins. */
static size_t part_begin(struct page *p, enum script_language language, size_t i, bool *silent)
{
	uint8_t c = i < p->in.n ? p->in.p[i] : 0;
	*silent = language != SCRIPT_PHP && (c == '#' || c == ':' || c == '+' || c == '@');
	if (language == SCRIPT_PHP)
		return SPAN_IS(p->in, i, "php") || SPAN_IS(p->in, i, "PHP") ? i + 3
		       : c == '='					    ? i + 1
									    : i;
	if (c == '=' || c == '-') {
		size_t at = c == '-' && i + 1 < p->in.n && p->in.p[i + 1] == '=' ? i + 1 : i;
		if (p->in.p[at] == '=' && language == SCRIPT_LUA && at > 0)
			p->out[at - 1] = '_', p->out[at] = '=';
		if (p->in.p[at] == '=' && language == SCRIPT_SHELL && at > 0)
			p->out[at - 1] = ':', p->out[at] = ' ';
		return at + 1;
	}
	if (language == SCRIPT_SHELL && SPAN_IS(p->in, i, "in "))
		return i + 3;
	return i;
}

static size_t skip_quoted(struct span s, size_t i)
{
	uint8_t quote = s.p[i];
	for (i++; i < s.n && s.p[i] != quote; i++)
		i += s.p[i] == '\\';
	return i + 1;
}

/* PHP: the closing mark ends a line comment, and stands for itself in strings and long comments. */
static size_t php_end(struct span s, size_t i)
{
	while (i < s.n && !SPAN_IS(s, i, "?>")) {
		uint8_t c = s.p[i];
		if (c == '\'' || c == '"' || c == '`') {
			i = skip_quoted(s, i);
		} else if (SPAN_IS(s, i, "/*")) {
			size_t end = span_find(s, SPAN_LIT("*/"), i + 2);
			i = end == SIZE_MAX ? s.n : end + 2;
		} else if (c == '#' || SPAN_IS(s, i, "//")) {
			while (i < s.n && s.p[i] != '\n' && !SPAN_IS(s, i, "?>"))
				i++;
		} else {
			i++;
		}
	}
	return i < s.n ? i : s.n;
}

static size_t part_end(struct span s, enum script_language language, size_t i)
{
	if (language == SCRIPT_PHP)
		return php_end(s, i);
	size_t end = span_find(s, SPAN_LIT("%>"), i < s.n ? i : s.n);
	return end == SIZE_MAX ? s.n : end;
}

struct span template_script(struct arena *a, enum script_language language, struct span page)
{
	const char *open = language == SCRIPT_PHP ? "<?" : "<%";
	struct page p = {page, arena_alloc(a, page.n + 1)};
	for (size_t i = 0; i < page.n; i++)
		p.out[i] = page.p[i] == '\n' ? '\n' : ' ';
	for (size_t at = 0; (at = span_find(page, span_str(open), at)) != SIZE_MAX;) {
		bool silent, xml = SPAN_IS(page, at, "<?xml");
		size_t begin = part_begin(&p, language, at + 2, &silent);
		size_t end = xml ? at + 2 : part_end(page, language, begin);
		if (begin > end)
			begin = end;
		size_t last =
		    end > begin && page.p[end - 1] == '-' && language != SCRIPT_PHP ? end - 1 : end;
		if (!silent && !xml) {
			keep(&p, begin, last);
			if (end < page.n)
				p.out[end] = ';';
		}
		at = end;
	}
	return SPAN(p.out, page.n);
}
