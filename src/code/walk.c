/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One function, walked in the order of its control flow with partly known values. Twice: the first
 * time loops count as not taken, the second time what they change is unknown.
 */
#include "code/differ.h"
#include "code/evaluate.h"
#include "code/kernel.h"
#include "code/summary.h"

#include <elf.h>

enum { MAX_STORES = 64, MAX_LOOPS = 24, MAX_SHORTCUTS = 6 };

static bool is_big(const struct walk *w)
{
	return w->p->img->big;
}

void walk_initial(const struct program *p, const struct function *f, struct state *s)
{
	const struct isa *isa = p->isa;
	memset(s, 0, offsetof(struct state, slots));
	if (isa->zero < REG_COUNT)
		s->regs[isa->zero] = value_const(0);
	if (isa->fixed < REG_COUNT && p->img->gp)
		s->regs[isa->fixed] = value_const(p->img->gp);
	if (isa->self < REG_COUNT)
		s->regs[isa->self] = value_const(f->start);
	s->regs[isa->sp] = (struct value){.kind = V_STACK};
	s->packets = f->packets;
	for (unsigned i = 0; i < isa->arg_count; i++)
		s->regs[isa->args[i]] = (struct value){.kind = V_PARAM, .id = i};
	for (unsigned i = 0; i < isa->local_count; i++)
		s->regs[isa->local_args[i]] = (struct value){.kind = V_PARAM, .id = LOCAL_ARGS + i};
	uint8_t number = f->kernel ? kernel_register(p->img) : REG_NONE;
	if (number < REG_COUNT && s->regs[number].kind == V_UNKNOWN)
		s->regs[number] = (struct value){.kind = V_PARAM, .id = KERNEL_NUMBER};
}

static struct value argument(const struct walk *w, unsigned n)
{
	const struct isa *isa = w->p->isa;
	if (n < isa->arg_count)
		return w->now.regs[isa->args[n]];
	struct value at = w->now.regs[isa->sp];
	if (!value_is(at, V_STACK))
		return (struct value){0};
	unsigned word = isa->bits / 8;
	at.k += isa->stack_arg + (uint64_t)(n - isa->arg_count) * word;
	struct value v = state_load(&w->now, w->p->img, isa, at, word);
	bool itself = v.kind == V_STACK && v.form != EXACT; /* what stands there is not known */
	return itself ? (struct value){0} : v;
}

static struct value offset(struct value v, uint64_t k)
{
	v.k += k;
	return v;
}

static void look_at_address(const struct walk *w, struct call *c)
{
	struct value to = c->args[c->role->arg];
	const struct isa *isa = w->p->isa;
	if (to.form != EXACT || to.kind == V_UNKNOWN)
		return;
	c->family = state_load(&w->now, w->p->img, isa, to, 2);
	c->port = state_load(&w->now, w->p->img, isa, offset(to, 2), 2);
	c->address = state_load(&w->now, w->p->img, isa, offset(to, 4), 4);
}

/* htons and htonl; of what is no constant only htons, whose outcome is the same bytes exchanged. */
static bool swapped(const struct walk *w, const struct call *c, struct value *out)
{
	if (!c->role || c->role->kind != ROLE_SWAP)
		return false;
	if (!value_is(c->args[0], V_CONST)) {
		if (c->role->len == 2 && c->args[0].kind != V_UNKNOWN)
			*out = is_big(w) ? c->args[0] : value_swapped(c->args[0]);
		return out->kind != V_UNKNOWN;
	}
	uint64_t k = c->args[0].k;
	if (c->role->len == 2)
		k = is_big(w) ? k & 0xffff : __builtin_bswap16((uint16_t)k);
	else
		k = is_big(w) ? k & 0xffffffff : __builtin_bswap32((uint32_t)k);
	*out = value_const(k);
	return true;
}

static uint64_t length_of(const struct call *c, uint64_t otherwise)
{
	if (c->role->len >= 0 && value_is(c->args[c->role->len], V_CONST) &&
	    c->args[c->role->len].k < 65536)
		return c->args[c->role->len].k;
	return otherwise;
}

static void fill(struct walk *w, const struct call *c)
{
	uint64_t n = length_of(c, 0);
	struct value at = c->args[0], byte = value_const(0);
	state_forget(&w->now, at, n);
	if (c->role->other >= 0)
		byte = c->args[c->role->other];
	if (!value_is(byte, V_CONST) || byte.k != 0 || n > 128)
		return;
	for (uint64_t i = 0; i < n; i += 8)
		state_store(&w->now, w->p->img, offset(at, i), value_const(0),
			    n - i < 8 ? (unsigned)(n - i) : 8);
}

/* A short copy of what is known: keys, names and packet filters are made so on the stack. */
static void copy(struct walk *w, const struct call *c)
{
	enum { MAX_COPY = 64 };
	struct value to = c->args[c->role->arg], from = c->args[c->role->other], words[MAX_COPY];
	uint64_t n = length_of(c, 0);
	unsigned word = w->p->isa->bits / 8, count = 0;
	if (c->role->len < 0 && !strstr(c->role->name, "cat")) {
		struct span text = program_text(w->p, from);
		n = text.n ? text.n + 1 : 0;
	}
	bool known = n && n <= MAX_COPY && from.form == EXACT && to.form == EXACT &&
		     (from.kind == V_CONST || from.kind == V_STACK) &&
		     !strstr(c->role->name, "cat");
	for (uint64_t i = 0; known && i < n; i += n - i >= word ? word : 1)
		words[count++] = state_load(&w->now, w->p->img, w->p->isa, offset(from, i),
					    n - i >= word ? word : 1);
	state_forget(&w->now, to, length_of(c, 64));
	count = 0;
	for (uint64_t i = 0; known && i < n; i += n - i >= word ? word : 1)
		state_store(&w->now, w->p->img, offset(to, i), words[count++],
			    n - i >= word ? word : 1);
}

