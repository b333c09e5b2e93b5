/* SPDX-License-Identifier: Apache-2.0 */
#include "sys.h"

static char *no_environment[] = {NULL};

/* The compiler may turn a loop into a call of these. */
void *memset(void *p, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);

void *memset(void *p, int c, size_t n)
{
	for (volatile char *q = p; n; n--)
		*q++ = (char)c;
	return p;
}

void *memcpy(void *to, const void *from, size_t n)
{
	volatile char *t = to;
	for (const char *f = from; n; n--)
		*t++ = *f++;
	return to;
}

size_t length(const char *s)
{
	size_t n = 0;
	while (s[n])
		n++;
	return n;
}

bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

bool begins(const char *s, const char *with)
{
	while (*with)
		if (*s++ != *with++)
			return false;
	return true;
}

const char *base_name(const char *path)
{
	const char *base = path;
	for (; *path; path++)
		if (*path == '/')
			base = path + 1;
	return base;
}

unsigned number(const char *s)
{
	unsigned n = 0;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (unsigned)(*s - '0');
	return n;
}

void say(int fd, const char *s)
{
	sys(SYS_WRITE, fd, (long)s, (long)length(s), 0, 0, 0);
}

void quit(int status)
{
	for (;;)
		sys(SYS_EXIT, status, 0, 0, 0, 0, 0);
}

bool read_line(int fd, char *line, size_t max)
{
	size_t n = 0;
	char c;
	while (sys(SYS_READ, fd, (long)&c, 1, 0, 0, 0) == 1) {
		if (c == '\n') {
			line[n] = 0;
			return true;
		}
		if (n + 1 < max && c != '\r')
			line[n++] = c;
	}
	line[n] = 0;
	return n > 0;
}

size_t read_file(const char *path, char *text, size_t max)
{
	long fd = sys(SYS_OPEN, (long)path, O_RDONLY, 0, 0, 0, 0);
	long n = fd < 0 ? 0 : sys(SYS_READ, fd, (long)text, (long)max - 1, 0, 0, 0);
	if (fd >= 0)
		sys(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
	text[n > 0 ? n : 0] = 0;
	return n > 0 ? (size_t)n : 0;
}

const char *option(char **argv, const char *name)
{
	for (size_t i = 1; argv[i]; i++)
		if (same(argv[i], name))
			return argv[i + 1];
	return NULL;
}

size_t split(char *line, char **words, size_t max)
{
	size_t n = 0;
	while (n + 1 < max) {
		while (*line == ' ' || *line == '\t')
			*line++ = 0;
		if (!*line)
			break;
		words[n++] = line;
		while (*line && *line != ' ' && *line != '\t')
			line++;
	}
	words[n] = NULL;
	return n;
}

int listen_on(int kind, unsigned port)
{
	struct peer any = {.family = 2, .port = (unsigned short)(port << 8 | port >> 8)};
	long s = sys(SYS_SOCKET, 2, kind, 0, 0, 0, 0);
	if (s < 0 || sys(SYS_BIND, s, (long)&any, sizeof any, 0, 0, 0) < 0)
		return -1;
	if (kind == TCP && sys(SYS_LISTEN, s, 8, 0, 0, 0, 0) < 0)
		return -1;
	return (int)s;
}

void serve_all(int socket, void (*serve)(int, char **), char **argv)
{
	long c;
	int gone;
	while ((c = sys(SYS_ACCEPT, socket, 0, 0, 0, 0, 0)) >= 0) {
		if (sys(SYS_FORK, 0, 0, 0, 0, 0, 0) == 0) {
			serve((int)c, argv);
			quit(0);
		}
		sys(SYS_CLOSE, c, 0, 0, 0, 0, 0);
		while (sys(SYS_WAITPID, -1, (long)&gone, 1, 0, 0, 0) > 0)
			;
	}
}

void become(int fd, const char *path, char **argv)
{
	for (int i = 0; i < 3; i++)
		sys(SYS_DUP2, fd, i, 0, 0, 0, 0);
	sys(SYS_EXECVE, (long)path, (long)argv, (long)no_environment, 0, 0, 0);
	quit(127);
}
