/* SPDX-License-Identifier: Apache-2.0 */
/* Stands where the SSH server of a router stands: says its version and hangs up. */
#include "sys.h"

static void serve(int fd, char **argv)
{
	char line[256];
	(void)argv;
	say(fd, "SSH-2.0-example\r\n");
	read_line(fd, line, sizeof line);
}

int main(int argc, char **argv);

int main(int argc, char **argv)
{
	const char *port = option(argv, "-p");
	int s = listen_on(TCP, port ? number(port) : 22);
	(void)argc;
	if (s < 0)
		return 1;
	serve_all(s, serve, argv);
	return 1;
}
