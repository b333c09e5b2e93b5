/* SPDX-License-Identifier: Apache-2.0 */
/* System calls and the few functions of a C library that the example's programs share. MIPS o32. */
#ifndef EXAMPLE_SYS_H
#define EXAMPLE_SYS_H

#include <stdbool.h>
#include <stddef.h>

long sys(long number, long a, long b, long c, long d, long e, long f);

enum {
	SYS_EXIT = 4001, SYS_FORK = 4002, SYS_READ = 4003, SYS_WRITE = 4004, SYS_OPEN = 4005,
	SYS_CLOSE = 4006, SYS_WAITPID = 4007, SYS_EXECVE = 4011, SYS_CHDIR = 4012, SYS_MOUNT = 4021,
	SYS_DUP2 = 4063, SYS_REBOOT = 4088, SYS_NANOSLEEP = 4166, SYS_ACCEPT = 4168, SYS_BIND = 4169,
	SYS_CONNECT = 4170, SYS_LISTEN = 4174, SYS_RECVFROM = 4176, SYS_SENDTO = 4180,
	SYS_SOCKET = 4183,
};

enum { O_RDONLY = 0, O_RDWR = 2, TCP = 2, UDP = 1 }; /* MIPS numbers the kinds of sockets its own way */

/* Where a datagram came from, or a socket goes to. */
struct peer {
	unsigned short family;
	unsigned short port; /* network order */
	unsigned char address[4];
	char zero[8];
};

size_t length(const char *s);
bool same(const char *a, const char *b);
bool begins(const char *s, const char *with);
const char *base_name(const char *path);
unsigned number(const char *s);
void say(int fd, const char *s);
void quit(int status) __attribute__((noreturn));

/* Reads up to the end of a line; false at the end of the file. The line end is not kept. */
bool read_line(int fd, char *line, size_t max);
size_t read_file(const char *path, char *text, size_t max);

/* The value behind an option such as "-p"; NULL when it is not given. */
const char *option(char **argv, const char *name);
/* Splits at blanks, in place; the list ends with NULL. */
size_t split(char *line, char **words, size_t max);

int listen_on(int kind, unsigned port);
/* Accepts for ever and runs `serve` in a child for each connection. */
void serve_all(int socket, void (*serve)(int connection, char **argv), char **argv);
/* Runs a program with its input and output on `fd`; does not return. */
void become(int fd, const char *path, char **argv) __attribute__((noreturn));

#endif
