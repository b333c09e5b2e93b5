/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "cli/cli.h"

const struct command *const commands[] = {
	&command_scan,
	&command_show,
	&command_query,
	&command_rules,
	&command_formats,
	&command_completions,
	NULL,
};
