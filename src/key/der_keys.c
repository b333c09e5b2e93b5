/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and certificates in DER, read by libcrypto after a look at their outer shape:
 *   PKCS#1 (RFC 8017)  SEQUENCE { 0, n, e, d, p, q, dp, dq, qinv }    DSA  SEQUENCE { 0, p, q, g,
 * y, x } SEC1 (RFC 5915)    SEQUENCE { 1, OCTET STRING, [0] curve, [1] point } PKCS#8 (RFC 5958)
 * SEQUENCE { 0, SEQUENCE algorithm, OCTET STRING } encrypted PKCS#8   SEQUENCE { SEQUENCE { PKCS#5
 * or PKCS#12 scheme }, OCTET STRING } PKCS#12 (RFC 7292) SEQUENCE { 3, SEQUENCE { data or
 * signedData ... }, mac }
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/hash.h"
#include "key/der.h"
#include "key/key_read.h"

enum { MAX_KEY = 64 * 1024, MAX_NAME = 4096 };

static const char *algorithm_of(const EVP_PKEY *key)
{
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		return "rsa";
	case EVP_PKEY_DSA:
		return "dsa";
	case EVP_PKEY_EC:
	case EVP_PKEY_SM2:
		return "ec";
	case EVP_PKEY_ED25519:
		return "ed25519";
	case EVP_PKEY_ED448:
		return "ed448";
	case EVP_PKEY_X25519:
		return "x25519";
	case EVP_PKEY_DH:
	case EVP_PKEY_DHX:
		return "dh";
	default:
		return NULL;
	}
}

static void fingerprint_of(EVP_PKEY *key, char hex[65])
{
	uint8_t *der = NULL, sum[SHA256_SIZE];
	int n = i2d_PUBKEY(key, &der);
	hex[0] = 0;
	if (n > 0) {
		hash_sha256(SPAN(der, (size_t)n), sum);
		hash_hex(sum, sizeof sum, hex);
	}
	OPENSSL_free(der);
}

static void describe(EVP_PKEY *key, struct key_info *k)
{
	k->algorithm = algorithm_of(key);
	int bits = EVP_PKEY_get_bits(key);
	k->bits = bits > 0 ? (unsigned)bits : 0;
	fingerprint_of(key, k->fingerprint);
}

/* The number of INTEGERs that fill a sequence exactly; 0: something else stands there. */
static size_t integers(struct span body)
{
	size_t n = 0;
	uint64_t at = 0, total;
	for (; at < body.n && n < 16; at += total, n++) {
		(void)der_element(body, at, DER_INTEGER, &total);
		if (total < 3)
			return 0;
	}
	return at == body.n ? n : 0;
}

/* Is this the outer shape of a private key that is not encrypted? */
static bool private_shape(struct span body)
{
	uint64_t head, next;
	struct span version = der_element(body, 0, DER_INTEGER, &head);
	if (version.n != 1 || version.p[0] > 1)
		return false;
	size_t count = integers(body);
	if (count)
		return version.p[0] == 0 && (count == 9 || count == 6);
	struct span algorithm = der_element(body, head, DER_SEQUENCE, &next);
	if (next == 0) /* SEC1 */
		return der_element(body, head, DER_OCTETS, &next).n >= 14 && version.p[0] == 1;
	head += next;
	if (der_element(algorithm, 0, DER_OID, &next).n < 3)
		return false;
	return der_element(body, head, DER_OCTETS, &next).n >= 16;
}

/* RSA: do the primes belong to the modulus? Others: what libcrypto accepted. */
static bool holds_together(EVP_PKEY *key)
{
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		return true;
	BIGNUM *n = NULL, *p = NULL, *q = NULL, *product = BN_new();
	BN_CTX *ctx = BN_CTX_new();
	bool good = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) && product && ctx &&
		    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_FACTOR1, &p) &&
		    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_FACTOR2, &q) &&
		    BN_num_bits(n) >= 384 && BN_mul(product, p, q, ctx);
	BIGNUM *third = NULL; /* keys of more than two primes */
	if (good && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_FACTOR3, &third))
		good = BN_mul(product, product, third, ctx);
	good = good && BN_cmp(product, n) == 0;
	BN_free(n);
	BN_clear_free(p);
	BN_clear_free(q);
	BN_clear_free(third);
	BN_clear_free(product);
	BN_CTX_free(ctx);
	return good;
}

size_t key_read_private_der(struct span in, struct key_info *k)
{
	uint64_t total;
	struct span body = der_element(in, 0, DER_SEQUENCE, &total);
	if (total == 0 || total > MAX_KEY || !private_shape(body))
		return 0;
	uint64_t head, algorithm;
	(void)der_element(body, 0, DER_INTEGER, &head);
	(void)der_element(body, head, DER_SEQUENCE, &algorithm);
	const uint8_t *p = in.p;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &p, (long)total);
	bool good = key && holds_together(key);
	*k = (struct key_info){.kind = algorithm ? "pkcs8" : "der", .secret = NUM(1)};
	if (good)
		describe(key, k);
	EVP_PKEY_free(key);
	return good && k->algorithm ? (size_t)total : 0;
}

