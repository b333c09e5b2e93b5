/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets of values whose way into the program could not be followed: real programs keep what they
 * received in structures, and ask for it functions away. So the effect tells: something is compared
 * with a word or a number that nobody comes upon by chance, and the equal outcome alone opens a
 * shell, or runs the very text that was compared. After the idea of Stringer (ESORICS 2017), that
 * the literal and what hangs on it tell more than the way of the data.
 */
#include "code/power.h"
#include "code/verdict.h"

enum { MAX_BLIND = 40, STEPS = 3, TABLE = 4 };

enum gain {
	GAIN_NONE,
	GAIN_DATA, /* runs something that is no constant */
	GAIN_SELF, /* runs what was compared, or what follows it */
	GAIN_SHELL,
	GAIN_ROOT, /* a shell, after the identity of root was taken */
};

struct blind {
	struct look *l;
	uint8_t *near; /* by function.index: calls from there to one that runs programs, plus 1 */
	unsigned count, here;
	struct finding {
		struct secret s;
		struct effect e;
		const char *confidence;
	} found[MAX_BLIND]; /* in the function that is looked at: `here` of them */
};

static bool runs(const struct call *c)
{
	return c->role && (c->role->kind == ROLE_EXEC || c->role->kind == ROLE_SCRIPT);
}

/* Runs something, or writes to the files that decide who may log in. */
static bool gives(const struct look *l, const struct function *f, const struct call *c)
{
	return runs(c) || (c->role && (c->role->kind == ROLE_OPEN || c->role->kind == ROLE_LOAD) &&
			   effect_of(l, f, c).strength == 2);
}

/* Functions that run programs, and those that call them, some steps away. */
static bool find_near(struct blind *w)
{
	const struct program *p = w->l->p;
	bool any = false;
	for (size_t i = 0; i < p->function_count; i++)
		for (size_t n = 0; n < p->functions[i]->call_count; n++)
			if (gives(w->l, p->functions[i], &p->functions[i]->calls[n])) {
				w->near[p->functions[i]->index] = 1;
				any = true;
			}
	for (uint8_t step = 1; any && step < STEPS; step++)
		for (size_t i = 0; i < p->function_count; i++) {
			const struct function *f = p->functions[i];
			for (size_t n = 0; n < f->call_count && !w->near[f->index]; n++)
				if (f->calls[n].callee &&
				    w->near[f->calls[n].callee->index] == step)
					w->near[f->index] = (uint8_t)(step + 1);
		}
	return any;
}

static bool same_object(struct value a, struct value b)
{
	if (a.kind != b.kind || a.id != b.id || a.form > NEAR_CONTENT || b.form > NEAR)
		return false;
	if (b.form == CONTENT) /* a pointer in memory, perhaps followed once more */
		return a.form == b.form && a.k == b.k && a.kind != V_UNKNOWN;
	return a.kind == V_PARAM || a.kind == V_RET ||
	       ((a.kind == V_STACK || a.kind == V_CONST) && b.k - a.k < 256);
}

/* What the effect runs, as the function itself names it; unknown: it cannot be told. */
static struct value command_of(const struct effect *e)
{
	const struct call *last = e->inside ? e->inside : e->call;
	struct value v = last->args[last->role->arg];
	if (!e->inside || v.kind == V_CONST)
		return v;
	if (!e->middle && v.kind == V_PARAM && v.id < MAX_ARGS && v.form == EXACT && !v.k)
		return e->call->args[v.id];
	return (struct value){0};
}

/* Does the effect happen in a function that many call, to run what they say? Such a function starts
 * a shell for each command; that gives nobody a shell. */
static bool is_runner(const struct look *l, const struct effect *e)
{
	enum { MANY = 3 };
	const struct function *g = e->middle ? e->middle->callee : e->call->callee;
	unsigned callers = 0;
	for (size_t i = 0; e->inside && i < l->p->function_count && callers <= MANY; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t n = 0; n < f->call_count && callers <= MANY; n++)
			callers += f->calls[n].callee == g;
	}
	return callers > MANY && strncmp(e->inside->role->name, "exec", 4) == 0;
}

/* Is the command a text that was made of what was compared? */
static bool made_of(const struct function *f, const struct secret *s, struct value command,
		    const struct call *before)
{
	int32_t to = way_target(f, s->equal);
	for (size_t i = 0; i < f->call_count && command.kind == V_STACK && to != NO_BLOCK; i++) {
		const struct call *c = &f->calls[i];
		enum role_kind kind = c->role ? c->role->kind : ROLE_NONE;
		if ((kind != ROLE_FORMAT && kind != ROLE_COPY) || c->at >= before->at ||
		    !cfg_dominates(&f->cfg, to, c->block) ||
		    !value_same(c->args[c->role->arg], command))
			continue;
		for (unsigned n = (unsigned)c->role->other; n < MAX_ARGS; n++)
			if (same_object(s->operand, c->args[n]))
				return true;
	}
	return false;
}

