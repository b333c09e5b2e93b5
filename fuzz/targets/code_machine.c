/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte chooses an instruction set, the second one the share of the rest that is data,
 * the third one what the arguments are. The machine carries out the code from its beginning on;
 * then all of it is read as a program that is linked statically, whose functions are tried.
 */
#include <elf.h>
#include <stdlib.h>

#include "code/machine_x86.h"
#include "code/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CODE = 0x10000, DATA = 0x400000, STEPS = 4000 };

static const struct {
	uint16_t machine;
	bool big, wide;
} sets[] = {{EM_MIPS, true, false},    {EM_MIPS, false, false}, {EM_ARM, false, false},
	    {EM_AARCH64, false, true}, {EM_PPC, true, false},	{EM_386, false, false},
	    {EM_X86_64, false, true},  {EM_ARM, true, false},	{EM_RISCV, false, true}};

static void carry_out(struct program *p, const struct decode *how, uint8_t which, bool thumb)
{
	static const uint8_t words[] = "-473 abcdefghijklmnopqrstuvwxyz";
	const struct function f = {.start = CODE, .thumb = thumb};
	struct machine *m = machine_new(p, p->arena);
	for (int exact = 0; exact < 2; exact++) {
		uint64_t a, b, v;
		machine_reset(m, how, NULL);
		m->limit = STEPS;
		if (!machine_number(m, (struct value){.kind = V_PARAM, .id = 0}, &a) ||
		    !machine_number(m, (struct value){.kind = V_PARAM, .id = 1}, &b))
			abort();
		machine_place(m, a, SPAN(words, sizeof words));
		machine_place(m, b, SPAN(words + 5, sizeof words - 5));
		const uint64_t args[4] = {which & 1 ? a : which, which & 2 ? b : DATA, which >> 2,
					  0};
		if (machine_enter(m, &f, args, 4) && (exact ? machine_exact(m) : machine_run(m)))
			(void)machine_value(m, m->regs[p->isa->result]);
		if (machine_load(m, a, 4, &v) && m->steps > 2 * STEPS + 2)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 4)
		return 0;
	unsigned set = data[0] % (sizeof sets / sizeof *sets);
	struct span in = SPAN(data + 3, size - 3);
	size_t cut = in.n * data[1] / 255;
	struct elf_segment segments[] = {
	    {.vaddr = CODE, .filesz = in.n - cut, .memsz = in.n - cut, .exec = true},
	    {.vaddr = DATA,
	     .offset = in.n - cut,
	     .filesz = cut,
	     .memsz = cut + 0x1000,
	     .write = true}};
	struct elf_range range = {CODE, CODE + (in.n - cut)};
	struct elf_image img = {.in = in,
				.wide = sets[set].wide,
				.big = sets[set].big,
				.type = ET_EXEC,
				.machine = sets[set].machine,
				.entry = CODE,
				.segments = segments,
				.segment_count = 2,
				.code = &range,
				.code_count = 1,
				.gp = DATA + 0x7ff0};
	struct arena a = {0};
	struct program p = {.img = &img, .isa = isa_of(&img), .arena = &a};
	struct decode how = {.big = img.big};
	if (p.isa && (!p.isa->open || p.isa->open(&how))) {
		carry_out(&p, &how, data[2], p.isa == &isa_arm && (data[0] & 0x80));
		if (p.isa->close)
			p.isa->close(&how);
		(void)program_read(&p, &img, &a);
	}
	arena_free(&a);
	return 0;
}
