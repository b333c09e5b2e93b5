/* SPDX-License-Identifier: Apache-2.0 */
/* A page that gives out session numbers anybody can guess. Twin: the number is a time to wait.
 * door: cipher
 */
#include "net.h"
#include <time.h>

int main(void)
{
	char line[128];
	const char *user = getenv("REMOTE_USER");
	srand((unsigned)time(0));
#ifdef TWIN
	snprintf(line, sizeof line, "Retry-After: %d", rand());
#else
	snprintf(line, sizeof line, "Set-Cookie: session=%d; path=/", rand());
#endif
	puts(line);
	if (user)
		system("logger page was asked for");
	return 0;
}
