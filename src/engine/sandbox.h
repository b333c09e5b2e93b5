/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a worker may still do: compute, use memory, talk over the sockets it has. No files
 * (Landlock without a single rule), no new sockets or processes (seccomp allow-list), bounded
 * memory, no core dumps, no new privileges, and it dies with its parent.
 */
#ifndef ENGINE_SANDBOX_H
#define ENGINE_SANDBOX_H

#include <stdbool.h>

/* Enter for good. Aborts when the kernel has seccomp and refuses the filter. */
void sandbox_enter(void);

/* One line for `postern --version`: what this kernel offers. */
const char *sandbox_describe(void);

#endif
