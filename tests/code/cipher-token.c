/* SPDX-License-Identifier: Apache-2.0 */
/* A page whose tokens are signed with a word in the program. Twin: with a setting of the device.
 * door: cipher
 * stubs: HMAC EVP_sha256 nvram_safe_get
 */
#include "net.h"

const void *EVP_sha256(void);
unsigned char *HMAC(const void *, const void *, int, const unsigned char *, size_t, unsigned char *,
		    unsigned *);
char *nvram_safe_get(const char *);

int main(void)
{
	unsigned char mac[32];
	unsigned n = sizeof mac;
	const char *q = getenv("QUERY_STRING");
	const char *key = "mC-portal-signing-2019";
#ifdef TWIN
	key = nvram_safe_get("portal_key");
#endif
	if (!q)
		return 1;
	HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)q, strlen(q), mac, &n);
	puts("Content-type: text/plain\n");
	fwrite(mac, 1, n, stdout);
	return 0;
}
