/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What calls do while a function is walked: their arguments and what is called, what they change in
 * memory, what they return, and what they tell about other functions.
 */
#include "code/differ.h"
#include "code/evaluate.h"
#include "code/kernel.h"
#include "code/summary.h"

#include <elf.h>

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
			*out = w->p->img->big ? c->args[0] : value_swapped(c->args[0]);
		return out->kind != V_UNKNOWN;
	}
	uint64_t k = c->args[0].k;
	if (c->role->len == 2)
		k = w->p->img->big ? k & 0xffff : __builtin_bswap16((uint16_t)k);
	else
		k = w->p->img->big ? k & 0xffffffff : __builtin_bswap32((uint32_t)k);
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
void walk_note_uses(struct walk *w, const struct op *o)
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

void walk_found(struct walk *w, uint64_t at, bool thumb)
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
		walk_found(w, at, thumb);
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
	walk_found(w, at, thumb);
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
			walk_found(w, to, thumb);
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

void walk_transfer(struct walk *w, const struct insn *i)
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
void walk_enter_kernel(struct walk *w, const struct insn *i)
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
bool walk_leaves(const struct walk *w, const struct insn *i)
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
