/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions with several versions for several processors (STT_GNU_IFUNC): a program that is linked
 * statically calls them through words that its start fills in with what a function returns. The
 * machine carries these out; what it finds about the processor is zero, so it is the version that
 * every processor can run.
 */
#include "code/elf_static.h"
#include "code/library.h"
#include "code/machine_x86.h"
#include "code/walk.h"

enum { CHOICE_STEPS = 2000, MAX_JUMP = 5 };

static bool choose(struct program *p, const struct decode *how, uint64_t at, uint64_t *out)
{
	struct machine *m = p->machine;
	bool arm = p->isa == &isa_arm;
	struct function f = {.start = arm ? at & ~UINT64_C(1) : at, .thumb = arm && (at & 1)};
	const uint64_t args[2] = {0, 0};
	machine_reset(m, how, NULL);
	m->limit = CHOICE_STEPS;
	if (!machine_enter(m, &f, args, 2) || !machine_exact(m) || !m->known[p->isa->result])
		return false;
	*out = m->regs[p->isa->result];
	return elf_is_code(p->img, arm ? *out & ~UINT64_C(1) : *out);
}

void library_choose(struct program *p, const struct decode *how)
{
	struct elf_image *img = p->img;
	size_t n = 0;
	if (!img->chosen_count)
		return;
	if (!p->machine)
		p->machine = machine_new(p, p->arena);
	for (size_t i = 0; i < img->chosen_count; i++) {
		struct elf_fixup f = img->chosen[i];
		if (choose(p, how, f.value, &f.value))
			img->chosen[n++] = f;
	}
	img->chosen_count = n;
	elf_static_chosen(img, p->arena);
}

/* Do the registers of arguments, and the stack, hold what they held at the beginning? */
static bool as_it_came(const struct program *p, const struct state *s)
{
	for (unsigned i = 0; i < p->isa->arg_count; i++) {
		struct value v = s->regs[p->isa->args[i]];
		if (!value_is(v, V_PARAM) || v.id != i || v.k)
			return false;
	}
	struct value sp = s->regs[p->isa->sp];
	return value_is(sp, V_STACK) && sp.k == 0 && s->slot_count == 0;
}

uint64_t library_jump(const struct program *p, const struct decode *how, const struct function *f)
{
	struct decode d = *how;
	struct state s;
	INSN_ROOM(i);
	uint64_t at = f->start;
	walk_initial(p, f, &s);
	d.thumb = f->thumb;
	d.it_left = 0;
	for (unsigned n = 0; n < MAX_JUMP; n++, at += i.size) {
		d.at = at;
		if (!p->isa->lift(&d, elf_bytes(p->img, at), &i) || i.kernel)
			return 0;
		for (unsigned k = 0; k < i.op_count; k++)
			state_op(&s, p->img, p->isa, &i.ops[k]);
		if (i.flow == FLOW_JUMP && i.cond == COND_ALWAYS) {
			struct value to = i.indirect ? s.regs[REG_TARGET] : value_const(i.target);
			return value_is(to, V_CONST) && as_it_came(p, &s) ? to.k : 0;
		}
		if (i.flow != FLOW_NEXT)
			return 0;
	}
	return 0;
}
