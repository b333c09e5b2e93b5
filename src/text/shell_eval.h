/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks through the scripts of a file tree as the device would run them, without running anything:
 * variables, conditions and functions are followed as far as the tree decides them. What is not
 * decided is walked both ways, and the command carries the condition as text.
 *
 * All values live in the machine's arena. The walk is bounded by `budget` (commands) and `bytes`.
 * `run` is called for every program that is started, in the order of the walk.
 */
#ifndef TEXT_SHELL_EVAL_H
#define TEXT_SHELL_EVAL_H

#include "fact/tree.h"
#include "text/shell.h"
#include "text/uci.h"

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_MAYBE };
enum flow { FLOW_GO, FLOW_CONTINUE, FLOW_BREAK, FLOW_RETURN, FLOW_EXIT };

/* A word: unknown parts stand in the text as they do in the script ("$port"). */
struct shell_value {
	const char *text;
	bool known;
};

struct shell_words {
	struct shell_value *v;
	size_t n, cap;
};

struct shell_condition {
	const char *text;
	bool negated;
	int scope; /* construct after whose end it no longer counts; INT_MAX: taken away by its
		      owner */
};

enum { SHELL_CONDITIONS = 48 };

/* A program that is started. */
struct shell_run {
	const struct tree_file *file; /* the script */
	uint64_t offset, length;
	const struct shell_value *words; /* words[0]: the program as written */
	size_t count;
	const char *chain; /* scripts from boot to here, " > " between them */
	const char *never; /* a condition that the tree decides against, or NULL */
	bool procd;
	bool as_shell; /* the program is a script that the walk follows */
	const struct shell_condition *const *conditions;
	size_t condition_count;
};

struct shell_var {
	const char *name;
	struct shell_value value;
};

struct shell_function {
	const char *name;
	const struct shell_node *body;
	const struct tree_file *file;
};

/* One shell process: a script that is run has its own, one that is sourced has its caller's. */
struct shell_process {
	struct shell_var *vars;
	size_t var_count, var_cap;
	struct shell_function *functions;
	size_t function_count, function_cap;
	const struct shell_value *args; /* $1 ... */
	size_t arg_count;
	bool args_known;
	const struct uci *config; /* of config_load */
	struct shell_words procd; /* of procd_set_param command */
	uint64_t procd_offset, procd_length;
};

struct machine {
	const struct tree *tree;
	struct arena *arena;
	void (*run)(struct machine *, const struct shell_run *);
	void *user;
	bool alone; /* do not follow other scripts */
	size_t budget, bytes;
	int depth;
	struct shell_process *process;
	const struct tree_file *file; /* whose text is read */
	const char *chain;
	uint64_t offset, length; /* of the command that is evaluated */
	bool fixed;		 /* text from eval or sh -c: keep offset and length */
	const struct shell_condition *conditions[SHELL_CONDITIONS];
	size_t condition_count;
	int scope, loop_scope, function_scope, script_scope;
	const char *never;	       /* walking a branch that is not taken */
	bool tree_used;		       /* the last condition was decided by a file */
	bool piped;		       /* the command reads what another one writes */
	const struct uci *packages[8]; /* files of etc/config that were read */
	size_t package_count;
	uint8_t *visits; /* per file of the tree: how often it was walked */
	uint32_t *seen;	 /* hashes of scripts walked with their arguments */
	size_t seen_count;
};

void machine_init(struct machine *m, const struct tree *t, struct arena *a);

/*
 * Run a script of the tree with arguments; args == NULL: they are not known. False when it is not a
 * shell script or too much was walked already.
 */
bool shell_run_file(struct machine *m, const struct tree_file *f, const struct shell_value *args,
		    size_t count);

/* Run a piece of shell text as part of the current file (offset and length say where it stands). */
void shell_run_text(struct machine *m, struct span text, uint64_t offset, uint64_t length);

/* An OpenWrt "rc.common" script with an action such as "boot" or "start". */
bool shell_is_rc(const struct tree_file *f);

/* The answer of "/etc/init.d/NAME enabled": is there a link in etc/rc.d? */
bool shell_rc_enabled(const struct tree *t, const struct tree_file *f);

/* Is it a script that the walk can follow? */
bool shell_is_script(const struct tree_file *f);

/* --- parts of the walk, shared by its files --- */
struct shell_result {
	enum truth truth;
	enum flow flow;
};

void shell_expand(struct machine *m, struct span word, struct shell_words *out);
struct shell_value shell_expand_one(struct machine *m, struct span word); /* no field splitting */
enum truth shell_test(struct machine *m, const struct shell_value *w, size_t n);
struct shell_result shell_command(struct machine *m, const struct shell_node *n);
struct shell_result shell_words_run(struct machine *m, struct shell_words *w);
bool shell_builtin(struct machine *m, struct shell_words *w, struct shell_result *r);
void shell_program(struct machine *m, const struct shell_value *w, size_t n, bool procd);
struct shell_result shell_eval_list(struct machine *m, const struct shell_node *n);
struct shell_result shell_call(struct machine *m, const struct shell_function *f,
			       const struct shell_value *args, size_t n);
const struct shell_function *shell_function(struct machine *m, const char *name);
void shell_source(struct machine *m, const struct tree_file *f);

const struct shell_var *shell_get(struct machine *m, const char *name); /* NULL: never set */
void shell_set(struct machine *m, const char *name, struct shell_value v);
struct shell_snapshot {
	struct shell_var *vars;
	size_t n;
};
struct shell_snapshot shell_snap(struct machine *m);
void shell_restore(struct machine *m, struct shell_snapshot s);
void shell_merge(struct machine *m, struct shell_snapshot other); /* forgets what differs */
void shell_define(struct machine *m, const struct shell_node *n);

/* Conditions: stand until their owner ends them (INT_MAX) or their construct is left. */
const char *shell_condition_text(struct machine *m, const struct shell_node *n);
const struct shell_condition *shell_condition(struct machine *m, const char *text, bool negated,
					      int scope);
void shell_condition_end(struct machine *m, const struct shell_condition *c);
void shell_leave(struct machine *m, int scope);
bool shell_maybe_left(const struct machine *m, int scope);
void shell_left(struct machine *m, enum flow flow, const char *text, bool negated);

void shell_push(struct machine *m, struct shell_words *w, const char *text, bool known);
char *shell_text(struct machine *m, struct span s); /* a copy; spends bytes */
bool shell_spend(struct machine *m, size_t bytes);
const struct uci *shell_uci(struct machine *m, const char *name); /* etc/config/NAME or NULL */
bool shell_is_quiet(const char *name, bool *succeeds); /* a plain tool that is not worth a fact */

static inline bool shell_is(struct shell_value v, const char *text)
{
	return v.known && strcmp(v.text, text) == 0;
}

#endif
