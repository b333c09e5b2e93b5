/* SPDX-License-Identifier: Apache-2.0 */
/* What the walk remembers: variables, functions, and the conditions under which it stands. */
#include <limits.h>

#include "text/shell_eval.h"

enum { MAX_VARS = 400, MAX_FUNCTIONS = 400, MAX_CONDITION = 160 };

bool shell_spend(struct machine *m, size_t bytes)
{
	if (bytes > m->bytes) {
		m->bytes = m->budget = 0;
		return false;
	}
	m->bytes -= bytes;
	return true;
}

const struct uci *shell_uci(struct machine *m, const char *name)
{
	const size_t max = sizeof m->packages / sizeof *m->packages;
	char path[128];
	for (size_t i = 0; i < max && m->packages[i]; i++)
		if (strcmp(path_base(m->packages[i]->file->path), name) == 0)
			return m->packages[i];
	if ((size_t)snprintf(path, sizeof path, "etc/config/%s", name) >= sizeof path)
		return NULL;
	const struct tree_file *f = tree_find(m->tree, path);
	if (!f || strcmp(path_base(f->path), name) != 0 || !shell_spend(m, f->bytes.n * 4 + 4096))
		return NULL;
	const struct uci *u = uci_load(m->tree, m->arena, name);
	if (u)
		m->packages[m->package_count++ % max] = u;
	return u;
}

char *shell_text(struct machine *m, struct span s)
{
	return arena_str(m->arena, shell_spend(m, s.n + 32) ? s : SPAN(s.p, 0));
}

/* --- variables and functions --- */

const struct shell_var *shell_get(struct machine *m, const char *name)
{
	for (size_t i = 0; i < m->process->var_count; i++)
		if (strcmp(m->process->vars[i].name, name) == 0)
			return &m->process->vars[i];
	return NULL;
}

void shell_set(struct machine *m, const char *name, struct shell_value v)
{
	struct shell_process *p = m->process;
	for (size_t i = 0; i < p->var_count; i++)
		if (strcmp(p->vars[i].name, name) == 0) {
			p->vars[i].value = v;
			return;
		}
	if (p->var_count >= MAX_VARS)
		return;
	if (p->var_count == p->var_cap) {
		p->var_cap = p->var_cap ? p->var_cap * 2 : 16;
		struct shell_var *vars = arena_array(m->arena, p->var_cap, sizeof *vars);
		if (p->var_count)
			memcpy(vars, p->vars, p->var_count * sizeof *vars);
		p->vars = vars;
	}
	p->vars[p->var_count++] = (struct shell_var){name, v};
}

struct shell_snapshot shell_snap(struct machine *m)
{
	struct shell_process *p = m->process;
	struct shell_snapshot s = {NULL, p->var_count};
	if (!p->var_count || !shell_spend(m, p->var_count * sizeof *s.vars))
		return (struct shell_snapshot){NULL, 0};
	s.vars = arena_array(m->arena, s.n, sizeof *s.vars);
	memcpy(s.vars, p->vars, s.n * sizeof *s.vars);
	return s;
}

/* Variables are never removed, so a snapshot's entries are the first ones. */
void shell_restore(struct machine *m, struct shell_snapshot s)
{
	struct shell_process *p = m->process;
	if (s.n)
		memcpy(p->vars, s.vars, s.n * sizeof *s.vars);
	p->var_count = s.n;
}

/* What differs between now and `other` is not known any more. */
void shell_merge(struct machine *m, struct shell_snapshot other)
{
	struct shell_process *p = m->process;
	for (size_t i = 0; i < other.n; i++)
		if (i >= p->var_count || (strcmp(p->vars[i].name, other.vars[i].name) != 0 &&
					  !shell_get(m, other.vars[i].name)))
			shell_set(m, other.vars[i].name, (struct shell_value){"", false});
	for (size_t i = 0; i < p->var_count; i++) {
		struct shell_var *v = &p->vars[i];
		const struct shell_value *o = NULL;
		if (i < other.n && strcmp(other.vars[i].name, v->name) == 0)
			o = &other.vars[i].value; /* the usual case: same order */
		for (size_t k = 0; !o && k < other.n; k++)
			if (strcmp(other.vars[k].name, v->name) == 0)
				o = &other.vars[k].value;
		if (o && o->known == v->value.known && strcmp(o->text, v->value.text) == 0)
			continue;
		v->value = (struct shell_value){arena_printf(m->arena, "$%s", v->name), false};
	}
}

