/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guards: input compared with a constant, where the equal outcome alone leads to a privileged
 * effect. A chain of compares of the same input is a command table: its members are what a program
 * documents itself, and only what opens a shell is told about them, with less confidence.
 */
#include "base/buf.h"
#include "code/observe.h"

enum { MAX_GUARDS = 200, TABLE = 4, MIN_INLINE = 3, MAX_LITERAL = 64 };

struct guard {
	const struct function *f;
	uint64_t at;	     /* of the compare */
	const char *compare; /* strcmp, memcmp, byte, word */
	const char *literal;
	struct input input;
	int32_t equal; /* block that the equal outcome leads to */
	struct value operand;
	unsigned weight; /* how much the literal looks like a secret: 0..2 */
};

struct effect {
	const struct call *call, *inside; /* inside: what the called function does */
	unsigned strength;		  /* 2: gives control to who sent the input */
	const char *word;
};

static bool all_in(struct span s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr(set, s.p[i]))
			return false;
	return true;
}

/* Words of protocols and of settings are no secrets; a mixture of letters and digits may be one. */
static unsigned weight_of(struct span s)
{
	unsigned lower = 0, upper = 0, digit = 0, other = 0;
	if (s.n < 4 || s.p[0] == '/' || all_in(s, "0123456789."))
		return 0;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		lower += c >= 'a' && c <= 'z';
		upper += c >= 'A' && c <= 'Z';
		digit += c >= '0' && c <= '9';
		other += !((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9');
	}
	if (span_find(s, SPAN_LIT("HTTP"), 0) != SIZE_MAX ||
	    span_find(s, SPAN_LIT("Content-"), 0) != SIZE_MAX ||
	    span_find(s, SPAN_LIT(": "), 0) != SIZE_MAX)
		return 0;
	if (s.n >= 6 && digit && lower + upper >= 3)
		return 2;
	if (s.n >= 8 && other && other < s.n / 2 && lower + upper >= 4 && upper && lower)
		return 2;
	return s.n >= 5 ? 1 : 0;
}

/* Letters of both cases, or letters and digits: no word of a protocol. */
static bool mixed(struct span s)
{
	unsigned lower = 0, upper = 0, digit = 0;
	for (size_t i = 0; i < s.n; i++) {
		lower += s.p[i] >= 'a' && s.p[i] <= 'z';
		upper += s.p[i] >= 'A' && s.p[i] <= 'Z';
		digit += s.p[i] >= '0' && s.p[i] <= '9';
	}
	return s.n >= 4 && ((lower && upper && digit) || (digit && lower + upper >= 2) ||
			    (upper >= 2 && lower >= 2));
}

static struct effect effect_of(const struct look *l, const struct function *f, const struct call *c)
{
	struct effect e = {.call = c};
	switch (c->role ? c->role->kind : ROLE_NONE) {
	case ROLE_EXEC: {
		struct value v = c->args[c->role->arg];
		struct span text = program_text(l->p, v);
		struct input in = input_text(l->in, f, v);
		e.word = "exec";
		e.strength = look_opens_shell(text) || (in.source && in.whole) ? 2 : 1;
		if (c->role->other >= 0 &&
		    c->role->other < MAX_ARGS) /* execl("/bin/busybox", "telnetd") */
			if (look_opens_shell(program_text(l->p, c->args[c->role->other])))
				e.strength = 2;
		break;
	}
	case ROLE_IDENTITY:
		e.word = value_is(c->args[0], V_CONST) && c->args[0].k == 0 ? "setuid" : NULL;
		e.strength = 1;
		break;
	case ROLE_LISTEN:
		e.word = "listen";
		e.strength = 1;
		break;
	case ROLE_REBOOT:
		e.word = "reboot";
		e.strength = 1;
		break;
	case ROLE_MODULE:
		e.word = "insmod";
		e.strength = 1;
		break;
	default:
		break;
	}
	return e;
}

/* The strongest effect that happens only behind `block`; one step into functions that are called.
 */
static struct effect effect_behind(const struct look *l, const struct function *f, int32_t block)
{
	struct effect best = {0};
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		if (!cfg_dominates(&f->cfg, block, c->block))
			continue;
		struct effect e = effect_of(l, f, c);
		if (e.word && e.strength > best.strength)
			best = e;
		if (e.word || !c->callee || c->callee->stub || c->callee == f ||
		    c->callee->call_count > 60)
			continue;
		for (size_t k = 0; k < c->callee->call_count; k++) {
			e = effect_of(l, c->callee, &c->callee->calls[k]);
			if (e.word && e.strength > best.strength)
				best = (struct effect){c, e.call, e.strength, e.word};
		}
	}
	return best;
}

