/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of kernel modules that the kernel calls with packets. A packet is a struct sk_buff,
 * whose members point to its bytes; where they stand in it differs from kernel to kernel, so that
 * everything that is reached through it counts as the packet.
 */
#ifndef CODE_HOOKS_H
#define CODE_HOOKS_H

#include "code/program.h"

/* Tell functions which of their parameters are packets (function.packets), as far as the calls that
 * register them, and those that hand packets on, are known now. */
void hooks_find(struct program *p);

/* The call that registers the function with the kernel, and the parameter that is the packet; NULL:
 * none. */
const struct call *hook_of(const struct program *p, const struct function *f, unsigned *param);

#endif
