/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords that a program computes from the date, or from the hardware address or serial number of
 * the device, and compares with input: whoever knows the formula knows the password. A code that
 * also needs something stored (a shared secret) is another thing, and is left alone.
 */
#include "code/verdict.h"

enum { MAX_DAILY = 10, MAX_CALLS = 200, HARDWARE_ADDRESS = 0x8927 };

struct origin {
	const char *what; /* "the date", "the hardware address"; NULL: none */
	uint64_t at;
	const char *by;
	bool stored; /* something of the owner's goes into it, too */
};

static bool has(const char *name, const char *what)
{
	return name && strcasestr(name, what);
}

static void take_origin(const struct look *l, const struct call *c, struct origin *o)
{
	const char *what = NULL;
	enum role_kind kind = c->role ? c->role->kind : ROLE_NONE;
	bool named = kind == ROLE_CONFIG || kind == ROLE_OPEN;
	struct span text =
	    named && c->role->arg >= 0 ? program_text(l->p, c->args[c->role->arg]) : SPAN(NULL, 0);
	const char *name = text.n ? arena_str(l->arena, text) : kind == ROLE_NONE ? c->name : NULL;
	if (kind == ROLE_CLOCK &&
	    (strcmp(look_name(c), "time") == 0 || has(look_name(c), "localtime") ||
	     has(look_name(c), "gettimeofday") || has(look_name(c), "clock_gettime")))
		what = "the date";
	else if (c->name && strcmp(c->name, "ioctl") == 0 && value_is(c->args[1], V_CONST) &&
		 (c->args[1].k & 0xffff) == HARDWARE_ADDRESS)
		what = "the hardware address";
	else if (has(name, "getmac") || has(name, "get_mac") || has(name, "hwaddr") ||
		 has(name, "_mac") || has(name, "/address"))
		what = "the hardware address";
	else if (has(name, "serial"))
		what = "the serial number";
	else if (named || kind == ROLE_ACCOUNT || kind == ROLE_READ || has(c->name, "rand"))
		o->stored = true;
	if (what && !o->what) {
		o->what = what;
		o->at = c->at;
		o->by = look_name(c);
	}
}

/* Formats the buffer `v` with numbers only. */
static const struct call *formatted(const struct look *l, const struct function *f, struct value v)
{
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		if (!c->role || c->role->kind != ROLE_FORMAT ||
		    c->args[c->role->arg].kind != v.kind || c->args[c->role->arg].id != v.id ||
		    c->args[c->role->arg].k != v.k)
			continue;
		struct span format = program_text(l->p, c->args[c->role->other]);
		unsigned numbers = 0, others = 0;
		for (size_t k = 0; k + 1 < format.n; k++) {
			if (format.p[k] != '%')
				continue;
			while (k + 1 < format.n && memchr("0123456789.lhz-", format.p[k + 1], 15))
				k++;
			bool number = k + 1 < format.n && memchr("duxXoc", format.p[k + 1], 6);
			numbers += number;
			others += !number;
			k++;
		}
		if (numbers && !others)
			return c;
	}
	return NULL;
}

/* Where the text in `v` comes from: made here, or by a function that it is handed to. */
static const struct call *made_by(const struct look *l, const struct function *f, struct value v,
				  struct origin *o)
{
	const struct call *here = formatted(l, f, v);
	if (here) {
		for (size_t i = 0; i < f->call_count; i++)
			if (!f->calls[i].role || f->calls[i].role->kind != ROLE_READ)
				take_origin(l, &f->calls[i], o);
		return here;
	}
	for (size_t i = 0; i < f->call_count; i++) {
		const struct function *g = f->calls[i].callee;
		if (!g || g->stub || g == f || g->call_count > MAX_CALLS)
			continue;
		for (unsigned k = 0; k < MAX_ARGS; k++) {
			struct value p = {.kind = V_PARAM, .id = k};
			const struct call *there =
			    value_same(f->calls[i].args[k], v) ? formatted(l, g, p) : NULL;
			if (!there)
				continue;
			for (size_t n = 0; n < g->call_count; n++)
				take_origin(l, &g->calls[n], o);
			return there;
		}
	}
	return NULL;
}

static bool take(struct look *l, const struct function *f, const struct call *c)
{
	struct value a = c->args[c->role->arg], b = c->args[c->role->other];
	for (int turn = 0; turn < 2; turn++, a = b, b = c->args[c->role->arg]) {
		struct origin o = {0};
		struct input in = input_text(l->in, f, a);
		struct way equal;
		if (!in.source && a.kind != V_PARAM)
			continue;
		const struct call *text = made_by(l, f, b, &o);
		if (!text || !o.what || o.stored || behind_check(l, f, c->block))
			continue;
		struct effect e = {0};
		if (way_of_result(f, c, true, &equal))
			e = effect_behind(l, f, equal);
		bool outside = in.source == SOURCE_NETWORK || in.source == SOURCE_WEB;
		const char *from = in.source ? arena_printf(l->arena, "input by %s at 0x%llx",
							    in.via, (unsigned long long)in.at)
					     : arena_printf(l->arena, "parameter of %s at 0x%llx",
							    f->name, (unsigned long long)f->start);
		const char *end = e.word ? effect_chain(l, &e)
					 : arena_printf(l->arena, "the answer is used at 0x%llx",
							(unsigned long long)c->at);
		fact_guard(
		    l->out,
		    &(struct fact_guard){
			.at = look_place(l, c->at),
			.function = f->name,
			.compare = look_name(c),
			.literal = arena_printf(l->arena, "computed from %s", o.what),
			.operand = source_word(in.source),
			.sink = e.word ? e.word : "verdict",
			.kind = "credential",
			.confidence = e.word && (outside || e.strength == 2) ? "likely" : "hint",
			.chain = arena_printf(l->arena,
					      "%s > %s by %s at 0x%llx > text by %s at 0x%llx > "
					      "%s at 0x%llx > %s",
					      from, o.what, o.by, (unsigned long long)o.at,
					      look_name(text), (unsigned long long)text->at,
					      look_name(c), (unsigned long long)c->at, end)});
		return true;
	}
	return false;
}

void look_for_daily(struct look *l)
{
	unsigned count = 0;
	for (size_t i = 0; i < l->p->function_count && count < MAX_DAILY; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t k = 0; k < f->call_count && f->call_count <= MAX_CALLS; k++)
			if (f->calls[k].role && f->calls[k].role->kind == ROLE_COMPARE)
				count += take(l, f, &f->calls[k]);
	}
}
