/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table tells name, kind and port of several services; a loop opens them all. Twin: the ports
 * are read from a file into the table.
 * door: none
 * port 32764/tcp
 * twin: no port
 */
#include "net.h"
#include <poll.h>

struct service {
	const char *name;
	int type;
	unsigned short port;
	void (*on_data)(int);
};

static void echo(int s)
{
	char b[128];
	ssize_t n = recv(s, b, sizeof b, 0);
	if (n > 0)
		send(s, b, (size_t)n, 0);
}

static void greet(int s)
{
	int c = accept(s, NULL, NULL);
	if (c >= 0) {
		write(c, "hello\n", 6);
		close(c);
	}
}

#ifdef TWIN
#define PORT(n) 0
static
#else
#define PORT(n) (n)
static const
#endif
struct service services[] = {
	{"ctl", SOCK_STREAM, PORT(32764), greet},
	{"probe", SOCK_DGRAM, PORT(32765), echo},
	{"notice", SOCK_STREAM, PORT(32766), greet},
};
enum { COUNT = sizeof services / sizeof *services };

static int open_one(const struct service *v)
{
	struct sockaddr_in a;
	int s = socket(AF_INET, v->type, 0);
	memset(&a, 0, sizeof a);
	a.sin_family = AF_INET;
	a.sin_port = htons(v->port);
	if (bind(s, (struct sockaddr *)&a, sizeof a) < 0)
		return -1;
	if (v->type == SOCK_STREAM)
		listen(s, 3);
	return s;
}

int main(void)
{
	struct pollfd p[COUNT];
	int i;
#ifdef TWIN
	FILE *f = fopen("/etc/services.conf", "r");
	for (i = 0; f && i < COUNT; i++)
		fscanf(f, "%hu", &services[i].port);
#endif
	for (i = 0; i < COUNT; i++) {
		p[i].fd = open_one(&services[i]);
		p[i].events = POLLIN;
	}
	while (poll(p, COUNT, -1) > 0)
		for (i = 0; i < COUNT; i++)
			if (p[i].revents & POLLIN)
				services[i].on_data(p[i].fd);
	return 0;
}
