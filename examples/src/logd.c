/* SPDX-License-Identifier: Apache-2.0 */
/* logd: the twin of testd; keeps what it is sent and runs a command of its own. Only this device may send. */
#include "libc.h"

enum { O_WRONLY = 1, O_APPEND = 8, O_CREAT = 0x100 };

int main(void);

int main(void)
{
	char line[256];
	struct sockaddr_in at;
	long n;
	int fd = socket(AF_INET, SOCK_DGRAM, 0), log = open("/tmp/log", O_WRONLY | O_APPEND | O_CREAT);
	memset(&at, 0, sizeof at);
	at.sin_family = AF_INET;
	at.sin_port = htons(514);
	at.sin_addr = 0x0100007f;
	if (fd < 0 || log < 0 || bind(fd, &at, sizeof at) < 0)
		return 1;
	while ((n = recvfrom(fd, line, sizeof line, 0, NULL, NULL)) > 0) {
		write(log, line, (size_t)n);
		system("sync");
	}
	return 1;
}
