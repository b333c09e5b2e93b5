/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of shell scripts: what they print of what they are given, and which of them run text. */
#include "base/path.h"
#include "base/text.h"
#include "script/flow.h"

enum { MAX_WORDS = 24 };

static const struct value nothing = {.text = {(const uint8_t *)"...", 3}};

struct words {
	struct value v[MAX_WORDS];
	size_t count;
	struct value input; /* of the pipe */
	bool piped;
};

static bool is(struct span s, const char *const *list)
{
	for (; *list; list++)
		if (span_eq_str(s, *list))
			return true;
	return false;
}

static struct span base_of(struct span name)
{
	size_t slash = name.n;
	while (slash > 0 && name.p[slash - 1] != '/')
		slash--;
	return span_from(name, slash);
}

static struct value joined(struct flow *f, const struct words *w, size_t from)
{
	struct value v = flow_constant(SPAN_LIT(""));
	for (size_t i = from; i < w->count; i++) {
		if (i > from)
			v = flow_join(f, v, flow_constant(SPAN_LIT(" ")));
		v = flow_join(f, v, w->v[i]);
	}
	return v;
}

static bool is_option(struct value v)
{
	return v.known && v.text.n && v.text.p[0] == '-';
}

static struct value body_of(struct flow *f, const struct node *n)
{
	return f->cgi ? flow_request(f, "the body of the request", SPAN_LIT(""), n->at) : nothing;
}

/* sed, tr and the like: what comes through, unless only a set of letters does. */
static struct value filtered(struct flow *f, const struct words *w, struct span name)
{
	struct value v = w->piped ? w->input : nothing;
	for (size_t i = 0; i < w->count; i++) {
		struct span t = w->v[i].text;
		if (w->v[i].from && !v.from)
			v = w->v[i];
		bool only = span_eq_str(name, "tr") && i == 0 && is_option(w->v[i]) &&
			    memchr(t.p, 'c', t.n);
		only |= span_eq_str(name, "grep") && i == 0 && is_option(w->v[i]) &&
			memchr(t.p, 'o', t.n);
		only |= span_eq_str(name, "md5sum") || span_eq_str(name, "sha256sum") ||
			span_eq_str(name, "wc");
		if (only || (w->v[i].known && pattern_restricts(t) && !span_eq_str(name, "cut") &&
			     !span_eq_str(name, "awk") && !span_eq_str(name, "tr")))
			v.clean = true;
	}
	(void)f;
	v.known = false;
	return v;
}

static void read_into(struct flow *f, const struct node *n, const struct words *w)
{
	struct value v = w->piped ? w->input : f->piped ? *f->piped : body_of(f, n);
	for (const struct node *k = n->b; k && flow_step(f); k = k->next) {
		if (k->kind != N_TEXT || !k->text.n || k->text.p[0] == '-' || k->text.n > 60)
			continue;
		v.known = false;
		flow_set(f,
			 span_str(arena_printf(f->arena, "$%.*s", (int)k->text.n,
					       (const char *)k->text.p)),
			 v);
	}
}

/* sh -c TEXT, su -c TEXT, sh reading a pipe */
static bool runs_shell(struct flow *f, const struct node *n, const struct words *w,
		       struct span name)
{
	static const char *const shells[] = {"sh",	"ash",	 "bash",   "su",
					     "busybox", "xargs", "source", NULL};
	if (!is(name, shells))
		return false;
	for (size_t i = 0; i + 1 < w->count; i++)
		if (w->v[i].known && span_eq_str(w->v[i].text, "-c")) {
			effect_command(f, n, w->v[i + 1], "sh -c");
			return true;
		}
	bool file = false;
	for (size_t i = 0; i < w->count; i++)
		file |= !is_option(w->v[i]);
	if (w->piped && (!file || span_eq_str(name, "xargs")) && w->input.from && w->input.whole &&
	    !(span_eq_str(name, "xargs") && file))
		effect_command(f, n, w->input, "sh");
	return true;
}

static struct value run(struct flow *f, const struct node *n, const struct words *w,
			struct span name)
{
	static const char *const printers[] = {"echo", "printf", NULL};
	static const char *const readers[] = {"cat", "dd", "head", "tee", "tail", NULL};
	static const char *const filters[] = {"sed",	"awk",	     "cut",  "tr",    "grep",
					      "egrep",	"sort",	     "uniq", "httpd", "urldecode",
					      "base64", "openssl",   "xxd",  "rev",   "wc",
					      "md5sum", "sha256sum", NULL};
	if (is(name, printers)) {
		size_t from = 0;
		while (from < w->count && is_option(w->v[from]) && w->v[from].text.n <= 3)
			from++;
		return joined(f, w, from);
	}
	if (is(name, readers)) {
		bool file = false;
		for (size_t i = 0; i < w->count; i++)
			file |= w->v[i].known && w->v[i].text.n && w->v[i].text.p[0] == '/' &&
				!span_eq_str(w->v[i].text, "/dev/stdin");
		for (size_t i = 0; i < w->count; i++)
			file |= w->v[i].known && text_prefix(w->v[i].text, "if=");
		return w->piped ? w->input : file ? nothing : f->piped ? *f->piped : body_of(f, n);
	}
	if (is(name, filters))
		return filtered(f, w, name);
	if (span_eq_str(name, "read"))
		read_into(f, n, w);
	else if (span_eq_str(name, "eval"))
		effect_command(f, n, joined(f, w, 0), "eval");
	else if (span_eq_str(name, ".") && w->count && w->v[0].from && w->v[0].whole)
		effect_command(f, n, w->v[0], "the file that it names");
	else if (!runs_shell(f, n, w, name)) {
		struct value line =
		    flow_constant(SPAN(n->text.p, n->text.n < 200 ? n->text.n : 200));
		effect_command(f, n, line, "the shell");
	}
	return nothing;
}

struct value flow_shell_call(struct flow *f, const struct node *n)
{
	struct words w = {.piped = n->c != NULL};
	w.input = n->c ? flow_value(f, n->c) : nothing;
	struct value callee = flow_value(f, n->a);
	for (const struct node *k = n->b; k && w.count < MAX_WORDS && flow_step(f); k = k->next)
		w.v[w.count++] = flow_value(f, k);
	if (callee.from && callee.whole && !callee.clean) {
		effect_command(f, n, joined(f, &w, 0).from ? callee : callee, "the shell");
		return nothing;
	}
	if (!callee.known)
		return nothing;
	struct span name = base_of(callee.text);
	const struct node *fn = flow_find(f, name);
	if (fn) {
		struct value kept = f->output;
		const struct value *piped = f->piped;
		f->output = flow_constant(SPAN_LIT(""));
		if (w.piped)
			f->piped = &w.input;
		flow_function(f, fn, w.v, w.count);
		f->piped = piped;
		struct value v = f->output;
		f->output = kept;
		return v;
	}
	if (span_eq_str(name, ".") || span_eq_str(name, "source")) {
		if (w.count && words_of_login(w.v[0].text))
			f->checked = true;
	} else if (words_of_login(name)) {
		f->checked = true;
	}
	return run(f, n, &w, name);
}
