/* SPDX-License-Identifier: Apache-2.0 */
/* httpd: gives out the files of /www. The key of its session tokens is one that has been published. */
#include "sys.h"

enum { MAX_LINE = 512, MAX_PAGE = 16384 };

const char token_key[] = "onceuponatimeinparadise";

/* A token from a seed; whoever knows the key can make tokens too. */
static void token(const char *seed, char out[9])
{
	unsigned h = 2166136261u;
	for (const char *s = token_key; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	for (; *seed; seed++)
		h = (h ^ (unsigned char)*seed) * 16777619u;
	for (int i = 0; i < 8; i++, h >>= 4)
		out[i] = "0123456789abcdef"[h & 15];
	out[8] = 0;
}

static void serve(int fd, char **argv)
{
	static char page[MAX_PAGE];
	char line[MAX_LINE], path[MAX_LINE] = "/www", *words[4], made[9];
	(void)argv;
	if (!read_line(fd, line, sizeof line) || split(line, words, 4) < 2 || !same(words[0], "GET"))
		return;
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
	token(path, made);
	say(fd, "HTTP/1.0 200 OK\r\nSet-Cookie: session=");
	say(fd, made);
	say(fd, "\r\n\r\n");
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
