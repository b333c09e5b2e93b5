/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions of x86 carried out exactly: parts of registers, flags, repeated string instructions
 * and SSE2, which micro-operations do not tell. For functions of a C library that are written in
 * assembly. The memory is that of the machine (machine.h); what is not known, or no instruction of
 * those that are carried out, ends the run.
 */
#ifndef CODE_MACHINE_X86_H
#define CODE_MACHINE_X86_H

#include "code/isa_x86.h"
#include "code/machine.h"

enum { VECTOR = 16, X86_REGS = 16, X86_DEPTH = 6 };

struct x86_machine {
	struct machine *m;
	struct x86_fields x; /* the instruction at hand */
	uint64_t at, next;
	uint64_t r[X86_REGS];
	bool known[X86_REGS];
	bool carry, zero, sign, over, parity, flags; /* flags: these are known */
	uint8_t v[X86_REGS][VECTOR];
	uint32_t vectors; /* bit set of those that are known */
	bool wide, failed, finished;
	unsigned depth, steps;
	uint8_t word; /* bytes of an address */
};

/* From m->pc, as machine_enter left it, until that function returns. m->regs has its result. */
bool machine_x86_run(struct machine *m);

/* The same for any instruction set: on others machine_run does it. */
bool machine_exact(struct machine *m);

uint64_t x86_effective(struct x86_machine *c);
uint64_t x86_read(struct x86_machine *c, uint64_t at, unsigned size);
void x86_write(struct x86_machine *c, uint64_t at, unsigned size, uint64_t v);

/* Vector instructions. False: not one of those. */
bool machine_sse(struct x86_machine *c);

#endif