static void effects(struct walk *w, const struct call *c)
{
	enum role_kind kind = c->role ? c->role->kind : ROLE_NONE;
	switch (kind) {
	case ROLE_NONE:
	case ROLE_SCAN:
		for (unsigned i = 0; i < MAX_ARGS; i++)
			if (c->args[i].form == EXACT && c->args[i].kind == V_STACK)
				state_forget(&w->now, c->args[i], 16);
		break;
	case ROLE_FILL:
		fill(w, c);
		break;
	case ROLE_COPY:
		copy(w, c);
		break;
	case ROLE_READ:
	case ROLE_FORMAT:
	case ROLE_DIGEST:
		if (c->role->len == LEN_NEW) {
			state_store(&w->now, w->p->img, c->args[c->role->arg],
				    (struct value){.kind = V_RET, .id = c->insn},
				    w->p->isa->bits / 8);
			break;
		}
		state_forget(&w->now, c->args[c->role->arg], length_of(c, 64));
		break;
	case ROLE_CLOCK:
		if (c->role->arg >= 0)
			state_forget(&w->now, c->args[c->role->arg], 56);
		break;
	case ROLE_ACCEPT:
		state_forget(&w->now, c->args[1], 16);
		state_forget(&w->now, c->args[2], 4);
		break;
	case ROLE_ADDRINFO:
		state_forget(&w->now, c->args[3], 8);
		break;
	default:
		break;
	}
}

/* Does the function return a number, which is no address for sure? */
static bool returns_number(const struct call *c)
{
	static const char *const names[] = {"strlen", "strnlen", "strspn", "strcspn"};
	for (size_t i = 0; c->name && i < sizeof names / sizeof *names; i++)
		if (strcmp(c->name, names[i]) == 0)
			return true;
	switch (c->role ? c->role->kind : ROLE_NONE) {
	case ROLE_READ:
		return !strstr(c->role->name, "gets");
	case ROLE_COMPARE:
	case ROLE_NUMBER:
	case ROLE_FORMAT:
	case ROLE_SWAP:
	case ROLE_BYTE:
		return c->role->len != LEN_NEW;
	default:
		return false;
	}
}

/* What the result of the call points into. */
static void note_parent(struct walk *w, const struct call *c)
{
	enum role_kind kind = c->role ? c->role->kind : ROLE_NONE;
	bool into = c->callee && !c->callee->stub && c->callee->result.kind == V_PARAM &&
		    c->callee->result.form == NEAR && c->callee->result.id < MAX_ARGS;
	if (kind != ROLE_DERIVE && kind != ROLE_FIND && !into &&
	    !(kind == ROLE_READ && strstr(c->role->name, "gets")))
		return;
	struct value v = c->args[into ? (int)c->callee->result.id : c->role->arg];
	if ((v.form != EXACT && v.form != NEAR) || v.kind == V_UNKNOWN || v.kind == V_IMPORT ||
	    (v.kind == V_RET && v.id == c->insn) || (!into && strstr(c->role->name, "dup")))
		return;
	if (!w->parents.of) {
		w->parents.count = (uint32_t)w->f->cfg.insn_count;
		w->parents.of = arena_array(w->scratch, w->parents.count, sizeof *w->parents.of);
	}
	v.form = NEAR;
	if (c->insn < w->parents.count)
		w->parents.of[c->insn] = v;
}

/* strsep(&rest, ..): gives what `rest` points to, which then points behind that. */
static struct value split(struct walk *w, const struct call *c, struct value otherwise)
{
	unsigned word = w->p->isa->bits / 8;
	struct value at = c->args[c->role->arg];
	struct value v = state_load(&w->now, w->p->img, w->p->isa, at, word);
	if ((v.form != EXACT && v.form != NEAR) || v.kind == V_UNKNOWN || v.kind == V_IMPORT)
		return otherwise;
	v.form = NEAR;
	state_store(&w->now, w->p->img, at, v, word);
	return v;
}

static void remember(struct walk *w, const struct call *c)
{
	struct function *f = w->f;
	if (f->call_count == w->call_cap) {
		size_t cap = w->call_cap ? w->call_cap * 2 : 8;
		struct call *more = arena_array(w->scratch, cap, sizeof *more);
		if (f->call_count)
			memcpy(more, f->calls, f->call_count * sizeof *more);
		f->calls = more;
		w->call_cap = cap;
	}
	f->calls[f->call_count++] = *c;
}

static void mark_used(struct walk *w, struct value v)
{
	if ((v.kind == V_RET || v.kind == V_IS_ZERO) && v.id < w->f->cfg.insn_count)
		w->used[v.id] = 1;
}

/* Which results of calls does this look at? Moving one about is not looking at it. */
static void note_uses(struct walk *w, const struct op *o)
{
	if (o->code == OP_MOVE || o->code == OP_CONST || o->code == OP_CLOBBER)
		return;
	if (o->a < REG_TARGET)
		mark_used(w, w->now.regs[o->a]);
	if (o->b < REG_TARGET)
		mark_used(w, w->now.regs[o->b]);
	if (o->code == OP_STORE && o->d < REG_TARGET)
		mark_used(w, w->now.regs[o->d]);
}

/* In a program with its own C library: a call that may start a shell, or any program. */
static bool may_run(const struct walk *w, const struct call *c)
{
	if (!w->p->whole)
		return false;
	if (c->role)
		return c->role->kind == ROLE_EXEC;
	for (unsigned n = 0; n < 2; n++) {
		struct span s = program_text(w->p, c->args[n]);
		if (span_eq_str(s, "/bin/sh"))
			return true;
	}
	return false;
}

