/* SPDX-License-Identifier: Apache-2.0 */
#include "text/uci.h"

#include "base/text.h"

enum { MAX_SECTIONS = 512, MAX_OPTIONS = 4096 };

/* One word of a line: plain, '...' or "..."; advances *rest. */
static struct span next_word(struct span *rest)
{
	while (rest->n && (rest->p[0] == ' ' || rest->p[0] == '\t'))
		*rest = span_from(*rest, 1);
	if (!rest->n || rest->p[0] == '#') {
		*rest = SPAN(rest->p, 0);
		return *rest;
	}
	bool quoted = rest->p[0] == '\'' || rest->p[0] == '"';
	uint8_t quote = rest->p[0];
	struct span s = span_from(*rest, quoted);
	size_t n = 0;
	while (n < s.n && (quoted ? s.p[n] != quote : s.p[n] != ' ' && s.p[n] != '\t'))
		n++;
	*rest = span_from(s, n + quoted);
	return span_cut(s, 0, n);
}

struct reading {
	struct uci_section *sections;
	struct uci_option *options;
	size_t count, used;
};

static void read_line(struct reading *r, struct arena *a, struct span line, uint64_t at)
{
	struct span rest = span_trim(line);
	uint64_t length = rest.n;
	struct span word = next_word(&rest);
	bool list = span_eq_str(word, "list");
	if (span_eq_str(word, "config") && r->count < MAX_SECTIONS) {
		struct uci_section *s = &r->sections[r->count++];
		s->type = arena_str(a, next_word(&rest));
		s->name = arena_str(a, next_word(&rest));
		if (!*s->name)
			s->name = arena_printf(a, "cfg%02zu", r->count);
		s->offset = at;
		s->length = length;
		s->options = &r->options[r->used];
	} else if ((list || span_eq_str(word, "option")) && r->count && r->used < MAX_OPTIONS) {
		struct uci_option *o = &r->options[r->used++];
		o->name = arena_str(a, next_word(&rest));
		o->value = arena_str(a, next_word(&rest));
		o->offset = at;
		o->length = length;
		o->list = list;
		r->sections[r->count - 1].count++;
	}
}

const struct uci *uci_load(const struct tree *t, struct arena *a, const char *name)
{
	char path[256];
	if (!*name || strchr(name, '/') ||
	    (size_t)snprintf(path, sizeof path, "etc/config/%s", name) >= sizeof path)
		return NULL;
	const struct tree_file *f = tree_find(t, path);
	if (!f || !f->kept || f->bytes.n > 1 << 20)
		return NULL;
	struct reading r = {0};
	size_t lines = 0, pos = 0;
	struct span line;
	while (span_line(f->bytes, &pos, &line))
		lines++;
	r.sections =
	    arena_array(a, lines < MAX_SECTIONS ? lines + 1 : MAX_SECTIONS, sizeof *r.sections);
	r.options =
	    arena_array(a, lines < MAX_OPTIONS ? lines + 1 : MAX_OPTIONS, sizeof *r.options);
	for (pos = 0; span_line(f->bytes, &pos, &line);) {
		struct span lead = line;
		while (lead.n && (lead.p[0] == ' ' || lead.p[0] == '\t'))
			lead = span_from(lead, 1);
		read_line(&r, a, line, (uint64_t)(lead.p - f->bytes.p));
	}
	struct uci *u = arena_alloc(a, sizeof *u);
	*u = (struct uci){f, r.sections, r.count};
	return u;
}

const struct uci_section *uci_section(const struct uci *u, const char *name)
{
	struct span rest = span_str(name);
	int64_t index = 0;
	if (!u)
		return NULL;
	if (name[0] != '@') {
		for (size_t i = 0; i < u->count; i++)
			if (strcmp(u->sections[i].name, name) == 0)
				return &u->sections[i];
		return NULL;
	}
	rest = span_from(rest, 1);
	struct span type = text_field(&rest, '[');
	struct span number = text_field(&rest, ']');
	if (number.n && !text_number(number, &index))
		return NULL;
	for (size_t i = 0; i < u->count; i++)
		if (span_eq_str(type, u->sections[i].type) && index-- == 0)
			return &u->sections[i];
	return NULL;
}

const struct uci_option *uci_option(const struct uci_section *s, const char *name)
{
	for (size_t i = 0; s && i < s->count; i++)
		if (strcmp(s->options[i].name, name) == 0)
			return &s->options[i];
	return NULL;
}

bool uci_bool(const char *value, bool otherwise)
{
	static const char *const yes[] = {"1", "yes", "on", "true", "enabled"};
	static const char *const no[] = {"0", "no", "off", "false", "disabled"};
	for (size_t i = 0; value && i < sizeof yes / sizeof *yes; i++) {
		if (strcmp(value, yes[i]) == 0)
			return true;
		if (strcmp(value, no[i]) == 0)
			return false;
	}
	return otherwise;
}
