/* SPDX-License-Identifier: Apache-2.0 */
/* What gives a stranger power over the device: shells, alone and tied to a connection. */
#ifndef CODE_POWER_H
#define CODE_POWER_H

#include "code/observe.h"

enum shell_kind {
	SHELL_NONE,
	SHELL_PLAIN,   /* a shell, or a command that opens one */
	SHELL_INPUT,   /* runs what was received */
	SHELL_CONNECT, /* a shell whose input and output are a connection that the program makes */
	SHELL_ACCEPT,  /* ... or accepts */
};

struct power {
	enum shell_kind kind;
	const struct function *f; /* in which `call` stands */
	const struct call *call;
};

/* What this one call does. */
struct power power_of(const struct look *l, const struct function *f, const struct call *c);

/* The strongest that happens only behind `block` (0: anywhere in the function), called functions
 * and started threads included, a few levels deep. */
struct power power_behind(const struct look *l, const struct function *f, int32_t block);

/* "exec(\"/bin/sh\") at 0x123" */
const char *power_text(const struct look *l, const struct power *p);

/* A word for the column sink. */
const char *power_word(enum shell_kind k);

/* The call that made this descriptor, also when callers hand it over; NULL: not known. */
const struct call *descriptor_of(const struct look *l, const struct function *f, struct value fd,
				 const struct function **where);

/* Kind of socket: "packet", "raw"; NULL: another, or not known. */
const char *socket_kind(const struct call *c);

#endif
