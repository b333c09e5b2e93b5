/* SPDX-License-Identifier: Apache-2.0 */
/* A program with a raw socket that calls itself a thread of the kernel. Twin: it names its own thread.
 * door: implant
 */
#include "net.h"
#include <sys/prctl.h>

int main(void)
{
	char b[1500];
	int s = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
#ifdef TWIN
	prctl(PR_SET_NAME, "meter-rx", 0, 0, 0);
#else
	prctl(PR_SET_NAME, "[kworker/1:2]", 0, 0, 0);
#endif
	while (recv(s, b, sizeof b, 0) > 0)
		puts(b);
	return 0;
}
