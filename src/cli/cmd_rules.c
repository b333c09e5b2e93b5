/* SPDX-License-Identifier: Apache-2.0 */
/* postern rules: list the rules, explain one, check a user's own. */
#include <getopt.h>

#include "base/msg.h"
#include "base/banned.h"
#include "case/rules.h"
#include "cli/cli.h"

enum { RULES };
static const struct cli_option options[] = {
    [RULES] = {"rules", 0, "DIR",
	       "read the rules (*.sql) in this folder too, and check all of them"},
    {0},
};

static void explain(const struct rule *r)
{
	printf("%s: %s\n", r->name, r->title);
	printf("  kind      %s\n  severity  %s\n", r->kind, r->severity);
	if (r->cwe)
		printf("  weakness  %s\n", r->cwe);
	printf("\n%s\n\nTo check by hand: %s\n\n%s", r->explain, r->verify, r->text);
}

static int answer(const struct rules *rules, const char *name, bool lint)
{
	if (lint && !rules_lint(rules))
		return EXIT_FAILED;
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *r = &rules->list[i];
		if (!name)
			printf("%-28s %-9s %-9s %s\n", r->name, r->kind ? r->kind : "",
			       r->severity ? r->severity : "", r->title ? r->title : "");
		else if (strcmp(name, r->name) == 0) {
			explain(r);
			return EXIT_CLEAN;
		}
	}
	if (name)
		msg_error("there is no rule \"%s\": postern rules lists them", name);
	return name ? EXIT_FAILED : EXIT_CLEAN;
}

static int run(const struct command *c, int argc, char **argv)
{
	const char *argument, *name = NULL, *folder = NULL;
	struct rules rules;
	int option, rc = EXIT_FAILED;
	while ((option = cli_next(c, argc, argv, &argument)) != -1) {
		if (option == -2)
			return EXIT_FAILED;
		if (option == RULES)
			folder = argument;
		else
			name = argument;
	}
	if (optind < argc)
		name = argv[optind];
	if (rules_load(&rules, folder))
		rc = answer(&rules, name, folder != NULL);
	rules_free(&rules);
	return rc;
}

const struct command command_rules = {
    .name = "rules",
    .usage = "[RULE] [--rules DIR]",
    .summary = "list the rules, explain one, or check rules of your own",
    .help = "A rule is one SQL query that draws doors from facts (docs/rules.md).\n\n"
	    "  postern rules                       all rules, a line each\n"
	    "  postern rules telnet-at-boot        what it means, how to check it, its query\n"
	    "  postern rules --rules my-rules/     check the rules in a folder\n",
    .options = options,
    .run = run,
};
