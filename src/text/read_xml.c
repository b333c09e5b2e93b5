/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and values in XML as vendors write their configuration:
 *   <User UserName="admin" Password="x"/>             two attributes of one element
 *   <User><Name>admin</Name><Pass>x</Pass></User>     two children of one element
 *   <DM name="Pass" val="x"/> <param name="Pass">x</param>   the key is itself a value
 * Damaged XML is read as far as its tags go; nothing is expanded but the predefined entities.
 */
#include "base/text.h"
#include "text/config_readers.h"

enum {
	MAX_DEPTH = 64,
	MAX_TAG = 16384,
	MAX_TEXT = 256,
	MAX_ATTRIBUTES = 64,
	MAX_WORDS = 120,
	MAX_NAMED = 50000
};

struct element {
	uint32_t id;
	struct span name, key; /* key: the value of its name attribute */
	const char *words;
	size_t content, start; /* where its text begins, where its tag begins */
	bool leaf;
};

struct xml {
	struct span text;
	struct pairs *p;
	struct element stack[MAX_DEPTH];
	size_t depth, over; /* over: elements that are open above the limit */
	uint32_t ids;
};

bool looks_xml(struct span text)
{
	struct span head = span_trim(span_cut(text, 0, 2048));
	if (SPAN_IS(head, 0, "\xef\xbb\xbf"))
		head = span_from(head, 3);
	if (head.n < 4 || head.p[0] != '<')
		return false;
	struct arena a = {0};
	const char *low = text_lower(&a, head);
	bool page = strstr(low, "<html") || strstr(low, "<!doctype html") ||
		    strstr(low, "<script") || strstr(low, "<head") || strstr(low, "<svg") ||
		    strstr(low, "<resources") || strstr(low, "<xs:schema") || strstr(low, "<%") ||
		    strstr(low, "<?php");
	arena_free(&a);
	return !page && (head.p[1] == '?' || head.p[1] == '!' || (head.p[1] | 32) >= 'a');
}

static bool name_char(uint8_t c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') ||
	       (c && strchr("_-.:", c) != NULL);
}

