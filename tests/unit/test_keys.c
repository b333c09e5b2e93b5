/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of key that libcrypto makes, written here in every encoding that the observer reads.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include "collect.h"
#include "key/key_read.h"
#include "key/known_keys.h"

extern const struct observer observer_keys;

static EVP_PKEY *make_key(const char *type)
{
	if (strcmp(type, "rsa") == 0)
		return EVP_RSA_gen(1024);
	if (strcmp(type, "ec") == 0)
		return EVP_EC_gen("P-256");
	if (strcmp(type, "ec384") == 0)
		return EVP_EC_gen("P-384");
	if (strcmp(type, "ec521") == 0)
		return EVP_EC_gen("P-521");
	return EVP_PKEY_Q_keygen(NULL, NULL, type);
}

static struct span of_bio(BIO *bio)
{
	char *p;
	long n = BIO_get_mem_data(bio, &p);
	return SPAN(p, (size_t)n);
}

static char fp_hex[65];
static const char *fingerprint(EVP_PKEY *key)
{
	uint8_t *der = NULL, sum[32];
	unsigned n = 32;
	int len = i2d_PUBKEY(key, &der);
	EVP_Digest(der, (size_t)len, sum, &n, EVP_sha256(), NULL);
	for (int i = 0; i < 32; i++)
		snprintf(fp_hex + 2 * i, 3, "%02x", sum[i]);
	OPENSSL_free(der);
	return fp_hex;
}

/* Facts of these bytes alone, and in the middle of others: the second at offset 100. */
static void found(struct span bytes, const char *path, const char *one, const char *two,
		  const char *three)
{
	for (int inside = 0; inside < 2; inside++) {
		struct collect_facts c;
		struct buf b = {0};
		collect_facts_init(&c);
		if (inside)
			buf_fill(&b, 0x55, 100);
		buf_add(&b, bytes.p, bytes.n);
		if (inside)
			buf_fill(&b, 0x55, 100);
		collect_observe(&c, &observer_keys, path, buf_span(&b));
		char place[64];
		snprintf(place, sizeof place, " @%d+", inside ? 100 : 0);
		if (!collect_has(&c, one, two, three, place, NULL) || c.count != 1)
			fail_msg("%s %s %s%s not in: %s", one, two, three, place,
				 buf_text(&c.text));
		buf_free(&b);
		collect_facts_free(&c);
	}
}

static void silent(struct span bytes, const char *path)
{
	struct collect_facts c;
	collect_facts_init(&c);
	if (collect_observe(&c, &observer_keys, path, bytes))
		fail_msg("%s: %s", path, buf_text(&c.text));
	collect_facts_free(&c);
}

static void der_and_pem(void **state)
{
	(void)state;
	static const char *const types[] = {"rsa", "ec", "ec384", "ec521", "ED25519"};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		EVP_PKEY *key = make_key(types[i]);
		const char *fp = fingerprint(key);
		uint8_t *der = NULL;
		int n = i2d_PrivateKey(key, &der); /* PKCS#1, SEC1; PKCS#8 for Ed25519 */
		found(SPAN(der, (size_t)n), "a.bin", "key kind=", fp, "private=1 encrypted=0");
		silent(SPAN(der, (size_t)n - 1), "cut.bin");
		OPENSSL_free(der);
		PKCS8_PRIV_KEY_INFO *p8 = EVP_PKEY2PKCS8(key);
		der = NULL;
		n = i2d_PKCS8_PRIV_KEY_INFO(p8, &der);
		found(SPAN(der, (size_t)n), "a.bin", "kind=pkcs8", fp, "private=1 encrypted=0");
		OPENSSL_free(der);
		PKCS8_PRIV_KEY_INFO_free(p8);
		BIO *bio = BIO_new(BIO_s_mem());
		if (!PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL))
			PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
		found(of_bio(bio), "etc/ssl/server.key", "key kind=p", fp,
		      "private=1 encrypted=0 use=tls");
		BIO_reset(bio);
		PEM_write_bio_PUBKEY(bio, key);
		found(of_bio(bio), "public.pem", "key kind=pem", fp, "private=0");
		BIO_reset(bio);
		PEM_write_bio_PKCS8PrivateKey(bio, key, EVP_aes_128_cbc(), "pass", 4, NULL, NULL);
		found(of_bio(bio), "x.pem", "kind=pkcs8", "private=1", "encrypted=1");
		BIO_free(bio);
		EVP_PKEY_free(key);
	}
}

