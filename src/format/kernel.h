/* SPDX-License-Identifier: Apache-2.0 */
/* What the formats of Linux kernel images share: the compressed kernel, the banner, the machine. */
#ifndef FORMAT_KERNEL_H
#define FORMAT_KERNEL_H

#include "format/format.h"

/* The first compressed stream at or behind `from` that yields a kernel's worth of bytes. */
bool kernel_payload(struct span in, uint64_t from, uint64_t *at, enum codec *c);

/* Is it packed in one of the ways of kernels, and does it yield that much? Adds what was tried. */
bool kernel_packed(struct span in, enum codec *c, unsigned *trials);

/* "Linux version 4.9.118 (...) ..." up to its end of line; empty when there is none. */
struct span kernel_banner(struct span in);

/* The machine whose return instructions fill these bytes ("mips", "arm", ...); NULL: not clear. */
const char *kernel_machine(struct span in);

#endif