const struct shell_function *shell_function(struct machine *m, const char *name)
{
	struct shell_process *p = m->process;
	for (size_t i = p->function_count; i-- > 0;)
		if (strcmp(p->functions[i].name, name) == 0)
			return &p->functions[i];
	return NULL;
}

void shell_define(struct machine *m, const struct shell_node *n)
{
	struct shell_process *p = m->process;
	if (!n->first || !n->word_count || p->function_count >= MAX_FUNCTIONS)
		return;
	if (p->function_count == p->function_cap) {
		p->function_cap = p->function_cap ? p->function_cap * 2 : 16;
		struct shell_function *f = arena_array(m->arena, p->function_cap, sizeof *f);
		if (p->function_count)
			memcpy(f, p->functions, p->function_count * sizeof *f);
		p->functions = f;
	}
	p->functions[p->function_count++] =
	    (struct shell_function){shell_text(m, n->words[0]), n->first, m->file};
}

/* --- conditions --- */

/* The text of a condition on one line. */
const char *shell_condition_text(struct machine *m, const struct shell_node *n)
{
	char *s = shell_text(m, n ? span_cut(n->source, 0, MAX_CONDITION) : SPAN("", 0));
	size_t k = 0;
	for (size_t i = 0; s[i]; i++) {
		bool blank = s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r';
		if (blank && (!k || s[k - 1] == ' '))
			continue;
		s[k++] = blank ? ' ' : s[i];
	}
	s[k] = 0;
	return s;
}

const struct shell_condition *shell_condition(struct machine *m, const char *text, bool negated,
					      int scope)
{
	if (m->condition_count >= SHELL_CONDITIONS)
		return NULL;
	for (size_t i = 0; i < m->condition_count; i++)
		if (m->conditions[i]->negated == negated && m->conditions[i]->scope <= scope &&
		    strcmp(m->conditions[i]->text, text) == 0)
			return NULL; /* stands already, for at least as long */
	struct shell_condition *c = arena_alloc(m->arena, sizeof *c);
	*c = (struct shell_condition){text, negated, scope};
	m->conditions[m->condition_count++] = c;
	return c;
}

void shell_condition_end(struct machine *m, const struct shell_condition *c)
{
	size_t k = 0;
	for (size_t i = 0; i < m->condition_count; i++)
		if (m->conditions[i] != c)
			m->conditions[k++] = m->conditions[i];
	m->condition_count = k;
}

/* At the end of a construct: forget the conditions that held only for the rest of it. */
void shell_leave(struct machine *m, int scope)
{
	size_t k = 0;
	for (size_t i = 0; i < m->condition_count; i++)
		if (m->conditions[i]->scope < scope || m->conditions[i]->scope == INT_MAX)
			m->conditions[k++] = m->conditions[i];
	m->condition_count = k;
}

/* Did something leave the construct on a condition that is not decided? */
bool shell_maybe_left(const struct machine *m, int scope)
{
	for (size_t i = 0; i < m->condition_count; i++)
		if (m->conditions[i]->scope == scope)
			return true;
	return false;
}

/* A branch that may have been taken has left: the rest runs only when it was not taken. */
void shell_left(struct machine *m, enum flow flow, const char *text, bool negated)
{
	int scope = flow == FLOW_RETURN ? m->function_scope
		    : flow == FLOW_EXIT ? m->script_scope
					: m->loop_scope;
	if (flow != FLOW_GO)
		shell_condition(m, text, negated, scope);
}
