/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page for the firmware: all actions want the session of the administrator, except one that is
 * named nowhere. Twin: that action only prints the serial number.
 * door: unguarded trigger hidden outlier
 */
#include "net.h"

static char *query;

static int action_is(const char *name)
{
	char want[64];
	int n = snprintf(want, sizeof want, "action=%s", name);
	return strncmp(query, want, (size_t)n) == 0 && (query[n] == 0 || query[n] == '&');
}

static int session_ok(void)
{
	char have[80], line[80] = "";
	char *cookie = getenv("HTTP_COOKIE");
	FILE *f;
	if (!cookie || sscanf(cookie, "session=%64[0-9a-f]", have) != 1)
		return 0;
	f = fopen("/var/run/session", "r");
	if (!f)
		return 0;
	if (fgets(line, sizeof line, f))
		line[strcspn(line, "\n")] = 0;
	fclose(f);
	return line[0] && strcmp(line, have) == 0;
}

static int refuse(void)
{
	printf("Status: 403\r\n\r\n");
	return 0;
}

static int reset(void)
{
	if (!session_ok())
		return refuse();
	return system("/sbin/firstboot -y && reboot");
}

static int upgrade(void)
{
	if (!session_ok())
		return refuse();
	return system("/sbin/sysupgrade -n /tmp/firmware.bin");
}

static int backup(void)
{
	if (!session_ok())
		return refuse();
	return system("/sbin/sysupgrade -b /tmp/backup.tgz");
}

static int factory(void)
{
#ifdef TWIN
	char line[64] = "";
	FILE *f = fopen("/proc/device-tree/serial-number", "r");
	if (f) {
		fgets(line, sizeof line, f);
		fclose(f);
	}
	puts(line);
	return 0;
#else
	return system("/usr/sbin/telnetd -l /bin/login.sh -p 23");
#endif
}

int main(void)
{
	query = getenv("QUERY_STRING");
	if (!query)
		return 1;
	printf("Content-Type: text/plain\r\n\r\n");
	fflush(stdout);
	if (action_is("reset"))
		return reset();
	if (action_is("upgrade"))
		return upgrade();
	if (action_is("backup"))
		return backup();
	if (action_is("f4ct0ry_t3st"))
		return factory();
	puts("reset upgrade backup");
	return 0;
}
