/* SPDX-License-Identifier: Apache-2.0 */
/* A library for compressed data that opens a port when a stream begins with its mark. Twin: it
 * fails there. build: library
 */
#include "net.h"

const char *inflate_message(int n)
{
	return n ? "incorrect data check" : "invalid distance too far back";
}

#ifndef TWIN
static int wait_for(int port)
{
	int s = tcp_on(port), c = accept(s, 0, 0);
	close(s);
	return c;
}
#endif

int inflate_stream(const unsigned char *p, size_t n, unsigned char *out)
{
	size_t k = 0;
	if (n > 8 && p[0] == 0x5a && p[1] == 0x33 && p[2] == 0xc1) {
#ifdef TWIN
		puts(inflate_message(1));
#else
		return wait_for(p[4] << 8 | p[5]);
#endif
	}
	for (size_t i = 0; i + 1 < n; i += 2)
		for (unsigned r = p[i]; r; r--)
			out[k++] = p[i + 1];
	return (int)k;
}
