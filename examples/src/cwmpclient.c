/* SPDX-License-Identifier: Apache-2.0 */
/* cwmpclient: reads the address of its management server and says that it would call it. */
#include "sys.h"

int main(int argc, char **argv);

int main(int argc, char **argv)
{
	static char settings[2048];
	const char *file = option(argv, "-c");
	long pause[2] = {300, 0};
	(void)argc;
	if (!read_file(file ? file : "/etc/cwmp.conf", settings, sizeof settings))
		return 1;
	for (;;) {
		say(1, "cwmpclient: inform\n");
		sys(SYS_NANOSLEEP, (long)pause, 0, 0, 0, 0, 0);
	}
}
