/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listeners: what a program binds. Port and family are read from the sockaddr as it stood at the
 * call of bind; ports that are parameters are looked up at the callers.
 */
#include "code/observe.h"

enum { INET = 2, INET6_LINUX = 10, TYPE_MASK = 15, MAX_DEPTH = 3 };

struct found {
	const struct function *f;
	const struct call *bind;
	const char *protocol, *address, *handler;
};

static bool is_mips(const struct look *l)
{
	return l->p->isa == &isa_mips;
}

/* MIPS has the numbers of SOCK_STREAM and SOCK_DGRAM the other way round. */
static const char *type_word(const struct look *l, uint64_t type)
{
	switch (type & TYPE_MASK) {
	case 1:
		return is_mips(l) ? "udp" : "tcp";
	case 2:
		return is_mips(l) ? "tcp" : "udp";
	default:
		return NULL;
	}
}

/* The socket that is bound; or, when it cannot be followed, the only kind of socket made here. */
static const struct call *socket_of(const struct function *f, struct value fd, bool *same)
{
	const struct call *c = function_call(f, fd), *only = NULL;
	*same = true;
	if (c && c->role && c->role->kind == ROLE_SOCKET)
		return c;
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *s = &f->calls[i];
		if (!s->role || s->role->kind != ROLE_SOCKET)
			continue;
		if (only && (!value_same(s->args[0], only->args[0]) ||
			     !value_same(s->args[1], only->args[1])))
			*same = false;
		only = s;
	}
	return *same ? only : NULL;
}

static bool calls(const struct function *f, enum role_kind kind)
{
	for (size_t i = 0; i < f->call_count; i++)
		if (f->calls[i].role && f->calls[i].role->kind == kind)
			return true;
	return false;
}

static const char *handler_of(const struct look *l, const struct function *f)
{
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		if (c->role && c->role->kind == ROLE_THREAD && value_is(c->args[2], V_CONST)) {
			struct function *t = program_function(l->p, c->args[2].k & ~UINT64_C(1));
			return t ? t->name : NULL;
		}
		for (unsigned n = 0; c->callee && !c->callee->stub && n < 4; n++) {
			const struct call *from =
			    value_is(c->args[n], V_RET) ? function_call(f, c->args[n]) : NULL;
			if (from && from->role && from->role->kind == ROLE_ACCEPT)
				return c->callee->name;
		}
	}
	return NULL;
}

static const char *address_of(const struct look *l, const struct call *bind)
{
	uint64_t k = bind->address.k;
	if (!value_is(bind->address, V_CONST))
		return NULL;
	if (!l->p->img->big)
		k = __builtin_bswap32((uint32_t)k);
	if (!k)
		return NULL;
	return arena_printf(l->arena, "%u.%u.%u.%u", (unsigned)(k >> 24 & 255),
			    (unsigned)(k >> 16 & 255), (unsigned)(k >> 8 & 255),
			    (unsigned)(k & 255));
}

static void emit(struct look *l, const struct found *w, uint64_t at, uint64_t port, bool constant)
{
	struct fact_listener fact = {.at = look_place(l, at),
				     .protocol = w->protocol,
				     .address = w->address,
				     .program = l->path,
				     .origin = "code",
				     .handler = w->handler};
	fact.present = NUM(1);
	if (port)
		fact.port = NUM(port);
	if (!constant || !port)
		fact.when_ = "configurable";
	fact_listener(l->out, &fact);
}

/* A port that a parameter of `f` gives, in host order. */
static bool port_parameter(const struct look *l, const struct found *w, uint32_t *which)
{
	struct value v = w->bind->port;
	const struct call *swap = value_is(v, V_RET) ? function_call(w->f, v) : NULL;
	bool swaps = v.swapped || l->p->img->big;
	if (swap && swap->role && swap->role->kind == ROLE_SWAP) {
		v = swap->args[0];
		swaps = true;
	}
	*which = v.id;
	return swaps && v.kind == V_PARAM && v.form == EXACT && v.k == 0 && v.id < MAX_ARGS;
}

