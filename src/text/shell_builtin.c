/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that the shell itself knows, and the shell functions of OpenWrt that read its
 * configuration (/lib/functions.sh, /lib/functions/service.sh, procd.sh), which decide what starts.
 */
#include "base/text.h"
#include "text/shell_eval.h"

typedef struct shell_result (*builtin_fn)(struct machine *m, struct shell_words *w);

static const struct shell_result yes = {TRUTH_YES, FLOW_GO}, no = {TRUTH_NO, FLOW_GO},
				 maybe = {TRUTH_MAYBE, FLOW_GO};

static const char *text_at(const struct shell_words *w, size_t i)
{
	return i < w->n ? w->v[i].text : "";
}

/* The words from `i` on. */
static struct shell_words rest(const struct shell_words *w, size_t i)
{
	i = i < w->n ? i : w->n;
	return (struct shell_words){w->v + i, w->n - i, w->n - i};
}

static struct shell_result do_true(struct machine *m, struct shell_words *w)
{
	(void)m;
	return strcmp(w->v[0].text, "false") == 0 ? no : yes;
}

static struct shell_result do_test(struct machine *m, struct shell_words *w)
{
	struct shell_words r = rest(w, 1);
	if (r.n && w->v[0].text[0] == '[' && r.v[r.n - 1].text[0] == ']')
		r.n--;
	return (struct shell_result){shell_test(m, r.v, r.n), FLOW_GO};
}

static struct shell_result do_leave(struct machine *m, struct shell_words *w)
{
	static const char *const names[] = {"continue", "break", "return", "exit"};
	struct shell_result r = maybe;
	(void)m;
	for (size_t i = 0; i < 4; i++)
		if (strcmp(w->v[0].text, names[i]) == 0)
			r.flow = (enum flow)(FLOW_CONTINUE + i);
	if (w->n > 1 && w->v[1].known)
		r.truth = strcmp(w->v[1].text, "0") == 0 ? TRUTH_YES : TRUTH_NO;
	return r;
}

static struct shell_result do_shift(struct machine *m, struct shell_words *w)
{
	struct shell_process *p = m->process;
	int64_t n = 1;
	if (w->n > 1 && !text_number(span_str(w->v[1].text), &n))
		n = 1;
	size_t k = n > 0 && (uint64_t)n < p->arg_count ? (size_t)n : p->arg_count;
	if (p->arg_count)
		p->args += k;
	p->arg_count -= k;
	return yes;
}

static struct shell_result do_set(struct machine *m, struct shell_words *w)
{
	size_t i = 1;
	if (w->n < 2 || (w->v[1].text[0] == '-' && strcmp(w->v[1].text, "--") != 0) ||
	    w->v[1].text[0] == '+')
		return yes;
	i += strcmp(w->v[1].text, "--") == 0;
	m->process->args = w->v + i;
	m->process->arg_count = w->n - i;
	m->process->args_known = true;
	return yes;
}

/* export, local, readonly: NAME=value */
static struct shell_result do_assign(struct machine *m, struct shell_words *w)
{
	for (size_t i = 1; i < w->n; i++) {
		struct span value = span_str(w->v[i].text), name = text_field(&value, '=');
		if (strchr(w->v[i].text, '=') && name.n)
			shell_set(m, shell_text(m, name),
				  (struct shell_value){shell_text(m, value), w->v[i].known});
	}
	return yes;
}

static void forget(struct machine *m, const char *name)
{
	shell_set(m, name, (struct shell_value){arena_printf(m->arena, "$%s", name), false});
}

static struct shell_result do_forget(struct machine *m, struct shell_words *w)
{
	for (size_t i = 1; i < w->n; i++)
		if (w->v[i].text[0] != '-')
			forget(m, w->v[i].text);
	return strcmp(w->v[0].text, "read") == 0 ? maybe : yes;
}

static struct shell_result do_source(struct machine *m, struct shell_words *w)
{
	if (w->n < 2 || !w->v[1].known)
		return maybe;
	const struct tree_file *f = tree_program(m->tree, w->v[1].text);
	if (!f && !strchr(w->v[1].text, '/') && m->file) {
		const char *base = path_base(m->file->path);
		f = tree_find(m->tree, arena_printf(m->arena, "%.*s%s", (int)(base - m->file->path),
						    m->file->path, w->v[1].text));
	}
	shell_source(m, f);
	return maybe;
}

static struct shell_result do_eval(struct machine *m, struct shell_words *w)
{
	const char *all = "";
	for (size_t i = 1; i < w->n; i++) {
		if (!w->v[i].known)
			return maybe;
		if (shell_spend(m, strlen(all) + strlen(w->v[i].text) + 2))
			all = arena_printf(m->arena, "%s%s%s", all, *all ? " " : "", w->v[i].text);
	}
	shell_run_text(m, span_str(all), m->offset, m->length);
	return maybe;
}

