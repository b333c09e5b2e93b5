/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shells that are tied to connections, and programs that give themselves the name of another: a
 * kernel thread in square brackets, or a program of the system.
 */
#include "code/power.h"

enum { MAX_SHELLS = 10, MAX_NAMES = 20, SET_NAME = 15 /* PR_SET_NAME */ };

static void shells(struct look *l)
{
	unsigned count = 0;
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t n = 0; n < f->call_count; n++) {
			const struct call *c = &f->calls[n];
			struct power p = power_of(l, f, c);
			if (p.kind != SHELL_CONNECT && p.kind != SHELL_ACCEPT)
				continue;
			if (++count > MAX_SHELLS)
				return;
			bool out = p.kind == SHELL_CONNECT;
			const char *chain = arena_printf(
			    l->arena, "%s > %s",
			    out ? "the program connects to an address of its own choice"
				: "whoever connects",
			    power_text(l, &p));
			fact_guard(l->out, &(struct fact_guard){.at = look_place(l, c->at),
								.function = f->name,
								.compare = power_word(p.kind),
								.operand = "network",
								.sink = "exec",
								.chain = chain,
								.kind = "unguarded",
								.confidence = "likely"});
			break;
		}
	}
}

/* The name of a thread of the kernel. */
static bool kernel_name(struct span s)
{
	static const char *const names[] = {"kworker",	 "ksoftirqd", "kthreadd",  "migration/",
					    "rcu_sched", "kswapd",    "watchdog/", "khelper",
					    "kblockd",	 "jbd2/"};
	if (s.n >= 4 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		return true;
	struct span inner = s.n && s.p[0] == '[' ? span_from(s, 1) : s;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (span_is(inner, 0, names[i], strlen(names[i])))
			return true;
	return false;
}

static void emit_name(struct look *l, const struct function *f, const struct call *c,
		      struct span name)
{
	fact_capability(l->out,
			&(struct fact_capability){
			    .at = look_place(l, c->at),
			    .function = f->name,
			    .what = "rename",
			    .detail = arena_printf(l->arena, "%s(\"%.*s\") at 0x%llx", look_name(c),
						   (int)name.n, (const char *)name.p,
						   (unsigned long long)c->at),
			    .expected = kernel_name(name) ? NUM(0) : NUM(1)});
}

/* Text written where the second parameter points twice over: argv[0] of main and its helpers. */
static bool writes_own_name(const struct call *c)
{
	if (!c->role || (c->role->kind != ROLE_COPY && c->role->kind != ROLE_FORMAT))
		return false;
	struct value to = c->args[c->role->arg];
	return to.form == CONTENT && to.kind == V_PARAM && to.k == 0;
}

static struct span from_caller(const struct look *l, const struct function *f, struct value v)
{
	for (size_t i = 0; i < l->p->function_count && value_is(v, V_PARAM) && v.id < MAX_ARGS;
	     i++) {
		const struct function *g = l->p->functions[i];
		for (size_t n = 0; n < g->call_count; n++) {
			struct span s;
			if (g->calls[n].callee != f)
				continue;
			s = program_text(l->p, g->calls[n].args[v.id]);
			if (s.n)
				return s;
		}
	}
	return program_text(l->p, v);
}

static void names(struct look *l)
{
	unsigned count = 0;
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t n = 0; n < f->call_count && count < MAX_NAMES; n++) {
			const struct call *c = &f->calls[n];
			struct span name = SPAN(l->p->img->in.p, 0);
			if (strcmp(look_name(c), "prctl") == 0 && value_is(c->args[0], V_CONST) &&
			    c->args[0].k == SET_NAME)
				name = from_caller(l, f, c->args[1]);
			else if (writes_own_name(c))
				name = from_caller(l, f, c->args[c->role->other]);
			if (!name.n ||
			    (!kernel_name(name) && c->role && c->role->kind != ROLE_NONE))
				continue;
			emit_name(l, f, c, name);
			count++;
		}
	}
}

void look_for_shells(struct look *l)
{
	shells(l);
	names(l);
}