static bool becomes_root(const struct look *l, const struct function *f, struct way w)
{
	int32_t to = way_target(f, w);
	for (size_t i = 0; i < f->call_count && to != NO_BLOCK; i++) {
		const struct call *c = &f->calls[i];
		if (c->role && c->role->kind == ROLE_IDENTITY && effect_of(l, f, c).word &&
		    cfg_dominates(&f->cfg, to, c->block))
			return true;
	}
	return false;
}

static enum gain gain_of(const struct look *l, const struct function *f, const struct secret *s,
			 struct effect *e)
{
	*e = effect_behind(l, f, s->equal);
	const struct call *last = e->inside ? e->inside : e->call;
	if (!e->word || (!runs(last) && e->strength < 2))
		return GAIN_NONE;
	struct value command = command_of(e);
	if (is_runner(l, e))
		return GAIN_NONE;
	if (e->strength == 2)
		return becomes_root(l, f, s->equal) ? GAIN_ROOT : GAIN_SHELL;
	if (same_object(s->operand, command) || made_of(f, s, command, e->call))
		return GAIN_SELF;
	bool fixed = value_is(command, V_CONST) || command.kind == V_STACK || !runs(last);
	return fixed || strncmp(last->role->name, "exec", 4) == 0 ? GAIN_NONE : GAIN_DATA;
}

/* The date and number of a version: programs ask for each other's. */
static bool is_stamp(const char *text)
{
	size_t spaces = 0, n = strlen(text);
	for (const char *s = text; *s; s++)
		spaces += *s == ' ';
	return n > 40 || spaces > 2;
}

/* Signs in it that words of settings and protocols do without. */
static bool is_strange(const char *text)
{
	return strlen(text) >= 6 && strpbrk(text, "~!#$%^*") && !strchr(text, '/');
}

static const char *confidence_of(const struct look *l, const struct function *f,
				 const struct secret *s, enum gain g, bool tabled)
{
	if (behind_check(l, f, s->equal.block))
		return "hint";
	if (is_stamp(s->literal))
		return "hint";
	if (s->weight == 2)
		return g > GAIN_DATA || !tabled ? "likely" : "hint";
	if (g >= GAIN_SELF && s->weight && is_strange(s->literal))
		return "likely";
	if (g == GAIN_SELF && s->weight && strpbrk(s->literal, "0123456789"))
		return "likely";
	return g == GAIN_ROOT && strlen(s->literal) >= 5 ? "likely" : "hint";
}

/* Of compares one inside of the other, with the same effect, the innermost is told. */
static void take(struct blind *w, const struct function *f, const struct secret *s,
		 const struct effect *e, const char *confidence)
{
	struct finding new = {*s, *e, confidence};
	for (unsigned i = 0; i < w->here; i++) {
		struct finding *old = &w->found[i];
		if (old->e.call->at != e->call->at)
			continue;
		if (way_owns(f, s->equal, old->s.equal.block) && s->weight <= old->s.weight)
			return;
		if (way_owns(f, old->s.equal, s->equal.block) && old->s.weight <= s->weight) {
			*old = new;
			return;
		}
	}
	if (w->here < MAX_BLIND)
		w->found[w->here++] = new;
}

static void emit(struct blind *w, const struct function *f, const struct finding *d)
{
	struct look *l = w->l;
	const struct secret *s = &d->s;
	const char *quote = s->text ? "\"" : "";
	const char *chain =
	    arena_printf(l->arena, "value in %s at 0x%llx > %s with %s%s%s at 0x%llx > %s", f->name,
			 (unsigned long long)f->start, s->compare, quote, s->literal, quote,
			 (unsigned long long)s->at, effect_chain(l, &d->e));
	w->count++;
	fact_guard(l->out, &(struct fact_guard){.at = look_place(l, s->at),
						.function = f->name,
						.compare = s->compare,
						.literal = s->literal,
						.operand = "unknown",
						.sink = d->e.word,
						.chain = chain,
						.kind = "trigger",
						.confidence = d->confidence});
}

static unsigned siblings(const struct secret *all, size_t n, const struct secret *of)
{
	unsigned k = 0;
	for (size_t i = 0; i < n; i++)
		k += all[i].text == of->text && all[i].operand.kind == of->operand.kind &&
		     all[i].operand.id == of->operand.id;
	return k;
}

static bool is_told(const struct look *l, uint64_t at)
{
	for (unsigned i = 0; i < l->told_count; i++)
		if (l->told[i] == at)
			return true;
	return false;
}