static unsigned from_callers(struct look *l, const struct found *w, const struct function *f,
			     uint32_t which, int depth)
{
	unsigned count = 0;
	for (size_t i = 0; i < l->p->function_count && count < 64; i++) {
		const struct function *g = l->p->functions[i];
		for (size_t n = 0; n < g->call_count; n++) {
			const struct call *c = &g->calls[n];
			if (c->callee != f)
				continue;
			struct value v = c->args[which];
			if (value_is(v, V_CONST) && v.k && v.k < 65536) {
				emit(l, w, c->at, v.k, true);
				count++;
			} else if (value_is(v, V_PARAM) && v.k == 0 && v.id < MAX_ARGS &&
				   depth < MAX_DEPTH) {
				count += from_callers(l, w, g, v.id, depth + 1);
			}
		}
	}
	return count;
}

/* getaddrinfo(host, "port") in the same function. */
static uint64_t service_port(const struct look *l, const struct function *f)
{
	for (size_t i = 0; i < f->call_count; i++) {
		const struct call *c = &f->calls[i];
		if (!c->role || c->role->kind != ROLE_ADDRINFO)
			continue;
		struct span s = program_text(l->p, c->args[1]);
		uint64_t port = 0;
		for (size_t k = 0; k < s.n && s.n <= 5; k++)
			port =
			    s.p[k] >= '0' && s.p[k] <= '9' ? port * 10 + (s.p[k] - '0') : 1 << 20;
		if (port && port < 65536)
			return port;
	}
	return 0;
}

static bool internet(struct value family, const struct call *sock)
{
	if (value_is(family, V_CONST))
		return family.k == INET || family.k == INET6_LINUX;
	return sock && value_is(sock->args[0], V_CONST) &&
	       (sock->args[0].k == INET || sock->args[0].k == INET6_LINUX);
}

/* A variable that the program file gives a value to: the port until something changes it. */
static uint64_t initial_port(const struct look *l, const struct found *w)
{
	struct value v = w->bind->port;
	const struct call *swap = value_is(v, V_RET) ? function_call(w->f, v) : NULL;
	uint64_t k;
	if (swap && swap->role && swap->role->kind == ROLE_SWAP)
		v = swap->args[0];
	else if (!v.swapped && !l->p->img->big)
		return 0;
	if (v.kind != V_CONST || v.form != CONTENT || !elf_word(l->p->img, v.k, v.size, &k))
		return 0;
	return k < 65536 ? k : 0;
}

static void look_at_bind(struct look *l, const struct function *f, const struct call *bind)
{
	struct found w = {.f = f, .bind = bind};
	bool same;
	const struct call *sock = socket_of(f, bind->args[0], &same);
	bool resolved = calls(f, ROLE_ADDRINFO);
	if (!internet(bind->family, sock) && !(resolved && bind->family.kind == V_UNKNOWN))
		return;
	if (sock && value_is(sock->args[1], V_CONST)) {
		w.protocol = type_word(l, sock->args[1].k);
		if (!w.protocol)
			return; /* raw: a capability */
	} else if (calls(f, ROLE_LISTEN)) {
		w.protocol = "tcp";
	}
	w.address = address_of(l, bind);
	w.handler = handler_of(l, f);
	uint32_t which;
	uint64_t port = resolved ? service_port(l, f) : 0;
	bool constant = port != 0;
	if (value_is(bind->port, V_CONST)) {
		port = l->p->img->big ? bind->port.k : __builtin_bswap16((uint16_t)bind->port.k);
		constant = true;
		if (!port)
			return; /* any free port: a client */
	}
	if (!constant && port_parameter(l, &w, &which) && from_callers(l, &w, f, which, 0))
		return;
	if (!constant)
		port = initial_port(l, &w);
	emit(l, &w, bind->at, port, constant);
}

void look_for_listeners(struct look *l)
{
	for (size_t i = 0; i < l->p->function_count; i++) {
		const struct function *f = l->p->functions[i];
		for (size_t n = 0; n < f->call_count; n++)
			if (f->calls[n].role && f->calls[n].role->kind == ROLE_BIND)
				look_at_bind(l, f, &f->calls[n]);
	}
}