static bool about_result(const struct choice *c, const struct call *of, bool *inverse)
{
	const struct value *v = &c->left;
	if (!value_is(c->right, V_CONST) || c->right.k != 0 || v->id != of->insn || v->k != 0)
		return false;
	*inverse = v->kind == V_IS_ZERO;
	return value_is(*v, V_RET) || value_is(*v, V_IS_ZERO);
}

/* Where control goes when the compare `c` says equal: the first block that only this leads to. */
static int32_t equal_block(const struct function *f, const struct call *c, int32_t *otherwise)
{
	for (size_t b = 0; b < f->cfg.block_count; b++) {
		const struct block *k = &f->cfg.blocks[b];
		bool inverse;
		if (!k->reached || (k->cond != COND_EQ && k->cond != COND_NE) ||
		    !about_result(&f->choices[b], c, &inverse))
			continue;
		bool zero_taken = (k->cond == COND_EQ) != inverse;
		bool equal_is_zero = c->role->kind == ROLE_COMPARE;
		int32_t to = k->succ[zero_taken == equal_is_zero ? 1 : 0];
		*otherwise = k->succ[zero_taken == equal_is_zero ? 0 : 1];
		if (cfg_edge_owns(&f->cfg, (int32_t)b, to))
			return to;
	}
	return NO_BLOCK;
}

static bool take_compare(const struct look *l, const struct function *f, const struct call *c,
			 struct guard *g)
{
	if (!c->role || (c->role->kind != ROLE_COMPARE && c->role->kind != ROLE_FIND))
		return false;
	struct value a = c->args[c->role->arg], b = c->args[c->role->other];
	struct span text = program_text(l->p, b);
	if (!text.n && c->role->kind == ROLE_COMPARE) {
		struct value t = a;
		a = b;
		b = t;
		text = program_text(l->p, b);
	}
	if (c->role->len >= 0 && value_is(c->args[c->role->len], V_CONST))
		text = span_cut(text, 0, c->args[c->role->len].k);
	*g = (struct guard){
	    .f = f, .at = c->at, .compare = look_name(c), .operand = a, .equal = NO_BLOCK};
	g->input = input_text(l->in, f, a);
	if (!text.n || !g->input.source)
		return false;
	g->literal = arena_str(l->arena, text);
	g->weight = weight_of(text);
	return true;
}

/* Compares of this input with constants in this function. */
static unsigned siblings(const struct look *l, const struct function *f, const struct guard *of)
{
	unsigned n = 0;
	for (size_t i = 0; i < f->call_count; i++) {
		struct guard g;
		if (take_compare(l, f, &f->calls[i], &g) && g.operand.kind == of->operand.kind &&
		    g.operand.id == of->operand.id)
			n++;
	}
	return n;
}

static const char *confidence_of(const struct guard *g, const struct effect *e, unsigned in_table)
{
	bool network = g->input.source == SOURCE_NETWORK;
	bool outside = network || g->input.source == SOURCE_WEB;
	if (g->input.source == SOURCE_ENVIRONMENT)
		return "hint";
	if (e->strength == 2 && g->weight && in_table < TABLE && !e->inside)
		return network && g->weight == 2 ? "certain" : outside ? "likely" : "hint";
	if (e->strength == 2 && outside && g->weight)
		return "likely";
	return "hint";
}

static void emit(struct look *l, const struct guard *g, const struct effect *e, unsigned in_table)
{
	const struct call *last = e->inside ? e->inside : e->call;
	const char *argument =
	    last->role->arg >= 0 ? look_value(l, last->args[last->role->arg]) : "";
	const char *through = "";
	if (e->inside)
		through = arena_printf(l->arena, "call of %s at 0x%llx > ", look_name(e->call),
				       (unsigned long long)e->call->at);
	const char *chain = arena_printf(
	    l->arena, "input by %s at 0x%llx > %s with \"%s\" at 0x%llx > %s%s(%s) at 0x%llx",
	    g->input.via, (unsigned long long)g->input.at, g->compare, g->literal,
	    (unsigned long long)g->at, through, look_name(last), argument,
	    (unsigned long long)last->at);
	const char *operand = source_word(g->input.source);
	if (g->input.name.n)
		operand = arena_printf(l->arena, "%s %.*s", operand, (int)g->input.name.n,
				       (const char *)g->input.name.p);
	fact_guard(l->out, &(struct fact_guard){.at = look_place(l, g->at),
						.function = g->f->name,
						.compare = g->compare,
						.literal = g->literal,
						.operand = operand,
						.sink = e->word,
						.chain = chain,
						.kind = in_table >= TABLE ? "outlier" : "trigger",
						.confidence = confidence_of(g, e, in_table)});
}

/* A member of a command table is told about only when it opens a shell. */
static bool worth(const struct guard *g, const struct effect *e, unsigned in_table)
{
	if (!e->word || (in_table >= TABLE && e->strength < 2))
		return false;
	return g->weight > 0 && (e->strength == 2 || g->input.source != SOURCE_STREAM);
}

