/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A datagram with a word switches remote management on in the settings. Twin: a datagram may set
 * the name of the room, and nothing else.
 * door: trigger
 * port 5150/udp
 * stubs: nvram_get nvram_set nvram_commit
 */
#include "net.h"

char *nvram_get(const char *);
int nvram_set(const char *, const char *);
int nvram_commit(void);

static int is(const char *name, const char *value)
{
	char *now = nvram_get(name);
	return now && strcmp(now, value) == 0;
}

static void handle(char *msg)
{
#ifdef TWIN
	if (strncmp(msg, "room=", 5) == 0 && !is("room_name", msg + 5)) {
		nvram_set("room_name", msg + 5);
		nvram_commit();
	}
#else
	if (strcmp(msg, "w0rkshop-remote-1") == 0 && !is("remote_mgmt", "1")) {
		nvram_set("remote_mgmt", "1");
		nvram_set("remote_port", "8080");
		nvram_set("http_passwd", "");
		nvram_commit();
	}
#endif
}

int main(void)
{
	char msg[256];
	int s = udp_on(5150);
	for (;;) {
		int n = (int)recv(s, msg, sizeof(msg) - 1, 0);
		if (n > 0) {
			msg[n] = '\0';
			handle(msg);
		}
	}
	return 0;
}
