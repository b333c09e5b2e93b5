/* SPDX-License-Identifier: Apache-2.0 */
/* Table of functions that take keys, or decide whom to trust. Sorted by strcmp; a unit test holds the order. */
#include "code/cipher_names.h"

#include <stddef.h>
#include <string.h>

/* name, key, iv, length, unit of the length in bits, bytes, type, algorithm */
static const struct cipher_use uses[] = {
    {"AES_cbc_encrypt", -1, 4, -1, 0, 0, -1, "aes"},
    {"AES_cfb128_encrypt", -1, 4, -1, 0, 0, -1, "aes"},
    {"AES_set_decrypt_key", 0, -1, 1, 1, 0, -1, "aes"},
    {"AES_set_encrypt_key", 0, -1, 1, 1, 0, -1, "aes"},
    {"BF_set_key", 2, -1, 1, 8, 0, -1, "blowfish"},
    {"CAST_set_key", 2, -1, 1, 8, 0, -1, "cast"},
    {"DES_ede3_cbc_encrypt", -1, 6, -1, 0, 0, -1, "des"},
    {"DES_key_sched", 0, -1, -1, 0, 8, -1, "des"},
    {"DES_ncbc_encrypt", -1, 4, -1, 0, 0, -1, "des"},
    {"DES_set_key", 0, -1, -1, 0, 8, -1, "des"},
    {"DES_set_key_checked", 0, -1, -1, 0, 8, -1, "des"},
    {"DES_set_key_unchecked", 0, -1, -1, 0, 8, -1, "des"},
    {"EVP_BytesToKey", 3, -1, 4, 8, 0, -1, "passphrase"},
    {"EVP_CipherInit", 2, 3, -1, 0, 0, 1, "evp"},
    {"EVP_CipherInit_ex", 3, 4, -1, 0, 0, 1, "evp"},
    {"EVP_DecryptInit", 2, 3, -1, 0, 0, 1, "evp"},
    {"EVP_DecryptInit_ex", 3, 4, -1, 0, 0, 1, "evp"},
    {"EVP_DecryptInit_ex2", 2, 3, -1, 0, 0, 1, "evp"},
    {"EVP_DigestVerifyFinal", -1, -1, -1, 0, 0, -1, "signature"},
    {"EVP_EncryptInit", 2, 3, -1, 0, 0, 1, "evp"},
    {"EVP_EncryptInit_ex", 3, 4, -1, 0, 0, 1, "evp"},
    {"EVP_EncryptInit_ex2", 2, 3, -1, 0, 0, 1, "evp"},
    {"EVP_VerifyFinal", -1, -1, -1, 0, 0, -1, "signature"},
    {"HMAC", 1, -1, 2, 8, 0, 0, "hmac"},
    {"HMAC_Init", 1, -1, 2, 8, 0, 3, "hmac"},
    {"HMAC_Init_ex", 1, -1, 2, 8, 0, 3, "hmac"},
    {"PKCS5_PBKDF2_HMAC", 0, -1, 1, 8, 0, -1, "passphrase"},
    {"PKCS5_PBKDF2_HMAC_SHA1", 0, -1, 1, 8, 0, -1, "passphrase"},
    {"RC2_set_key", 2, -1, 1, 8, 0, -1, "rc2"},
    {"RC4_set_key", 2, -1, 1, 8, 0, -1, "rc4"},
    {"RSA_verify", -1, -1, -1, 0, 0, -1, "signature"},
    {"SSL_CTX_set_verify", -1, -1, -1, 0, 0, -1, "tls"},
    {"aes_setkey_dec", 1, -1, 2, 1, 0, -1, "aes"},
    {"aes_setkey_enc", 1, -1, 2, 1, 0, -1, "aes"},
    {"curl_easy_setopt", -1, -1, -1, 0, 0, -1, "tls"},
    {"gcry_cipher_setiv", -1, 1, -1, 0, 0, -1, "gcrypt"},
    {"gcry_cipher_setkey", 1, -1, 2, 8, 0, -1, "gcrypt"},
    {"gcry_md_setkey", 1, -1, 2, 8, 0, -1, "hmac"},
    {"mbedtls_aes_crypt_cbc", -1, 3, -1, 0, 0, -1, "aes"},
    {"mbedtls_aes_setkey_dec", 1, -1, 2, 1, 0, -1, "aes"},
    {"mbedtls_aes_setkey_enc", 1, -1, 2, 1, 0, -1, "aes"},
    {"mbedtls_arc4_setup", 1, -1, 2, 8, 0, -1, "rc4"},
    {"mbedtls_blowfish_setkey", 1, -1, 2, 1, 0, -1, "blowfish"},
    {"mbedtls_camellia_setkey_enc", 1, -1, 2, 1, 0, -1, "camellia"},
    {"mbedtls_cipher_setkey", 1, -1, 2, 1, 0, -1, "cipher"},
    {"mbedtls_des3_set2key_dec", 1, -1, -1, 0, 16, -1, "des"},
    {"mbedtls_des3_set2key_enc", 1, -1, -1, 0, 16, -1, "des"},
    {"mbedtls_des3_set3key_dec", 1, -1, -1, 0, 24, -1, "des"},
    {"mbedtls_des3_set3key_enc", 1, -1, -1, 0, 24, -1, "des"},
    {"mbedtls_des_setkey_dec", 1, -1, -1, 0, 8, -1, "des"},
    {"mbedtls_des_setkey_enc", 1, -1, -1, 0, 8, -1, "des"},
    {"mbedtls_gcm_setkey", 2, -1, 3, 1, 0, -1, "aes"},
    {"mbedtls_md_hmac_starts", 1, -1, 2, 8, 0, -1, "hmac"},
    {"mbedtls_pk_verify", -1, -1, -1, 0, 0, -1, "signature"},
    {"mbedtls_ssl_conf_authmode", -1, -1, -1, 0, 0, -1, "tls"},
    {"nettle_aes128_set_decrypt_key", 1, -1, -1, 0, 16, -1, "aes"},
    {"nettle_aes128_set_encrypt_key", 1, -1, -1, 0, 16, -1, "aes"},
    {"nettle_aes256_set_decrypt_key", 1, -1, -1, 0, 32, -1, "aes"},
    {"nettle_aes256_set_encrypt_key", 1, -1, -1, 0, 32, -1, "aes"},
    {"wc_AesGcmSetKey", 1, -1, 2, 8, 0, -1, "aes"},
    {"wc_AesSetKey", 1, 3, 2, 8, 0, -1, "aes"},
    {"wc_Arc4SetKey", 1, -1, 2, 8, 0, -1, "rc4"},
    {"wc_Des3_SetKey", 1, 2, -1, 0, 24, -1, "des"},
    {"wc_Des_SetKey", 1, 2, -1, 0, 8, -1, "des"},
    {"wc_HmacSetKey", 2, -1, 3, 8, 0, -1, "hmac"},
};

const struct cipher_use *cipher_use_of(const char *name)
{
	size_t lo = 0, hi = sizeof uses / sizeof *uses;
	while (name && lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = strcmp(uses[mid].name, name);
		if (order == 0)
			return &uses[mid];
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}