static void encrypted_and_quoted(void **state)
{
	(void)state;
	EVP_PKEY *key = make_key("rsa");
	BIO *bio = BIO_new(BIO_s_mem());
	PEM_write_bio_PrivateKey_traditional(bio, key, EVP_des_ede3_cbc(),
					     (const unsigned char *)"word", 4, NULL, NULL);
	found(of_bio(bio), "prvt.key", "kind=pem algorithm=rsa", "private=1", "encrypted=1");
	BIO_reset(bio);
	i2d_PKCS8PrivateKey_bio(bio, key, EVP_aes_256_cbc(), "word", 4, NULL, NULL);
	found(of_bio(bio), "x.der", "kind=pkcs8", "private=1", "encrypted=1");
	/* as it stands in a C string or a JSON document */
	BIO_reset(bio);
	PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
	struct buf b = {0};
	struct span pem = of_bio(bio);
	for (size_t i = 0; i < pem.n; i++)
		if (pem.p[i] == '\n')
			buf_str(&b, "\\n");
		else
			buf_byte(&b, pem.p[i]);
	found(buf_span(&b), "config.json", "kind=pkcs8", fingerprint(key), "private=1");
	/* damaged in the middle: not a key */
	b.p[b.n / 2] = b.p[b.n / 2] == 'A' ? 'B' : 'A';
	buf_reset(&b);
	buf_add(&b, pem.p, pem.n);
	memset(b.p + b.n / 2, '!', 8);
	silent(buf_span(&b), "x.pem");
	buf_free(&b);
	BIO_free(bio);
	EVP_PKEY_free(key);
}

static void near_misses(void **state)
{
	(void)state;
	silent(SPAN_LIT("-----BEGIN RSA PRIVATE KEY-----\0-----END RSA PRIVATE KEY-----"),
	       "libssl.so");
	silent(SPAN_LIT("-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n"), "README");
	silent(SPAN_LIT("-----BEGIN RSA PRIVATE "
			"KEY-----\nTUlJQ1hRSUJBQUtCZ1FDclFnSVZaVGhpc0lzTm90QUtleQ==\n"
			"-----END RSA PRIVATE KEY-----\n"),
	       "doc.txt");
	silent(SPAN_LIT("Usage: ssh-rsa AAAAB3NzaC1yc2E... user@host"), "authorized_keys");
	silent(SPAN_LIT(""), "etc/dropbear/dropbear_rsa_host_key");
	silent(SPAN_LIT(
		   "\0\0\0\7ssh-rsa\0\0\0\3\1\0\1\0\0\0\201\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
	       "k");
	uint8_t noise[4096];
	uint32_t x = 12345;
	for (size_t i = 0; i < sizeof noise; i++) {
		x = x * 1103515245 + 12345;
		noise[i] = (uint8_t)(x >> 16);
	}
	memcpy(noise + 500, "\x30\x82\x02\x5c\x02\x01\x00\x02\x81\x81", 10);
	memcpy(noise + 2000, "\x30\x77\x02\x01\x01\x04\x20", 7);
	memcpy(noise + 3000, "\x30\x82\x02\x5c\x30\x82\x01\xc5\xa0\x03\x02\x01\x02\x02", 14);
	silent(SPAN(noise, sizeof noise), "noise.bin");
}

static X509 *make_certificate(EVP_PKEY *subject, EVP_PKEY *issuer, const char *name,
			      const char *issuer_name)
{
	X509 *x = X509_new();
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	ASN1_TIME_set_string(X509_getm_notBefore(x), "20200101000000Z");
	ASN1_TIME_set_string(X509_getm_notAfter(x), "20301231235959Z");
	X509_set_pubkey(x, subject);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "O", MBSTRING_ASC,
				   (const unsigned char *)"Example Networks", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "O", MBSTRING_ASC,
				   (const unsigned char *)"Example Networks", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN", MBSTRING_ASC,
				   (const unsigned char *)issuer_name, -1, -1, 0);
	X509_sign(x, issuer, EVP_sha256());
	return x;
}

