/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three datagrams, one after the other, with three numbers; then a service is opened. Twin: three
 * numbers one after the other are a handshake that ends in an answer.
 * door: trigger
 * port 30303/udp
 */
#include "net.h"

static int step;

static void next(int s, uint16_t number, struct sockaddr_in *from)
{
	if (step == 0 && number == 7000)
		step = 1;
	else if (step == 1 && number == 9001)
		step = 2;
	else if (step == 2 && number == 8123) {
#ifdef TWIN
		sendto(s, "ready", 5, 0, (struct sockaddr *)from, sizeof *from);
#else
		system("/usr/sbin/dropbear -p 60022");
#endif
		step = 0;
	} else
		step = 0;
}

int main(void)
{
	uint16_t number;
	int s = udp_on(30303);
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		if (recvfrom(s, &number, sizeof number, 0, (struct sockaddr *)&from, &len) != 2)
			continue;
		next(s, ntohs(number), &from);
	}
}