static struct shell_result do_exec(struct machine *m, struct shell_words *w)
{
	struct shell_words r = rest(w, 1);
	if (!r.n)
		return yes;
	shell_words_run(m, &r);
	return (struct shell_result){TRUTH_MAYBE, FLOW_EXIT};
}

static struct shell_result do_command(struct machine *m, struct shell_words *w)
{
	struct shell_words r = rest(w, 1);
	if (r.n > 1 && r.v[0].text[0] == '-') {
		if (!r.v[1].known || !tree_program(m->tree, r.v[1].text))
			return maybe;
		m->tree_used = true;
		return yes;
	}
	return shell_words_run(m, &r);
}

/* --- OpenWrt: /lib/functions.sh --- */

static struct shell_result do_config_load(struct machine *m, struct shell_words *w)
{
	m->process->config = w->n > 1 && w->v[1].known ? shell_uci(m, w->v[1].text) : NULL;
	return maybe;
}

/* config_get VARIABLE SECTION OPTION [DEFAULT]; config_get_bool makes 0 or 1 of it */
static struct shell_result do_config_get(struct machine *m, struct shell_words *w)
{
	const struct uci_section *s = NULL;
	const char *value = w->n > 4 && w->v[4].known ? w->v[4].text : "";
	if (w->n < 4 || !w->v[1].known)
		return maybe;
	if (w->v[2].known && w->v[3].known)
		s = uci_section(m->process->config, w->v[2].text);
	if (!s) {
		forget(m, w->v[1].text);
		return maybe;
	}
	const struct uci_option *o = uci_option(s, w->v[3].text);
	if (o)
		value = o->value;
	for (const struct uci_option *i = o ? o + 1 : NULL; i && i < s->options + s->count; i++)
		if (i->list && strcmp(i->name, o->name) == 0 && shell_spend(m, strlen(value) + 256))
			value = arena_printf(m->arena, "%.3000s %.200s", value, i->value);
	if (strcmp(w->v[0].text, "config_get_bool") == 0)
		value = uci_bool(value, false) ? "1" : "0";
	shell_set(m, w->v[1].text, (struct shell_value){value, true});
	return yes;
}

/* config_foreach FUNCTION [TYPE [ARGUMENT...]] */
static struct shell_result do_config_foreach(struct machine *m, struct shell_words *w)
{
	const struct uci *u = m->process->config;
	const struct shell_function *f = w->n > 1 ? shell_function(m, w->v[1].text) : NULL;
	const char *type = text_at(w, 2);
	if (!f || m->depth > 40)
		return maybe;
	struct shell_words args = {0}, more = rest(w, 3);
	shell_push(m, &args, u ? "" : "$section", u != NULL);
	for (size_t i = 0; i < more.n; i++)
		shell_push(m, &args, more.v[i].text, more.v[i].known);
	if (!u)
		return shell_call(m, f, args.v, args.n);
	for (size_t i = 0; i < u->count && m->budget; i++) {
		if (*type && strcmp(type, u->sections[i].type) != 0)
			continue;
		struct shell_value *v = arena_array(m->arena, args.n, sizeof *v);
		memcpy(v, args.v, args.n * sizeof *v);
		v[0].text = u->sections[i].name;
		if (shell_spend(m, args.n * sizeof *v))
			shell_call(m, f, v, args.n);
	}
	return maybe;
}

/* One 'NAME:TYPE:DEFAULT' of uci_validate_section. */
static void set_validated(struct machine *m, const struct uci_section *s, struct shell_value spec)
{
	struct span in = span_str(spec.text), name = text_field(&in, ':');
	const char *value = "", *key = shell_text(m, name);
	size_t colon = 0;
	while (colon < in.n && in.p[colon] != ':')
		colon += in.p[colon] == '(' ? shell_skip(in, colon, 0) - colon : 1;
	if (colon < in.n)
		value = shell_text(m, span_from(in, colon + 1));
	const struct uci_option *o = uci_option(s, key);
	if (o)
		value = o->value;
	if (text_prefix(in, "bool"))
		value = *value ? uci_bool(value, false) ? "1" : "0" : "";
	shell_set(m, key, (struct shell_value){value, true});
}

/* uci_validate_section PACKAGE TYPE SECTION SPEC...; uci_load_validate has FUNCTION behind SECTION
 */
