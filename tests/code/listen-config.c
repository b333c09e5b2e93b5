/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Beside the port of its configuration the program opens one of its own that no file names. Twin:
 * only the configured one.
 * door: none
 * port 47808/tcp
 * twin: no port
 */
#include "net.h"

static int configured(void)
{
	char line[128];
	int port = 0;
	FILE *f = fopen("/etc/gated.conf", "r");
	if (!f)
		return 0;
	while (fgets(line, sizeof line, f)) {
		char *p = line + strspn(line, " \t");
		if (strncmp(p, "port", 4) == 0)
			port = atoi(p + 4 + strspn(p + 4, " \t="));
	}
	fclose(f);
	return port;
}

static void handle(int s)
{
	char b[100];
	int c = accept(s, NULL, NULL);
	ssize_t n = recv(c, b, sizeof b, 0);
	if (n > 0)
		send(c, b, (size_t)n, 0);
	close(c);
}

int main(void)
{
	int port = configured();
	int s = -1;
	if (port > 0 && port < 65536)
		s = tcp_on(port);
#ifndef TWIN
	if (fork() == 0) {
		int t = tcp_on(47808);
		for (;;)
			handle(t);
	}
#endif
	while (s >= 0)
		handle(s);
	return 0;
}
