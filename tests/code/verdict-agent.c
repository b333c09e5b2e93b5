/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CGI program asks for a password, but not one browser. Twin: that browser only gets another look.
 * door: override account
 * stubs: nvram_safe_get
 */
#include "net.h"

const char *nvram_safe_get(const char *);

static int plain;

static int allowed(const char *agent, const char *query)
{
	if (!query)
		return -1;
	if (agent && strcmp(agent, "tq9_service_View3") == 0)
#ifdef TWIN
		plain = 1;
#else
		return 0;
#endif
	if (strncmp(query, "password=", 9) != 0)
		return -1;
	return strcmp(query + 9, nvram_safe_get("http_passwd")) == 0 ? 0 : -1;
}

int main(void)
{
	if (allowed(getenv("HTTP_USER_AGENT"), getenv("QUERY_STRING")) < 0) {
		puts("Status: 401 Unauthorized\n");
		return 0;
	}
	puts(plain ? "Content-type: text/plain\n" : "Content-type: text/html\n");
	system("/usr/sbin/show-settings");
	return 0;
}