static void certificates(void **state)
{
	(void)state;
	EVP_PKEY *one = make_key("rsa"), *two = make_key("ec");
	X509 *self = make_certificate(one, one, "router.example", "router.example");
	X509 *other = make_certificate(two, one, "device", "router.example");
	BIO *bio = BIO_new(BIO_s_mem());
	i2d_X509_bio(bio, self);
	found(of_bio(bio), "blob", "subject=CN=router.example,O=Example Networks",
	      "not_after=2030-12-31T23:59:59Z self_signed=1 ca=0", fingerprint(one));
	BIO_reset(bio);
	PEM_write_bio_X509(bio, other);
	found(of_bio(bio), "etc/x.crt",
	      "subject=CN=device,O=Example Networks issuer=CN=router.example", "self_signed=0",
	      fingerprint(two));
	PKCS12 *p12 = PKCS12_create("secret", "name", one, self, NULL, 0, 0, 1000, 1000, 0);
	BIO_reset(bio);
	i2d_PKCS12_bio(bio, p12);
	found(of_bio(bio), "x.p12", "kind=pkcs12", "private=1", "encrypted=1");
	PKCS12_free(p12);
	BIO_free(bio);
	X509_free(self);
	X509_free(other);
	EVP_PKEY_free(one);
	EVP_PKEY_free(two);
}

static void u32(struct buf *b, size_t n)
{
	for (int i = 24; i >= 0; i -= 8)
		buf_byte(b, (uint8_t)(n >> i));
}

static void string(struct buf *b, const void *p, size_t n)
{
	u32(b, n);
	buf_add(b, p, n);
}

static void number(struct buf *b, EVP_PKEY *key, const char *name)
{
	BIGNUM *v = NULL;
	uint8_t bytes[600];
	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &v), 1);
	int n = BN_bn2bin(v, bytes + 1);
	bytes[0] = 0;
	bool high = bytes[1] & 0x80;
	string(b, high ? bytes : bytes + 1, (size_t)n + high);
	BN_free(v);
}

static void ssh_rsa_public(struct buf *b, EVP_PKEY *key)
{
	string(b, "ssh-rsa", 7);
	number(b, key, OSSL_PKEY_PARAM_RSA_E);
	number(b, key, OSSL_PKEY_PARAM_RSA_N);
}

static void dropbear(void **state)
{
	(void)state;
	EVP_PKEY *rsa = make_key("rsa"), *ec = make_key("ec"), *ed = make_key("ED25519");
	struct buf b = {0};
	ssh_rsa_public(&b, rsa);
	silent(buf_span(&b), "public.blob");
	number(&b, rsa, OSSL_PKEY_PARAM_RSA_D);
	number(&b, rsa, OSSL_PKEY_PARAM_RSA_FACTOR1);
	number(&b, rsa, OSSL_PKEY_PARAM_RSA_FACTOR2);
	found(buf_span(&b), "etc/dropbear/dropbear_rsa_host_key",
	      "kind=dropbear algorithm=rsa bits=1024", fingerprint(rsa),
	      "private=1 encrypted=0 use=ssh-host");
	b.p[b.n - 1] ^= 2; /* a prime that is none of this modulus */
	silent(buf_span(&b), "etc/dropbear/dropbear_rsa_host_key");
	buf_reset(&b);
	uint8_t point[200];
	size_t n;
	EVP_PKEY_get_octet_string_param(ec, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof point,
					&n);
	string(&b, "ecdsa-sha2-nistp256", 19);
	string(&b, "nistp256", 8);
	string(&b, point, n);
	number(&b, ec, OSSL_PKEY_PARAM_PRIV_KEY);
	found(buf_span(&b), "host", "kind=dropbear algorithm=ec bits=256", fingerprint(ec),
	      "private=1");
	buf_reset(&b);
	uint8_t pair[64];
	n = 32;
	EVP_PKEY_get_raw_private_key(ed, pair, &n);
	EVP_PKEY_get_raw_public_key(ed, pair + 32, &n);
	string(&b, "ssh-ed25519", 11);
	string(&b, pair, 64);
	found(buf_span(&b), "host", "kind=dropbear algorithm=ed25519", fingerprint(ed),
	      "private=1");
	buf_free(&b);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(ed);
}