/* Keep what is known of memory for later: only few functions want it. */
static void keep_memory(const struct walk *w, struct call *c)
{
	const char *name = c->name ? c->name : c->callee ? c->callee->name : NULL;
	if (!w->now.slot_count || !((name && call_keeps_memory(name)) || may_run(w, c)))
		return;
	struct slot *slots = arena_array(w->p->arena, w->now.slot_count, sizeof *slots);
	memcpy(slots, w->now.slots, w->now.slot_count * sizeof *slots);
	c->slots = slots;
	c->slot_count = w->now.slot_count;
}

static void found_target(struct walk *w, uint64_t at, bool thumb)
{
	size_t most = sizeof w->found->list / sizeof *w->found->list;
	if (elf_is_code(w->p->img, at) && w->found->count < most) {
		w->found->list[w->found->count].at = at;
		w->found->list[w->found->count++].thumb = thumb;
	}
}

/* Name of the import whose slot is the code (PowerPC), or whose place stands for it (objects). */
static const char *slot_name(const struct walk *w, uint64_t at)
{
	const struct elf_fixup *fix = elf_fixup_at(w->p->img, at);
	bool import = fix && fix->symbol >= 0 && !w->p->img->symbols[fix->symbol].defined;
	return import ? w->p->img->symbols[fix->symbol].name : NULL;
}

static void name_target(struct walk *w, struct call *c, uint64_t at, bool thumb)
{
	c->name = slot_name(w, at);
	if (c->name) {
		c->role = role_of(c->name);
		return;
	}
	c->callee = program_function(w->p, at);
	c->target = at;
	if (!c->callee && w->recording)
		found_target(w, at, thumb);
	if (!c->callee)
		return;
	if (!c->callee->stub && w->p->isa->got < REG_COUNT &&
	    value_is(w->now.regs[w->p->isa->got], V_CONST)) {
		/* stubs that find the GOT through a register of the caller */
		c->callee->stub =
		    program_stub(w->p, at, thumb, w->now.regs[w->p->isa->got].k, w->how);
		if (c->callee->stub)
			c->callee->role = role_of(c->callee->stub);
	}
	c->role = c->callee->role;
	c->name = c->callee->stub;
}

/* In files without a base address small numbers are addresses of code, too. */
static bool only_a_number(const struct walk *w, uint64_t at, bool thumb)
{
	if (at >= 0x10000 && !program_inside(w->p, at))
		return false;
	w->how->at = at;
	bool was = w->how->thumb;
	w->how->thumb = thumb;
	bool begins = w->p->isa->prologue(w->how, elf_bytes(w->p->img, at));
	w->how->thumb = was;
	return !begins;
}

/* Does the n-th argument of this call take a function? */
static bool takes_function(const struct walk *w, const struct call *c, unsigned n)
{
	if (n == 0 && w->p->whole && w->f->start == (w->p->img->entry & ~UINT64_C(1)))
		return true; /* main */
	if (c->role && (c->role->kind == ROLE_THREAD || c->role->kind == ROLE_PACKETS))
		return n == (unsigned)c->role->arg;
	if (!c->name)
		return false;
	if (n == 2 && strstr(c->name, "set_verify"))
		return true;
	if (n == 0)
		return strcmp(c->name, "__libc_start_main") == 0 ||
		       strcmp(c->name, "__uClibc_main") == 0 || strcmp(c->name, "atexit") == 0;
	return n == 1 && (strcmp(c->name, "signal") == 0 || strcmp(c->name, "bsd_signal") == 0);
}

/* Does a text stand in front of this argument: the name that a function is registered by? */
static bool is_named(const struct walk *w, const struct call *c, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (value_is(c->args[i], V_CONST) && program_text(w->p, c->args[i]).n > 1)
			return true;
	return false;
}

/* The address of a function as an argument: main, threads, handlers. */
static void handed_over(struct walk *w, const struct call *c, unsigned n)
{
	struct value v = c->args[n];
	uint64_t word;
	if (w->p->whole && v.kind == V_CONST && v.form == CONTENT && takes_function(w, c, n) &&
	    elf_word(w->p->img, v.k, w->p->isa->bits / 8u, &word))
		v = value_const(word); /* the GOT of a program without a loader */
	bool arm = w->p->isa == &isa_arm, thumb = arm && (v.k & 1);
	uint64_t at = arm ? v.k & ~UINT64_C(1) : v.k;
	if (!value_is(v, V_CONST) || at % w->p->isa->align || !elf_is_code(w->p->img, at) ||
	    program_function(w->p, at) || elf_string(w->p->img, at, 256).n > 2 ||
	    (!takes_function(w, c, n) && only_a_number(w, at, thumb) &&
	     !(is_named(w, c, n) && walk_begins(w, at, thumb))))
		return;
	found_target(w, at, thumb);
}

/* Something out of a table is called: all code that the table tells of are functions. */
static void note_table(struct walk *w, uint64_t table)
{
	enum { WORDS = 256, APART = 4 };
	const struct elf_image *img = w->p->img;
	unsigned word = w->p->isa->bits / 8;
	bool arm = w->p->isa == &isa_arm;
	for (unsigned i = 0, since = 0; i < WORDS && since < APART; i++, since++) {
		uint64_t at = table + (uint64_t)i * word, to;
		const struct elf_fixup *fix = elf_fixup_at(img, at);
		if (fix)
			to = fix->value;
		else if (!elf_word(img, at, word, &to))
			return;
		bool thumb = arm && (to & 1);
		to = arm ? to & ~UINT64_C(1) : to;
		if (!to || to % w->p->isa->align || !elf_is_code(img, to))
			continue;
		since = 0;
		if (!program_function(w->p, to))
			found_target(w, to, thumb);
	}
}

