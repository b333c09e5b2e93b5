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

static const char *confidence_of(const struct secret *s, const struct effect *e, unsigned in_table,
				 bool after_login)
{
	bool network = s->input.source == SOURCE_NETWORK, outside = is_outside(s);
	if (after_login)
		return "hint";
	if (!outside)
		return s->weight == 2 && e->strength == 2 && in_table < TABLE ? "likely" : "hint";
	if (strcmp(s->compare, "length") == 0)
		return outside && e->strength == 2 && !e->inside ? "likely" : "hint";
	if (strcmp(s->compare, "bytes") == 0) /* protocols have such numbers, too */
		return s->weight == 2 && (e->strength == 2 || e->lasting) ? "likely" : "hint";
	if (e->strength == 2 && s->weight && in_table < TABLE && !e->inside)
		return network && s->weight == 2 ? "certain" : outside ? "likely" : "hint";
	if (e->strength == 2 && outside && s->weight)
		return "likely";
	if (outside && s->weight == 2 && (e->lasting || s->hidden) && in_table < TABLE &&
	    (s->input.whole || s->hidden))
		return "likely";
	return "hint";
}

static void emit(struct look *l, const struct function *f, const struct secret *s,
		 const struct effect *e, unsigned in_table)
{
	const char *quote = s->text ? "\"" : "";
	const char *hidden = s->hidden && s->text ? " (which the program computes)" : "";
	const char *chain =
	    arena_printf(l->arena, "input by %s at 0x%llx > %s with %s%s%s%s at 0x%llx > %s",
			 s->input.via, (unsigned long long)s->input.at, s->compare, quote,
			 s->literal, quote, hidden, (unsigned long long)s->at, effect_chain(l, e));
	const char *operand = source_word(s->input.source);
	if (s->input.name.n)
		operand = arena_printf(l->arena, "%s %.*s", operand, (int)s->input.name.n,
				       (const char *)s->input.name.p);
	fact_guard(l->out,
		   &(struct fact_guard){.at = look_place(l, s->at),
					.function = f->name,
					.compare = s->compare,
					.literal = s->literal,
					.operand = operand,
					.sink = e->word,
					.chain = chain,
					.kind = in_table >= TABLE ? "outlier" : "trigger",
					.confidence = confidence_of(
					    s, e, in_table, behind_check(l, f, s->equal.block))});
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
			struct effect e = effect_behind(l, f, all[k].equal);
			unsigned in_table = e.word ? siblings(all, n, &all[k]) : 0;
			if (!worth(&all[k], &e, in_table) || told_elsewhere(l, f, &all[k]))
				continue;
			emit(l, f, &all[k], &e, in_table);
			count++;
		}
	}
}
