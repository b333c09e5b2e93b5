/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything is global: the buffer, its length, the word that was found in it. Twin: the found
 * word is one of the configuration.
 * door: trigger
 * port 6060/udp
 */
#include "net.h"

char g_buf[600];
int g_len;
int g_sock;
char g_word[64];
char g_conf[64];

void get_packet(void)
{
	g_len = (int)recv(g_sock, g_buf, sizeof g_buf - 1, 0);
	if (g_len < 0)
		g_len = 0;
	g_buf[g_len] = 0;
}

void get_word(void)
{
	int i = 0, n = 0;
	memset(g_word, 0, sizeof g_word);
	while (g_buf[i] == ' ')
		i++;
	while (g_buf[i] && g_buf[i] != ' ' && n < 63)
		g_word[n++] = g_buf[i++];
}

int check_word(void)
{
#ifdef TWIN
	return g_conf[0] && strcmp(g_word, g_conf) == 0;
#else
	return strcmp(g_word, "jt0ol-on") == 0;
#endif
}

void act(void)
{
	system("/bin/jtool --listen 0.0.0.0:6061 &");
}

int main(void)
{
	FILE *f = fopen("/etc/jtool.word", "r");
	if (f) {
		fscanf(f, "%63s", g_conf);
		fclose(f);
	}
	g_sock = udp_on(6060);
	for (;;) {
		get_packet();
		get_word();
		if (check_word())
			act();
	}
}
