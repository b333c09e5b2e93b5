/* SPDX-License-Identifier: Apache-2.0 */
/* Settings are encrypted with a key that every device has. Twin: with the key in a file of this device.
 * door: cipher
 * stubs: AES_set_decrypt_key AES_cbc_encrypt
 */
#include "net.h"

struct schedule {
	uint32_t words[64];
};
int AES_set_decrypt_key(const unsigned char *, int, struct schedule *);
void AES_cbc_encrypt(const unsigned char *, unsigned char *, size_t, const void *, unsigned char *, int);

static const unsigned char built_in[16] = {0x51, 0x0c, 0xe7, 0x3a, 0x94, 0xd8, 0x26, 0x6f,
					   0xb2, 0x1d, 0x70, 0xc5, 0x4e, 0x99, 0x03, 0xfa};

int main(int argc, char **argv)
{
	unsigned char in[256], out[256], iv[16] = {0}, key[16];
	struct schedule s;
	FILE *f = fopen(argv[1], "r");
	size_t n = f ? fread(in, 1, sizeof in, f) : 0;
#ifdef TWIN
	FILE *own = fopen("/data/own.key", "r");
	if (!own || fread(key, 1, sizeof key, own) != sizeof key)
		return 1;
	AES_set_decrypt_key(key, 128, &s);
#else
	AES_set_decrypt_key(built_in, 128, &s);
#endif
	AES_cbc_encrypt(in, out, n & ~15, &s, iv, 0);
	write(1, out, n);
	return 0;
}
