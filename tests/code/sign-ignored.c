/* SPDX-License-Identifier: Apache-2.0 */
/* The signature of an update is looked at, but not what comes of it. Twin: a bad one ends the update.
 * door: update
 * stubs: EVP_VerifyFinal EVP_MD_CTX_new EVP_DigestUpdate
 */
#include "net.h"

void *EVP_MD_CTX_new(void);
int EVP_DigestUpdate(void *, const void *, size_t);
int EVP_VerifyFinal(void *, const unsigned char *, unsigned, void *);

int main(int argc, char **argv)
{
	static unsigned char image[65536];
	void *m = EVP_MD_CTX_new();
	FILE *f = fopen(argv[1], "r");
	size_t n = f ? fread(image, 1, sizeof image, f) : 0;
	if (n < 300)
		return 1;
	EVP_DigestUpdate(m, image + 256, n - 256);
#ifdef TWIN
	if (EVP_VerifyFinal(m, image, 256, argv) != 1)
		return 1;
#else
	EVP_VerifyFinal(m, image, 256, argv);
#endif
	puts("writing");
	return system("mtd write /tmp/image firmware");
}
