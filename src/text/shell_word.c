/* SPDX-License-Identifier: Apache-2.0 */
/* Expansion of words: quotes, parameters, command substitution, field splitting, path names. */
#include "base/buf.h"
#include "base/text.h"
#include "text/shell_eval.h"

enum { MAX_VALUE = 4096, MAX_FIELDS = 256, MAX_PATTERN = 512 };

/* A word on its way through expansion. */
struct field {
	struct buf text;
	bool begun, known, glob, split;
};

static void expand(struct machine *m, struct span s, struct field *f, struct shell_words *out,
		   int depth);

static void flush(struct machine *m, struct field *f, struct shell_words *out);

static int at(struct span s, size_t i)
{
	return i < s.n ? s.p[i] : -1;
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name(int c, bool first)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (!first && c >= '0' && c <= '9');
}

static void add(struct field *f, struct span s)
{
	buf_add(&f->text, s.p, s.n);
	f->begun = true;
}

/* A value into the word; outside of quotes it is split at blanks, but not inside "$(...)". */
static void add_value(struct machine *m, struct field *f, struct shell_value v, bool quoted,
		      struct shell_words *out)
{
	struct span s = span_str(v.text);
	if (!v.known)
		f->known = false;
	if (quoted || !f->split) {
		add(f, s);
		return;
	}
	for (size_t i = 0; i < s.n;) {
		if (is_blank(s.p[i])) {
			flush(m, f, out);
			if (!v.known)
				f->known = false;
			i++;
			continue;
		}
		size_t end = i + 1;
		if (!v.known && (s.p[i] == '`' || s.p[i] == '$'))
			end = shell_skip(s, i, 0);
		f->glob = f->glob || strchr("*?[", s.p[i]);
		add(f, span_cut(s, i, end - i));
		i = end;
	}
}

static struct shell_value unknown(struct machine *m, struct span raw)
{
	return (struct shell_value){shell_text(m, span_cut(raw, 0, 256)), false};
}

static struct shell_value known(const char *text)
{
	return (struct shell_value){text, true};
}

/* --- command substitution --- */

static struct shell_value file_text(struct machine *m, const char *path, struct span raw)
{
	const struct tree_file *f = tree_find(m->tree, path);
	if (!f || f->type != TREE_FILE || !f->kept || f->bytes.n >= MAX_VALUE)
		return unknown(m, raw);
	return known(shell_text(m, span_trim(f->bytes)));
}

static struct shell_value uci_value(struct machine *m, const char *key, struct span raw)
{
	struct span rest = span_str(key);
	struct span package = text_field(&rest, '.'), section = text_field(&rest, '.');
	const struct uci *u = shell_uci(m, shell_text(m, package));
	const struct uci_option *o =
	    uci_option(uci_section(u, shell_text(m, section)), shell_text(m, rest));
	return o ? known(o->value) : unknown(m, raw);
}

static struct shell_value path_part(struct machine *m, const struct shell_words *w)
{
	const char *base = path_base(w->v[1].text);
	if (strcmp(w->v[0].text, "basename") == 0) {
		struct span s = span_str(base);
		if (w->n > 2 && text_suffix(s, w->v[2].text))
			s.n -= strlen(w->v[2].text);
		return known(shell_text(m, s));
	}
	size_t n = (size_t)(base - w->v[1].text);
	return known(n > 1 ? shell_text(m, span_cut(span_str(w->v[1].text), 0, n - 1))
		     : n   ? "/"
			   : ".");
}

static struct shell_value joined(struct machine *m, const struct shell_value *v, size_t n)
{
	struct buf b = {.max = MAX_VALUE};
	struct shell_value r = {NULL, true};
	for (size_t i = 0; i < n; i++) {
		buf_printf(&b, "%s%s", i ? " " : "", v[i].text);
		r.known = r.known && v[i].known;
	}
	r.text = shell_text(m, buf_span(&b));
	buf_free(&b);
	return r;
}

/* The output of the few commands that only look at the tree. */
static struct shell_value output(struct machine *m, struct shell_words *w, struct span raw)
{
	const char *name = w->n ? w->v[0].text : "";
	for (size_t i = 0; i < w->n; i++)
		if (!w->v[i].known)
			return unknown(m, raw);
	if (strcmp(name, "cat") == 0 && w->n == 2)
		return file_text(m, w->v[1].text, raw);
	if (strcmp(name, "echo") == 0) {
		size_t skip = 1 + (w->n > 1 && strcmp(w->v[1].text, "-n") == 0);
		return joined(m, w->v + skip, w->n - skip);
	}
	if (strcmp(name, "uci") == 0) {
		size_t i = 1;
		while (i < w->n && w->v[i].text[0] == '-')
			i++;
		if (i + 2 == w->n && strcmp(w->v[i].text, "get") == 0)
			return uci_value(m, w->v[i + 1].text, raw);
	}
	if (strcmp(name, "uci_get") == 0 && w->n == 2)
		return uci_value(m, w->v[1].text, raw);
	if ((strcmp(name, "basename") == 0 || strcmp(name, "dirname") == 0) && w->n > 1)
		return path_part(m, w);
	if (strcmp(name, "which") == 0 && w->n == 2) {
		const struct tree_file *f = tree_program(m->tree, w->v[1].text);
		m->tree_used = true;
		return known(f ? arena_printf(m->arena, "/%s", f->path) : "");
	}
	return unknown(m, raw);
}