/* The four letters of a chunk or a tag. */
static bool is_tag(uint64_t k)
{
	for (unsigned i = 0; i < 4; i++)
		if ((uint8_t)(k >> i * 8) < 0x20 || (uint8_t)(k >> i * 8) >= 0x7f)
			return false;
	return true;
}

/* A number that is no size, no mask and no code of a protocol that counts from 0. */
static bool odd_number(uint64_t k)
{
	enum { LOOPBACK = 0x7f000001, LOOPBACK_SWAPPED = 0x0100007f };
	uint64_t round = k & (k - 1), next = k & (k + 1);
	if (k == LOOPBACK || k == LOOPBACK_SWAPPED)
		return false;
	if (k < 0x400 || k > UINT32_MAX || !round || !next || k % 10 == 0 || !(k & 0xff) ||
	    (k & 0xff) == 0xff || is_tag(k))
		return false;
	bool status = k >> 16 == 0xc000 || k >> 16 == 0x8000 || k >> 16 == 0x8007; /* of Windows */
	return k >> 16 != 0xffff && !status;
}

/* An address; but in a program that may stand anywhere, small numbers are places of code, too. */
static bool is_address(const struct program *p, uint64_t k)
{
	bool small = k < 0x10000 && elf_is_code(p->img, k) && !program_function(p, k);
	return elf_mapped(p->img, k) && !small;
}

/* A number that is no text, compared with a rare constant. */
static bool take_number(const struct look *l, const struct function *f, int32_t block,
			struct secret *s)
{
	const struct block *k = &f->cfg.blocks[block];
	const struct choice *c = &f->choices[block];
	uint64_t number = c->right.k;
	if (number >> 31 == UINT64_MAX >> 31)
		number &= UINT32_MAX;
	if (!k->reached || c->soft || (k->cond != COND_EQ && k->cond != COND_NE) ||
	    !value_is(c->right, V_CONST) || value_is(c->left, V_CONST) || !odd_number(number) ||
	    is_address(l->p, number))
		return false;
	*s =
	    (struct secret){.at = f->block_at[block],
			    .compare = "number",
			    .literal = arena_printf(l->arena, "0x%llx", (unsigned long long)number),
			    .operand = c->left,
			    .equal = {block, k->cond == COND_EQ ? 1 : 0},
			    .weight = 2};
	return true;
}

/* Does another such number have to be right before this one is asked for? */
static bool is_second(const struct look *l, const struct function *f, const struct secret *s)
{
	struct secret first;
	for (size_t b = 0; b < f->cfg.block_count; b++)
		if ((int32_t)b != s->equal.block && take_number(l, f, (int32_t)b, &first) &&
		    way_owns(f, first.equal, s->equal.block))
			return true;
	return false;
}

static void look_at_numbers(struct blind *w, const struct function *f)
{
	for (size_t b = 0; b < f->cfg.block_count && w->here < MAX_BLIND; b++) {
		struct secret s;
		struct effect e;
		if (!take_number(w->l, f, (int32_t)b, &s) || is_told(w->l, s.at))
			continue;
		enum gain g = gain_of(w->l, f, &s, &e);
		if (g >= GAIN_SHELL || (g && is_second(w->l, f, &s)))
			take(w, f, &s, &e, confidence_of(w->l, f, &s, g, false));
	}
}

static void look_at(struct blind *w, const struct function *f, struct secret *all)
{
	w->here = 0;
	if (f->choices)
		look_at_numbers(w, f);
	size_t n = secrets_find_any(w->l, f, all);
	for (size_t i = 0; i < n && w->here < MAX_BLIND; i++) {
		const struct secret *s = &all[i];
		struct effect e;
		if (s->input.source || s->equal.block == NO_BLOCK || is_told(w->l, s->at))
			continue;
		enum gain g = gain_of(w->l, f, s, &e);
		if (g && (s->weight || g == GAIN_ROOT))
			take(w, f, s, &e,
			     confidence_of(w->l, f, s, g, siblings(all, n, s) >= TABLE));
	}
	for (unsigned i = 0; i < w->here && w->count < MAX_BLIND; i++)
		emit(w, f, &w->found[i]);
}

void look_for_blind(struct look *l)
{
	struct blind *w = arena_alloc(l->arena, sizeof *w);
	struct secret *all = arena_array(l->arena, MAX_SECRETS, sizeof *all);
	w->l = l;
	w->near = arena_alloc(l->arena, l->p->function_count + 1);
	if (!find_near(w))
		return;
	for (size_t i = 0; i < l->p->function_count; i++)
		if (w->near[l->p->functions[i]->index])
			look_at(w, l->p->functions[i], all);
}