/* Parameters that are handed on; in a loop only the first pass knows them. */
static void note_hands(struct walk *w, const struct call *c)
{
	struct function *f = w->f;
	for (uint8_t n = 0; n < 4; n++) {
		const struct value *v = &c->args[n];
		bool pointer = v->kind == V_PARAM && (v->form == EXACT || v->form == NEAR);
		if (pointer && v->id < MAX_ARGS && f->hand_count < 8 && (c->target || c->role))
			f->hands[f->hand_count++] =
			    (struct hand_on){c->target, c->role, (uint8_t)v->id, n};
	}
}

static void transfer(struct walk *w, const struct insn *i)
{
	const struct isa *isa = w->p->isa;
	struct value to = value_const(i->target);
	struct call c = {.at = i->at, .block = w->block};
	bool thumb = i->thumb;
	c.insn = (uint32_t)(i - w->f->cfg.insns);
	if (i->indirect)
		to = w->now.regs[REG_TARGET];
	if (value_is(to, V_IMPORT)) {
		c.name = w->p->img->symbols[to.id].name;
		c.role = role_of(c.name);
	} else if (value_is(to, V_CONST)) {
		if (w->p->isa->align == 2 && i->indirect) {
			thumb = to.k & 1;
			to.k &= ~UINT64_C(1);
		}
		name_target(w, &c, to.k, thumb);
	} else {
		c.through = to;
		if (w->recording && (to.form == NEAR_CONTENT || to.form == CONTENT) &&
		    to.kind == V_CONST)
			note_table(w, to.k);
	}
	if (i->flow == FLOW_CALL && isa->pc_thunk && value_is(to, V_CONST)) {
		uint8_t r = isa->pc_thunk(elf_bytes(w->p->img, to.k));
		if (r != REG_NONE) {
			w->now.regs[r] = value_const(i->at + i->size);
			return;
		}
	}
	for (unsigned n = 0; n < MAX_ARGS; n++)
		c.args[n] = argument(w, n);
	for (unsigned n = 0; n < isa->local_count && c.callee && !c.callee->stub; n++)
		c.args[LOCAL_ARGS + n] = w->now.regs[isa->local_args[n]];
	for (unsigned n = 0; n < (unsigned)MAX_ARGS && w->recording; n++)
		if (n < 4 || (c.callee && n >= (unsigned)LOCAL_ARGS &&
			      n < (unsigned)LOCAL_ARGS + isa->local_count))
			handed_over(w, &c, n);
	if (w->caught && w->wanted == c.insn)
		memcpy(w->caught->args, c.args, sizeof c.args);
	for (unsigned n = 0; n < isa->arg_count && w->recording; n++)
		mark_used(w, c.args[n]);
	if (c.callee && c.callee->number)
		kernel_indirect(w, &c);
	if (c.role && (c.role->kind == ROLE_BIND || c.role->kind == ROLE_CONNECT))
		look_at_address(w, &c);
	if (!w->recording)
		note_hands(w, &c);
	if (w->recording) {
		keep_memory(w, &c);
		struct call kept = c;
		evaluate_texts(w, &kept);
		remember(w, &kept);
	}
	struct value result = {.kind = V_RET, .id = c.insn};
	bool known = evaluate_call(w, &c, &result);
	if (!known)
		effects(w, &c);
	bool unknown_target = i->indirect && to.kind == V_UNKNOWN;
	w->f->starved = w->f->starved || (unknown_target && w->early);
	w->early = w->early || (c.callee && !c.callee->done);
	uint64_t keeps = isa->kept | (c.callee && !c.callee->stub ? c.callee->spared : 0);
	w->spared &= keeps;
	if (!known && keeps >> isa->result & 1) /* as void as a function can be */
		result = w->now.regs[isa->result];
	for (uint8_t r = 0; r < REG_TARGET; r++)
		if (!(keeps >> r & 1))
			w->now.regs[r] = (struct value){0};
	if (!known && c.callee && c.callee != w->f && !c.callee->stub && c.callee->telling)
		result = summary_apply(&c, &w->now, w->p, result);
	if (value_is(result, V_RET) && result.id == c.insn && returns_number(&c))
		result.size = A_NUMBER;
	swapped(w, &c, &result);
	note_parent(w, &c);
	if (c.role && c.role->kind == ROLE_SPLIT)
		result = split(w, &c, result);
	w->now.regs[isa->result] = result;
	w->no_return = w->no_return || (c.role && c.role->kind == ROLE_NORETURN) ||
		       (c.callee && c.callee != w->f && (c.callee->no_return || c.callee->endless));
}

/* A system call: registers but for the result stay as they are. */
static void enter_kernel(struct walk *w, const struct insn *i)
{
	struct call c = {.at = i->at, .block = w->block};
	c.insn = (uint32_t)(i - w->f->cfg.insns);
	kernel_call(w, i, &c);
	if (!c.kernel)
		return;
	if (c.role && (c.role->kind == ROLE_BIND || c.role->kind == ROLE_CONNECT))
		look_at_address(w, &c);
	if (!w->recording)
		note_hands(w, &c);
	struct call kept = c;
	if (w->recording) {
		keep_memory(w, &kept);
		evaluate_texts(w, &kept);
		remember(w, &kept);
	}
	effects(w, &c);
	w->now.regs[w->p->isa->result] = (struct value){.kind = V_RET, .id = c.insn};
	w->spared &= ~(UINT64_C(1) << w->p->isa->result);
	w->no_return = w->no_return || (c.role && c.role->kind == ROLE_NORETURN);
}

