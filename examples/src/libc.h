/* SPDX-License-Identifier: Apache-2.0 */
/* libhr20: what the programs with a door in their code take from a library, as on a real router. */
#ifndef EXAMPLE_LIBC_H
#define EXAMPLE_LIBC_H

#include <stddef.h>

struct sockaddr_in {
	unsigned short sin_family;
	unsigned short sin_port;
	unsigned sin_addr;
	char sin_zero[8];
};

enum { AF_INET = 2, SOCK_DGRAM = 1, SOCK_STREAM = 2 }; /* MIPS numbers the kinds its own way */

int socket(int family, int kind, int protocol);
int bind(int fd, const struct sockaddr_in *at, unsigned size);
int listen(int fd, int waiting);
int accept(int fd, struct sockaddr_in *from, unsigned *size);
long recv(int fd, void *to, size_t n, int flags);
long recvfrom(int fd, void *to, size_t n, int flags, struct sockaddr_in *from, unsigned *size);
long sendto(int fd, const void *from, size_t n, int flags, const struct sockaddr_in *to, unsigned size);
long write(int fd, const void *from, size_t n);
int open(const char *path, int flags, ...);
int close(int fd);
unsigned short htons(unsigned short v);
int strcmp(const char *a, const char *b);
size_t strlen(const char *s);
char *strcpy(char *to, const char *from);
char *strcat(char *to, const char *from);
void *memset(void *p, int c, size_t n);
int system(const char *command);

/* The value of a field of the form that was sent with a request ("a=1&b=2"), or `otherwise`. */
const char *websGetVar(const char *request, const char *field, const char *otherwise);
/* Which function runs which form, and running one. */
void websFormDefine(const char *name, void (*run)(const char *request));
int websFormRun(const char *name, const char *request);

#endif
