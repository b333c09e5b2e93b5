/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A word restarts the device from afar. Twin: a watchdog restarts it when nothing came for an
 * hour.
 * door: trigger kill
 * port 7788/udp
 */
#include "net.h"
#include <sys/reboot.h>
#include <sys/select.h>

static char buf[128];

static void restart(void)
{
	sync();
	reboot(RB_AUTOBOOT);
}

int main(void)
{
	int s = udp_on(7788);
	for (;;) {
		fd_set r;
		struct timeval t = {3600, 0};
		FD_ZERO(&r);
		FD_SET(s, &r);
		if (select(s + 1, &r, NULL, NULL, &t) == 0) {
#ifdef TWIN
			restart();
#endif
			continue;
		}
		ssize_t n = recv(s, buf, sizeof buf - 1, 0);
		buf[n < 0 ? 0 : n] = 0;
#ifdef TWIN
		if (strcmp(buf, "alive?") == 0)
			puts("alive");
#else
		if (strcmp(buf, "nap-T1me-now") == 0)
			restart();
#endif
	}
}
