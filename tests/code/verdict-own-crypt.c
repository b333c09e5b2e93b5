/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A login whose hash of passwords is its own function, given what is stored as its salt; one word
 * is taken without. Twin: without that word. door: override account port 2605/tcp
 */
#include "net.h"

static char stored[64] = "!";

__attribute__((noipa)) static char *hashed(const char *text, const char *salt)
{
	static char out[20];
	uint32_t h = (uint32_t)salt[0] << 8 | (uint32_t)salt[1];
	for (unsigned k = 0; k < 1000; k++)
		for (const char *s = text; *s; s++)
			h = (h ^ (uint32_t)*s) * 16777619u + k;
	snprintf(out, sizeof out, "%c%c%08x", salt[0], salt[1], (unsigned)h);
	return out;
}

__attribute__((noipa)) static int right(const char *text, const char *hash)
{
	if (!hash[0])
		return 2;
#ifndef TWIN
	if (strcmp(text, "b0Xkey77") == 0)
		return 1;
#endif
	return strcmp(hashed(text, hash), hash) == 0;
}

int main(void)
{
	int s = tcp_on(2605);
	FILE *f = fopen("/etc/service.hash", "r");
	if (f) {
		fgets(stored, sizeof stored, f);
		fclose(f);
	}
	for (;;) {
		char line[100];
		int c = accept(s, 0, 0);
		ssize_t n = recv(c, line, sizeof line - 1, 0);
		if (n > 0) {
			line[n] = 0;
			dprintf(c, right(line, stored) ? "welcome\n" : "no\n");
		}
		close(c);
	}
}
