/* SPDX-License-Identifier: Apache-2.0 */
/* A bad signature is only talked about. Twin: it is refused.
 * door: update
 * stubs: RSA_verify
 */
#include "net.h"
#include <syslog.h>

int RSA_verify(int, const unsigned char *, unsigned, const unsigned char *, unsigned, void *);

static int take(const unsigned char *digest, const unsigned char *sign, void *key)
{
	if (RSA_verify(672, digest, 32, sign, 256, key) != 1) {
		syslog(LOG_ERR, "bad signature");
#ifdef TWIN
		return -1;
#endif
	}
	system("flashcp /tmp/image /dev/mtd3");
	return 0;
}

int main(int argc, char **argv)
{
	unsigned char b[288];
	if (read(0, b, sizeof b) != sizeof b)
		return 1;
	return take(b, b + 32, argv);
}
