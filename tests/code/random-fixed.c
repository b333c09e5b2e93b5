/* SPDX-License-Identifier: Apache-2.0 */
/* port 8044/tcp: tokens from numbers that are the same after each start. Twin: they name files.
 * door: cipher
 */
#include "net.h"

int main(void)
{
	char line[128];
	int s = tcp_on(8044), c;
	srandom(4711);
	while ((c = accept(s, 0, 0)) >= 0) {
#ifdef TWIN
		sprintf(line, "/tmp/upload.%ld", random());
#else
		sprintf(line, "token=%ld\n", random());
#endif
		send(c, line, strlen(line), 0);
		close(c);
	}
	return 0;
}