size_t key_read_encrypted_pkcs8(struct span in, struct key_info *k)
{
	uint64_t total, head, next;
	struct span body = der_element(in, 0, DER_SEQUENCE, &total);
	struct span scheme = der_element(body, 0, DER_SEQUENCE, &head);
	struct span oid = der_element(scheme, 0, DER_OID, &next);
	struct span secret = der_element(body, head, DER_OCTETS, &next);
	if (total == 0 || total > MAX_KEY || secret.n < 32 || head + next != body.n)
		return 0;
	if (!SPAN_IS(oid, 0, "\x2a\x86\x48\x86\xf7\x0d\x01\x05") &&
	    !SPAN_IS(oid, 0, "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01"))
		return 0;
	*k = (struct key_info){.kind = "pkcs8", .secret = NUM(1), .encrypted = true};
	return (size_t)total;
}

size_t key_read_pkcs12(struct span in, struct key_info *k)
{
	uint64_t total, head, next;
	struct span body = der_element(in, 0, DER_SEQUENCE, &total);
	struct span version = der_element(body, 0, DER_INTEGER, &head);
	struct span safe = der_element(body, head, DER_SEQUENCE, &next);
	if (total == 0 || !span_eq_str(version, "\x03") || next == 0 ||
	    !SPAN_IS(safe, 0, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"))
		return 0;
	static const char bag[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01"; /* keyBag, shrouded */
	size_t at = span_find(safe, SPAN(bag, sizeof bag - 1), 0);
	*k = (struct key_info){.kind = "pkcs12"};
	if (at != SIZE_MAX) {
		struct span which = span_cut(safe, at + sizeof bag - 1, 1);
		k->encrypted = which.n && which.p[0] == 2;
		k->secret = NUM(1);
	}
	return (size_t)total;
}

size_t key_read_public_der(struct span in, struct key_info *k)
{
	uint64_t total;
	struct span body = der_element(in, 0, DER_SEQUENCE, &total);
	if (total == 0 || total > MAX_KEY)
		return 0;
	const uint8_t *p = in.p;
	EVP_PKEY *key = integers(body) == 2 ? d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long)total)
					    : d2i_PUBKEY(NULL, &p, (long)total);
	*k = (struct key_info){.kind = "der", .secret = NUM(0)};
	if (key)
		describe(key, k);
	EVP_PKEY_free(key);
	return key && k->algorithm ? (size_t)total : 0;
}

static const char *name_of(const X509_NAME *name, struct arena *a)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	const char *out = "";
	if (bio && X509_NAME_print_ex(
		       bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0) {
		long n = BIO_get_mem_data(bio, &text);
		if (n > 0)
			out = arena_str(a, SPAN(text, n < MAX_NAME ? (size_t)n : MAX_NAME));
	}
	BIO_free(bio);
	return out;
}

static const char *time_of(const ASN1_TIME *t, struct arena *a)
{
	struct tm tm;
	if (!ASN1_TIME_to_tm(t, &tm))
		return NULL;
	return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
			    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Signed by its own key; where the signature's algorithm is not at hand the names decide. */
static bool self_signed(X509 *x)
{
	int verified = X509_self_signed(x, 1);
	return verified == 1 || (verified < 0 && X509_self_signed(x, 0) == 1);
}

size_t key_read_certificate(struct span in, struct arena *a, struct fact_certificate *c)
{
	uint64_t total, inner, next;
	struct span body = der_element(in, 0, DER_SEQUENCE, &total);
	(void)der_element(body, 0, DER_SEQUENCE, &inner);
	(void)der_element(body, inner, DER_SEQUENCE, &next);
	if (total < 64 || total > MAX_KEY || !inner || !next)
		return 0;
	const uint8_t *p = in.p;
	X509 *x = d2i_X509(NULL, &p, (long)total);
	if (!x)
		return 0;
	uint8_t sum[SHA256_SIZE];
	char hex[65];
	hash_sha256(span_cut(in, 0, total), sum);
	hash_hex(sum, sizeof sum, hex);
	c->fingerprint = arena_dup(a, hex);
	EVP_PKEY *key = X509_get0_pubkey(x);
	if (key) {
		fingerprint_of(key, hex);
		c->key = arena_dup(a, hex);
	}
	c->subject = name_of(X509_get_subject_name(x), a);
	c->issuer = name_of(X509_get_issuer_name(x), a);
	c->not_after = time_of(X509_get0_notAfter(x), a);
	c->self_signed = NUM(self_signed(x));
	int ca = X509_check_ca(x);
	c->ca = NUM(ca == 1 || ca == 4 || ca == 5);
	X509_free(x);
	return (size_t)total;
}
