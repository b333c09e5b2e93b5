/* SPDX-License-Identifier: Apache-2.0 */
/* What the files about RISC-V share. Reference: The RISC-V Instruction Set Manual, Volume I. */
#ifndef CODE_ISA_RISCV_H
#define CODE_ISA_RISCV_H

#include "code/insn.h"

/* The word of 32 bits that says the same as the half; 0: none. wide: RV64. */
uint32_t riscv_expand(uint16_t half, bool wide);

/* Value of the register gp, as the first instructions of a program, which stand at the address
 * `at`, set it with `auipc gp; addi gp, gp`; 0: they do not. */
uint64_t riscv_global_pointer(struct span code, uint64_t at);

#endif
