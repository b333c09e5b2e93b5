/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte chooses an instruction set, the second one the share of the rest that is data.
 * Functions, control flow, values and all observations about a program of code at 0x10000 and data
 * at 0x400000, where each of the first words is the address of a library function.
 */
#include <elf.h>
#include <stdlib.h>

#include "code/observe.h"
#include "collect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CODE = 0x10000, DATA = 0x400000 };

static const char *const imports[] = {"system", "recv",	  "strcmp",  "bind",   "listen", "socket",
				      "memcmp", "strstr", "getenv",  "setuid", "htons",	 "memset",
				      "accept", "execl",  "sprintf", "read"};
enum { IMPORTS = sizeof imports / sizeof *imports };

static const struct {
	uint16_t machine;
	bool big, wide;
} sets[] = {{EM_MIPS, true, false},    {EM_MIPS, false, false}, {EM_ARM, false, false},
	    {EM_AARCH64, false, true}, {EM_PPC, true, false},	{EM_386, false, false},
	    {EM_X86_64, false, true},  {EM_ARM, true, false},
	    {EM_RISCV, false, true}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	unsigned set = data[0] % (sizeof sets / sizeof *sets), word = sets[set].wide ? 8 : 4;
	struct span in = SPAN(data + 2, size - 2);
	size_t cut = in.n * data[1] / 255;
	struct elf_segment segments[] = {
	    {.vaddr = CODE, .filesz = in.n - cut, .memsz = in.n - cut, .exec = true},
	    {.vaddr = DATA,
	     .offset = in.n - cut,
	     .filesz = cut,
	     .memsz = cut + 0x1000,
	     .write = true}};
	struct elf_range range = {CODE, CODE + (in.n - cut)};
	struct elf_symbol symbols[IMPORTS + 1];
	struct elf_fixup fixups[IMPORTS];
	for (size_t i = 0; i < IMPORTS; i++) {
		symbols[i] = (struct elf_symbol){.name = imports[i], .function = true};
		fixups[i] = (struct elf_fixup){.at = DATA + i * word, .symbol = (int64_t)i};
	}
	symbols[IMPORTS] = (struct elf_symbol){.name = "main",
					       .value = CODE + (data[0] & 0x80 ? 1u : 0u),
					       .size = 4,
					       .defined = true,
					       .function = true};
	struct elf_image img = {.in = in,
				.wide = sets[set].wide,
				.big = sets[set].big,
				.type = ET_DYN,
				.machine = sets[set].machine,
				.entry = CODE,
				.segments = segments,
				.segment_count = 2,
				.code = &range,
				.code_count = 1,
				.symbols = symbols,
				.symbol_count = IMPORTS + 1,
				.fixups = fixups,
				.fixup_count = IMPORTS,
				.got = DATA,
				.got_end = DATA + IMPORTS * word,
				.gp = DATA + 0x7ff0};
	struct arena a = {0};
	struct collect_facts c;
	struct artifact artifact = {.bytes = in,
				    .path = "bin/x",
				    .format = "elf",
				    .mode = 0755,
				    .named = true,
				    .arena = &a};
	collect_facts_init(&c);
	look_at_program(&artifact, &img, &c.facts);
	collect_facts_free(&c);
	arena_free(&a);
	return 0;
}
