/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Input, followed through copies, formatting, parameters and results. Regions of memory are not
 * ordered in time within a function: what is read into a buffer late counts early, too.
 */
#include "code/input.h"

#include "code/hooks.h"

enum { MAX_REGIONS = 48, ROUNDS = 5 };

struct region {
	struct value base;
	uint64_t n;
	struct input input;
};

struct knowledge { /* about one function */
	struct region *regions;
	size_t count;
	struct input params[MAX_ARGS]; /* callers hand over input */
	struct input fills[MAX_ARGS];  /* it puts input where a parameter points */
	uint64_t fill_size[MAX_ARGS];
	struct input result;
	uint8_t sockets; /* bit set of parameters that are descriptors of connections */
};

struct inputs {
	struct program *p;
	struct arena *arena;
	struct knowledge *functions;
	struct region globals[128];
	size_t global_count;
	bool changed, cgi; /* cgi: a web server runs it; what it reads comes from a request */
};

static bool covers(const struct region *r, struct value v)
{
	if (r->base.kind != v.kind || r->base.id != v.id)
		return false;
	if (v.kind == V_RET || v.kind == V_PARAM)
		return true;
	return v.k - r->base.k < r->n || (v.form >= NEAR && v.k == r->base.k);
}

static struct input lookup(const struct inputs *in, const struct function *f, struct value v)
{
	const struct knowledge *k = &in->functions[f->index];
	const struct region *best = NULL; /* the one that begins last: sizes are not always known */
	for (size_t i = 0; i < k->count; i++)
		if (covers(&k->regions[i], v) &&
		    (!best || k->regions[i].base.k - best->base.k < UINT64_MAX / 2))
			best = &k->regions[i];
	if (best)
		return best->input;
	for (size_t i = 0; v.kind == V_CONST && i < in->global_count; i++)
		if (covers(&in->globals[i], v))
			return in->globals[i].input;
	if (v.kind == V_PARAM && v.id < MAX_ARGS)
		return k->params[v.id];
	return (struct input){0};
}

struct input input_text(const struct inputs *in, const struct function *f, struct value v)
{
	if (v.form != EXACT && v.form != NEAR)
		return (struct input){0};
	return lookup(in, f, v);
}

struct input input_bytes(const struct inputs *in, const struct function *f, struct value v)
{
	if (v.form != CONTENT && v.form != NEAR_CONTENT)
		return (struct input){0};
	return lookup(in, f, v);
}

static void mark(struct inputs *in, const struct function *f, struct value base, uint64_t n,
		 struct input input)
{
	struct knowledge *k = &in->functions[f->index];
	struct region r = {base, n ? n : 1, input};
	if ((base.form != EXACT && base.form != NEAR) || base.kind == V_UNKNOWN ||
	    base.kind == V_IMPORT)
		return;
	if (base.kind == V_PARAM && base.id < MAX_ARGS && !k->fills[base.id].source) {
		k->fills[base.id] = input;
		k->fill_size[base.id] = r.n;
		in->changed = true;
	}
	if (base.kind == V_CONST) {
		for (size_t i = 0; i < in->global_count; i++)
			if (covers(&in->globals[i], base))
				return;
		if (!elf_writable(in->p->img, base.k) || in->global_count == 128)
			return;
		in->globals[in->global_count++] = r;
		in->changed = true;
		return;
	}
	for (size_t i = 0; i < k->count; i++) {
		struct input *known = &k->regions[i].input;
		if (!covers(&k->regions[i], base) ||
		    (known->at != input.at && k->regions[i].base.k != base.k))
			continue;
		if (known->source == SOURCE_STREAM && input.source == SOURCE_NETWORK &&
		    known->at == input.at) {
			*known =
			    input; /* only now it is known that the descriptor is a connection */
			in->changed = true;
		}
		return;
	}
	if (k->count == MAX_REGIONS)
		return;
	if (!k->regions)
		k->regions = arena_array(in->arena, MAX_REGIONS, sizeof *k->regions);
	k->regions[k->count++] = r;
	in->changed = true;
}

static struct value result_of(const struct call *c)
{
	return (struct value){.kind = V_RET, .id = c->insn};
}

static uint64_t room(const struct call *c)
{
	if (c->role->len >= 0 && value_is(c->args[c->role->len], V_CONST) &&
	    c->args[c->role->len].k - 1 < 1 << 20)
		return c->args[c->role->len].k;
	return 64;
}