static void dropbear_dss(void **state)
{
	(void)state;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_DSA, NULL);
	EVP_PKEY *domain = NULL, *key = NULL;
	EVP_PKEY_paramgen_init(ctx);
	EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, 1024);
	EVP_PKEY_paramgen(ctx, &domain);
	EVP_PKEY_CTX *gen = EVP_PKEY_CTX_new(domain, NULL);
	EVP_PKEY_keygen_init(gen);
	EVP_PKEY_keygen(gen, &key);
	struct buf b = {0};
	string(&b, "ssh-dss", 7);
	number(&b, key, OSSL_PKEY_PARAM_FFC_P);
	number(&b, key, OSSL_PKEY_PARAM_FFC_Q);
	number(&b, key, OSSL_PKEY_PARAM_FFC_G);
	number(&b, key, OSSL_PKEY_PARAM_PUB_KEY);
	number(&b, key, OSSL_PKEY_PARAM_PRIV_KEY);
	found(buf_span(&b), "dropbear_dss_host_key", "kind=dropbear algorithm=dsa bits=1024",
	      fingerprint(key), "private=1");
	buf_free(&b);
	BIO *bio = BIO_new(BIO_s_mem());
	PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL);
	found(of_bio(bio), "dsa.pem", "kind=pem algorithm=dsa bits=1024", fingerprint(key),
	      "private=1");
	BIO_free(bio);
	EVP_PKEY_CTX_free(gen);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(domain);
	EVP_PKEY_free(key);
}

static void base64_lines(struct buf *out, struct span s, size_t width)
{
	char *text = calloc(1, s.n * 2 + 8);
	int n = EVP_EncodeBlock((unsigned char *)text, s.p, (int)s.n);
	for (int i = 0; i < n; i += (int)width) {
		buf_add(out, text + i, (size_t)(n - i) < width ? (size_t)(n - i) : width);
		if (width < 100000)
			buf_byte(out, '\n');
	}
	free(text);
}

