/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses an instruction set; the rest is lifted from end to end and carried out. */
#include <stdlib.h>

#include "code/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BASE = 0x10000 };

static void check(const struct insn *i, unsigned n, const struct isa *isa)
{
	if (i->size != n || n % isa->align || i->op_count > MAX_OPS || i->flow > FLOW_STOP ||
	    i->cond > COND_OTHER)
		abort();
	for (unsigned k = 0; k < i->op_count; k++) {
		const struct op *o = &i->ops[k];
		if ((o->d >= REG_COUNT && o->d != REG_NONE) ||
		    (o->a >= REG_COUNT && o->a != REG_NONE) ||
		    (o->b >= REG_COUNT && o->b != REG_NONE) || o->size == 0)
			abort();
	}
	if (i->indirect && i->flow == FLOW_NEXT)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct isa *const sets[] = {&isa_mips, &isa_arm, &isa_aarch64,
						 &isa_ppc,  &isa_x86, &isa_x86_64,
						 &isa_riscv32, &isa_riscv64};
	if (!size)
		return 0;
	const struct isa *isa = sets[data[0] % (sizeof sets / sizeof *sets)];
	struct span code = SPAN(data + 1, size - 1);
	struct elf_segment segment = {
	    .vaddr = BASE, .filesz = code.n, .memsz = code.n, .exec = true};
	struct elf_range range = {BASE, BASE + code.n};
	struct elf_image img = {.in = code,
				.big = data[0] & 0x80,
				.segments = &segment,
				.segment_count = 1,
				.code = &range,
				.code_count = 1};
	struct decode how = {.at = BASE, .big = img.big, .thumb = data[0] & 0x40};
	struct state s = {0};
	s.regs[isa->sp] = (struct value){.kind = V_STACK};
	while (code.n) {
		INSN_ROOM(i);
		unsigned n = isa->lift(&how, code, &i);
		if (n > code.n)
			abort();
		if (n)
			check(&i, n, isa);
		for (unsigned k = 0; n && k < i.op_count; k++)
			state_op(&s, &img, isa, &i.ops[k]);
		if (s.slot_count > MAX_SLOTS)
			abort();
		isa->prologue(&how, code);
		n = n ? n : isa->align;
		how.at += n;
		code = span_from(code, n);
	}
	return 0;
}
