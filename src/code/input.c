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
	struct region held[64]; /* variables that point to input */
	size_t global_count, held_count;
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

/* What a variable of the program points to. */
static struct input held_by(const struct inputs *in, struct value v)
{
	for (size_t i = 0; i < in->held_count; i++) {
		const struct region *r = &in->held[i];
		uint64_t apart = v.k > r->base.k ? v.k - r->base.k : r->base.k - v.k;
		if (apart < r->n || apart == 0)
			return r->input;
	}
	return (struct input){0};
}

struct input input_text(const struct inputs *in, const struct function *f, struct value v)
{
	if (v.kind == V_CONST && (v.form == CONTENT || v.form == NEAR_CONTENT) &&
	    v.size * 8 == in->p->isa->bits)
		return held_by(in, v);
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

/* Nothing was known yet, or only now it is known that the descriptor is a connection. */
static bool learn(struct inputs *in, struct input *known, struct input input)
{
	bool better = known->source == SOURCE_STREAM && input.source == SOURCE_NETWORK &&
		      known->at == input.at;
	if (!input.source || (known->source && !better))
		return false;
	*known = input;
	in->changed = true;
	return true;
}

static void mark(struct inputs *in, const struct function *f, struct value base, uint64_t n,
		 struct input input)
{
	struct knowledge *k = &in->functions[f->index];
	struct region r = {base, n ? n : 1, input};
	if ((base.form != EXACT && base.form != NEAR) || base.kind == V_UNKNOWN ||
	    base.kind == V_IMPORT)
		return;
	if (base.kind == V_PARAM && base.id < MAX_ARGS && learn(in, &k->fills[base.id], input))
		k->fill_size[base.id] = r.n;
	if (base.kind == V_CONST) {
		for (size_t i = 0; i < in->global_count; i++)
			if (covers(&in->globals[i], base)) {
				learn(in, &in->globals[i].input, input);
				return;
			}
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
		learn(in, known, input);
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

/* Where a function puts the text that it makes or reads. */
static struct value filled_by(const struct call *c)
{
	return c->role->len == LEN_NEW ? result_of(c) : c->args[c->role->arg];
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
	} streams[] = {{"fgets", 2},	{"__fgets_chk", 3},    {"fread", 3},
		       {"getline", 2},	{"fgets_unlocked", 2}, {"fread_unlocked", 3},
		       {"getdelim", 3}, {"__getdelim", 3},     {"__fread_chk", 4}};
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

static const struct call *call_at(const struct function *f, uint64_t at)
{
	for (size_t i = 0; i < f->call_count; i++)
		if (f->calls[i].at == at)
			return &f->calls[i];
	return NULL;
}

/*
 * Buffers may share their place in a frame: does the text come from a file that was read before the
 * call, and not from outside, where it was read behind it?
 */
static bool read_from_file(const struct function *f, const struct call *c, struct value v,
			   struct input i)
{
	const struct call *outside = call_at(f, i.at);
	if (v.kind != V_STACK || !outside || cfg_dominates(&f->cfg, outside->block, c->block))
		return false;
	for (size_t n = 0; n < f->call_count; n++) {
		const struct call *r = &f->calls[n];
		if (r->role && r->role->kind == ROLE_READ && r->role->len != LEN_NEW &&
		    value_same(r->args[r->role->arg], v) && from_file(f, r) &&
		    cfg_dominates(&f->cfg, r->block, c->block))
			return true;
	}
	return false;
}

struct input input_argument(const struct inputs *in, const struct function *f, const struct call *c,
			    unsigned n)
{
	struct input i = input_text(in, f, c->args[n]);
	return i.source && read_from_file(f, c, c->args[n], i) ? (struct input){0} : i;
}

static void take_get(struct inputs *in, const struct function *f, const struct call *c)
{
	struct input i = {.source = c->role->source,
			  .at = c->at,
			  .via = c->name ? c->name : c->role->name,
			  .whole = true};
	if (!c->name && c->callee)
		i.via = c->callee->name;
	if (c->role->arg >= 0)
		i.name = program_text(in->p, c->args[c->role->arg]);
	if (i.source == SOURCE_ENVIRONMENT && is_request_variable(i.name))
		i.source = SOURCE_NETWORK;
	mark(in, f, result_of(c), 1, i);
}

/* getc(): one byte of what comes in. */
static void take_byte(struct inputs *in, const struct function *f, const struct call *c)
{
	struct value from = c->role->arg >= 0 ? c->args[c->role->arg] : (struct value){0};
	const struct call *maker = function_call(f, from);
	struct input i = {
	    .source = SOURCE_STREAM, .at = c->at, .via = c->role->name, .whole = true};
	if (maker && maker->name && strncmp(maker->name, "fopen", 5) == 0)
		return;
	if (maker && maker->name && strcmp(maker->name, "popen") == 0)
		return;
	if (in->cgi || is_socket(in, f, from))
		i.source = SOURCE_NETWORK;
	mark(in, f, result_of(c), 1, i);
}

/* How many arguments a format asks for; `first`: of those up to the first conversion's own. */
static unsigned conversions(struct span format, unsigned *first)
{
	unsigned n = 0;
	for (size_t i = 0; i + 1 < format.n; i++) {
		if (format.p[i] != '%')
			continue;
		if (format.p[++i] == '%')
			continue;
		while (i + 1 < format.n && strchr("-+ #0123456789.*", format.p[i]))
			n += format.p[i++] == '*';
		n++;
		if (*first == 0)
			*first = n;
	}
	return n;
}

/* Parts of a text are put where the arguments behind the format point. */
static void take_scan(struct inputs *in, const struct function *f, const struct call *c)
{
	struct input i = input_argument(in, f, c, (unsigned)c->role->arg);
	unsigned first = (unsigned)c->role->other + 1, own = 0;
	unsigned count = conversions(program_text(in->p, c->args[c->role->other]), &own);
	if (!i.source)
		return;
	for (unsigned n = first; n < MAX_ARGS && n < first + count; n++)
		mark(in, f, c->args[n], 64, i);
}

struct input input_format(const struct inputs *in, const struct function *f, const struct call *c,
			  unsigned format)
{
	struct span text = program_text(in->p, c->args[format]);
	unsigned first = format + 1, own = 0, count = conversions(text, &own);
	for (unsigned n = first; n < (text.n ? first + count : MAX_ARGS) && n < MAX_ARGS; n++) {
		struct input i = input_argument(in, f, c, n);
		if (!i.source && c->args[n].size == 1)
			i = input_bytes(in, f, c->args[n]);
		if (!i.source || (c->args[n].kind == V_PARAM && !text.n))
			continue;
		i.whole = i.whole && n + 1 == first + own && text.n && text.p[0] == '%';
		return i;
	}
	return (struct input){0};
}

static void take_format(struct inputs *in, const struct function *f, const struct call *c)
{
	struct input i = input_format(in, f, c, (unsigned)c->role->other);
	if (i.source)
		mark(in, f, filled_by(c), c->role->len >= 0 ? room(c) : 64, i);
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

/* The function returns one of its parameters, or points into what it points to. */
static void take_returned(struct inputs *in, const struct function *f, const struct call *c)
{
	const struct function *g = c->callee;
	for (uint32_t n = 0; n <= g->outcome_count; n++) {
		struct value v = n < g->outcome_count ? g->outcomes[n].value : g->result;
		if (v.kind != V_PARAM || v.id >= MAX_ARGS || (v.form != EXACT && v.form != NEAR))
			continue;
		struct input i = input_argument(in, f, c, v.id);
		if (i.source)
			mark(in, f, result_of(c), 1, i);
	}
}

static void take_inside(struct inputs *in, const struct function *f, const struct call *c)
{
	struct knowledge *k = &in->functions[c->callee->index];
	take_moved_inside(in, f, c);
	for (unsigned n = 0; n < MAX_ARGS; n++) {
		struct input i = input_argument(in, f, c, n);
		learn(in, &k->params[n], i);
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
	take_returned(in, f, c);
}

/* One of the functions of a table is called: all of them get what this call hands over. */
static void take_table(struct inputs *in, const struct function *f, const struct call *c)
{
	enum { WORDS = 256, APART = 8 };
	unsigned word = in->p->isa->bits / 8, since = 0;
	uint64_t thumb = in->p->isa == &isa_arm;
	for (uint64_t i = 0; i < WORDS && since < APART; i++) {
		struct call one = *c;
		uint64_t at = c->through.k + i * word, to;
		const struct elf_fixup *fix = elf_fixup_at(in->p->img, at);
		if (fix)
			to = fix->value;
		else if (!elf_word(in->p->img, at, word, &to))
			return;
		one.callee = program_function(in->p, to & ~thumb);
		since++;
		if (!one.callee || one.callee->stub || one.callee == f)
			continue;
		since = 0;
		take_inside(in, f, &one);
	}
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
		mark(in, f, filled_by(c), room(c), i);
		return;
	case ROLE_BYTE:
		take_byte(in, f, c);
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
		i = input_argument(in, f, c, (unsigned)c->role->other);
		i.whole =
		    i.whole && !strstr(c->role->name, "cat"); /* something stands in front of it */
		if (i.source)
			mark(in, f, c->args[c->role->arg], room(c), i);
		return;
	case ROLE_DIGEST:
	case ROLE_CRYPT:
		i = input_argument(
		    in, f, c,
		    (unsigned)(c->role->kind == ROLE_CRYPT ? c->role->arg : c->role->other));
		i.whole = false;
		if (i.source && c->role->kind == ROLE_DIGEST)
			mark(in, f, c->args[c->role->arg], 64, i);
		if (i.source)
			mark(in, f, result_of(c), 1, i);
		return;
	case ROLE_SPLIT:
	case ROLE_DERIVE:
	case ROLE_FIND:
		i = input_argument(in, f, c, (unsigned)c->role->arg);
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
		else if (c->through.kind == V_CONST && c->through.form != EXACT)
			take_table(in, f, c);
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

/* Pointers to input that are put into variables. */
static void take_held(struct inputs *in, const struct function *f)
{
	enum { MEMBERS = 24, MOST = sizeof in->held / sizeof *in->held };
	for (unsigned i = 0; i < f->held_count && in->held_count < MOST; i++) {
		const struct held *h = &f->held[i];
		struct input input = input_text(in, f, h->what);
		bool known = false;
		for (size_t k = 0; k < in->held_count && !known; k++) {
			known = value_same(in->held[k].base, h->where);
			if (known)
				learn(in, &in->held[k].input, input);
		}
		if (known || !input.source)
			continue;
		in->held[in->held_count++] =
		    (struct region){h->where, h->where.form == NEAR ? MEMBERS : 0, input};
		in->changed = true;
	}
}

/* The function returns input, by one of its ways at least. */
static void take_result(struct inputs *in, const struct function *f, struct knowledge *k)
{
	struct input r = input_text(in, f, f->result);
	if (f->result.kind == V_PARAM)
		return;
	for (uint32_t i = 0; i < f->outcome_count && !r.source; i++)
		if (f->outcomes[i].value.kind != V_PARAM)
			r = input_text(in, f, f->outcomes[i].value);
	learn(in, &k->result, r);
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
			take_held(in, f);
			take_result(in, f, k);
		}
		if (!in->changed)
			break;
	}
	return in;
}