static void openssh_file(EVP_PKEY *rsa, const char *cipher, struct buf *out)
{
	struct buf b = {0}, public = {0}, secret = {0};
	ssh_rsa_public(&public, rsa);
	u32(&secret, 0x01020304);
	u32(&secret, 0x01020304);
	string(&secret, "ssh-rsa", 7);
	number(&secret, rsa, OSSL_PKEY_PARAM_RSA_N);
	number(&secret, rsa, OSSL_PKEY_PARAM_RSA_E);
	number(&secret, rsa, OSSL_PKEY_PARAM_RSA_D);
	number(&secret, rsa, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
	number(&secret, rsa, OSSL_PKEY_PARAM_RSA_FACTOR1);
	number(&secret, rsa, OSSL_PKEY_PARAM_RSA_FACTOR2);
	string(&secret, "builder@lab", 11);
	buf_add(&secret, "\1\2\3", 3);
	buf_add(&b, "openssh-key-v1", 15);
	string(&b, cipher, strlen(cipher));
	string(&b, "none", 4);
	string(&b, "", 0);
	u32(&b, 1);
	string(&b, public.p, public.n);
	string(&b, secret.p, secret.n);
	buf_str(out, "-----BEGIN OPENSSH PRIVATE KEY-----\n");
	base64_lines(out, buf_span(&b), 70);
	buf_str(out, "-----END OPENSSH PRIVATE KEY-----");
	buf_free(&b);
	buf_free(&public);
	buf_free(&secret);
}

static void ssh_files(void **state)
{
	(void)state;
	EVP_PKEY *rsa = make_key("rsa");
	struct buf b = {0}, public = {0}, line = {0};
	openssh_file(rsa, "none", &b);
	found(buf_span(&b), "etc/ssh/ssh_host_rsa_key", "kind=openssh algorithm=rsa",
	      fingerprint(rsa), "private=1 encrypted=0 use=ssh-host known= comment=builder@lab");
	buf_reset(&b);
	openssh_file(rsa, "aes256-ctr", &b);
	found(buf_span(&b), "root/.ssh/id_rsa", "kind=openssh algorithm=rsa", fingerprint(rsa),
	      "private=1 encrypted=1 use=ssh-login");
	ssh_rsa_public(&public, rsa);
	buf_str(&line, "command=\"/bin/sh -c \\\"x y\\\"\",no-pty ssh-rsa ");
	base64_lines(&line, buf_span(&public), 1000000);
	buf_str(&line, " ALU ONT");
	struct collect_facts c;
	collect_facts_init(&c);
	buf_str(&line, "\n# ssh-rsa AAAA a comment\n");
	assert_int_equal(
	    collect_observe(&c, &observer_keys, "home/u/.ssh/authorized_keys", buf_span(&line)), 1);
	assert_true(collect_has(&c, "kind=authorized algorithm=rsa", "private=0", "use=ssh-login",
				"comment=ALU ONT", fingerprint(rsa), " @0+", NULL));
	assert_int_equal(
	    collect_observe(&c, &observer_keys, "root/.ssh/known_hosts", buf_span(&line)), 0);
	collect_facts_free(&c);
	/* a script that writes the file */
	collect_facts_init(&c);
	buf_reset(&line);
	buf_str(&line, "mkdir -p /root/.ssh\necho \"ssh-rsa ");
	base64_lines(&line, buf_span(&public), 1000000);
	buf_str(&line, " dev\" >> /root/.ssh/authorized_keys\n");
	assert_int_equal(collect_observe(&c, &observer_keys, "etc/init.d/S50x", buf_span(&line)),
			 1);
	assert_true(collect_has(&c, "kind=authorized", "comment=dev", " @26+", NULL));
	collect_facts_free(&c);
	buf_reset(&b);
	buf_str(&b, "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: "
		    "rsa-key\nPublic-Lines: 4\n");
	base64_lines(&b, buf_span(&public), 64);
	buf_str(&b, "Private-Lines: 1\nAAAA\nPrivate-MAC: 00\n");
	found(buf_span(&b), "x.ppk", "kind=putty algorithm=rsa", fingerprint(rsa),
	      "private=1 encrypted=0");
	buf_free(&b);
	buf_free(&public);
	buf_free(&line);
	EVP_PKEY_free(rsa);
}

/* A key that is published: which device it comes from is said; the same key of another size is not.
 */
static void published(void **state)
{
	(void)state;
	static const char line[] = "ssh-rsa "
				   "AAAAB3NzaC1yc2EAAAABIwAAAIEAnckUSN/uZ/"
				   "PcM6rib7V+NIyIm6cRYiSxH9Pt5bVaJwSEU98+XQdBEHEO3n84R990"
				   "uyAoFGnDWRbIjRsrbsmHZUOFhvGtg+ZksqSBRNdU93S6PCQb/"
				   "fIfeI16iszrVd0vsqXUQRwC2ANV+t7VgTiNwD/fylls0sjsvi5l"
				   "8c/J9Z0=";
	struct collect_facts c;
	collect_facts_init(&c);
	collect_observe(&c, &observer_keys, "etc/ssh/ssh_host_rsa_key.pub", SPAN_LIT(line));
	assert_true(collect_has(&c, "kind=openssh", "private=0",
				"known=SSH host key of many devices: Cisco rv120w", NULL));
	collect_facts_free(&c);
	for (size_t i = 1; i < known_keys_count; i++)
		assert_true(strcmp(known_keys[i - 1].fingerprint, known_keys[i].fingerprint) < 0);
	assert_int_equal(strlen(known_keys[0].fingerprint), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(der_and_pem), cmocka_unit_test(encrypted_and_quoted),
	    cmocka_unit_test(near_misses), cmocka_unit_test(certificates),
	    cmocka_unit_test(dropbear),	   cmocka_unit_test(dropbear_dss),
	    cmocka_unit_test(ssh_files),   cmocka_unit_test(published),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
