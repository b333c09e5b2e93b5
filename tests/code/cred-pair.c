/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line service with a user and a password in its code. Twin: both are read from a file.
 * door: credential account trigger
 * port 2602/tcp
 */
#include "net.h"

static char user[40] = "", word[40] = "";

static int right(const char *name, const char *given)
{
#ifdef TWIN
	return user[0] && strcmp(name, user) == 0 && strcmp(given, word) == 0;
#else
	return strcmp(name, "support") == 0 && strcmp(given, "hx-Field7") == 0;
#endif
}

static int line(int c, char *to, size_t room)
{
	ssize_t n = recv(c, to, room - 1, 0);
	if (n <= 0)
		return -1;
	to[n] = 0;
	to[strcspn(to, "\r\n")] = 0;
	return 0;
}

static void serve(int c)
{
	char name[64], given[64];
	if (line(c, name, sizeof name) < 0 || line(c, given, sizeof given) < 0)
		return;
	if (!right(name, given)) {
		dprintf(c, "no\n");
		return;
	}
	dprintf(c, "hello\n");
	system("/usr/sbin/dump-settings");
}

int main(void)
{
	FILE *f = fopen("/etc/line.user", "r");
	int s = tcp_on(2602);
	if (f) {
		fscanf(f, "%39s %39s", user, word);
		fclose(f);
	}
	for (;;) {
		int c = accept(s, 0, 0);
		serve(c);
		close(c);
	}
}
