/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port is a text that goes to getaddrinfo. Twin: the text comes from the command line.
 * door: none
 * port 60443/tcp
 * twin: no port
 */
#include "net.h"
#include <netdb.h>

static int open_service(const char *service)
{
	struct addrinfo hints, *list, *p;
	int s = -1, one = 1;
	memset(&hints, 0, sizeof hints);
	hints.ai_family = AF_INET;
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_PASSIVE;
	if (getaddrinfo(NULL, service, &hints, &list) != 0)
		return -1;
	for (p = list; p; p = p->ai_next) {
		s = socket(p->ai_family, p->ai_socktype, p->ai_protocol);
		if (s < 0)
			continue;
		setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
		if (bind(s, p->ai_addr, p->ai_addrlen) == 0)
			break;
		close(s);
		s = -1;
	}
	freeaddrinfo(list);
	if (s >= 0 && listen(s, 10) < 0)
		return -1;
	return s;
}

int main(int argc, char **argv)
{
#ifdef TWIN
	int s = argc > 1 ? open_service(argv[1]) : -1;
#else
	int s = open_service("60443");
	(void)argc;
	(void)argv;
#endif
	if (s < 0)
		return 1;
	for (;;) {
		int c = accept(s, NULL, NULL);
		dprintf(c, "ready\n");
		close(c);
	}
}