static struct shell_result do_validate(struct machine *m, struct shell_words *w)
{
	bool calls = strcmp(w->v[0].text, "uci_load_validate") == 0;
	const struct uci *u = m->process->config;
	if (w->n < 4)
		return maybe;
	if (w->v[1].known && (!u || strcmp(path_base(u->file->path), w->v[1].text) != 0))
		u = shell_uci(m, w->v[1].text);
	const struct uci_section *s = w->v[3].known ? uci_section(u, w->v[3].text) : NULL;
	for (size_t i = 4 + calls; s && i < w->n; i++)
		if (w->v[i].known)
			set_validated(m, s, w->v[i]);
	const struct shell_function *f = calls ? shell_function(m, text_at(w, 4)) : NULL;
	if (!f || m->depth > 40)
		return s ? yes : maybe;
	struct shell_value *args = arena_array(m->arena, 2, sizeof *args);
	args[0] = w->v[3];
	args[1] = (struct shell_value){s ? "0" : "$valid", s != NULL};
	return shell_call(m, f, args, 2);
}

/* append VARIABLE VALUE [SEPARATOR] */
static struct shell_result do_append(struct machine *m, struct shell_words *w)
{
	const struct shell_var *v = w->n > 1 ? shell_get(m, w->v[1].text) : NULL;
	const char *old = v ? v->value.text : "";
	if (w->n < 3 || strlen(old) > 3000 ||
	    !shell_spend(m, strlen(old) + strlen(w->v[2].text) + 8))
		return maybe;
	bool known = w->v[2].known && (!v || v->value.known);
	const char *text =
	    arena_printf(m->arena, "%s%s%.1000s", old, *old ? " " : "", w->v[2].text);
	shell_set(m, w->v[1].text, (struct shell_value){text, known});
	return yes;
}

/* --- OpenWrt: procd.sh --- */

static void procd_flush(struct machine *m)
{
	struct shell_process *p = m->process;
	struct shell_words w = p->procd;
	uint64_t offset = m->offset, length = m->length;
	p->procd = (struct shell_words){0};
	m->offset = p->procd_offset;
	m->length = p->procd_length;
	if (w.n)
		shell_program(m, w.v, w.n, true);
	m->offset = offset;
	m->length = length;
}

static struct shell_result do_procd(struct machine *m, struct shell_words *w)
{
	struct shell_process *p = m->process;
	const char *name = w->v[0].text;
	bool sets = strcmp(name, "procd_set_param") == 0;
	if (sets || strcmp(name, "procd_append_param") == 0) {
		if (strcmp(text_at(w, 1), "command") != 0)
			return yes;
		if (sets) {
			p->procd = (struct shell_words){0};
			p->procd_offset = m->offset;
			p->procd_length = m->length;
		}
		for (size_t i = 2; i < w->n; i++)
			shell_push(m, &p->procd, w->v[i].text, w->v[i].known);
	} else if (strcmp(name, "procd_close_instance") == 0) {
		procd_flush(m);
	}
	return yes;
}

static struct shell_result do_service_start(struct machine *m, struct shell_words *w)
{
	struct shell_words r = rest(w, 1);
	if (r.n)
		shell_program(m, r.v, r.n, false);
	return maybe;
}

/* "start" in a procd script is made by rc.common */
static struct shell_result do_start(struct machine *m, struct shell_words *w)
{
	const struct shell_function *f = shell_function(m, "start");
	if (!f)
		f = shell_function(m, "start_service");
	return f ? shell_call(m, f, w->v + 1, w->n - 1) : maybe;
}

bool shell_builtin(struct machine *m, struct shell_words *w, struct shell_result *r)
{
	static const struct {
		const char *name;
		builtin_fn run;
	} table[] = {
	    {":", do_true},
	    {"true", do_true},
	    {"false", do_true},
	    {"[", do_test},
	    {"[[", do_test},
	    {"test", do_test},
	    {"exit", do_leave},
	    {"return", do_leave},
	    {"break", do_leave},
	    {"continue", do_leave},
	    {"shift", do_shift},
	    {"set", do_set},
	    {"export", do_assign},
	    {"local", do_assign},
	    {"readonly", do_assign},
	    {"declare", do_assign},
	    {"typeset", do_assign},
	    {"unset", do_forget},
	    {"read", do_forget},
	    {".", do_source},
	    {"source", do_source},
	    {"eval", do_eval},
	    {"exec", do_exec},
	    {"command", do_command},
	    {"config_load", do_config_load},
	    {"config_get", do_config_get},
	    {"config_get_bool", do_config_get},
	    {"config_foreach", do_config_foreach},
	    {"uci_validate_section", do_validate},
	    {"uci_load_validate", do_validate},
	    {"append", do_append},
	    {"procd_set_param", do_procd},
	    {"procd_append_param", do_procd},
	    {"procd_open_instance", do_procd},
	    {"procd_close_instance", do_procd},
	    {"service_start", do_service_start},
	    {"start", do_start},
	};
	bool succeeds;
	if (!w->v[0].known)
		return false;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i].name, w->v[0].text) == 0) {
			*r = table[i].run(m, w);
			return true;
		}
	if (shell_function(m, w->v[0].text) || !shell_is_quiet(w->v[0].text, &succeeds))
		return false;
	r->truth = succeeds ? TRUTH_YES : TRUTH_MAYBE;
	return true;
}
