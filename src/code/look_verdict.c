/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts that a constant turns into a yes: a function that checks a password against what is
 * stored, and that also says yes when input equals a word of its own, without the check. Also where
 * the compiler put the check into the function that serves a connection: then both go on at the
 * same place. Reference: Shoshitaishvili et al., "Firmalice" (NDSS 2015), on authentication bypass.
 */
#include "code/verdict.h"

enum { MAX_OVERRIDES = 40, MAX_STEPS = 6, TABLE = 3 };

struct override {
	const struct function *f;
	const struct secret *word, *user; /* user: the compare that stands in front of it */
	const struct check *check;
	uint64_t value, at; /* what is returned, where; at 0: both go on at `joint` */
	int32_t joint;
	bool same;   /* the word stands where the password is expected */
	bool tabled; /* one of several words that are asked for: the words of a protocol */
};

static bool is_documented(const char *literal)
{
	static const char *const words[] = {"anonymous", "ftp",	      "guest",	"nobody",
					    "localhost", "127.0.0.1", "(none)", "default",
					    "disabled",	 "none"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(literal, words[i]) == 0)
			return true;
	return literal[0] == '{' || literal[0] == '$'; /* {SHA}, $apr1$: how a hash begins */
}

/* Texts of a login in the calls that a function makes. */
static bool speaks(const struct look *l, const struct function *f)
{
	static const char *const words[] = {
	    "uthoriz",	      "uthentic",     "assword", "ogin failed",
	    "ogin incorrect", "ccess denied", "AUTH",	 NULL};
	for (size_t i = 0; i < f->call_count; i++)
		for (unsigned n = 0; n < 4; n++) {
			struct span text = program_text(l->p, f->calls[i].args[n]);
			for (const char *const *w = words; *w && text.n; w++)
				if (span_find(text, span_str(*w), 0) != SIZE_MAX)
					return true;
		}
	return false;
}

/* Does the function, or one that calls it, tell somebody about a login? */
static bool is_about_login(const struct look *l, const struct function *f)
{
	if (speaks(l, f))
		return true;
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *g = l->p->functions[i];
		bool calls = false;
		for (size_t n = 0; n < g->call_count && !calls; n++)
			calls = g->calls[n].callee == f;
		if (calls && speaks(l, g))
			return true;
	}
	return false;
}

static const char *confidence_of(const struct look *l, const struct override *o)
{
	const struct input *in = &o->word->input;
	bool outside = in->source == SOURCE_NETWORK || in->source == SOURCE_WEB;
	unsigned weight = o->word->weight;
	if (is_documented(o->word->literal) || o->tabled)
		return "hint";
	if (o->same && o->check->strong && outside && weight == 2)
		return "certain";
	if (o->same && (o->check->strong || outside) && weight)
		return o->check->strong || weight == 2 ? "likely" : "hint";
	if (weight == 2 && (o->check->strong || outside))
		return "likely";
	/* of a password the whole is compared */
	bool whole = o->check->call->role && o->check->call->role->len < 0;
	return o->same && whole && weight == 2 && is_about_login(l, o->f) ? "likely" : "hint";
}

static const char *where_from(const struct look *l, const struct function *f,
			      const struct secret *s)
{
	if (s->input.source)
		return arena_printf(l->arena, "input by %s at 0x%llx", s->input.via,
				    (unsigned long long)s->input.at);
	if (s->operand.kind == V_PARAM)
		return arena_printf(l->arena, "parameter %u of %s at 0x%llx", s->operand.id + 1,
				    f->name, (unsigned long long)f->start);
	return arena_printf(l->arena, "value in %s at 0x%llx", f->name,
			    (unsigned long long)f->start);
}

static const char *operand_of(const struct look *l, const struct secret *s)
{
	if (!s->input.source)
		return s->operand.kind == V_PARAM ? "parameter" : "unknown";
	if (s->input.name.n)
		return arena_printf(l->arena, "%s %.*s", source_word(s->input.source),
				    (int)s->input.name.n, (const char *)s->input.name.p);
	return source_word(s->input.source);
}

