/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listeners: what a program binds. Port and family are read from the sockaddr as it stood at the
 * call of bind; ports that are parameters are looked up at the callers.
 */
#include "code/port.h"

enum { INET = 2, INET6_LINUX = 10, TYPE_MASK = 15 };

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

/* getaddrinfo(host, "port") in the same function. */
static size_t resolved_ports(const struct look *l, const struct function *f, struct port *out)
{
	size_t n = 0;
	for (size_t i = 0; i < f->call_count && !n; i++) {
		const struct call *c = &f->calls[i];
		if (c->role && c->role->kind == ROLE_ADDRINFO)
			n = ports_of_text(l, f, c, c->args[1], out);
	}
	return n;
}

static bool internet(struct value family, const struct call *sock)
{
	if (value_is(family, V_CONST))
		return family.k == INET || family.k == INET6_LINUX;
	return sock && value_is(sock->args[0], V_CONST) &&
	       (sock->args[0].k == INET || sock->args[0].k == INET6_LINUX);
}

/* The port as the program thinks of it, before its bytes are put into the order of the network. */
static bool host_order(const struct look *l, const struct found *w, struct value *v)
{
	*v = w->bind->port;
	const struct call *swap = value_is(*v, V_RET) ? function_call(w->f, *v) : NULL;
	if (swap && swap->role && swap->role->kind == ROLE_SWAP) {
		*v = swap->args[0];
		return true;
	}
	bool swaps = v->swapped || l->p->img->big;
	v->swapped = false;
	return swaps;
}

/* The kind of socket may stand in the same row as the port. */
static const char *protocol_of_row(const struct look *l, const struct found *w,
				   const struct call *sock, const struct port *p)
{
	struct value port, type = sock ? sock->args[1] : (struct value){0};
	uint64_t k;
	if (!p->row || !host_order(l, w, &port) || type.form != CONTENT || type.kind != V_PARAM ||
	    port.kind != V_PARAM || port.id != type.id ||
	    !elf_word(l->p->img, p->row - port.k + type.k, type.size, &k))
		return w->protocol;
	const char *word = type_word(l, k);
	return word ? word : w->protocol;
}

static void emit_ports(struct look *l, const struct found *w, const struct call *sock,
		       const struct port *ports, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct found one = *w;
		one.protocol = protocol_of_row(l, w, sock, &ports[i]);
		emit(l, &one, ports[i].at, ports[i].number, ports[i].fixed);
	}
}

static void look_at_bind(struct look *l, const struct function *f, const struct call *bind)
{
	struct found w = {.f = f, .bind = bind};
	struct port ports[MAX_PORTS];
	struct value v;
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
	if (value_is(bind->port, V_CONST)) {
		uint64_t port =
		    l->p->img->big ? bind->port.k : __builtin_bswap16((uint16_t)bind->port.k);
		if (port) /* else any free one: a client */
			emit(l, &w, bind->at, port, true);
		return;
	}
	size_t n = resolved ? resolved_ports(l, f, ports) : 0;
	if (!n && host_order(l, &w, &v))
		n = ports_find(l, f, bind, v, ports);
	emit_ports(l, &w, sock, ports, n);
	if (!n)
		emit(l, &w, bind->at, 0, false);
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
