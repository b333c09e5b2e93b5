/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>

#include "base/banned.h"
#include "base/msg.h"
#include "cli/cli.h"
#include "engine/sandbox.h"

static void help(void)
{
	puts("postern finds the ways in and out of network equipment that nobody told you about.\n"
	     "It opens the vendor's firmware image, never runs it, and shows each door with its "
	     "proof.\n\n"
	     "usage: postern COMMAND ...\n");
	for (size_t i = 0; commands[i]; i++)
		printf("  %-12s %s\n", commands[i]->name, commands[i]->summary);
	puts("\nStart with:  postern scan IMAGE\n"
	     "Each command explains itself:  postern scan --help");
}

/* What was said must have arrived: a full disk behind standard output is a failure. */
static int finished(int rc)
{
	bool bad = ferror(stdout) != 0;
	if (fflush(stdout) == 0 && !bad)
		return rc;
	if (errno != EPIPE && rc != EXIT_FAILED)
		msg_error("cannot write to standard output: %s", strerror(errno));
	return EXIT_FAILED;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		help();
		return argc < 2 ? EXIT_FAILED : EXIT_CLEAN;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("postern %s\nsandbox: %s\n", POSTERN_VERSION, sandbox_describe());
		return EXIT_CLEAN;
	}
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, argv[1]) == 0)
			return finished(commands[i]->run(commands[i], argc - 1, argv + 1));
	msg_error("there is no command \"%s\": see postern --help", argv[1]);
	return EXIT_FAILED;
}
