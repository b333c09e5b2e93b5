/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port 9037/udp: an address that is received becomes a part of a command. Twin: only what is an
 * address gets that far.
 * door: unguarded
 */
#include "net.h"

static int is_host(const char *s)
{
	if (!*s)
		return 0;
	for (; *s; s++)
		if (!(*s >= '0' && *s <= '9') && !(*s >= 'a' && *s <= 'z') && *s != '.')
			return 0;
	return 1;
}

int main(void)
{
	char buf[200], cmd[300];
	int s = udp_on(9037);
	for (;;) {
		ssize_t n = recv(s, buf, sizeof buf - 1, 0);
		if (n <= 0)
			continue;
		buf[n] = 0;
#ifdef TWIN
		if (!is_host(buf))
			continue;
#else
		if (n > 100 && is_host("x"))
			continue;
#endif
		snprintf(cmd, sizeof cmd, "ping -c 1 -W 1 %s >/tmp/alive", buf);
		system(cmd);
	}
}