static void emit(struct look *l, const struct override *o)
{
	const char *skipped =
	    arena_printf(l->arena, "without the check by %s at 0x%llx", look_name(o->check->call),
			 (unsigned long long)o->check->call->at);
	const char *end =
	    o->at ? arena_printf(l->arena, "returns %lld at 0x%llx", (long long)(int32_t)o->value,
				 (unsigned long long)o->at)
		  : arena_printf(l->arena, "goes on as if it were right at 0x%llx",
				 (unsigned long long)o->f->block_at[o->joint]);
	const char *chain = arena_printf(
	    l->arena, "%s > %s with \"%s\" at 0x%llx > %s > %s", where_from(l, o->f, o->word),
	    o->word->compare, o->word->literal, (unsigned long long)o->word->at, skipped, end);
	const char *confidence = confidence_of(l, o);
	if (l->told_count < sizeof l->told / sizeof *l->told)
		l->told[l->told_count++] = o->word->at;
	fact_guard(l->out, &(struct fact_guard){.at = look_place(l, o->word->at),
						.function = o->f->name,
						.compare = o->word->compare,
						.literal = o->word->literal,
						.operand = operand_of(l, o->word),
						.sink = "verdict",
						.chain = chain,
						.kind = "override",
						.confidence = confidence});
	if (!o->same || strcmp(confidence, "hint") == 0 || strcmp(o->word->compare, "hash") == 0)
		return;
	fact_account(l->out, &(struct fact_account){.at = look_place(l, o->word->at),
						    .user = o->user ? o->user->literal : NULL,
						    .password = o->word->literal,
						    .scheme = "plain",
						    .state = "password",
						    .service = "code"});
}

/* Is it the password that is compared: does the check look at the same thing? */
static bool is_same(const struct check *c, struct value operand)
{
	if (c->strong && same_subject(c->subject, operand))
		return true;
	if (c->subject.kind != V_UNKNOWN && c->other.kind != V_UNKNOWN)
		return same_subject(c->subject, operand) ||
		       (!c->strong && same_subject(c->other, operand));
	for (unsigned i = 0; i < MAX_ARGS; i++)
		if (same_subject(c->call->args[i], operand))
			return true;
	return false;
}

/* A check that stands between the compare and the outcome, or in front of the compare. */
static bool checked(const struct function *f, const struct check *checks, size_t n,
		    const struct secret *s, int32_t end)
{
	int32_t to = way_target(f, s->equal);
	for (size_t i = 0; i < n; i++) {
		const struct check *c = &checks[i];
		if (c->tested && way_owns(f, c->yes, s->equal.block))
			return true;
		if (to != NO_BLOCK && cfg_dominates(&f->cfg, to, c->call->block) &&
		    cfg_dominates(&f->cfg, c->call->block, end))
			return true;
	}
	return false;
}

/* The compare in front, when this one only counts together with it. */
static const struct secret *in_front(const struct function *f, const struct secret *all, size_t n,
				     const struct secret *s)
{
	const struct secret *nearest = NULL;
	for (size_t i = 0; i < n; i++)
		if (&all[i] != s && way_owns(f, all[i].equal, s->equal.block) &&
		    !same_subject(all[i].operand, s->operand) &&
		    (!nearest || way_owns(f, nearest->equal, all[i].equal.block)))
			nearest = &all[i];
	return nearest;
}

static bool is_last(const struct function *f, const struct secret *all, size_t n,
		    const struct secret *s, const struct outcome *o)
{
	for (size_t i = 0; i < n; i++)
		if (&all[i] != s && way_owns(f, s->equal, all[i].equal.block) &&
		    way_leads(f, all[i].equal, o))
			return false;
	return true;
}

/* 0 or 1, when everything else that the function returns as a constant is something else. */
static bool may_be_yes(const struct function *f, const struct secret *s, uint64_t k)
{
	bool other = false;
	if (k > 1)
		return false;
	for (uint32_t i = 0; i < f->outcome_count; i++) {
		const struct outcome *o = &f->outcomes[i];
		if (!value_is(o->value, V_CONST) || way_leads(f, s->equal, o))
			continue;
		if (o->value.k == k)
			return false;
		other = true;
	}
	return other;
}

