/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/msg.h"
#include "cli/cli.h"

enum { MAX_OPTIONS = 32 };

void cli_help(const struct command *c)
{
	printf("usage: postern %s %s\n\n%s\n", c->name, c->usage, c->help);
	if (c->options[0].name)
		puts("options:");
	for (const struct cli_option *o = c->options; o->name; o++) {
		char left[64], letter[8] = "    ";
		if (o->letter)
			snprintf(letter, sizeof letter, "-%c, ", o->letter);
		snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->argument ? " " : "",
			 o->argument ? o->argument : "");
		printf("  %-28s %s\n", left, o->help);
	}
	puts("  -h, --help                   this text");
}

int cli_next(const struct command *c, int argc, char **argv, const char **argument)
{
	struct option longs[MAX_OPTIONS + 2] = {{0}};
	char shorts[3 * MAX_OPTIONS] = "+h";
	size_t n = 0, k = 2;
	for (const struct cli_option *o = c->options; o->name && n < MAX_OPTIONS; o++, n++) {
		longs[n] = (struct option){o->name, o->argument ? required_argument : no_argument,
					   NULL, 1000 + (int)n};
		if (o->letter) {
			shorts[k++] = o->letter;
			if (o->argument)
				shorts[k++] = ':';
		}
	}
	longs[n] = (struct option){"help", no_argument, NULL, 'h'};
	shorts[0] = '-'; /* operands come in between: returned as 1 */
	int got = getopt_long(argc, argv, shorts, longs, NULL);
	*argument = optarg;
	if (got == 'h') {
		cli_help(c);
		exit(EXIT_CLEAN);
	}
	if (got == 1)
		return -3;
	if (got == '?') {
		fprintf(stderr, "Try 'postern %s --help'.\n", c->name);
		return -2;
	}
	if (got >= 1000)
		return got - 1000;
	for (size_t i = 0; i < n; i++)
		if (got == c->options[i].letter && got > 0)
			return (int)i;
	return -1;
}

bool cli_colour(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	return isatty(fd) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}
