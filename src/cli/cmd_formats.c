/* SPDX-License-Identifier: Apache-2.0 */
/* postern formats: what can be opened. */
#include "base/banned.h"
#include "cli/cli.h"
#include "format/format.h"

enum { MARKDOWN };
static const struct cli_option options[] = {
    [MARKDOWN] = {"markdown", 0, NULL, "as the table of docs/formats.md"},
    {0},
};

static int run(const struct command *c, int argc, char **argv)
{
	const char *argument;
	bool markdown = false;
	int option;
	while ((option = cli_next(c, argc, argv, &argument)) != -1) {
		if (option == -2)
			return EXIT_FAILED;
		markdown = markdown || option == MARKDOWN;
	}
	if (markdown)
		puts(
		    "| format | title | opened | reference | tested with |\n|---|---|---|---|---|");
	for (size_t i = 0; i < format_count; i++) {
		const struct format *f = formats[i];
		const char *opened = f->open ? "opened" : "identified";
		if (markdown)
			printf("| %s | %s | %s | %s | %s |\n", f->name, f->title, opened,
			       f->reference, f->tested ? f->tested : "");
		else
			printf("%-16s %-11s %s\n", f->name, opened, f->title);
	}
	return EXIT_CLEAN;
}

const struct command command_formats = {
    .name = "formats",
    .usage = "[--markdown]",
    .summary = "list the formats that postern opens or identifies",
    .help = "List every container, file system, compression and wrapper that postern knows.\n",
    .options = options,
    .run = run,
};
