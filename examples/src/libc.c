/* SPDX-License-Identifier: Apache-2.0 */
#include "libc.h"

long sys(long number, long a, long b, long c, long d, long e, long f);

enum {
	SYS_EXIT = 4001, SYS_FORK = 4002, SYS_WRITE = 4004, SYS_OPEN = 4005, SYS_CLOSE = 4006,
	SYS_WAITPID = 4007, SYS_EXECVE = 4011, SYS_ACCEPT = 4168, SYS_BIND = 4169, SYS_LISTEN = 4174,
	SYS_RECV = 4175, SYS_RECVFROM = 4176, SYS_SENDTO = 4180, SYS_SOCKET = 4183,
};

int socket(int family, int kind, int protocol)
{
	return (int)sys(SYS_SOCKET, family, kind, protocol, 0, 0, 0);
}

int bind(int fd, const struct sockaddr_in *at, unsigned size)
{
	return (int)sys(SYS_BIND, fd, (long)at, (long)size, 0, 0, 0);
}

int listen(int fd, int waiting)
{
	return (int)sys(SYS_LISTEN, fd, waiting, 0, 0, 0, 0);
}

int accept(int fd, struct sockaddr_in *from, unsigned *size)
{
	return (int)sys(SYS_ACCEPT, fd, (long)from, (long)size, 0, 0, 0);
}

long recv(int fd, void *to, size_t n, int flags)
{
	return sys(SYS_RECV, fd, (long)to, (long)n, flags, 0, 0);
}

long recvfrom(int fd, void *to, size_t n, int flags, struct sockaddr_in *from, unsigned *size)
{
	return sys(SYS_RECVFROM, fd, (long)to, (long)n, flags, (long)from, (long)size);
}

long sendto(int fd, const void *from, size_t n, int flags, const struct sockaddr_in *to, unsigned size)
{
	return sys(SYS_SENDTO, fd, (long)from, (long)n, flags, (long)to, (long)size);
}

long write(int fd, const void *from, size_t n)
{
	return sys(SYS_WRITE, fd, (long)from, (long)n, 0, 0, 0);
}

int open(const char *path, int flags, ...)
{
	return (int)sys(SYS_OPEN, (long)path, flags, 0600, 0, 0, 0);
}

int close(int fd)
{
	return (int)sys(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
}

unsigned short htons(unsigned short v)
{
	return (unsigned short)(v << 8 | v >> 8);
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

size_t strlen(const char *s)
{
	size_t n = 0;
	while (s[n])
		n++;
	return n;
}

char *strcpy(char *to, const char *from)
{
	volatile char *t = to;
	while ((*t++ = *from++))
		;
	return to;
}

char *strcat(char *to, const char *from)
{
	strcpy(to + strlen(to), from);
	return to;
}

void *memset(void *p, int c, size_t n)
{
	for (volatile char *q = p; n; n--)
		*q++ = (char)c;
	return p;
}

int system(const char *command)
{
	const char *words[] = {"/bin/sh", "-c", command, NULL};
	const char *none[] = {NULL};
	int status = -1;
	long pid = sys(SYS_FORK, 0, 0, 0, 0, 0, 0);
	if (pid == 0) {
		sys(SYS_EXECVE, (long)words[0], (long)words, (long)none, 0, 0, 0);
		sys(SYS_EXIT, 127, 0, 0, 0, 0, 0);
	}
	if (pid > 0)
		sys(SYS_WAITPID, pid, (long)&status, 0, 0, 0, 0);
	return status;
}

const char *websGetVar(const char *request, const char *field, const char *otherwise)
{
	static char value[256];
	size_t n = strlen(field), k = 0;
	while (*request) {
		size_t i = 0;
		while (i < n && request[i] == field[i])
			i++;
		if (i == n && request[n] == '=') {
			for (request += n + 1; *request && *request != '&' && k + 1 < sizeof value; request++)
				value[k++] = *request;
			value[k] = 0;
			return value;
		}
		while (*request && *request++ != '&')
			;
	}
	return otherwise;
}

static struct {
	const char *name;
	void (*run)(const char *request);
} forms[8];

static size_t form_count;

void websFormDefine(const char *name, void (*run)(const char *request))
{
	if (form_count == sizeof forms / sizeof *forms)
		return;
	forms[form_count].name = name;
	forms[form_count++].run = run;
}

int websFormRun(const char *name, const char *request)
{
	for (size_t i = 0; i < form_count; i++)
		if (strcmp(forms[i].name, name) == 0) {
			forms[i].run(request);
			return 0;
		}
	return 1;
}
