/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secret stands as digits in base 16 and is turned into bytes before it is compared. Twin: the
 * digits come from the configuration file.
 * door: trigger
 * port 9999/udp
 */
#include "net.h"

static int digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static int unhex(const char *from, uint8_t *to, int room)
{
	int n = 0;
	while (n < room && from[0] && from[1]) {
		int a = digit(from[0]), b = digit(from[1]);
		if (a < 0 || b < 0)
			break;
		to[n++] = (uint8_t)(a << 4 | b);
		from += 2;
	}
	return n;
}

int main(void)
{
	uint8_t b[256], key[32];
	int s = udp_on(9999), k;
#ifdef TWIN
	char line[80] = "";
	FILE *f = fopen("/etc/agent.key", "r");
	if (!f || !fgets(line, sizeof line, f))
		return 1;
	fclose(f);
	k = unhex(line, key, sizeof key);
#else
	k = unhex("a55a17c04d2b99e1", key, sizeof key);
#endif
	for (;;) {
		ssize_t n = recv(s, b, sizeof b - 1, 0);
		if (k == 0 || n <= k || memcmp(b, key, (size_t)k) != 0)
			continue;
		b[n] = 0;
		system("/usr/bin/agent-rescan");
	}
}
