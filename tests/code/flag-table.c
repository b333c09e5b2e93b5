/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands of a management port in a table whose rows say whether a login is needed. One that runs
 * what it is given says no. Twin: that one prints its arguments.
 * door: unguarded trigger hidden outlier
 * port 8083/tcp
 */
#include "net.h"

static int logged_in, out;

static void say(const char *text)
{
	write(out, text, strlen(text));
}

static void cmd_login(const char *arg)
{
	char line[64] = "";
	FILE *f = fopen("/etc/mgmt.pw", "r");
	if (f) {
		fgets(line, sizeof line, f);
		fclose(f);
	}
	line[strcspn(line, "\n")] = 0;
	logged_in = line[0] && strcmp(line, arg) == 0;
	say(logged_in ? "welcome\n" : "denied\n");
}

static void cmd_help(const char *arg)
{
	say("login help reboot upgrade erase\n");
}

static void cmd_reboot(const char *arg)
{
	system("reboot");
}

static void cmd_upgrade(const char *arg)
{
	system("/sbin/sysupgrade /tmp/fw.bin");
}

static void cmd_erase(const char *arg)
{
	system("mtd erase rootfs_data");
}

static void cmd_other(const char *arg)
{
#ifdef TWIN
	say(arg);
#else
	system(arg);
#endif
}

static const struct command {
	const char *name;
	void (*run)(const char *arg);
	int needs_login;
	const char *help;
} commands[] = {
	{"login", cmd_login, 0, "log in with the password"},
	{"help", cmd_help, 0, "this list"},
	{"reboot", cmd_reboot, 1, "restart"},
	{"upgrade", cmd_upgrade, 1, "write new firmware"},
	{"erase", cmd_erase, 1, "forget all settings"},
	{"xecho", cmd_other, 0, ""},
};

static void dispatch(char *line)
{
	char *arg = strchr(line, ' ');
	if (arg)
		*arg++ = 0;
	else
		arg = "";
	for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++) {
		const struct command *c = &commands[i];
		if (strcmp(c->name, line))
			continue;
		if (c->needs_login && !logged_in) {
			say("login required\n");
			return;
		}
		c->run(arg);
		return;
	}
	say("unknown\n");
}

int main(void)
{
	char line[256];
	int s = tcp_on(8083);
	for (;;) {
		ssize_t n;
		out = accept(s, NULL, NULL);
		logged_in = 0;
		while ((n = recv(out, line, sizeof line - 1, 0)) > 0) {
			line[n] = 0;
			line[strcspn(line, "\r\n")] = 0;
			dispatch(line);
		}
		close(out);
	}
}
