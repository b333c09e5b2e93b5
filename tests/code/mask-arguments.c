/* SPDX-License-Identifier: Apache-2.0 */
/* port 9977/udp: the name in the list of processes is overwritten with one of the kernel's. Twin: with what
 * the server is doing.
 * door: implant
 */
#include "net.h"

static void call_me(char **argv, const char *name)
{
	memset(argv[0], 0, strlen(argv[0]));
	strcpy(argv[0], name);
}

int main(int argc, char **argv)
{
	char b[512];
	int s = udp_on(9977);
#ifdef TWIN
	call_me(argv, "meter: waiting");
#else
	call_me(argv, "[ksoftirqd/3]");
#endif
	while (recv(s, b, sizeof b, 0) > 0)
		puts(b);
	return argc;
}