static struct shell_value substitution(struct machine *m, struct span inner, struct span raw)
{
	if (m->depth > 40 || !shell_spend(m, 4096 + inner.n * 4))
		return unknown(m, raw);
	struct shell_node *n = shell_parse(m->arena, inner);
	if (!n || n->next || n->kind != SHELL_SIMPLE || !n->word_count)
		return unknown(m, raw);
	struct shell_words w = {0};
	m->depth++;
	for (size_t i = 0; i < n->word_count; i++)
		shell_expand(m, n->words[i], &w);
	m->depth--;
	return output(m, &w, raw);
}

/* --- parameters --- */

static struct shell_value parameter(struct machine *m, struct span name, bool *set)
{
	struct shell_process *p = m->process;
	*set = true;
	if (name.n && name.p[0] >= '1' && name.p[0] <= '9') {
		int64_t i = 0;
		if (p->args_known && text_number(name, &i) && i >= 1) {
			*set = (uint64_t)i <= p->arg_count;
			return *set ? p->args[i - 1] : known("");
		}
	} else if (span_eq_str(name, "@") || span_eq_str(name, "*")) {
		if (p->args_known)
			return joined(m, p->args, p->arg_count);
	} else if (span_eq_str(name, "#")) {
		if (p->args_known)
			return known(arena_printf(m->arena, "%zu", p->arg_count));
	} else if (span_eq_str(name, "0")) {
		return known(m->file ? arena_printf(m->arena, "/%s", m->file->path) : "sh");
	} else {
		const struct shell_var *v = shell_get(m, shell_text(m, name));
		if (v)
			return v->value;
		*set = false;
	}
	return (struct shell_value){arena_printf(m->arena, "$%s", shell_text(m, name)), false};
}

/* ${x#pattern} and its three sisters. */
static struct shell_value trimmed(struct machine *m, struct shell_value v, int side, bool longest,
				  const char *pattern)
{
	struct span s = span_str(v.text), p = span_str(pattern);
	size_t n = s.n < MAX_PATTERN ? s.n : MAX_PATTERN, best = SIZE_MAX;
	if (!shell_spend(m, n * n * p.n / 16))
		return v;
	for (size_t k = 0; k <= n; k++) {
		size_t len = longest ? n - k : k;
		struct span part = side == '#' ? span_cut(s, 0, len) : span_cut(s, s.n - len, len);
		if (shell_match(p, part)) {
			best = len;
			break;
		}
	}
	if (best == SIZE_MAX)
		return v;
	return known(shell_text(m, side == '#' ? span_from(s, best) : span_cut(s, 0, s.n - best)));
}

/* The word of ${x:-word}, as one value. */
static struct shell_value inner_word(struct machine *m, struct span word, int depth)
{
	struct field f = {.text = {.max = MAX_VALUE}, .known = true};
	struct shell_words none = {0};
	expand(m, word, &f, &none, depth + 1);
	struct shell_value v = {shell_text(m, buf_span(&f.text)), f.known};
	buf_free(&f.text);
	return v;
}

static struct shell_value braces(struct machine *m, struct span in, struct span raw, int depth)
{
	size_t i = 0;
	bool set;
	while (i < in.n && is_name(in.p[i], false))
		i++;
	if (!i && in.n && strchr("@*#?$!", in.p[0]))
		i = 1;
	if (!i)
		return unknown(m, raw);
	struct span name = span_cut(in, 0, i);
	struct shell_value v = parameter(m, name, &set);
	int op = at(in, i);
	if (op < 0)
		return v;
	if (op == ':')
		op = at(in, ++i);
	struct span word = span_from(in, i + 1);
	bool empty = !set || (v.known && !*v.text);
	if (op == '-' || op == '=') {
		if (!empty)
			return v;
		struct shell_value d = inner_word(m, word, depth);
		if (op == '=' && is_name(name.p[0], true))
			shell_set(m, shell_text(m, name), d);
		return d;
	}
	if (op == '+' && (empty || v.known))
		return empty ? known("") : inner_word(m, word, depth);
	if ((op == '#' || op == '%') && v.known) {
		bool longest = at(word, 0) == op;
		struct shell_value p = inner_word(m, span_from(word, longest), depth);
		if (p.known)
			return trimmed(m, v, op, longest, p.text);
	}
	return unknown(m, raw);
}

