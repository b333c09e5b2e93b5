/* SPDX-License-Identifier: Apache-2.0 */
/* What code does to the device: calls that are privileged, and how much they give away. */
#ifndef CODE_EFFECT_H
#define CODE_EFFECT_H

#include "code/secret.h"

struct effect {
	const struct call *call, *inside; /* inside: what the called function does */
	const struct call *middle;	  /* a call in between, or NULL */
	unsigned strength;		  /* 2: gives control to who sent the input */
	const char *word;		  /* NULL: no effect */
	bool lasting;			  /* it changes the device, for long or for all */
};

struct effect effect_of(const struct look *l, const struct function *f, const struct call *c);

/* The strongest effect that happens only behind the way; one step into functions that are called.
 */
struct effect effect_behind(const struct look *l, const struct function *f, struct way w);

/* The effect as the last steps of a chain: "call of X at 0x.. > system("..") at 0x..". */
const char *effect_chain(const struct look *l, const struct effect *e);

#endif