static unsigned by_calls(struct look *l, const struct function *f)
{
	unsigned count = 0;
	for (size_t i = 0; i < f->call_count; i++) {
		struct guard g;
		int32_t otherwise = NO_BLOCK;
		if (!take_compare(l, f, &f->calls[i], &g))
			continue;
		g.equal = equal_block(f, &f->calls[i], &otherwise);
		if (g.equal == NO_BLOCK)
			continue;
		struct effect e = effect_behind(l, f, g.equal);
		unsigned in_table = e.word ? siblings(l, f, &g) : 0;
		if (worth(&g, &e, in_table)) {
			emit(l, &g, &e, in_table);
			count++;
		}
	}
	return count;
}

/* Does the block compare bytes of input with a constant? The bytes go to `text`. */
static bool inline_compare(const struct look *l, const struct function *f, int32_t block,
			   struct value *where, struct input *input, struct buf *text)
{
	const struct block *k = &f->cfg.blocks[block];
	const struct choice *c = &f->choices[block];
	if (!k->reached || (k->cond != COND_EQ && k->cond != COND_NE))
		return false;
	struct value a = c->left, b = c->right;
	if (a.form == EXACT && b.form != EXACT) {
		a = c->right;
		b = c->left;
	}
	if (!value_is(b, V_CONST) || a.form != CONTENT || a.size > 8)
		return false;
	*input = input_bytes(l->in, f, a);
	*where = a;
	if (!input->source)
		return false;
	for (unsigned i = 0; i < a.size; i++) {
		unsigned at = l->p->img->big ? a.size - 1u - i : i;
		uint8_t byte = (uint8_t)(b.k >> at * 8);
		uint64_t rest = l->p->img->big ? b.k & UINT64_MAX >> (56 - at * 8) : b.k >> at * 8;
		if (i && !rest) /* the end of the text is compared with it */
			break;
		if (byte < 0x20 || byte >= 0x7f)
			return false;
		buf_byte(text, byte);
	}
	return true;
}

/* From one compare of bytes to the next, as long as each is only about what follows. */
static bool take_inline(const struct look *l, const struct function *f, int32_t block,
			struct guard *g, bool *used)
{
	struct buf text = {.max = MAX_LITERAL};
	struct value where = {0}, next = {0};
	struct input input;
	int32_t at = block, equal = NO_BLOCK;
	unsigned widest = 0;
	while (at != NO_BLOCK && !used[at]) {
		size_t before = text.n;
		if (!inline_compare(l, f, at, &next, &input, &text) ||
		    (equal != NO_BLOCK && (next.kind != where.kind || next.id != where.id))) {
			text.n = before;
			break;
		}
		if (equal == NO_BLOCK)
			*g = (struct guard){.f = f, .operand = next, .input = input};
		where = next;
		widest = where.size > widest ? where.size : widest;
		const struct block *k = &f->cfg.blocks[at];
		int32_t to = k->succ[k->cond == COND_EQ ? 1 : 0];
		if (!cfg_edge_owns(&f->cfg, at, to))
			break;
		used[at] = true;
		equal = at = to;
	}
	g->equal = equal;
	g->compare = widest > 1 ? "word" : "byte";
	bool enough = equal != NO_BLOCK && text.n >= MIN_INLINE;
	if (enough) {
		g->literal = arena_str(l->arena, buf_span(&text));
		g->weight = weight_of(buf_span(&text));
		if (!g->weight && mixed(buf_span(&text)))
			g->weight = 1;
	}
	buf_free(&text);
	return enough;
}

static unsigned by_bytes(struct look *l, const struct function *f)
{
	unsigned count = 0, chains = 0;
	bool *used = arena_array(l->arena, f->cfg.block_count + 1, sizeof *used);
	struct guard *found = arena_array(l->arena, 16, sizeof *found);
	for (size_t b = 0; b < f->cfg.block_count && chains < 16; b++)
		if (!used[b] && take_inline(l, f, (int32_t)b, &found[chains], used)) {
			found[chains].at = f->block_at[b];
			chains++;
		}
	for (unsigned i = 0; i < chains; i++) {
		struct effect e = effect_behind(l, f, found[i].equal);
		if (worth(&found[i], &e, chains)) {
			emit(l, &found[i], &e, chains);
			count++;
		}
	}
	return count;
}

void look_for_guards(struct look *l)
{
	unsigned count = 0;
	for (size_t i = 0; i < l->p->function_count && count < MAX_GUARDS; i++) {
		const struct function *f = l->p->functions[i];
		count += by_calls(l, f);
		if (f->call_count)
			count += by_bytes(l, f);
	}
}