/* A '$' or '`' at i; returns the position behind it. */
static size_t dollar(struct machine *m, struct span s, size_t i, struct field *f, bool quoted,
		     struct shell_words *out, int depth)
{
	size_t end = shell_skip(s, i, depth);
	struct span raw = span_cut(s, i, end - i);
	struct shell_value v;
	bool set;
	if (at(s, i) == '`') {
		v = substitution(m, span_cut(raw, 1, raw.n > 2 ? raw.n - 2 : 0), raw);
	} else if (SPAN_IS(s, i, "$((")) {
		v = unknown(m, raw);
	} else if (SPAN_IS(s, i, "$(")) {
		v = substitution(m, span_cut(raw, 2, raw.n > 3 ? raw.n - 3 : 0), raw);
	} else if (SPAN_IS(s, i, "${")) {
		v = braces(m, span_cut(raw, 2, raw.n > 3 ? raw.n - 3 : 0), raw, depth);
	} else {
		size_t n = i + 1;
		if (is_name(at(s, n), true))
			while (is_name(at(s, n), false))
				n++;
		else if (n < s.n && strchr("0123456789@*#?$!-", s.p[n]))
			n++;
		if (n == i + 1) {
			add(f, span_cut(s, i, 1));
			return n;
		}
		v = parameter(m, span_cut(s, i + 1, n - i - 1), &set);
		end = n;
	}
	add_value(m, f, v, quoted, out);
	return end;
}

static void expand(struct machine *m, struct span s, struct field *f, struct shell_words *out,
		   int depth)
{
	bool quoted = false;
	if (depth > 12) {
		f->known = false;
		add(f, s);
		return;
	}
	for (size_t i = 0; i < s.n;) {
		int c = s.p[i], next = at(s, i + 1);
		if (c == '\\') {
			bool keep = quoted && !(next > 0 && strchr("$`\"\\\n", next));
			if (next != '\n' && next != '\r')
				add(f, span_cut(s, i + !keep, 1 + keep));
			i += next == '\r' && at(s, i + 2) == '\n' ? 3 : 2;
		} else if (c == '\'' && !quoted) {
			size_t end = shell_skip(s, i, 0);
			add(f, span_cut(s, i + 1, end > i + 2 ? end - i - 2 : 0));
			i = end;
		} else if (c == '"') {
			quoted = !quoted;
			f->begun = true;
			i++;
		} else if (c == '$' || c == '`') {
			i = dollar(m, s, i, f, quoted, out, depth);
		} else {
			f->glob = f->glob || (!quoted && strchr("*?[", c));
			add(f, span_cut(s, i, 1));
			i++;
		}
	}
}

/* --- fields --- */

void shell_push(struct machine *m, struct shell_words *w, const char *text, bool is_known)
{
	if (w->n >= MAX_FIELDS)
		return;
	if (w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 8;
		struct shell_value *v = arena_array(m->arena, cap, sizeof *v);
		if (w->n)
			memcpy(v, w->v, w->n * sizeof *v);
		w->v = v;
		w->cap = cap;
	}
	w->v[w->n++] = (struct shell_value){text, is_known};
}

/* A pattern whose last part has wildcards, against the files of that folder. */
static bool glob(struct machine *m, struct span pattern, struct shell_words *out)
{
	const char *text = shell_text(m, pattern), *base = path_base(text);
	struct span folder = span_cut(pattern, 0, (size_t)(base - text));
	if (!folder.n || folder.p[0] != '/')
		return false;
	for (size_t i = 0; i < folder.n; i++)
		if (strchr("*?[", folder.p[i]))
			return false;
	const struct tree_file *d = tree_find(m->tree, shell_text(m, folder));
	const char *real = d ? d->path : path_clean(m->arena, folder, NULL);
	size_t begin, end, found = 0, skip = strlen(real) + 1;
	tree_below(m->tree, real, &begin, &end);
	for (size_t i = begin; i < end && found < MAX_FIELDS && shell_spend(m, 64); i++) {
		struct span name = span_from(span_str(m->tree->files[i].path), skip);
		if (memchr(name.p, '/', name.n) || !shell_match(span_str(base), name))
			continue;
		shell_push(
		    m, out,
		    arena_printf(m->arena, "%s%s", shell_text(m, folder), shell_text(m, name)),
		    true);
		found++;
	}
	return found > 0;
}

static void flush(struct machine *m, struct field *f, struct shell_words *out)
{
	struct span s = buf_span(&f->text);
	if (f->begun && !(f->glob && f->known && f->split && glob(m, s, out)))
		shell_push(m, out, shell_text(m, s), f->known);
	buf_reset(&f->text);
	f->begun = f->glob = false;
	f->known = true;
}

void shell_expand(struct machine *m, struct span word, struct shell_words *out)
{
	struct shell_process *p = m->process;
	if (span_eq_str(word, "\"$@\"") || span_eq_str(word, "$@")) {
		for (size_t i = 0; p->args_known && i < p->arg_count; i++)
			shell_push(m, out, p->args[i].text, p->args[i].known);
		if (p->args_known)
			return;
	}
	struct field f = {.text = {.max = MAX_VALUE}, .known = true, .split = true};
	expand(m, word, &f, out, 0);
	flush(m, &f, out);
	buf_free(&f.text);
}

struct shell_value shell_expand_one(struct machine *m, struct span word)
{
	return inner_word(m, word, 0);
}