static bool is_socket_number(const struct inputs *in, const struct function *f, struct value v)
{
	const struct call *maker = function_call(f, v);
	if (v.kind == V_PARAM && v.id < MAX_ARGS)
		return in->functions[f->index].sockets >> v.id & 1;
	return v.form == EXACT && maker && maker->role &&
	       (maker->role->kind == ROLE_ACCEPT || maker->role->kind == ROLE_SOCKET);
}

/* Is the descriptor, or the stream, that is read from a socket? */
static bool is_socket(const struct inputs *in, const struct function *f, struct value v)
{
	const struct call *maker = function_call(f, v);
	if (maker && maker->name && strcmp(maker->name, "fdopen") == 0)
		return is_socket_number(in, f, maker->args[0]);
	return is_socket_number(in, f, v);
}

/* What a function reads from: the number of a file, or a stream. */
static struct value stream_of(const struct call *c)
{
	static const struct {
		const char *name;
		unsigned arg;
	} streams[] = {{"fgets", 2}, {"__fgets_chk", 3}, {"fread", 3}};
	for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
		if (strcmp(c->role->name, streams[i].name) == 0)
			return c->args[streams[i].arg];
	return c->args[0];
}

/* A file that the program opened itself is no input from outside; nor is what a command prints. */
static bool from_file(const struct function *f, const struct call *c)
{
	const struct call *maker = function_call(f, stream_of(c));
	if (!maker || !maker->name)
		return false;
	return strncmp(maker->name, "open", 4) == 0 || strncmp(maker->name, "fopen", 5) == 0 ||
	       strcmp(maker->name, "popen") == 0;
}

static void take_get(struct inputs *in, const struct function *f, const struct call *c)
{
	struct input i = {.source = c->role->source,
			  .at = c->at,
			  .via = c->name ? c->name : c->role->name,
			  .whole = true};
	if (!c->name && c->callee)
		i.via = c->callee->name;
	i.name = program_text(in->p, c->args[c->role->arg]);
	if (i.source == SOURCE_ENVIRONMENT && is_request_variable(i.name))
		i.source = SOURCE_NETWORK;
	mark(in, f, result_of(c), 1, i);
}

/* How many arguments a format asks for. */
static unsigned conversions(struct span format)
{
	unsigned n = 0;
	for (size_t i = 0; i + 1 < format.n; i++)
		if (format.p[i] == '%') {
			n += format.p[i + 1] != '%';
			i += format.p[i + 1] == '%';
		}
	return n;
}

/* Parts of a text are put where the arguments behind the format point. */
static void take_scan(struct inputs *in, const struct function *f, const struct call *c)
{
	struct input i = input_text(in, f, c->args[c->role->arg]);
	unsigned first = (unsigned)c->role->other + 1;
	if (!i.source)
		return;
	for (unsigned n = first;
	     n < MAX_ARGS && n < first + conversions(program_text(in->p, c->args[c->role->other]));
	     n++)
		mark(in, f, c->args[n], 64, i);
}

static void take_format(struct inputs *in, const struct function *f, const struct call *c)
{
	struct span format = program_text(in->p, c->args[c->role->other]);
	unsigned first = (unsigned)c->role->other + 1;
	unsigned end = format.n ? first + conversions(format) : MAX_ARGS;
	for (unsigned n = first; n < end && n < MAX_ARGS; n++) {
		struct input i = input_text(in, f, c->args[n]);
		if (!i.source && c->args[n].size == 1)
			i = input_bytes(in, f, c->args[n]);
		if (!i.source || (c->args[n].kind == V_PARAM && !format.n))
			continue;
		i.whole = i.whole && n == first && SPAN_IS(format, 0, "%s");
		mark(in, f, c->args[c->role->arg], c->role->len >= 0 ? room(c) : 64, i);
		return;
	}
}

/* Loops that copy byte by byte: here, and from one parameter of a callee to another. */
static void take_moved(struct inputs *in, const struct function *f)
{
	const struct moved *m = f->moved;
	for (unsigned k = 0; m && k < m->from_count; k++)
		for (unsigned n = 0; n < m->to_count; n++) {
			struct input i = input_text(in, f, m->from[k]);
			bool caller = m->from[k].kind == V_PARAM && m->to[n].kind == V_PARAM;
			if (i.source && !caller && !input_text(in, f, m->to[n]).source)
				mark(in, f, m->to[n], 64, i);
		}
}