/* A jump that leaves the function is a call whose result is returned. */
static bool leaves(const struct walk *w, const struct insn *i)
{
	if (i->flow == FLOW_CALL)
		return true;
	if (i->flow != FLOW_JUMP)
		return false;
	if (!i->indirect)
		return w->f->cfg.blocks[w->block].succ[0] == NO_BLOCK;
	struct value to = w->now.regs[REG_TARGET];
	return value_is(to, V_IMPORT) ||
	       (value_is(to, V_CONST) &&
		(slot_name(w, to.k) || program_function(w->p, to.k & ~UINT64_C(1))));
}

/* A constant that goes to a variable of the program. */
static void remember_store(struct walk *w, const struct insn *i, const struct op *o)
{
	struct function *f = w->f;
	struct value to = state_address(&w->now, w->p->img, w->p->isa, o);
	struct value what = o->d < REG_COUNT ? w->now.regs[o->d] : (struct value){0};
	if (!value_is(to, V_CONST) || !value_is(what, V_CONST) || f->store_count == MAX_STORES ||
	    !elf_writable(w->p->img, to.k))
		return;
	if (!f->stores)
		f->stores = arena_array(w->scratch, MAX_STORES, sizeof *f->stores);
	f->stores[f->store_count++] = (struct store){i->at, to.k, what.k, w->block};
	uint64_t thumb = w->p->img->machine == EM_ARM, code = what.k & ~thumb;
	if (w->p->img->type == ET_REL && w->recording && !program_function(w->p, code))
		found_target(w, code, what.k & thumb);
}

/* A pointer goes to a variable of the program, or into a table of it. */
static void note_held(struct walk *w, const struct op *o)
{
	enum { MAX_HELD = 16 };
	struct function *f = w->f;
	struct value to = state_address(&w->now, w->p->img, w->p->isa, o);
	struct value what = o->d < REG_COUNT ? w->now.regs[o->d] : (struct value){0};
	bool pointer = what.kind == V_PARAM || what.kind == V_STACK ||
		       (what.kind == V_RET && what.size != A_NUMBER) ||
		       (what.kind == V_CONST && elf_writable(w->p->img, what.k));
	if (o->size * 8 != w->p->isa->bits || to.kind != V_CONST || f->held_count == MAX_HELD ||
	    (to.form != EXACT && to.form != NEAR) || !elf_writable(w->p->img, to.k) || !pointer ||
	    (what.form != EXACT && what.form != NEAR))
		return;
	if (!f->held)
		f->held = arena_array(w->p->arena, MAX_HELD, sizeof *f->held);
	f->held[f->held_count++] = (struct held){to, what};
}

static void note_object(struct value *list, uint8_t *count, struct value v)
{
	for (unsigned i = 0; i < *count; i++)
		if (list[i].kind == v.kind && list[i].id == v.id && list[i].k == v.k)
			return;
	if (*count < MAX_MOVED)
		list[(*count)++] = v;
}

/* Bytes that are read or written at places that are not known one by one. */
static void note_moved(struct walk *w, const struct op *o)
{
	struct function *f = w->f;
	struct value what = o->d < REG_COUNT ? w->now.regs[o->d] : (struct value){0};
	if (o->size != 1 || (o->code != OP_LOAD && o->code != OP_STORE))
		return;
	struct value at = state_address(&w->now, w->p->img, w->p->isa, o);
	if (at.form != NEAR || (o->code == OP_STORE && value_is(what, V_CONST)))
		return;
	if (!f->moved)
		f->moved = arena_alloc(w->p->arena, sizeof *f->moved);
	/* one byte that was read before: in memory, or as the result of a call */
	if (o->code == OP_STORE && what.form == CONTENT && !what.swapped) {
		what.form = EXACT;
		note_object(f->moved->from, &f->moved->from_count, what);
	} else if (o->code == OP_STORE && value_is(what, V_RET) && what.k == 0) {
		note_object(f->moved->from, &f->moved->from_count, what);
	}
	if (o->code == OP_LOAD)
		note_object(f->moved->from, &f->moved->from_count, at);
	else
		note_object(f->moved->to, &f->moved->to_count, at);
}

/* The choice that instructions of this block make without ways out of it. */
static void note_soft(struct walk *w, const struct insn *i)
{
	struct choice *c = &w->f->choices[w->block];
	if ((i->cond != COND_EQ && i->cond != COND_NE) || i->flags < REG_FLAGS ||
	    i->flags >= REG_FLAGS + 8)
		return;
	*c = (struct choice){w->now.left[i->flags - REG_FLAGS], w->now.right[i->flags - REG_FLAGS],
			     true};
}

/* Which parameters are pointers that are followed. In a loop only the first pass knows. */
static void note_access(struct walk *w, const struct op *o)
{
	for (int k = 0; k < 2; k++) {
		uint8_t r = k ? o->b : o->a;
		const struct value *v = r < REG_COUNT ? &w->now.regs[r] : NULL;
		if (!v || v->kind != V_PARAM || v->id >= MAX_ARGS ||
		    (v->form != EXACT && v->form != NEAR))
			continue;
		if (o->code == OP_STORE)
			w->f->writes |= (uint8_t)(1u << v->id);
		else
			w->f->reads |= (uint8_t)(1u << v->id);
	}
}

static void plain(struct walk *w, const struct insn *i, const struct op *o)
{
	bool joins = (o->code == OP_XOR || o->code == OP_OR) && o->a < REG_COUNT;
	struct value a = {0}, b = {0};
	if (joins) {
		a = w->now.regs[o->a];
		b = o->b < REG_COUNT ? w->now.regs[o->b] : value_const((uint64_t)o->k);
	}
	state_op(&w->now, w->p->img, w->p->isa, o);
	if (joins)
		differ_note(w, i->at, o, a, b);
}

