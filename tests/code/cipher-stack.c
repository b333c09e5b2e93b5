/* SPDX-License-Identifier: Apache-2.0 */
/* A library decrypts what a server sends with a word of its own. Twin: with a word of its caller.
 * door: cipher
 * build: library
 * stubs: EVP_DecryptInit_ex EVP_aes_128_cbc EVP_CIPHER_CTX_new EVP_DecryptUpdate
 */
#include "net.h"

void *EVP_CIPHER_CTX_new(void);
const void *EVP_aes_128_cbc(void);
int EVP_DecryptInit_ex(void *, const void *, void *, const unsigned char *, const unsigned char *);
int EVP_DecryptUpdate(void *, unsigned char *, int *, const unsigned char *, int);

int open_message(const unsigned char *in, int n, unsigned char *out, const char *word)
{
	char key[17];
	void *c = EVP_CIPHER_CTX_new();
	int made = 0;
	if (!c)
		return -1;
#ifdef TWIN
	strncpy(key, word, sizeof key);
#else
	strcpy(key, "w7Rk02pQz9Lm4TbX");
#endif
	EVP_DecryptInit_ex(c, EVP_aes_128_cbc(), 0, (unsigned char *)key, in);
	EVP_DecryptUpdate(c, out, &made, in + 16, n - 16);
	return made;
}