static void take_moved_inside(struct inputs *in, const struct function *f, const struct call *c)
{
	const struct moved *m = c->callee->moved;
	for (unsigned k = 0; m && k < m->from_count; k++)
		for (unsigned n = 0; n < m->to_count; n++) {
			if (m->from[k].kind != V_PARAM || m->to[n].kind != V_PARAM ||
			    m->from[k].id >= MAX_ARGS || m->to[n].id >= MAX_ARGS)
				continue;
			struct input i = input_text(in, f, c->args[m->from[k].id]);
			if (i.source)
				mark(in, f, c->args[m->to[n].id], 64, i);
		}
}

/* A function that reads through one parameter and writes through another makes that of this. */
static void take_through(struct inputs *in, const struct function *f, const struct call *c,
			 unsigned from, struct input i)
{
	i.whole = false;
	for (unsigned n = 0; n < 4; n++)
		if (n != from && (c->callee->writes >> n & 1) &&
		    !input_text(in, f, c->args[n]).source)
			mark(in, f, c->args[n], 64, i);
}

static void take_inside(struct inputs *in, const struct function *f, const struct call *c)
{
	struct knowledge *k = &in->functions[c->callee->index];
	for (unsigned n = 0; n < MAX_ARGS; n++) {
		struct input i = input_text(in, f, c->args[n]);
		if (i.source && !k->params[n].source) {
			k->params[n] = i;
			in->changed = true;
		}
		if (i.source && c->callee->reads >> n & 1)
			take_through(in, f, c, n, i);
		if (k->fills[n].source)
			mark(in, f, c->args[n], k->fill_size[n], k->fills[n]);
		if (is_socket(in, f, c->args[n]) && !(k->sockets >> n & 1)) {
			k->sockets |= (uint8_t)(1u << n);
			in->changed = true;
		}
	}
	if (k->result.source)
		mark(in, f, result_of(c), 1, k->result);
	take_moved_inside(in, f, c);
}

/* A thread that is started with a connection. */
static void take_thread(struct inputs *in, const struct function *f, const struct call *c)
{
	struct function *t = value_is(c->args[2], V_CONST)
				 ? program_function(in->p, c->args[2].k & ~UINT64_C(1))
				 : NULL;
	bool connection = is_socket(in, f, c->args[3]);
	for (size_t i = 0; i < f->call_count && !connection;
	     i++) /* its address is handed over, or a copy */
		connection = f->calls[i].role && f->calls[i].role->kind == ROLE_ACCEPT;
	if (t && connection && !(in->functions[t->index].sockets & 1)) {
		in->functions[t->index].sockets |= 1;
		in->changed = true;
	}
}

/* A function that is called with each packet. */
static void take_packets(struct inputs *in, const struct call *c)
{
	struct value v = c->args[c->role->arg];
	uint64_t thumb = in->p->isa == &isa_arm;
	struct function *t = value_is(v, V_CONST) ? program_function(in->p, v.k & ~thumb) : NULL;
	if (!t || in->functions[t->index].params[c->role->other].source)
		return;
	in->functions[t->index].params[c->role->other] = (struct input){
	    .source = c->role->source, .at = c->at, .via = c->role->name, .whole = true};
	in->changed = true;
}

/* A function of a kernel module that the kernel calls with each packet. */
static void take_hook(struct inputs *in, const struct function *f)
{
	unsigned param;
	const struct call *c = hook_of(in->p, f, &param);
	if (c)
		in->functions[f->index].params[param] = (struct input){
		    .source = SOURCE_NETWORK, .at = c->at, .via = c->name, .whole = true};
}

/* recvmsg(socket, message): the buffers that the message lists. */
static void take_message(struct inputs *in, const struct function *f, const struct call *c)
{
	enum { MOST = 4 };
	unsigned word = in->p->isa->bits / 8;
	struct value list = c->args[1];
	if (list.form != EXACT || list.kind == V_UNKNOWN)
		return;
	list.k += 2 * word;
	list = call_memory(in->p, c, list, word);
	for (unsigned i = 0; i < MOST && list.form == EXACT && list.kind != V_UNKNOWN; i++) {
		struct value size = list;
		size.k += word;
		struct value to = call_memory(in->p, c, list, word);
		size = call_memory(in->p, c, size, word);
		if (to.form != EXACT || to.kind == V_UNKNOWN)
			return;
		struct input got = {
		    .source = SOURCE_NETWORK, .at = c->at, .via = "recvmsg", .whole = true};
		mark(in, f, to, value_is(size, V_CONST) ? size.k : 64, got);
		list.k += 2 * word;
	}
}