static void carry_out(struct walk *w, const struct insn *i, bool maybe)
{
	const struct elf_image *img = w->p->img;
	bool either = i->cond == COND_EQ || i->cond == COND_NE;
	if (maybe && i->predicated && either && w->assume != COND_ALWAYS) {
		if (i->cond != w->assume)
			return;
		maybe = false;
	}
	if (w->recording && i->predicated && either && i->flow == FLOW_NEXT)
		note_soft(w, i);
	for (unsigned k = 0; k < i->op_count; k++) {
		const struct op *o = &i->ops[k];
		if (o->code == OP_STORE || o->code == OP_LOAD)
			note_access(w, o);
		if (w->recording && o->code == OP_STORE) {
			remember_store(w, i, o);
			note_held(w, o);
		}
		if (w->recording)
			note_moved(w, o);
		if (w->recording)
			note_uses(w, o);
		if (!maybe) {
			plain(w, i, o);
			continue;
		}
		struct value before = o->d < REG_COUNT ? w->now.regs[o->d] : (struct value){0};
		state_op(&w->now, img, w->p->isa, o);
		if (o->d < REG_T0 && o->code != OP_STORE && o->code != OP_CMP &&
		    !value_same(before, w->now.regs[o->d]))
			w->now.regs[o->d] = (struct value){0};
	}
}

static void note_result(struct walk *w, bool *first)
{
	struct value v = w->now.regs[w->p->isa->result];
	if (value_vague(v))
		v = (struct value){0};
	summary_return(w->f, &w->now, *first, w->p->arena);
	if (*first)
		w->f->result = v;
	else if (!value_same(w->f->result, v))
		w->f->result = (struct value){0};
	*first = false;
}

static void walk_block(struct walk *w, bool *first_return)
{
	const struct cfg *c = &w->f->cfg;
	const struct block *b = &c->blocks[w->block];
	w->no_return = false;
	for (uint32_t n = 0; n < b->count && !w->no_return; n++) {
		const struct insn *i = &c->insns[b->first + n];
		/* where control goes on, a return that depends (popeq) did not take place; where
		 * it returns, what it restores does not matter */
		if (!i->predicated || i->flow != FLOW_RETURN)
			carry_out(w, i, i->predicated);
		if (i->kernel)
			enter_kernel(w, i);
		if (i->delay && n + 1 < b->count)
			carry_out(w, &c->insns[b->first + ++n], i->annul);
		if (leaves(w, i)) {
			transfer(w, i);
			if (i->flow == FLOW_JUMP && w->recording && !w->no_return)
				note_result(w, first_return);
		}
		if (i->flow == FLOW_RETURN && w->recording)
			note_result(w, first_return);
	}
	if (w->recording && b->cond != COND_ALWAYS && b->flags >= REG_FLAGS &&
	    b->flags < REG_FLAGS + 8)
		w->f->choices[w->block] = (struct choice){
		    w->now.left[b->flags - REG_FLAGS], w->now.right[b->flags - REG_FLAGS], false};
}

void walk_block_again(struct walk *w, int32_t block, const struct state *from, uint8_t assume)
{
	bool first = false;
	if (from != &w->now)
		state_copy(&w->now, from);
	w->block = block;
	w->recording = false;
	w->assume = assume;
	walk_block(w, &first);
	w->assume = COND_ALWAYS;
}

static const struct shortcut *shortcut_to(const struct walk *w, int32_t block)
{
	for (unsigned i = 0; i < w->shortcut_count; i++)
		if (w->shortcuts[i].exit == block)
			return &w->shortcuts[i];
	return NULL;
}

/* Does control never come this way, since it left a loop that was carried out elsewhere? */
static bool never_left(const struct walk *w, int32_t from, int32_t to)
{
	for (unsigned i = 0; i < w->shortcut_count; i++)
		if (w->shortcuts[i].sure && w->shortcuts[i].body[from] && !w->shortcuts[i].body[to])
			return true;
	return w->idle[from];
}

/* What stands at the ends of the blocks before this one; false: none of them counts. */
static bool gather(struct walk *w, bool first_pass, bool all)
{
	const struct cfg *c = &w->f->cfg;
	const struct block *b = &c->blocks[w->block];
	const struct shortcut *cut = shortcut_to(w, w->block);
	bool any = cut != NULL;
	if (cut)
		state_copy(&w->now, cut->state);
	for (uint32_t k = 0; k < b->pred_count; k++) {
		int32_t from = c->preds[b->pred + k];
		if (!w->out[from] || (cut && cut->body[from]) ||
		    (first_pass && c->blocks[from].order >= b->order) ||
		    (!all && never_left(w, from, w->block)))
			continue;
		if (any)
			state_meet(&w->now, w->out[from], &w->parents);
		else
			state_copy(&w->now, w->out[from]);
		any = true;
	}
	return any;
}

static void enter(struct walk *w, bool first_pass)
{
	const struct block *b = &w->f->cfg.blocks[w->block];
	w->unreached = false;
	if (w->block == 0 && b->pred_count == 0) {
		walk_initial(w->p, w->f, &w->now);
		return;
	}
	bool any = gather(w, first_pass, false);
	w->idle[w->block] = !any && gather(w, first_pass, true);
	any = any || w->idle[w->block];
	struct state start;
	w->unreached = !any && b->pred_count && w->block != 0;
	if (any && w->block != 0)
		return;
	walk_initial(w->p, w->f, &start);
	if (any)
		state_meet(&w->now, &start, &w->parents);
	else
		state_copy(&w->now, &start);
}

