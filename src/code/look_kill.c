/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices that can be switched off from afar, or switch themselves off on a date: a secret word, a
 * number in a packet or the clock compared with a constant, where one outcome alone leads to
 * erasing, to a link that goes down, or to programs that are ended.
 */
#include "code/harm.h"
#include "code/secret.h"

enum {
	MAX_KILLS = 30,
	TABLE = 4,
	TM_YEAR = 20, /* of struct tm; years since 1900 */
	TM_MONTH = 16,
};

struct kill_look {
	struct look *l;
	struct secret *secrets;
	unsigned count;
};

static void emit(struct kill_look *w, const struct fact_guard *g)
{
	if (w->count++ < MAX_KILLS)
		fact_guard(w->l->out, g);
}

/* Words: what is a documented command in a table of them is no secret. */
static const char *sure_of_word(const struct secret *s, const struct harm *h, size_t in_table)
{
	bool network = s->input.source == SOURCE_NETWORK;
	if (!network || in_table >= TABLE || !s->input.whole)
		return "hint";
	if (s->weight == 2)
		return h->kind == HARM_ERASE && s->text ? "certain" : "likely";
	return s->weight && h->kind == HARM_ERASE ? "likely" : "hint";
}

static size_t in_table(const struct kill_look *w, size_t n, const struct secret *of)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		k += w->secrets[i].text == of->text &&
		     w->secrets[i].operand.kind == of->operand.kind &&
		     w->secrets[i].operand.id == of->operand.id;
	return k;
}

static void by_words(struct kill_look *w, const struct function *f)
{
	struct look *l = w->l;
	size_t n = secrets_find(l, f, w->secrets);
	for (size_t i = 0; i < n; i++) {
		const struct secret *s = &w->secrets[i];
		int32_t to = way_target(f, s->equal);
		if (!s->weight || !way_owns(f, s->equal, to) ||
		    (s->input.source != SOURCE_NETWORK && s->input.source != SOURCE_WEB))
			continue;
		struct harm h = harm_behind(l, f, to);
		if (h.kind < HARM_STOP || (h.kind == HARM_STOP && s->weight < 2))
			continue;
		const char *q = s->text ? "\"" : "";
		emit(w, &(struct fact_guard){
			    .at = look_place(l, s->at),
			    .function = f->name,
			    .compare = s->compare,
			    .literal = s->literal,
			    .operand = source_word(s->input.source),
			    .sink = harm_word(h.kind),
			    .chain = arena_printf(
				l->arena, "input by %s at 0x%llx > %s with %s%s%s at 0x%llx > %s",
				s->input.via, (unsigned long long)s->input.at, s->compare, q,
				s->literal, q, (unsigned long long)s->at, harm_text(l, &h)),
			    .kind = "kill",
			    .confidence = sure_of_word(s, &h, in_table(w, n, s))});
	}
}

static const struct call *call_at(const struct function *f, uint32_t insn)
{
	for (size_t i = 0; i < f->call_count; i++)
		if (f->calls[i].insn == insn)
			return &f->calls[i];
	return NULL;
}

static bool is_clock(const struct call *c)
{
	return c && c->role && c->role->kind == ROLE_CLOCK;
}

/* Seconds since 1970 that a program may be made to wait for. */
static bool is_moment(uint64_t k)
{
	k &= 0xffffffff;
	return k > 1100000000 && k < 4200000000u;
}

static bool is_year(uint64_t k)
{
	return k >= 105 && k < 200;
}

/* time(&t): the variable on the stack. */
static const struct call *filled_by_clock(const struct function *f, struct value v)
{
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		const int8_t arg = is_clock(c) ? c->role->arg : -1;
		if (arg >= 0 && v.kind == V_STACK && value_is(c->args[arg], V_STACK) &&
		    c->args[arg].k == v.k)
			return c;
	}
	return NULL;
}

/* The call that told the time which this choice compares with a constant; NULL: it is about
 * something else. */
static const struct call *about_date(const struct function *f, const struct choice *c,
				     uint64_t *when, bool *year)
{
	struct value a = c->left, b = c->right;
	const struct call *from = NULL;
	if (value_is(a, V_CONST)) {
		a = c->right;
		b = c->left;
	}
	*year = false;
	if (a.kind == V_LESS) {
		from = call_at(f, a.id);
		*when = a.k;
		*year = a.lift == TM_YEAR + 1;
		if (a.lift && !*year)
			return NULL;
	} else if (value_is(b, V_CONST)) {
		*when = b.k;
		*year = a.kind == V_RET && a.form == CONTENT && a.k == TM_YEAR;
		if (a.kind == V_RET && (value_is(a, V_RET) ? a.k == 0 : *year))
			from = call_at(f, a.id);
		else if (a.form == CONTENT)
			from = filled_by_clock(f, a);
	}
	if (!is_clock(from) || !(*year ? is_year(*when) : is_moment(*when)))
		return NULL;
	return from;
}

static struct harm after_date(const struct look *l, const struct function *f, int32_t block)
{
	struct harm worst = {0};
	for (int way = 0; way < 2; way++) {
		int32_t to = f->cfg.blocks[block].succ[way];
		if (!cfg_edge_owns(&f->cfg, block, to))
			continue;
		struct harm h = harm_behind(l, f, to);
		if (h.kind > worst.kind)
			worst = h;
	}
	return worst;
}

static void by_date(struct kill_look *w, const struct function *f)
{
	struct look *l = w->l;
	for (size_t b = 0; b < f->cfg.block_count; b++) {
		uint64_t when = 0;
		bool year;
		const struct block *k = &f->cfg.blocks[b];
		if (!k->reached || k->cond == COND_ALWAYS || f->choices[b].soft)
			continue;
		const struct call *clock = about_date(f, &f->choices[b], &when, &year);
		struct harm h = clock ? after_date(l, f, (int32_t)b) : (struct harm){0};
		if (!h.kind)
			continue;
		unsigned long long n = (year ? when + 1900 : when & 0xffffffff);
		const char *text = arena_printf(l->arena, "%llu", n);
		emit(w, &(struct fact_guard){
			    .at = look_place(l, f->block_at[b]),
			    .function = f->name,
			    .compare = "date",
			    .literal = text,
			    .operand = "clock",
			    .sink = harm_word(h.kind),
			    .chain = arena_printf(
				l->arena, "clock by %s at 0x%llx > compare with %s at 0x%llx > %s",
				look_name(clock), (unsigned long long)clock->at, text,
				(unsigned long long)f->block_at[b], harm_text(l, &h)),
			    .kind = "kill",
			    .confidence = h.kind > HARM_EXIT ? "likely" : "hint"});
	}
}

void look_for_kills(struct look *l)
{
	struct kill_look w = {.l = l};
	w.secrets = arena_array(l->arena, MAX_SECRETS, sizeof *w.secrets);
	for (size_t i = 0; i < l->p->function_count && w.count < MAX_KILLS; i++) {
		const struct function *f = l->p->functions[i];
		if (!f->call_count)
			continue;
		by_words(&w, f);
		by_date(&w, f);
	}
}
