/* SPDX-License-Identifier: Apache-2.0 */
/* An instruction in words, for instruction sets that the disassembler library does not know. */
#ifndef CODE_INSN_TEXT_H
#define CODE_INSN_TEXT_H

#include "code/insn.h"

/* What it does, such as "r10 = r8 + 16" or "if r15 == 0: go to 0x1a20"; at most `room` bytes with
 * the zero at the end, cut when there is more. */
void insn_text(const struct insn *i, char *out, size_t room);

#endif
