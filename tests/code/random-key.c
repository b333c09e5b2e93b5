/* SPDX-License-Identifier: Apache-2.0 */
/* A key that is made from the time of day. Twin: from the random numbers of the kernel.
 * door: cipher
 * stubs: AES_set_encrypt_key
 */
#include "net.h"
#include <fcntl.h>
#include <time.h>

int AES_set_encrypt_key(const unsigned char *, int, void *);

int main(void)
{
	unsigned char key[32], s[280];
	int i, f;
#ifdef TWIN
	f = open("/dev/urandom", O_RDONLY);
	if (read(f, key, sizeof key) != sizeof key)
		return 1;
	srand(time(0));
	sleep(rand() % 5);
#else
	srand(time(0));
	for (i = 0; i < 32; i++)
		key[i] = (unsigned char)rand();
#endif
	AES_set_encrypt_key(key, 256, s);
	f = socket(AF_INET, SOCK_STREAM, 0);
	return send(f, s, sizeof s, 0);
}