static void take_call(struct inputs *in, const struct function *f, const struct call *c)
{
	struct input i = {0};
	if (c->name && strcmp(c->name, "recvmsg") == 0)
		take_message(in, f, c);
	switch (c->role ? c->role->kind : ROLE_NONE) {
	case ROLE_READ:
		if (from_file(f, c))
			return;
		i = (struct input){
		    .source = c->role->source, .at = c->at, .via = c->role->name, .whole = true};
		if (i.source == SOURCE_STREAM && (in->cgi || is_socket(in, f, stream_of(c))))
			i.source = SOURCE_NETWORK;
		mark(in, f, c->args[c->role->arg], room(c), i);
		return;
	case ROLE_GET:
		take_get(in, f, c);
		return;
	case ROLE_FORMAT:
		take_format(in, f, c);
		return;
	case ROLE_SCAN:
		take_scan(in, f, c);
		return;
	case ROLE_COPY:
		i = input_text(in, f, c->args[c->role->other]);
		i.whole =
		    i.whole && !strstr(c->role->name, "cat"); /* something stands in front of it */
		if (i.source)
			mark(in, f, c->args[c->role->arg], room(c), i);
		return;
	case ROLE_DIGEST:
	case ROLE_CRYPT:
		i = input_text(
		    in, f, c->args[c->role->kind == ROLE_CRYPT ? c->role->arg : c->role->other]);
		i.whole = false;
		if (i.source && c->role->kind == ROLE_DIGEST)
			mark(in, f, c->args[c->role->arg], 64, i);
		if (i.source)
			mark(in, f, result_of(c), 1, i);
		return;
	case ROLE_DERIVE:
	case ROLE_FIND:
		i = input_text(in, f, c->args[c->role->arg]);
		if (i.source)
			mark(in, f, result_of(c), 1, i);
		return;
	case ROLE_THREAD:
		take_thread(in, f, c);
		return;
	case ROLE_PACKETS:
		take_packets(in, c);
		return;
	case ROLE_NORETURN:
	case ROLE_PURE:
	case ROLE_COMPARE:
		return;
	default:
		if (c->callee && !c->callee->stub)
			take_inside(in, f, c);
	}
}

/* Does the program ask for what a web server tells about a request? */
static bool is_cgi(const struct program *p)
{
	static const char *const names[] = {"CONTENT_LENGTH", "REQUEST_METHOD", "QUERY_STRING"};
	for (size_t i = 0; i < p->function_count; i++)
		for (size_t n = 0; n < p->functions[i]->call_count; n++) {
			const struct call *c = &p->functions[i]->calls[n];
			if (!c->role || c->role->kind != ROLE_GET ||
			    c->role->source != SOURCE_ENVIRONMENT)
				continue;
			for (size_t k = 0; k < sizeof names / sizeof *names; k++)
				if (span_eq_str(program_text(p, c->args[c->role->arg]), names[k]))
					return true;
		}
	return false;
}

/* What functions do with parameters that they hand on. */
static void follow_hands(struct program *p)
{
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < p->function_count; i++) {
			struct function *f = p->functions[i];
			for (unsigned k = 0; k < f->hand_count; k++) {
				const struct hand_on *h = &f->hands[k];
				const struct function *g =
				    h->target ? program_function(p, h->target) : NULL;
				bool copy = h->role && h->role->kind == ROLE_COPY;
				if ((g && g->writes >> h->arg & 1) ||
				    (copy && h->role->arg == h->arg))
					f->writes |= (uint8_t)(1u << h->param);
				if ((g && g->reads >> h->arg & 1) ||
				    (copy && h->role->other == h->arg))
					f->reads |= (uint8_t)(1u << h->param);
			}
		}
}

struct inputs *inputs_find(struct program *p, struct arena *a)
{
	struct inputs *in = arena_alloc(a, sizeof *in);
	in->p = p;
	in->arena = a;
	in->functions = arena_array(a, p->function_count + 1, sizeof *in->functions);
	follow_hands(p);
	in->cgi = is_cgi(p);
	for (size_t i = 0; i < p->function_count; i++)
		take_hook(in, p->functions[i]);
	for (int round = 0; round < ROUNDS; round++) {
		in->changed = false;
		for (size_t i = 0; i < p->function_count; i++) {
			const struct function *f = p->functions[i];
			struct knowledge *k = &in->functions[f->index];
			for (size_t n = 0; n < f->call_count; n++)
				take_call(in, f, &f->calls[n]);
			take_moved(in, f);
			struct input r = input_text(in, f, f->result);
			if (r.source && !k->result.source && f->result.kind != V_PARAM) {
				k->result = r;
				in->changed = true;
			}
		}
		if (!in->changed)
			break;
	}
	return in;
}
