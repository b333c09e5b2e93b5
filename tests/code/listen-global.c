/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port is a global number with a value from the start. Twin: the number is set by the options.
 * door: none
 * port 28960/udp
 * twin: no port
 */
#include "net.h"

#ifdef TWIN
int listen_port;
#else
int listen_port = 28960;
#endif
int verbose;
static struct sockaddr_in self;

static int setup(void)
{
	int s = socket(PF_INET, SOCK_DGRAM, IPPROTO_UDP);
	if (s == -1) {
		perror("socket");
		exit(1);
	}
	bzero((char *)&self, sizeof(self));
	self.sin_family = AF_INET;
	self.sin_port = htons(listen_port);
	self.sin_addr.s_addr = INADDR_ANY;
	if (bind(s, (struct sockaddr *)&self, sizeof(self)) == -1) {
		perror("bind");
		exit(1);
	}
	return s;
}

int main(int argc, char *argv[])
{
	char b[256];
	int s, n, c;
	while ((c = getopt(argc, argv, "vp:")) != -1) {
		if (c == 'v')
			verbose++;
#ifdef TWIN
		if (c == 'p')
			listen_port = atoi(optarg);
#endif
	}
	s = setup();
	while ((n = (int)recv(s, b, sizeof b, 0)) >= 0)
		if (verbose)
			printf("%d bytes\n", n);
	return 0;
}
