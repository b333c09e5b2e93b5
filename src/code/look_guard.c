/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guards: input compared with a constant, where the equal outcome alone leads to a privileged
 * effect. A chain of compares of the same input is a command table: its members are what a program
 * documents itself, and only what opens a shell is told about them, with less confidence.
 */
#include "code/power.h"
#include "code/verdict.h"

enum { MAX_GUARDS = 200, TABLE = 4 };

static bool is_outside(const struct secret *s)
{
	return s->input.source == SOURCE_NETWORK || s->input.source == SOURCE_WEB;
}

/* Compares of this input with constants in this function. */
static unsigned siblings(const struct secret *all, size_t n, const struct secret *of)
{
	unsigned k = 0;
	for (size_t i = 0; i < n; i++) {
		if (of->text != all[i].text || !all[i].input.source)
			continue;
		k += !of->text || (all[i].operand.kind == of->operand.kind &&
				   all[i].operand.id == of->operand.id);
	}
	return k;
}

/* Is the same input also looked for in a list of the program, which the literal is no part of? */
static bool beside_list(const struct function *f, const struct secret *s)
{
	for (size_t i = 0; i < f->call_count && s->text; i++) {
		const struct call *c = &f->calls[i];
		if (c == s->call || !c->role || c->role->kind != ROLE_COMPARE)
			continue;
		for (int k = 0; k < 2; k++) {
			struct value word = c->args[k ? c->role->arg : c->role->other];
			struct value same = c->args[k ? c->role->other : c->role->arg];
			if (word.kind == V_CONST && word.form != EXACT &&
			    same_subject(same, s->operand))
				return true;
		}
	}
	return false;
}

struct guarded {
	const struct secret *s;
	struct effect e;
	unsigned in_table;
	bool beside, after_login;
};

static const char *confidence_of(const struct guarded *g)
{
	const struct secret *s = g->s;
	const struct effect *e = &g->e;
	bool network = s->input.source == SOURCE_NETWORK, outside = is_outside(s);
	bool few = g->in_table < TABLE;
	if (g->after_login)
		return "hint";
	if (!outside)
		return s->weight == 2 && e->strength == 2 && few ? "likely" : "hint";
	if (strcmp(s->compare, "length") == 0)
		return outside && e->strength == 2 && !e->inside ? "likely" : "hint";
	if (strcmp(s->compare, "bytes") == 0) /* protocols have such numbers, too */
		return s->weight == 2 && (e->strength == 2 || e->lasting) ? "likely" : "hint";
	if (e->strength == 2 && s->weight && few && !e->inside)
		return network && s->weight == 2 ? "certain" : outside ? "likely" : "hint";
	if (e->strength == 2 && outside && s->weight)
		return "likely";
	bool hash = strcmp(s->compare, "hash") == 0 && strcmp(e->word, "exec") == 0;
	if (outside && s->weight == 2 && few && (s->input.whole || s->hidden) &&
	    (e->lasting || s->hidden || hash))
		return "likely";
	return g->beside && e->lasting && s->odd ? "likely" : "hint";
}

static void emit(struct look *l, const struct function *f, const struct guarded *g)
{
	const struct secret *s = g->s;
	bool sure = strcmp(confidence_of(g), "hint") != 0; /* else others may know better */
	if (sure && l->told_count < sizeof l->told / sizeof *l->told)
		l->told[l->told_count++] = s->at;
	const char *quote = s->text ? "\"" : "";
	const char *hidden = s->hidden && s->text ? " (which the program computes)" : "";
	const char *chain = arena_printf(
	    l->arena, "input by %s at 0x%llx > %s with %s%s%s%s at 0x%llx > %s", s->input.via,
	    (unsigned long long)s->input.at, s->compare, quote, s->literal, quote, hidden,
	    (unsigned long long)s->at, effect_chain(l, &g->e));
	const char *operand = source_word(s->input.source);
	if (s->input.name.n)
		operand = arena_printf(l->arena, "%s %.*s", operand, (int)s->input.name.n,
				       (const char *)s->input.name.p);
	bool outlier = g->in_table >= TABLE || g->beside;
	fact_guard(l->out, &(struct fact_guard){.at = look_place(l, s->at),
						.function = f->name,
						.compare = s->compare,
						.literal = s->literal,
						.operand = operand,
						.sink = g->e.word,
						.chain = chain,
						.kind = outlier ? "outlier" : "trigger",
						.confidence = confidence_of(g)});
}

/* Bytes that lead to a shell or to any command are look_magic.c's to tell. */
static bool told_elsewhere(const struct look *l, const struct function *f, const struct secret *s)
{
	int32_t to = way_target(f, s->equal);
	return strcmp(s->compare, "bytes") == 0 && s->input.source == SOURCE_NETWORK &&
	       to != NO_BLOCK && power_behind(l, f, to).kind;
}

/* A member of a command table is told about only when it opens a shell. */
static bool worth(const struct secret *s, const struct effect *e, unsigned in_table)
{
	if (!e->word || (in_table >= TABLE && e->strength < 2))
		return false;
	if (strcmp(s->compare, "length") == 0)
		return e->strength == 2;
	return s->weight > 0 && (e->strength == 2 || s->input.source != SOURCE_STREAM);
}

void look_for_guards(struct look *l)
{
	unsigned count = 0;
	struct secret *all = arena_array(l->arena, MAX_SECRETS, sizeof *all);
	for (size_t i = 0; i < l->p->function_count && count < MAX_GUARDS; i++) {
		const struct function *f = l->p->functions[i];
		size_t n = secrets_find(l, f, all);
		for (size_t k = 0; k < n && count < MAX_GUARDS; k++) {
			if (!all[k].input.source)
				continue;
			struct guarded g = {.s = &all[k], .e = effect_behind(l, f, all[k].equal)};
			g.in_table = g.e.word ? siblings(all, n, &all[k]) : 0;
			if (!worth(&all[k], &g.e, g.in_table) || told_elsewhere(l, f, &all[k]))
				continue;
			g.beside = beside_list(f, &all[k]);
			g.after_login = behind_check(l, f, all[k].equal.block);
			emit(l, f, &g);
			count++;
		}
	}
}