/* The function says yes, the same as after the check, when the word is equal. */
static bool by_outcome(const struct function *f, const struct verdict *v,
		       const struct check *checks, size_t n_checks, const struct secret *all,
		       size_t n, struct override *o)
{
	for (uint32_t i = 0; i < f->outcome_count; i++) {
		const struct outcome *out = &f->outcomes[i];
		if (!value_is(out->value, V_CONST) ||
		    !(v->decides ? out->value.k == v->yes
				 : v->open && may_be_yes(f, o->word, out->value.k)) ||
		    !way_leads(f, o->word->equal, out) || !is_last(f, all, n, o->word, out) ||
		    checked(f, checks, n_checks, o->word, out->by.block))
			continue;
		o->value = out->value.k;
		o->at = f->block_at[out->by.block];
		return true;
	}
	return false;
}

/* The ways on from where a way leads, as far as the way itself decides; false: no further. */
static unsigned ways_on(const struct function *f, struct way w, struct way next[2])
{
	int32_t to = w.edge == 1 ? f->cfg.blocks[w.block].succ[1] : f->cfg.blocks[w.block].succ[0];
	if (f->choices[w.block].soft || to == NO_BLOCK)
		return 0;
	const struct block *k = &f->cfg.blocks[to];
	for (uint32_t i = 0; i < f->turn_count; i++) {
		const struct turn *t = &f->turns[i];
		bool comes =
		    t->by.block == w.block && (t->by.edge == w.edge || t->by.edge == EDGE_ANY);
		if (t->via != to || !comes || !value_is(t->choice.left, V_CONST))
			continue;
		bool equal = t->choice.left.k == t->choice.right.k;
		next[0] = (struct way){to, equal == (k->cond == COND_EQ) ? 1 : 0};
		return 1;
	}
	next[0] = (struct way){to, k->cond == COND_ALWAYS ? EDGE_ANY : 0};
	next[1] = (struct way){to, 1};
	return k->to_switch ? 0 : k->cond == COND_ALWAYS ? 1 : 2;
}

static int32_t next_block(const struct function *f, struct way w)
{
	return w.edge == 1 ? f->cfg.blocks[w.block].succ[1] : f->cfg.blocks[w.block].succ[0];
}

/* Closing files, freeing memory and writing to the log is not what a check leads to. */
static bool tidies(const struct call *c)
{
	static const char *const names[] = {"fclose", "endspent", "endpwent", "closelog", "memset"};
	for (size_t i = 0; c->name && i < sizeof names / sizeof *names; i++)
		if (strcmp(c->name, names[i]) == 0)
			return true;
	return c->role && c->role->kind == ROLE_PURE;
}

static bool has_calls(const struct function *f, int32_t block)
{
	for (size_t i = 0; i < f->call_count; i++)
		if (f->calls[i].block == block && !tidies(&f->calls[i]))
			return true;
	return false;
}

/* Blocks that control comes to by this way before it has a choice or does something. */
static unsigned arrives(const struct function *f, struct way w, int32_t out[MAX_STEPS])
{
	unsigned n = 0;
	struct way next[2];
	while (n < MAX_STEPS) {
		int32_t to = next_block(f, w);
		if (to == NO_BLOCK || f->cfg.blocks[to].order <= f->cfg.blocks[w.block].order)
			break; /* round a loop all meet */
		out[n++] = to;
		if (has_calls(f, to) || ways_on(f, w, next) != 1)
			break;
		w = next[0];
	}
	return n;
}

static bool same_way(struct way a, struct way b)
{
	return a.block == b.block && a.edge == b.edge;
}

/* Does a way lead to the block, not going round loops, and neither by the opposite answer of the
 * check (the next line of a file may match) nor by the way `not_by`? */
