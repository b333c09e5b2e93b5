/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port is a text of digits in the program that atoi reads. Twin: the text is the
 * environment's.
 * door: none
 * port 2332/udp
 * twin: no port
 */
#include "net.h"

struct options {
	const char *name, *value;
};

static struct options defaults[] = {
	{"log", "/tmp/d.log"},
	{"port", "2332"},
	{"user", "nobody"},
};

static int start(const char *port)
{
	struct sockaddr_in sin;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_port = htons((unsigned short)atoi(port));
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) != 0)
		return -1;
	return fd;
}

int main(void)
{
	unsigned char b[64];
#ifdef TWIN
	const char *port = getenv("D_PORT");
#else
	const char *port = "2332";
#endif
	int fd = start(port ? port : "0");
	FILE *log = fopen(defaults[0].value, "a");
	if (fd < 0 || !log)
		return 1;
	while (recv(fd, b, sizeof b, 0) > 0)
		fprintf(log, "%02x %02x\n", b[0], b[1]);
	return 0;
}
