/* SPDX-License-Identifier: Apache-2.0 */
/* One file, one command, one const struct. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>

enum { EXIT_CLEAN = 0, EXIT_DOORS = 1, EXIT_FAILED = 2, EXIT_INCOMPLETE = 3 };

/* One option, for getopt, --help, completions and the manual alike. */
struct cli_option {
	const char *name;     /* long name */
	char letter;	      /* 0: none */
	const char *argument; /* what stands behind it, NULL: nothing */
	const char *help;
};

struct command {
	const char *name, *usage, *summary;
	const char *help;		  /* what it is for, with examples */
	const struct cli_option *options; /* ends with name NULL */
	int (*run)(const struct command *, int argc,
		   char **argv); /* argv[0] is the command's name */
};

extern const struct command command_scan, command_show, command_query, command_rules,
    command_formats, command_completions;
extern const struct command *const commands[]; /* ends with NULL */

/*
 * The next option of a command: its index in c->options, -1 at the end, -2 after a message, -3 for
 * an operand (then *argument is the operand; after -1 the rest of argv from optind are operands).
 * --help is answered here and ends the program. *argument is the option's argument.
 */
int cli_next(const struct command *c, int argc, char **argv, const char **argument);
void cli_help(const struct command *c);

/* Is colour welcome on this descriptor (a terminal, NO_COLOR not set, TERM not dumb)? */
bool cli_colour(int fd);

#endif
