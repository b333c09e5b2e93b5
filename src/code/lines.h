/* SPDX-License-Identifier: Apache-2.0 */
/* The instructions of a function as lines that a reader can compare with any disassembler. */
#ifndef CODE_LINES_H
#define CODE_LINES_H

#include "code/program.h"

struct line {
	uint64_t at;
	uint8_t size; /* in bytes */
	const char *mnemonic, *operands;
};

/* How many lines there are; they live in the arena. Written by capstone where it knows the
 * instruction set, else as micro-operations (insn_text.h). Bytes that are no instruction are lines
 * of their own. */
size_t lines_of(struct program *p, const struct function *f, struct arena *a, struct line **out);

#endif
