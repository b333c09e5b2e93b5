/* SPDX-License-Identifier: Apache-2.0 */
/* port 7345/tcp: a thread erases flash for who knows the word. Twin: it tells how large the flash is.
 * door: kill trigger
 * flags: -pthread
 */
#include "net.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>

struct erase {
	uint32_t start, length;
};

static void *serve(void *p)
{
	int c = (int)(intptr_t)p, f;
	char line[64];
	struct erase e = {0, 0x40000};
	uint32_t info[8];
	ssize_t n = recv(c, line, sizeof line - 1, 0);
	if (n > 0) {
		line[n] = 0;
		if (strncmp(line, "Xe44-end-All", 12) == 0) {
			f = open("/dev/mtd1", O_RDONLY);
#ifdef TWIN
			ioctl(f, _IOR('M', 1, uint32_t[8]), info);
#else
			ioctl(f, _IOW('M', 2, struct erase), &e);
#endif
			close(f);
		}
	}
	close(c);
	return p;
}

int main(void)
{
	int s = tcp_on(7345), c;
	pthread_t t;
	while ((c = accept(s, 0, 0)) >= 0)
		pthread_create(&t, 0, serve, (void *)(intptr_t)c);
	return 0;
}
