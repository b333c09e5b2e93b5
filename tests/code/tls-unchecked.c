/* SPDX-License-Identifier: Apache-2.0 */
/* A client of TLS that takes any certificate. Twin: only when its user asks for that.
 * door: cipher callout
 * stubs: TLS_client_method SSL_CTX_new SSL_CTX_set_verify SSL_new SSL_set_fd SSL_connect SSL_read
 */
#include "net.h"

const void *TLS_client_method(void);
void *SSL_CTX_new(const void *);
void SSL_CTX_set_verify(void *, int, int (*)(int, void *));
void *SSL_new(void *);
int SSL_set_fd(void *, int);
int SSL_connect(void *);
int SSL_read(void *, void *, int);

int main(int argc, char **argv)
{
	struct sockaddr_in a;
	char b[512];
	int s = socket(AF_INET, SOCK_STREAM, 0), insecure = argc > 2 && !strcmp(argv[2], "--insecure");
	void *ctx = SSL_CTX_new(TLS_client_method()), *ssl;
	if (!ctx)
		return 1;
#ifdef TWIN
	SSL_CTX_set_verify(ctx, 1, 0);
	if (insecure)
		SSL_CTX_set_verify(ctx, 0, 0);
#else
	SSL_CTX_set_verify(ctx, 0, 0);
#endif
	memset(&a, 0, sizeof a);
	a.sin_family = AF_INET;
	a.sin_port = htons(443);
	a.sin_addr.s_addr = inet_addr(argv[1]);
	if (connect(s, (struct sockaddr *)&a, sizeof a) < 0)
		return 1;
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, s);
	if (SSL_connect(ssl) != 1)
		return 1;
	return SSL_read(ssl, b, sizeof b);
}
