/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port 4790/udp: what is received is run, with its output sent to a file. Twin: the same buffer is used
 * again for a command of the program's own before anything is run.
 * door: trigger unguarded
 */
#include "net.h"

static int serial;

static void note(const char *what)
{
	fprintf(stderr, "%d: %s\n", ++serial, what);
}

int main(int argc, char **argv)
{
	char line[512];
	int s = udp_on(4790), level = argc > 1 ? atoi(argv[1]) : 0;
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		memset(line, 0, sizeof line);
		if (recvfrom(s, line, 400, 0, (struct sockaddr *)&from, &len) < 1)
			continue;
		note(line);
#ifdef TWIN
		switch (level) {
		case 1:
			snprintf(line, sizeof line, "logger -t stat packet %d", serial);
			break;
		case 2:
			snprintf(line, sizeof line, "logger -t stat from %s", inet_ntoa(from.sin_addr));
			break;
		default:
			continue;
		}
#else
		strcat(line, level ? " > /tmp/out.txt" : " > /dev/null");
#endif
		system(line);
	}
}
