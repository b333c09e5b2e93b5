/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of a program: made of the places where they may begin, walked those that are called
 * first, and again when more is known of what they call.
 */
#include "code/program.h"
#include "code/arm_division.h"

#include <elf.h>

#include "base/mem.h"
#include "code/cipher_names.h"
#include "code/hooks.h"
#include "code/library.h"
#include "code/starts.h"

enum {
	MAX_ROUNDS = 4,
	MAX_INSNS = 8 * 1024 * 1024,
	MAX_WALKS = 3
};

static int by_address(const void *a, const void *b)
{
	const struct start *x = a, *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->thumb != y->thumb)
		return x->thumb - y->thumb;
	if (x->guess != y->guess)
		return x->guess - y->guess;
	if (!x->name != !y->name)
		return x->name ? -1 : 1;
	return x->name ? strcmp(x->name, y->name) : 0;
}

static int by_start(const void *a, const void *b)
{
	const struct function *x = *(struct function *const *)a, *y = *(struct function *const *)b;
	return x->start < y->start ? -1 : x->start > y->start;
}

struct function *program_function(const struct program *p, uint64_t at)
{
	size_t lo = 0, hi = p->function_count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (p->starts[mid] < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < p->function_count && p->starts[lo] == at ? p->functions[lo] : NULL;
}

/* The last function that begins at or before this address; NULL: none. */
static struct function *function_before(const struct program *p, uint64_t at)
{
	size_t lo = 0, hi = p->function_count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (p->starts[mid] <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? p->functions[lo - 1] : NULL;
}

struct function *program_inside(const struct program *p, uint64_t at)
{
	size_t lo = 0, hi = p->function_count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (p->functions[mid]->start < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && p->functions[lo - 1]->end > at ? p->functions[lo - 1] : NULL;
}

/* Does control go from `at` straight on to `to`? */
static bool straight(const struct program *p, struct decode *how, const struct function *f,
		     uint64_t to)
{
	enum { MAX_GAP = 48 };
	struct span bytes = elf_bytes(p->img, f->start);
	INSN_ROOM(i);
	how->thumb = f->thumb;
	how->it_left = 0;
	for (uint64_t at = f->start; at < to && to - f->start <= MAX_GAP;) {
		how->at = at;
		unsigned n = p->isa->lift(how, bytes, &i);
		if (!n || i.flow != FLOW_NEXT)
			return false;
		at += n;
		bytes = span_from(bytes, n);
		if (at == to)
			return true;
	}
	return false;
}

/* What looked like a beginning is none when a known function goes straight on to it: compilers put
 * instructions before those that set up the stack. */
static size_t drop_guesses(const struct program *p, struct function **all, size_t n,
			   struct decode *how)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		const struct function *f = k ? all[k - 1] : NULL;
		if (f && all[i]->guess && !f->stub && !f->done && f->thumb == all[i]->thumb &&
		    straight(p, how, f, all[i]->start))
			continue;
		all[k++] = all[i];
	}
	return k;
}

/* What a function is called that has no name. */
static const char *address_name(struct arena *a, uint64_t at)
{
	unsigned digits = 1;
	while (digits < 16 && at >> digits * 4)
		digits++;
	char *name = arena_alloc(a, 5 + digits);
	memcpy(name, "sub_", 4);
	for (unsigned i = 0; i < digits; i++)
		name[4 + i] = "0123456789abcdef"[at >> (digits - 1 - i) * 4 & 15];
	return name;
}

/* Turn starts into functions. Those that are known already are left alone. */
static void make_functions(struct program *p, struct starts *s, struct decode *how)
{
	size_t known = p->function_count;
	if (s->count)
		qsort(s->list, s->count, sizeof *s->list, by_address);
	struct function **all = arena_array(p->arena, known + s->count + 1, sizeof *all);
	size_t n = known;
	if (known)
		memcpy(all, p->functions, known * sizeof *all);
	for (size_t i = 0; i < s->count; i++) {
		const struct start *t = &s->list[i];
		struct function *same = program_function(p, t->at);
		if (same)
			same->guess = same->guess && t->guess;
		if ((i && s->list[i - 1].at == t->at) || same || (t->guess && starts_inner(s, t->at)))
			continue;
		if (n >= MAX_FUNCTIONS) {
			p->capped = true;
			break;
		}
		struct function *f = arena_alloc(p->arena, sizeof *f);
		f->start = f->end = t->at;
		f->thumb = t->thumb;
		f->guess = t->guess && !t->name;
		f->stub = program_stub(p, t->at, t->thumb, p->img->gp, how);
		if (!f->stub && p->isa == &isa_arm && !t->thumb)
			f->stub = arm_division(p->img, t->at);
		f->role = f->stub			      ? role_of(f->stub)
			  : t->name && p->img->type != ET_REL ? role_of(t->name)
							      : NULL;
		f->done = f->stub != NULL;
		f->name = f->stub ? f->stub : t->name;
		if (!f->name)
			f->name = address_name(p->arena, t->at);
		all[n++] = f;
	}
	qsort(all, n, sizeof(struct function *), by_start);
	p->functions = all;
	p->function_count = drop_guesses(p, all, n, how);
	p->starts = arena_array(p->arena, p->function_count + 1, sizeof *p->starts);
	for (size_t i = 0; i < p->function_count; i++)
		p->starts[i] = all[i]->start;
}

static uint64_t limit_of(const struct program *p, size_t i)
{
	uint64_t at = p->functions[i]->start, limit = at;
	for (size_t r = 0; r < p->img->code_count; r++)
		if (at >= p->img->code[r].begin && at < p->img->code[r].end)
			limit = p->img->code[r].end;
	if (i + 1 < p->function_count && p->functions[i + 1]->start < limit)
		limit = p->functions[i + 1]->start;
	return limit;
}

/* Could it have been carried out (evaluate.h)? */
static bool decodes(const struct program *p, const struct function *f, const struct call *c)
{
	bool data = false;
	for (unsigned n = 0; n < 4 && f->loops && !data; n++)
		data = value_is(c->args[n], V_CONST) && c->args[n].k >= 64 &&
		       elf_mapped(p->img, c->args[n].k);
	return data && f->call_count <= 2;
}

/* Was a callee found, or understood, only after the function that calls it was walked? */
static bool knows_less(const struct program *p, const struct function *f)
{
	for (size_t k = 0; k < f->call_count; k++) {
		const struct call *c = &f->calls[k];
		const struct function *to = c->callee;
		if (!to && c->target)
			to = program_function(p, c->target);
		bool later = to && to->walked > f->walked;
		if (to &&
		    (!c->callee || (later && (to->telling || f->starved || decodes(p, to, c)))))
			return true;
	}
	return false;
}

static bool walk_again(struct program *p)
{
	bool any = false;
	hooks_find(p);
	for (size_t i = 0; i < p->function_count; i++) {
		struct function *f = p->functions[i];
		if (f->packets == f->packets_walked && (f->walks >= MAX_WALKS || !knows_less(p, f)))
			continue;
		f->packets_walked = f->packets;
		f->done = false;
		f->calls = NULL;
		f->call_count = 0;
		f->outcome_count = f->turn_count = 0;
		any = true;
	}
	return any;
}

static size_t first_edge(const struct edges *e, uint64_t at)
{
	size_t lo = 0, hi = e->count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (e->list[mid].at < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* What the function calls that is next in the list and was not visited; NULL: nothing is left. */
static struct function *next_callee(const struct program *p, const struct edges *e, size_t *next,
				    uint64_t end, const bool *seen)
{
	while (*next < e->count && e->list[*next].at < end) {
		struct function *f = program_function(p, e->list[(*next)++].target);
		if (f && !seen[f->index])
			return f;
	}
	return NULL;
}

/* All functions, those that are called before those that call them where there is no cycle. */
static struct function **bottom_up(struct program *p, const struct edges *e)
{
	size_t n = p->function_count, depth = 0, k = 0;
	struct function **order = arena_array(p->arena, n + 1, sizeof *order);
	struct function **stack = arena_array(p->arena, n + 1, sizeof *stack);
	size_t *next = arena_array(p->arena, n + 1, sizeof *next);
	bool *seen = arena_array(p->arena, n + 1, sizeof *seen);
	for (size_t i = 0; i < n; i++)
		p->functions[i]->index = (uint32_t)i;
	for (size_t i = 0; i < n; i++) {
		struct function *f = seen[i] ? NULL : p->functions[i];
		while (f || depth) {
			if (f) {
				seen[f->index] = true;
				next[f->index] = first_edge(e, f->start);
				stack[depth++] = f;
			}
			struct function *top = stack[depth - 1];
			uint64_t end =
			    top->index + 1 < n ? p->functions[top->index + 1]->start : UINT64_MAX;
			f = next_callee(p, e, &next[top->index], end, seen);
			if (!f)
				order[k++] = stack[--depth];
		}
	}
	return order;
}

/* Functions that make system calls, which tell what the others do. */
static void mark_kernel(struct program *p, const struct edges *e)
{
	for (size_t i = 0; i < e->kernel_count; i++) {
		struct function *f = function_before(p, e->kernel[i].at);
		if (f)
			f->kernel = true;
	}
}

static void walk_round(struct program *p, const struct edges *e, struct decode *how,
		       struct arena *scratch, struct targets *found, bool kernel)
{
	struct function **order = bottom_up(p, e);
	for (size_t i = 0; i < p->function_count; i++) {
		if (order[i]->done || (kernel && !order[i]->kernel))
			continue;
		if (p->insn_count > MAX_INSNS) {
			p->capped = true;
			break;
		}
		function_walk(p, order[i], limit_of(p, order[i]->index), how, scratch, found);
		library_walked(p, order[i]);
		arena_reset(scratch);
	}
}

/* Functions on texts and memory, which are called and call little themselves. */
static void try_functions(struct program *p, const struct edges *e, const struct decode *how)
{
	enum { NEAR_BYTES = 2048 };
	struct tried *list = arena_array(p->arena, p->function_count + 1, sizeof *list);
	size_t n = 0;
	for (size_t i = 0; i < p->function_count; i++) {
		struct function *f = p->functions[i];
		uint64_t bytes = limit_of(p, i) - f->start;
		bytes = bytes < NEAR_BYTES ? bytes : NEAR_BYTES; /* what follows may be unknown */
		size_t calls = first_edge(e, f->start + bytes) - first_edge(e, f->start);
		if (!f->guess && !f->walks)
			list[n++] = (struct tried){f, (unsigned)calls};
	}
	library_behaviour(p, how, list, n);
}

static void walk_rounds(struct program *p, const struct edges *e, struct decode *how,
			struct arena *scratch, struct targets *found)
{
	for (int round = 0; round < MAX_ROUNDS; round++) {
		if (round)
			found->count = 0;
		walk_round(p, e, how, scratch, found, false);
		struct starts more = {0};
		for (size_t i = 0; i < found->count; i++)
			starts_add(&more, p, found->list[i].at, found->list[i].thumb, NULL);
		if (more.count)
			make_functions(p, &more, how);
		if (more.count && p->whole)
			try_functions(p, e, how);
		starts_free(&more);
		bool again = round + 1 < MAX_ROUNDS && walk_again(p);
		if (!again && !found->count)
			break;
	}
}

/* Does another function begin where control would come back to, but for padding? */
static bool nothing_behind(const struct program *p, struct decode *how, const struct edge *call,
			   bool thumb)
{
	enum { MAX_PADDING = 6 };
	INSN_ROOM(i);
	uint64_t at = call->at;
	how->it_left = 0;
	how->thumb = thumb;
	for (unsigned n = 0; n < MAX_PADDING; n++) {
		const struct function *next = n ? program_function(p, at) : NULL;
		if (next)
			return !next->guess;
		how->at = at;
		if (!p->isa->lift(how, elf_bytes(p->img, at), &i))
			return false;
		bool padding = i.flow == FLOW_NEXT && !i.kernel &&
			       (!i.op_count || (i.op_count == 1 && i.ops[0].d == p->isa->zero) ||
				(i.ops[0].code == OP_MOVE && i.ops[0].d == i.ops[0].a));
		if (n && !padding)
			return false;
		at += i.size;
		if (i.delay) {
			how->at = at;
			at += p->isa->lift(how, elf_bytes(p->img, at), &i);
		}
	}
	return false;
}

/* What is called twice as the last instruction of a function does not return. */
static void mark_endless(struct program *p, const struct edges *e, struct decode *how)
{
	uint8_t *seen = arena_array(p->arena, p->function_count + 1, sizeof *seen);
	for (size_t i = 0; i < p->function_count; i++)
		p->functions[i]->index = (uint32_t)i;
	for (size_t i = 0; i < e->count; i++) {
		struct function *f = program_function(p, e->list[i].target);
		if (!f || f->endless)
			continue;
		const struct function *in = function_before(p, e->list[i].at);
		if (!in || !nothing_behind(p, how, &e->list[i], in->thumb))
			continue;
		f->endless = ++seen[f->index] >= 2;
	}
}

/* System calls in functions that were not found yet. */
static bool unknown_kernel(const struct program *p, const struct edges *e)
{
	for (size_t i = 0; i < e->kernel_count; i++) {
		const struct function *f = function_before(p, e->kernel[i].at);
		if (!f || f->end <= e->kernel[i].at)
			return true;
	}
	return false;
}

/* Functions that others only go on to are called by nobody. */
static void add_jumps(struct program *p, struct decode *how)
{
	struct starts more = {0};
	for (size_t i = 0; i < p->function_count; i++) {
		uint64_t to = library_jump(p, how, p->functions[i]);
		if (to && !program_function(p, p->isa == &isa_arm ? to & ~UINT64_C(1) : to))
			starts_add_pointer(&more, p, to, NULL);
	}
	if (more.count)
		make_functions(p, &more, how);
	starts_free(&more);
}

/* False: a program with its own C library that has nothing to do with networks or commands. */
static bool walk_all(struct program *p, const struct edges *e, struct decode *how)
{
	struct arena scratch = {.cap = 256u << 20, .block = 1u << 20};
	struct targets *found = mem_alloc(sizeof *found);
	found->count = 0;
	if (p->whole) {
		add_jumps(p, how);
		mark_kernel(p, e);
		mark_endless(p, e, how);
		walk_round(p, e, how, &scratch, found, true);
	}
	bool worth = !p->whole || library_is_worth(p) || unknown_kernel(p, e);
	if (worth && p->whole)
		try_functions(p, e, how);
	if (worth)
		walk_rounds(p, e, how, &scratch, found);
	mem_free(found);
	arena_free(&scratch);
	return worth;
}

/* Which argument of `f` becomes a command that it runs? -1: none. */
static int command_argument(const struct function *f)
{
	for (size_t i = 0; i < f->call_count && f->call_count <= 40; i++) {
		const struct call *c = &f->calls[i];
		if (!c->role || c->role->kind != ROLE_EXEC)
			continue;
		struct value v = c->args[c->role->arg];
		if (value_is(v, V_PARAM) && v.k == 0)
			return (int)v.id;
		for (size_t k = 0; k < i; k++) {
			const struct call *m = &f->calls[k];
			if (m->role && m->role->kind == ROLE_FORMAT &&
			    value_same(m->args[m->role->arg], v) &&
			    value_is(m->args[m->role->other], V_PARAM))
				return (int)m->args[m->role->other].id;
		}
	}
	return -1;
}

static void take_role(struct program *p, struct function *f)
{
	int arg = f->role ? -1 : command_argument(f);
	if (arg < 0 || arg >= MAX_ARGS)
		return;
	struct role *r = arena_alloc(p->arena, sizeof *r);
	*r = (struct role){
	    .name = f->name, .kind = ROLE_EXEC, .arg = (int8_t)arg, .other = -1, .len = -1};
	f->role = r;
}

/* Calls to functions that were found later than the call; functions that wrap system(). */
static void link_calls(struct program *p)
{
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < p->function_count; i++) {
			struct function *f = p->functions[i];
			f->index = (uint32_t)i;
			for (size_t k = 0; k < f->call_count; k++) {
				struct call *c = &f->calls[k];
				if (!c->callee && c->target)
					c->callee = program_function(p, c->target);
				if (!c->role && c->callee)
					c->role = c->callee->role;
			}
			take_role(p, f);
		}
}

/* (page, "name", "default"), many times and with many names: it asks for a parameter of a page. */
static void find_getters(struct program *p)
{
	uint32_t *uses = arena_array(p->arena, p->function_count + 1, sizeof *uses);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < p->function_count; i++)
			for (size_t k = 0; k < p->functions[i]->call_count; k++) {
				struct call *c = &p->functions[i]->calls[k];
				if (!c->callee || c->callee->stub)
					continue;
				struct span name = program_text(p, c->args[1]);
				bool asks =
				    name.n >= 3 && name.n < 40 && !memchr(name.p, ' ', name.n) &&
				    !memchr(name.p, '%', name.n) && value_is(c->args[2], V_CONST) &&
				    c->args[2].k > 4096 && elf_mapped(p->img, c->args[2].k) &&
				    !value_is(c->args[0], V_CONST);
				if (!pass)
					uses[c->callee->index] += asks;
				else if (uses[c->callee->index] >= 20 &&
					 (!c->role || c->role->kind == ROLE_NONE))
					c->role = role_web_getter();
			}
}

bool program_read(struct program *p, struct elf_image *img, struct arena *a)
{
	struct decode how = {.big = img->big};
	struct starts s = {0};
	struct edges e = {0};
	*p = (struct program){.img = img, .isa = isa_of(img), .arena = a};
	p->whole = library_inside(img);
	if (!p->isa || (p->isa->open && !p->isa->open(&how)))
		return false;
	starts_find(&s, &e, p, &how);
	make_functions(p, &s, &how);
	starts_free(&s);
	bool worth = walk_all(p, &e, &how);
	edges_free(&e);
	if (worth) {
		link_calls(p);
		if (p->whole)
			library_callers(p);
		find_getters(p);
	}
	if (p->isa->close)
		p->isa->close(&how);
	return worth;
}

const struct call *function_call(const struct function *f, struct value v)
{
	if (v.kind != V_RET && v.kind != V_IS_ZERO)
		return NULL;
	for (size_t i = 0; i < f->call_count; i++)
		if (f->calls[i].insn == v.id)
			return &f->calls[i];
	return NULL;
}

bool call_keeps_memory(const char *name)
{
	return strcmp(name, "setsockopt") == 0 || strcmp(name, "ioctl") == 0 ||
	       strcmp(name, "recvmsg") == 0 || cipher_use_of(name) != NULL;
}

struct value call_memory(const struct program *p, const struct call *c, struct value where,
			 unsigned size)
{
	struct state s;
	memset(&s, 0, offsetof(struct state, slots));
	s.slot_count = c->slot_count < MAX_SLOTS ? c->slot_count : MAX_SLOTS;
	if (s.slot_count)
		memcpy(s.slots, c->slots, s.slot_count * sizeof *s.slots);
	return state_load(&s, p->img, p->isa, where, size);
}
