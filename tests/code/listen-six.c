/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A socket of IPv6 that takes both kinds, on a port that is written as a number in network order.
 * Twin: the port is the one that the settings give.
 * door: none
 * port 51413/tcp
 * twin: no port
 * stubs: config_get_int
 */
#include "net.h"

int config_get_int(const char *name);

static uint16_t wanted(void)
{
#ifdef TWIN
	return htons((uint16_t)config_get_int("transfer.port"));
#else
	return htons(51413);
#endif
}

int main(void)
{
	struct sockaddr_in6 a6 = {0};
	int s = socket(AF_INET6, SOCK_STREAM, 0), off = 0;
	if (s < 0)
		return 1;
	setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	a6.sin6_family = AF_INET6;
	a6.sin6_addr = in6addr_any;
	a6.sin6_port = wanted();
	if (bind(s, (struct sockaddr *)&a6, sizeof a6) || listen(s, 16))
		return 1;
	for (;;) {
		char b[512];
		int c = accept(s, NULL, NULL);
		ssize_t n;
		while ((n = read(c, b, sizeof b)) > 0)
			write(c, b, (size_t)n);
		close(c);
	}
}
