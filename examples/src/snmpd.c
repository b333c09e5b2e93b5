/* SPDX-License-Identifier: Apache-2.0 */
/* snmpd: reads its communities and takes requests; it answers none of them. */
#include "sys.h"

int main(int argc, char **argv);

int main(int argc, char **argv)
{
	static char settings[2048], request[1500];
	const char *file = option(argv, "-c");
	int s = listen_on(UDP, 161);
	(void)argc;
	if (s < 0 || !read_file(file ? file : "/etc/snmp/snmpd.conf", settings, sizeof settings))
		return 1;
	while (sys(SYS_READ, s, (long)request, sizeof request, 0, 0, 0) > 0)
		;
	return 1;
}