/* A value with its entities resolved. */
static struct span decoded(struct xml *x, struct span v)
{
	static const struct {
		const char *name;
		char c;
	} names[] = {
	    {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
	if (v.n > MAX_TEXT || !v.n || !memchr(v.p, '&', v.n))
		return v;
	char *out = arena_alloc(x->p->accounts->arena, v.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < v.n; i++) {
		out[n++] = (char)v.p[i];
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			if (text_prefix(span_from(v, i), names[k].name)) {
				out[n - 1] = names[k].c;
				i += strlen(names[k].name) - 1;
				break;
			}
	}
	return SPAN(out, n);
}

static bool is_one_of(struct span name, const char *const *words)
{
	for (; *words; words++)
		if (name.n == strlen(*words) &&
		    strncasecmp((const char *)name.p, *words, name.n) == 0)
			return true;
	return false;
}

struct attribute {
	struct span name, value;
	struct place at;
};

/* The attributes of a tag whose text begins at `at`; what is more than `max` is left out. */
static size_t attributes(struct span tag, size_t at, struct attribute *list, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < tag.n && n < max;) {
		if (!name_char(tag.p[i])) {
			i++;
			continue;
		}
		size_t start = i;
		while (i < tag.n && name_char(tag.p[i]))
			i++;
		struct span name = span_cut(tag, start, i - start);
		while (i < tag.n && (tag.p[i] == ' ' || tag.p[i] == '='))
			i++;
		if (i >= tag.n || (tag.p[i] != '"' && tag.p[i] != '\''))
			continue;
		struct span rest = span_from(tag, i + 1), v = text_field(&rest, (char)tag.p[i]);
		i += v.n + 2;
		list[n++] = (struct attribute){
		    name, v, {.offset = at + start, .length = (i < tag.n ? i : tag.n) - start}};
	}
	return n;
}

static const char *words_of(struct xml *x, struct span name, struct span key)
{
	const char *outer = x->depth ? x->stack[x->depth - 1].words : "";
	size_t skip = strlen(outer) > MAX_WORDS ? strlen(outer) - MAX_WORDS : 0;
	if (x->ids > MAX_NAMED)
		return outer;
	return arena_printf(x->p->accounts->arena, "%s %.*s %.*s", outer + skip,
			    (int)(name.n < 64 ? name.n : 64), (const char *)name.p,
			    (int)(key.n < 64 ? key.n : 64), (const char *)key.p);
}

/* Attributes of the form name= value= give one pair to the parent; all others are pairs of their
 * own. */
static void open_element(struct xml *x, struct span tag, size_t at, size_t content, bool closed)
{
	static const char *const key_names[] = {"name", "key", "param", "field", "n", NULL};
	static const char *const value_names[] = {"value", "val", "v", "data", "default", NULL};
	struct attribute list[MAX_ATTRIBUTES];
	size_t n = 0;
	while (n < tag.n && name_char(tag.p[n]))
		n++;
	struct element e = {
	    .id = ++x->ids, .name = span_cut(tag, 0, n), .start = at - 1, .leaf = true};
	struct span value = SPAN(tag.p, 0);
	size_t count = attributes(span_from(tag, n), at + n, list, MAX_ATTRIBUTES);
	for (size_t i = 0; i < count; i++)
		if (is_one_of(list[i].name, key_names))
			e.key = list[i].value;
		else if (is_one_of(list[i].name, value_names))
			value = list[i].value;
	e.words = words_of(x, e.name, e.key);
	e.content = content;
	bool joined = e.key.n && value.n;
	for (size_t i = 0; i < count && !joined; i++)
		pairs_add(x->p, e.id, e.words, list[i].name, decoded(x, list[i].value), list[i].at);
	if (joined)
		pairs_add(x->p, x->depth ? x->stack[x->depth - 1].id : 0, e.words, e.key,
			  decoded(x, value),
			  (struct place){.offset = e.start, .length = tag.n + 2 + closed});
	if (x->depth)
		x->stack[x->depth - 1].leaf = false;
	if (closed)
		return;
	if (x->depth < MAX_DEPTH)
		x->stack[x->depth++] = e;
	else
		x->over++;
}

static void close_element(struct xml *x, size_t at, size_t end)
{
	if (x->over) {
		x->over--;
		return;
	}
	if (!x->depth)
		return;
	const struct element *e = &x->stack[--x->depth];
	struct span value = span_trim(span_cut(x->text, e->content, at - e->content));
	if (!e->leaf || value.n == 0 || value.n > MAX_TEXT)
		return;
	if (SPAN_IS(value, 0, "<![CDATA["))
		value = span_cut(value, 9, value.n - 12);
	const struct element *outer = x->depth ? &x->stack[x->depth - 1] : NULL;
	struct place place = {.offset = e->start, .length = end - e->start};
	pairs_add(x->p, outer ? outer->id : 0, outer ? outer->words : NULL,
		  e->key.n ? e->key : e->name, decoded(x, value), place);
}

void read_xml(struct span text, struct pairs *p)
{
	struct xml *x = arena_alloc(p->accounts->arena, sizeof *x);
	x->text = text;
	x->p = p;
	for (size_t at = 0; (at = span_find(text, SPAN_LIT("<"), at)) != SIZE_MAX;) {
		const char *close = SPAN_IS(text, at, "<!--")	     ? "-->"
				    : SPAN_IS(text, at, "<![CDATA[") ? "]]>"
								     : ">";
		size_t end = span_find(span_cut(text, 0, at + MAX_TAG), span_str(close), at + 1);
		if (end == SIZE_MAX) {
			at++;
			continue;
		}
		struct span tag = span_cut(text, at + 1, end - at - 1);
		size_t next = end + strlen(close);
		if (tag.n && tag.p[0] == '/') {
			close_element(x, at, next);
		} else if (tag.n && name_char(tag.p[0])) {
			bool closed = tag.p[tag.n - 1] == '/';
			tag.n -= closed;
			open_element(x, tag, at + 1, next, closed);
		}
		at = next;
	}
}