/* A block that begins a loop: perhaps it depends on constants only. */
static void try_loop(struct walk *w)
{
	const struct cfg *c = &w->f->cfg;
	const struct block *b = &c->blocks[w->block];
	bool again = false;
	for (uint32_t k = 0; k < b->pred_count; k++)
		again = again || c->blocks[c->preds[b->pred + k]].order >= b->order;
	if (!again || w->loops_tried >= MAX_LOOPS || w->shortcut_count >= MAX_SHORTCUTS ||
	    !evaluate_body(c, w->block, w->body))
		return;
	struct shortcut *s = &w->shortcuts[w->shortcut_count];
	w->loops_tried++;
	enter(w, true); /* not what the loop itself makes of it */
	if (!evaluate_loop(w, w->block, w->body, &s->exit) || shortcut_to(w, s->exit))
		return;
	s->body = arena_alloc(w->scratch, c->block_count);
	memcpy(s->body, w->body, c->block_count);
	s->state = state_keep(NULL, &w->now, w->scratch);
	s->sure = !w->p->machine->impure;
	w->shortcut_count++;
}

/*
 * Registers that the instructions of the function do not write. Compilers know of functions that
 * only the program itself calls what they leave alone, and count on it (gcc: -fipa-ra).
 */
static uint64_t untouched(const struct cfg *c)
{
	uint64_t all = (UINT64_C(1) << REG_FLAGS) - 1;
	for (size_t i = 0; i < c->insn_count; i++)
		for (unsigned k = 0; k < c->insns[i].op_count; k++) {
			const struct op *o = &c->insns[i].ops[k];
			if (o->code != OP_STORE && o->d < REG_FLAGS)
				all &= ~(UINT64_C(1) << o->d);
		}
	return c->capped ? 0 : all;
}

/* Does control leave the function at the end of this block, always or on a condition? */
static bool may_leave(const struct cfg *c, const struct block *b)
{
	const struct insn *last = &c->insns[b->first + b->count - 1];
	if (b->count > 1 && last[-1].delay)
		last--;
	if (last->flow == FLOW_RETURN)
		return true;
	if (last->flow == FLOW_BRANCH)
		return b->succ[0] == NO_BLOCK || b->succ[1] == NO_BLOCK;
	return b->succ[0] == NO_BLOCK && (b->succ[1] == NO_BLOCK || b->to_switch);
}

static void pass(struct walk *w, bool recording)
{
	struct cfg *c = &w->f->cfg;
	bool first_return = true, removed = false;
	w->recording = recording;
	w->ends = w->goes_on = false;
	w->evaluating = true;
	w->shortcut_count = w->loops_tried = 0;
	memset(w->idle, 0, c->block_count * sizeof *w->idle);
	for (size_t o = 0; o < c->order_count; o++) {
		w->block = c->order[o];
		try_loop(w);
		enter(w, !recording);
		walk_block(w, &first_return);
		/* nothing comes out of a block that ends in exit(), or to which only such lead */
		w->out[w->block] = (w->no_return || w->unreached) && !recording
				       ? NULL
				       : state_keep(w->out[w->block], &w->now, w->scratch);
		struct block *b = &c->blocks[w->block];
		if (w->no_return && recording && (b->succ[0] != NO_BLOCK || b->succ[1] != NO_BLOCK))
			w->dead_end = true;
		w->ends = w->ends || w->no_return;
		w->goes_on = w->goes_on || (!w->no_return && !w->unreached && may_leave(c, b));
		if (w->no_return && !recording) {
			b->succ[0] = b->succ[1] = NO_BLOCK;
			b->to_switch = false;
			b->cond = COND_ALWAYS;
			removed = true;
		}
	}
	if (removed)
		cfg_connect(c, w->scratch);
}

/* Does it, or something that it calls, do things repeatedly? */
static bool has_loop(const struct function *f)
{
	for (size_t i = 0; i < f->cfg.block_count; i++)
		for (int e = 0; e < 2; e++) {
			int32_t to = f->cfg.blocks[i].succ[e];
			if (to != NO_BLOCK && f->cfg.blocks[to].order <= f->cfg.blocks[i].order)
				return true;
		}
	for (size_t i = 0; i < f->call_count; i++)
		if (f->calls[i].callee && f->calls[i].callee->loops)
			return true;
	return false;
}

static void *keep(struct arena *a, const void *list, size_t n, size_t size)
{
	void *copy = n ? arena_array(a, n, size) : NULL;
	if (n)
		memcpy(copy, list, n * size);
	return copy;
}

/* What is needed later leaves the scratch memory: everything but the instructions. */
static void keep_all(struct function *f, struct arena *a)
{
	struct cfg *c = &f->cfg;
	size_t total = 0;
	for (size_t i = 0; i < c->block_count; i++)
		total += c->blocks[i].pred_count;
	c->blocks = keep(a, c->blocks, c->block_count, sizeof *c->blocks);
	c->preds = keep(a, c->preds, total, sizeof *c->preds);
	c->order = NULL;
	c->insns = NULL;
	f->calls = keep(a, f->calls, f->call_count, sizeof *f->calls);
	f->choices = keep(a, f->choices, c->block_count, sizeof *f->choices);
	f->block_at = keep(a, f->block_at, c->block_count, sizeof *f->block_at);
	f->outcomes = keep(a, f->outcomes, f->outcome_count, sizeof *f->outcomes);
	f->turns = keep(a, f->turns, f->turn_count, sizeof *f->turns);
	f->differs = keep(a, f->differs, f->differ_count, sizeof *f->differs);
	f->stores = keep(a, f->stores, f->store_count, sizeof *f->stores);
}

