/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input of a request, followed through a script without running it: through assignments, joined
 * texts, functions of the same file, and the compares on the way. Shared by all languages; what a
 * language calls things stands in roles.c. Bounded in steps, names and depth.
 */
#ifndef SCRIPT_FLOW_H
#define SCRIPT_FLOW_H

#include "fact/observer.h"
#include "script/syntax.h"

/* Where a value comes from in a request. */
struct request {
	const char *what; /* "parameter 'cmd'", "QUERY_STRING", "the body" */
	const char *name; /* the parameter's name, lower case; "" */
	uint32_t at;
	bool argument; /* of a function that judges a login: no request as such */
};

struct test {
	enum { TEST_EQUAL, TEST_PRESENT, TEST_CHECK } kind;
	const struct request *from;
	struct span literal;
	uint32_t at;
	bool hashed;   /* a digest of the input is compared */
	bool negative; /* holds where the value is zero: strcmp */
};

struct value {
	const struct request *from; /* NULL: nothing of a request is in it */
	bool whole; /* begins with the request's text: alone, or followed by something */
	bool clean; /* quoted, a number, or checked against a list or pattern */
	bool known; /* text is the constant itself; otherwise it is a picture: "ping {host}" */
	bool hashed;
	struct span text;
	struct span path; /* a name that was not assigned: "luci.sys.call" */
	const struct node *function;
	const struct test *test; /* the result of a compare function */
};

enum role {
	ROLE_NONE,
	ROLE_INPUT,    /* gives what a request holds; the first argument is the name */
	ROLE_BODY,     /* gives the body of a request */
	ROLE_VARIABLE, /* gives an environment variable */
	ROLE_COMMAND,  /* runs an argument as a command */
	ROLE_CODE,     /* runs an argument as code of the script's own language */
	ROLE_CALLEE,   /* calls a function that an argument names */
	ROLE_CLEAN,    /* gives something harmless */
	ROLE_PASS,     /* gives what it got, changed */
	ROLE_FORMAT,   /* puts arguments into a format */
	ROLE_REPLACE,  /* argument 0: pattern, 2 (Lua: 1): what comes in */
	ROLE_HASH,
	ROLE_COMPARE, /* zero when equal */
	ROLE_SAME,    /* true when equal */
	ROLE_TEST,    /* true when it fits */
	ROLE_SESSION, /* lets somebody in */
	ROLE_REQUIRE, /* another file of the language */
	ROLE_OPEN,    /* Perl's open */
	ROLE_READ,    /* Perl's read: argument 1 gets the body */
	ROLE_EXIT,
};

struct callee {
	const char *name; /* begins with '.': the last part of a longer name */
	enum role role;
	int arg;
};

const struct callee *role_of_call(enum script_language language, struct span path);
/* A variable that is a request's: "$_GET", "$QUERY_STRING", "env.QUERY_STRING". NULL: it is not. */
const char *role_of_name(enum script_language language, struct span path);
bool role_request_variable(struct span name); /* of a CGI program's environment */
bool words_of_login(struct span name);	      /* auth, session, permission ... */
bool words_of_session(struct span name);      /* what is assigned lets somebody in */
bool words_of_password(const char *name);     /* pass, pwd, key ... */
bool words_of_shell(struct span command);     /* the command opens a shell or a login service */
bool words_of_account(struct span command);   /* ... or changes a password */
bool pattern_restricts(struct span pattern);  /* a set of letters: what passes is harmless */

enum {
	FLOW_TESTS = 64,
	FLOW_NAMES = 1024,
	FLOW_FUNCTIONS = 256,
	FLOW_STEPS = 150000,
	FLOW_DEPTH = 120
};

enum left { LEFT_NO, LEFT_BLOCK, LEFT_SCRIPT };

struct binding {
	struct span name;
	uint32_t hash;
	struct value value;
};

struct tests {
	struct test list[8];
	size_t n;
};

/* LuCI: entry({"admin", ...}, call("name")) gives a function an address. */
struct handler {
	struct span name;
	bool login; /* below "admin": LuCI asks for a login first */
};

struct flow {
	const struct artifact *file;
	struct facts *out;
	struct arena *arena;
	enum script_language language;
	struct binding *bindings;
	size_t bound, mark;
	struct test *tests; /* that hold here */
	size_t test_count;
	const struct node **functions;
	size_t function_count;
	const struct node *function; /* that is walked */
	struct handler handlers[64];
	size_t handler_count;
	size_t steps;
	int depth, inlined;
	bool served;   /* the file stands where a web server hands out files */
	bool cgi;      /* it reads a request from its environment and standard input */
	bool included; /* another file was read that may have checked */
	bool checked;  /* a check of a session ended the script otherwise */
	bool alone;    /* a function whose callers are not seen */
	bool capped;
	struct value output;	   /* shell: what was printed so far */
	struct value returned;	   /* of the function that is walked */
	const struct value *piped; /* shell: what a command reads */
	uint32_t *reported;
	size_t reported_count;
};

struct value flow_value(struct flow *f, const struct node *n);
enum left flow_statement(struct flow *f, const struct node *n);
struct span flow_name(struct flow *f, const struct node *n); /* "$_GET.cmd"; empty: no plain name */
struct value flow_get(struct flow *f, struct span name, uint32_t at);
void flow_set(struct flow *f, struct span name, struct value v);
struct value flow_join(struct flow *f, struct value a, struct value b);
struct value flow_call(struct flow *f, const struct node *n);
struct value flow_shell_call(struct flow *f, const struct node *n);
struct value flow_function(struct flow *f, const struct node *fn, const struct value *args,
			   size_t count);
const struct node *flow_find(struct flow *f, struct span name);
struct value flow_constant(struct span text);
struct value flow_request(struct flow *f, const char *what, struct span name, uint32_t at);
bool flow_step(struct flow *f);

/* What holds when a condition is true, and what when it is not. */
void flow_condition(struct flow *f, const struct node *n, struct tests *yes, struct tests *no);
void flow_hold(struct flow *f, const struct tests *t);
bool flow_mentions_login(const struct flow *f, const struct node *n, int depth);

/* Effects: each looks at where its text comes from and at the tests that hold, and may emit facts.
 */
void effect_command(struct flow *f, const struct node *n, struct value v, const char *call);
void effect_code(struct flow *f, const struct node *n, struct value v, const char *call);
void effect_verdict(struct flow *f, const struct node *n, const char *what);

void flow_entry(struct flow *f, const struct node *call);
void flow_handler(struct flow *f, const struct node *fn, struct value *args, size_t count);
unsigned flow_line(const struct flow *f, uint32_t at);
void flow_run(struct flow *f, const struct node *script);

#endif
