/* SPDX-License-Identifier: Apache-2.0 */
/* Shells, and shells tied to connections. */
#include "code/power.h"

enum {
	MAX_DEPTH = 3,
	MAX_CALLS = 3000,
	MAX_CALLERS = 20000,
	PACKET = 17,
	INET = 2,
	INET6 = 10,
	RAW = 3
};

const char *socket_kind(const struct call *c)
{
	enum { PACKET_OLD = 10 };
	if (!c || !c->role || c->role->kind != ROLE_SOCKET || !value_is(c->args[0], V_CONST) ||
	    !value_is(c->args[1], V_CONST))
		return NULL;
	uint64_t family = c->args[0].k, type = c->args[1].k & 15;
	if (family == PACKET || (family == INET && type == PACKET_OLD))
		return "packet";
	return (family == INET || family == INET6) && type == RAW ? "raw" : NULL;
}

static const struct call *made_here(const struct function *f, struct value fd)
{
	const struct call *c = value_is(fd, V_RET) && fd.k == 0 ? function_call(f, fd) : NULL;
	bool makes = c && c->role && (c->role->kind == ROLE_SOCKET || c->role->kind == ROLE_ACCEPT);
	return makes ? c : NULL;
}

const struct call *descriptor_of(const struct look *l, const struct function *f, struct value fd,
				 const struct function **where)
{
	const struct call *c = made_here(f, fd);
	*where = f;
	if (c || !value_is(fd, V_PARAM) || fd.k || fd.id >= MAX_ARGS)
		return c;
	size_t seen = 0;
	for (size_t i = 0; i < l->p->function_count && seen < MAX_CALLERS; i++) {
		const struct function *g = l->p->functions[i];
		for (size_t n = 0; n < g->call_count; n++, seen++) {
			if (g->calls[n].callee != f)
				continue;
			*where = g;
			c = made_here(g, g->calls[n].args[fd.id]);
			if (c)
				return c;
		}
	}
	return NULL;
}

static bool named(const struct call *c, const char *name)
{
	const char *n = look_name(c);
	return strcmp(n, name) == 0;
}

/* dup2 of one descriptor to at least two of 0, 1 and 2, one by one or in a loop. */
static bool takes_over(const struct function *f, struct value *fd)
{
	unsigned count = 0;
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		if (!named(c, "dup2") && !named(c, "dup3"))
			continue;
		bool fixed = value_is(c->args[1], V_CONST);
		if (c->args[0].kind == V_UNKNOWN || (fixed && c->args[1].k > 2))
			continue;
		if (count && !value_same(*fd, c->args[0]))
			continue;
		*fd = c->args[0];
		count += fixed ? 1 : 2;
	}
	return count >= 2;
}

static bool connects(const struct function *f, const struct call *socket)
{
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		bool unix_domain = value_is(c->family, V_CONST) && c->family.k == 1;
		if (c->role && c->role->kind == ROLE_CONNECT && !unix_domain &&
		    value_is(c->args[0], V_RET) && c->args[0].id == socket->insn)
			return true;
	}
	return false;
}

static bool is_shell(struct span path)
{
	static const char *const shells[] = {"/bin/sh", "/bin/bash",	"/bin/ash",	 "sh",
					     "bash",	"/bin/busybox", "/system/bin/sh"};
	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
		if (span_eq_str(path, shells[i]))
			return true;
	return false;
}

/* exec of a shell that is not given a command of its own. */
static bool bare_shell(const struct look *l, const struct call *c)
{
	if (!c->role || strncmp(c->role->name, "exec", 4) != 0 ||
	    !is_shell(program_text(l->p, c->args[c->role->arg])))
		return false;
	for (unsigned n = 1; n < MAX_ARGS && c->role->other >= 0; n++) {
		struct span s = program_text(l->p, c->args[n]);
		if (span_eq_str(s, "-c"))
			return false;
		if (value_is(c->args[n], V_CONST) && c->args[n].k == 0)
			break;
	}
	return true;
}

static enum shell_kind tied_shell(const struct look *l, const struct function *f)
{
	struct value fd = {0};
	const struct function *where;
	if (!takes_over(f, &fd))
		return SHELL_PLAIN;
	const struct call *maker = descriptor_of(l, f, fd, &where);
	if (!maker)
		return SHELL_PLAIN;
	if (maker->role->kind == ROLE_ACCEPT)
		return SHELL_ACCEPT;
	return connects(where, maker) ? SHELL_CONNECT : SHELL_PLAIN;
}

struct power power_of(const struct look *l, const struct function *f, const struct call *c)
{
	struct power p = {.f = f, .call = c};
	if (!c->role || c->role->kind != ROLE_EXEC || c->role->arg < 0)
		return p;
	struct value v = c->args[c->role->arg];
	struct input in = input_text(l->in, f, v);
	if (bare_shell(l, c))
		p.kind = tied_shell(l, f);
	else if (in.source == SOURCE_NETWORK && in.whole)
		p.kind = SHELL_INPUT;
	else if (strncmp(c->role->name, "exec", 4) != 0 && look_opens_shell(program_text(l->p, v)))
		p.kind = SHELL_PLAIN;
	else if (c->role->other >= 0 && c->role->other < MAX_ARGS &&
		 strncmp(c->role->name, "exec", 4) == 0 &&
		 look_opens_shell(program_text(l->p, c->args[c->role->other])) &&
		 !is_shell(program_text(l->p, v)))
		p.kind = SHELL_PLAIN;
	return p;
}

static struct power search(const struct look *l, const struct function *f, int32_t block, int depth,
			   unsigned *budget)
{
	struct power best = {0};
	uint64_t thumb = l->p->isa == &isa_arm;
	for (size_t i = 0; i < f->call_count && *budget; i++) {
		const struct call *c = &f->calls[i];
		const struct function *in = c->callee;
		--*budget;
		if (!cfg_dominates(&f->cfg, block, c->block))
			continue;
		struct power p = power_of(l, f, c);
		if (c->role && c->role->kind == ROLE_THREAD && value_is(c->args[2], V_CONST))
			in = program_function(l->p, c->args[2].k & ~thumb);
		if (!p.kind && in && !in->stub && in != f && depth < MAX_DEPTH)
			p = search(l, in, 0, depth + 1, budget);
		if (p.kind > best.kind)
			best = p;
	}
	return best;
}

struct power power_behind(const struct look *l, const struct function *f, int32_t block)
{
	unsigned budget = MAX_CALLS;
	return search(l, f, block, 0, &budget);
}

const char *power_text(const struct look *l, const struct power *p)
{
	return arena_printf(l->arena, "%s(%s) at 0x%llx", look_name(p->call),
			    look_value(l, p->call->args[p->call->role->arg]),
			    (unsigned long long)p->call->at);
}

const char *power_word(enum shell_kind k)
{
	switch (k) {
	case SHELL_CONNECT:
		return "connect-back";
	case SHELL_ACCEPT:
		return "bind-shell";
	default:
		return "exec";
	}
}
