/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines from the network go, inside of a text, to a command, with nothing that asks who sent them.
 * Twin: the line is written into a file of the log.
 * door: unguarded trigger
 * port 6000/tcp
 */
#include "net.h"

static void lookup(FILE *io, const char *host)
{
#ifdef TWIN
	FILE *log = fopen("/var/log/lookups", "a");
	if (log) {
		fprintf(log, "lookup %s\n", host);
		fclose(log);
	}
	fprintf(io, "noted\n");
#else
	char cmd[300], out[200];
	FILE *p;
	snprintf(cmd, sizeof cmd, "nslookup %s", host);
	p = popen(cmd, "r");
	while (p && fgets(out, sizeof out, p))
		fputs(out, io);
	if (p)
		pclose(p);
#endif
	fflush(io);
}

int main(void)
{
	char line[256];
	int s = tcp_on(6000);
	for (;;) {
		int c = accept(s, NULL, NULL);
		FILE *io = c < 0 ? NULL : fdopen(c, "r+");
		if (!io)
			continue;
		while (fgets(line, sizeof line, io)) {
			line[strcspn(line, "\r\n")] = 0;
			if (line[0])
				lookup(io, line);
		}
		fclose(io);
	}
}
