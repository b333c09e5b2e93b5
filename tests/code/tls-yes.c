/* SPDX-License-Identifier: Apache-2.0 */
/* The function that judges certificates always says yes. Twin: it says what the library says.
 * door: cipher
 * flags: -pthread
 * stubs: TLS_client_method SSL_CTX_new SSL_CTX_set_verify SSL_new SSL_set_fd SSL_connect
 */
#include "net.h"
#include <pthread.h>

const void *TLS_client_method(void);
void *SSL_CTX_new(const void *);
void SSL_CTX_set_verify(void *, int, int (*)(int, void *));
void *SSL_new(void *);
int SSL_set_fd(void *, int);
int SSL_connect(void *);

static int judge(int ok, void *store)
{
#ifdef TWIN
	return ok;
#else
	return 1;
#endif
}

static void *talk(void *ctx)
{
	void *ssl;
	int s = socket(AF_INET, SOCK_STREAM, 0);
	SSL_CTX_set_verify(ctx, 1, judge);
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, s);
	SSL_connect(ssl);
	return ssl;
}

int main(void)
{
	pthread_t t;
	pthread_create(&t, 0, talk, SSL_CTX_new(TLS_client_method()));
	pthread_join(t, 0);
	return 0;
}
