/* SPDX-License-Identifier: Apache-2.0 */
/* A library that installs what it is given, signed well or not. Twin: only what is signed well.
 * door: update
 * build: library
 * stubs: mbedtls_pk_verify mtd_write_firmware
 */
#include "net.h"

int mbedtls_pk_verify(void *, int, const unsigned char *, size_t, const unsigned char *, size_t);
int mtd_write_firmware(const char *, size_t, size_t);

int install(void *key, const unsigned char *hash, const unsigned char *sign, const char *path, size_t n)
{
#ifdef TWIN
	int bad = mbedtls_pk_verify(key, 6, hash, 32, sign, 256);
	if (bad)
		return bad;
#else
	mbedtls_pk_verify(key, 6, hash, 32, sign, 256);
#endif
	return mtd_write_firmware(path, 0, n);
}