static bool reaches(const struct look *l, const struct function *f, struct way from,
		    struct way opposite, int32_t to, struct way not_by)
{
	const struct cfg *c = &f->cfg;
	struct way *todo = arena_array(l->arena, c->block_count * 3 + 3, sizeof *todo);
	uint8_t *seen = arena_array(l->arena, c->block_count + 1, sizeof *seen);
	size_t n = 0;
	todo[n++] = from;
	while (n) {
		struct way w = todo[--n], next[2];
		if (next_block(f, w) == to)
			return true;
		for (unsigned i = ways_on(f, w, next); i-- > 0;) {
			int32_t at = next[i].block, on = next_block(f, next[i]);
			uint8_t bit = (uint8_t)(1u << (next[i].edge + 1));
			if (on == NO_BLOCK || (seen[at] & bit) ||
			    c->blocks[on].order <= c->blocks[at].order ||
			    same_way(next[i], not_by) || same_way(next[i], opposite))
				continue;
			seen[at] |= bit;
			todo[n++] = next[i];
		}
	}
	return false;
}

/* The word and the check go on at the same place, and a wrong password does not get there. */
static bool by_joint(const struct look *l, const struct function *f, struct override *o)
{
	const struct check *c = o->check;
	int32_t word[MAX_STEPS];
	if (!c->tested || (!o->same && !(c->strong && o->word->weight == 2)) ||
	    way_owns(f, c->yes, o->word->equal.block) || f->choices[c->no.block].soft ||
	    f->choices[o->word->equal.block].soft)
		return false;
	unsigned n = arrives(f, o->word->equal, word);
	for (unsigned i = 0; i < n; i++)
		if (reaches(l, f, c->yes, c->no, word[i], o->word->equal) &&
		    !reaches(l, f, c->no, c->yes, word[i], o->word->equal)) {
			o->joint = word[i];
			o->at = 0;
			return true;
		}
	return false;
}

static unsigned look_at(struct look *l, const struct verdicts *v, const struct function *f)
{
	struct check checks[MAX_CHECKS];
	size_t n_checks = checks_find(l, v, f, checks);
	if (!n_checks)
		return 0;
	struct secret *all = arena_array(l->arena, MAX_SECRETS, sizeof *all);
	size_t n = secrets_find(l, f, all);
	const struct verdict *mine = &v->of[f->index];
	struct override seen[MAX_OVERRIDES];
	unsigned count = 0;
	for (size_t i = 0; i < n && count < MAX_OVERRIDES; i++) {
		struct override o = {.f = f, .word = &all[i], .joint = NO_BLOCK};
		bool found = false;
		if (!all[i].weight || all[i].equal.block == NO_BLOCK)
			continue;
		o.user = in_front(f, all, n, &all[i]);
		for (size_t k = 0; k < n_checks && !found; k++) {
			if (all[i].call == checks[k].call)
				continue;
			o.check = &checks[k];
			o.same = is_same(o.check, all[i].operand);
			found = ((mine->decides || mine->open) &&
				 by_outcome(f, mine, checks, n_checks, all, n, &o)) ||
				by_joint(l, f, &o);
			/* the check that looks at the same thing tells most, then that of a hash */
			for (size_t m = 0; found && !o.same && m < n_checks; m++)
				if (checks[m].strong && !o.check->strong)
					o.check = &checks[m];
			for (size_t m = 0; found && !o.same && m < n_checks; m++)
				if (is_same(&checks[m], all[i].operand)) {
					o.check = &checks[m];
					o.same = true;
				}
		}
		if (found)
			seen[count++] = o;
	}
	for (unsigned i = 0; i < count; i++) {
		unsigned like = 0;
		for (unsigned k = 0; k < count; k++)
			like += same_subject(seen[k].word->operand, seen[i].word->operand);
		seen[i].tabled = like >= TABLE;
		emit(l, &seen[i]);
	}
	return count;
}

void look_for_verdicts(struct look *l)
{
	const struct verdicts *v = l->verdicts;
	unsigned count = 0;
	for (size_t i = 0; i < l->p->function_count && count < MAX_OVERRIDES; i++)
		if (l->p->functions[i]->call_count)
			count += look_at(l, v, l->p->functions[i]);
}
