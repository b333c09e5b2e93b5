/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file tree starts by itself: init's tables and every script they lead to (shell_eval.h),
 * and, marked as not started, the programs of scripts that nothing leads to.
 * Everything lives in the arena that boot_walk was given.
 */
#ifndef TEXT_BOOT_H
#define TEXT_BOOT_H

#include "text/shell_eval.h"

struct boot_run {
	const struct tree_file *file; /* where the command stands */
	uint64_t offset, length;
	const char *program; /* "/usr/sbin/telnetd", "/bin/busybox telnetd" */
	const char *name;    /* "telnetd": the last part, of a BusyBox call the applet */
	const char *arguments;
	const struct shell_value *words; /* its arguments */
	size_t count;
	const char *how, *when, *chain, *terminal; /* when: "" for always; terminal may be NULL */
	bool present;
	bool script;  /* the program is itself a script */
	bool started; /* reached from init */
	bool never;   /* the tree decides that it does not run */
	const struct shell_condition *const *conditions;
	size_t condition_count;
};

struct boot {
	struct machine m;
	struct boot_run *runs;
	size_t count, cap;
	const char *how, *when; /* of what is walked now; when: "" or a schedule */
	const char *terminal;
	bool started;
	bool partial; /* a budget was reached: there is more in the scripts */
};

/*
 * Everything that boot starts; also what other scripts would start whose text is `wanted` (NULL:
 * none).
 */
struct boot *boot_walk(const struct tree *t, struct arena *a, bool (*wanted)(struct span text));

/* A started program by its last part; NULL: none. One without a condition comes first. */
const struct boot_run *boot_started(const struct boot *b, const char *name);

/* The path as the device would start it ("/usr/sbin/telnetd"); *present tells whether it is there.
 */
const char *boot_program(const struct boot *b, const char *name, bool *present);

/* --- parts of the walk --- */
void boot_command(struct boot *b, const struct tree_file *f, struct span command, uint64_t offset);
void boot_systemd(struct boot *b);
void boot_services(struct boot *b); /* cron and inetd */

#endif
