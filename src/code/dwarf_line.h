/* SPDX-License-Identifier: Apache-2.0 */
/* The line of source code that an instruction was made from, where a program still tells. */
#ifndef CODE_DWARF_LINE_H
#define CODE_DWARF_LINE_H

#include "code/elf_image.h"

struct source_line {
	struct span file; /* as the compiler was given it, in the program's bytes */
	uint64_t line;
};

/* False: the program does not tell (it has no .debug_line, or a compressed one). */
bool dwarf_line(const struct elf_image *img, uint64_t vaddr, struct source_line *out);

#endif