static bool acyclic(const struct cfg *c)
{
	for (size_t o = 0; o < c->order_count; o++) {
		const struct block *k = &c->blocks[c->order[o]];
		for (uint32_t p = 0; p < k->pred_count; p++)
			if (c->blocks[c->preds[k->pred + p]].order >= o)
				return false;
	}
	return true;
}

/* What was recorded counts for nothing. */
static void forget_all(struct walk *w, size_t found)
{
	struct function *f = w->f;
	f->call_count = f->store_count = 0;
	f->held_count = 0;
	f->summary = NULL;
	f->result = (struct value){0};
	w->found->count = found;
	memset(f->choices, 0, f->cfg.block_count * sizeof *f->choices);
	memset(w->out, 0, f->cfg.block_count * sizeof(struct state *));
	memset(w->used, 0, f->cfg.insn_count);
}

/* Without loops and calls that do not return the first time tells all. */
static void walk_all_blocks(struct walk *w)
{
	size_t found = w->found->count;
	bool once = acyclic(&w->f->cfg);
	if (once)
		pass(w, true);
	if (once && !w->dead_end)
		return;
	if (once)
		forget_all(w, found);
	pass(w, false);
	pass(w, true);
}

void function_walk(struct program *p, struct function *f, uint64_t limit, struct decode *how,
		   struct arena *scratch, struct targets *found)
{
	struct walk w = {
	    .p = p, .f = f, .found = found, .scratch = scratch, .how = how, .parents.img = p->img};
	f->done = true;
	f->calls = NULL;
	f->call_count = 0;
	f->stores = NULL;
	f->outcomes = NULL;
	f->turns = NULL;
	f->differs = NULL;
	f->differ_count = 0;
	f->store_count = f->outcome_count = f->turn_count = 0;
	f->held_count = 0;
	f->walked = ++p->walk_count;
	f->walks++;
	how->thumb = f->thumb;
	if (!cfg_build(&f->cfg, p->img, p->isa, how, f->start, limit, scratch)) {
		f->cfg = (struct cfg){0};
		return;
	}
	p->insn_count += f->cfg.insn_count;
	p->capped = p->capped || f->cfg.capped;
	const struct insn *last = &f->cfg.insns[f->cfg.insn_count - 1];
	f->end = last->at + last->size;
	f->choices = arena_array(scratch, f->cfg.block_count + 1, sizeof *f->choices);
	w.out = arena_array(scratch, f->cfg.block_count + 1, sizeof *w.out);
	f->block_at = arena_array(scratch, f->cfg.block_count + 1, sizeof *f->block_at);
	for (size_t i = 0; i < f->cfg.block_count; i++) {
		const struct block *b = &f->cfg.blocks[i];
		const struct insn *end = &f->cfg.insns[b->first + b->count - 1];
		f->block_at[i] = b->count > 1 && end[-1].delay ? end[-1].at : end->at;
	}
	w.shortcuts = arena_array(scratch, MAX_SHORTCUTS, sizeof *w.shortcuts);
	w.body = arena_alloc(scratch, f->cfg.block_count + 1);
	w.idle = arena_alloc(scratch, f->cfg.block_count + 1);
	w.used = arena_alloc(scratch, f->cfg.insn_count + 1);
	f->spared = 0;
	f->starved = false;
	w.spared = untouched(&f->cfg);
	walk_all_blocks(&w);
	for (size_t i = 0; i < f->call_count; i++)
		f->calls[i].used = f->calls[i].insn < f->cfg.insn_count && w.used[f->calls[i].insn];
	w.evaluating = false;
	f->loops = has_loop(f);
	walk_merged(&w);
	f->spared = w.spared;
	walk_paths(&w);
	keep_all(f, p->arena);
	f->no_return = w.ends && !w.goes_on && !f->cfg.capped && !f->guess;
	f->telling = summary_finish(f, p->arena) || f->no_return;
}

/* A function that jumps to another with arguments of its own is no stub of that. */
static bool hands_all_on(const struct isa *isa, const struct state *s)
{
	for (unsigned i = 0; i < isa->arg_count; i++) {
		struct value v = s->regs[isa->args[i]];
		if (!value_is(v, V_PARAM) || v.id != i || v.k)
			return false;
	}
	return s->slot_count == 0;
}

const char *program_stub(struct program *p, uint64_t at, bool thumb, uint64_t got,
			 struct decode *how)
{
	struct function f = {.start = at};
	struct state s;
	INSN_ROOM(i);
	struct span bytes = elf_bytes(p->img, at);
	how->thumb = thumb;
	how->it_left = 0;
	walk_initial(p, &f, &s);
	if (p->isa->got < REG_COUNT && got)
		s.regs[p->isa->got] = value_const(got);
	for (unsigned n = 0; n < 6; n++) {
		how->at = at;
		unsigned size = p->isa->lift(how, bytes, &i);
		if (!size)
			return NULL;
		for (unsigned k = 0; k < i.op_count; k++)
			state_op(&s, p->img, p->isa, &i.ops[k]);
		if (i.flow == FLOW_JUMP && i.indirect) {
			struct value to = s.regs[REG_TARGET];
			if (how->thumb && value_is(to, V_CONST) && to.k == i.target) {
				how->thumb = to.k & 1; /* bx pc: on in ARM code */
				at = to.k & ~UINT64_C(1);
				bytes = elf_bytes(p->img, at);
				continue;
			}
			return value_is(to, V_IMPORT) && hands_all_on(p->isa, &s)
				   ? p->img->symbols[to.id].name
				   : NULL;
		}
		if (i.flow != FLOW_NEXT)
			return NULL;
		bytes = span_from(bytes, size);
		at += size;
	}
	return NULL;
}
