/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of SSH programs. A string is a length (4, big-endian) and its bytes; an mpint is a string
 * that holds a big-endian number.
 *
 *   public (RFC 4253 6.6, RFC 5656, RFC 8709)   ssh-rsa: e n   ssh-dss: p q g y
 *                 ecdsa-sha2-NAME: curve point   ssh-ed25519: 32 bytes
 *   Dropbear      public, then the secret:  rsa: d p q   dss: x   ecdsa: d   ed25519: seed and
 * public (64 bytes in one string instead of the 32) OpenSSH       "openssh-key-v1\0" cipher kdf
 * kdfoptions count(4) public... secret-section secret section: check(4) check(4) { type, all
 * numbers, comment } 1 2 3 ... authorized    [options] type base64 [comment]
 */
#include "key/key_read.h"

#include <openssl/bn.h>

#include "base/base64.h"
#include "base/text.h"
#include "key/der.h"

enum { MAX_STRING = 4096, MIN_RSA = 512, MAX_RSA = 16384 };

static const struct curve {
	const char *type, *name;
	unsigned bits, point;
	const char *oid;
	size_t oid_n;
} curves[] = {
    {"ecdsa-sha2-nistp256", "nistp256", 256, 65, "\x2a\x86\x48\xce\x3d\x03\x01\x07", 8},
    {"ecdsa-sha2-nistp384", "nistp384", 384, 97, "\x2b\x81\x04\x00\x22", 5},
    {"ecdsa-sha2-nistp521", "nistp521", 521, 133, "\x2b\x81\x04\x00\x23", 5},
};

static struct span ssh_string(struct reader *r)
{
	uint32_t n = read_u32(r);
	if (n > MAX_STRING)
		r->bad = true;
	return read_bytes(r, n);
}

/* A positive mpint in its shortest form; anything else makes the reader bad. */
static struct span mpint(struct reader *r)
{
	struct span s = ssh_string(r);
	if (s.n == 0 || s.p[0] & 0x80 || (s.p[0] == 0 && (s.n == 1 || !(s.p[1] & 0x80))))
		r->bad = true;
	return s;
}

static void fingerprint_rsa(struct span e, struct span n, struct key_info *k)
{
	static const char id[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
	struct buf numbers = {0}, key = {0};
	der_put_unsigned(&numbers, n);
	der_put_unsigned(&numbers, e);
	der_put(&key, DER_SEQUENCE, buf_span(&numbers));
	der_spki_fingerprint(SPAN(id, sizeof id - 1), buf_span(&key), k->fingerprint);
	buf_free(&numbers);
	buf_free(&key);
}

static void fingerprint_dsa(const struct span pqgy[4], struct key_info *k)
{
	struct buf domain = {0}, id = {0}, key = {0};
	for (int i = 0; i < 3; i++)
		der_put_unsigned(&domain, pqgy[i]);
	der_put(&id, DER_OID, SPAN_LIT("\x2a\x86\x48\xce\x38\x04\x01"));
	der_put(&id, DER_SEQUENCE, buf_span(&domain));
	der_put_unsigned(&key, pqgy[3]);
	der_spki_fingerprint(buf_span(&id), buf_span(&key), k->fingerprint);
	buf_free(&domain);
	buf_free(&id);
	buf_free(&key);
}

static void fingerprint_ec(const struct curve *c, struct span point, struct key_info *k)
{
	struct buf id = {0};
	der_put(&id, DER_OID, SPAN_LIT("\x2a\x86\x48\xce\x3d\x02\x01"));
	der_put(&id, DER_OID, SPAN(c->oid, c->oid_n));
	der_spki_fingerprint(buf_span(&id), point, k->fingerprint);
	buf_free(&id);
}

static bool is_product(struct span p, struct span q, struct span n)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *a = BN_bin2bn(p.p, (int)p.n, NULL), *b = BN_bin2bn(q.p, (int)q.n, NULL);
	BIGNUM *c = BN_bin2bn(n.p, (int)n.n, NULL), *product = BN_new();
	bool same =
	    ctx && a && b && c && product && BN_mul(product, a, b, ctx) && BN_cmp(product, c) == 0;
	BN_free(a);
	BN_free(b);
	BN_free(c);
	BN_free(product);
	BN_CTX_free(ctx);
	return same;
}

enum shape { PUBLIC, DROPBEAR, OPENSSH };

static void read_rsa(struct reader *r, enum shape shape, struct key_info *k)
{
	struct span first = mpint(r), second = mpint(r), none = SPAN(NULL, 0), d = none, p = none,
		    q = none;
	struct span e = shape == OPENSSH ? second : first, n = shape == OPENSSH ? first : second;
	k->algorithm = "rsa";
	k->bits = der_bits(n);
	if (shape == OPENSSH) {
		d = mpint(r);
		(void)mpint(r); /* 1/q mod p */
	} else if (shape == DROPBEAR) {
		d = mpint(r);
	}
	if (shape != PUBLIC) {
		p = mpint(r);
		q = mpint(r);
	}
	if (r->bad || k->bits < MIN_RSA || k->bits > MAX_RSA || e.n > 9 || !(e.p[e.n - 1] & 1) ||
	    !(n.p[n.n - 1] & 1) || (shape != PUBLIC && (d.n > n.n || !is_product(p, q, n)))) {
		r->bad = true;
		return;
	}
	fingerprint_rsa(e, n, k);
}

static void read_dsa(struct reader *r, enum shape shape, struct key_info *k)
{
	struct span pqgy[4];
	for (int i = 0; i < 4; i++)
		pqgy[i] = mpint(r);
	struct span x = shape == PUBLIC ? pqgy[1] : mpint(r);
	k->algorithm = "dsa";
	k->bits = der_bits(pqgy[0]);
	unsigned q = der_bits(pqgy[1]);
	if (r->bad || k->bits < MIN_RSA || k->bits > MAX_RSA ||
	    (q != 160 && q != 224 && q != 256) || x.n > pqgy[1].n + 1 ||
	    !(pqgy[0].p[pqgy[0].n - 1] & 1)) {
		r->bad = true;
		return;
	}
	fingerprint_dsa(pqgy, k);
}

static void read_ec(struct reader *r, enum shape shape, const struct curve *c, struct key_info *k)
{
	struct span name = ssh_string(r), point = ssh_string(r);
	struct span d = shape == PUBLIC ? SPAN(NULL, 0) : mpint(r);
	k->algorithm = "ec";
	k->bits = c->bits;
	if (r->bad || !span_eq_str(name, c->name) || point.n != c->point || point.p[0] != 4 ||
	    d.n > (c->bits + 7) / 8 + 1) {
		r->bad = true;
		return;
	}
	fingerprint_ec(c, point, k);
}

static void read_ed25519(struct reader *r, enum shape shape, struct key_info *k)
{
	struct span key = ssh_string(r), pair = SPAN(NULL, 0);
	k->algorithm = "ed25519";
	k->bits = 256;
	if (shape == OPENSSH) {
		pair = ssh_string(r);
		r->bad |= pair.n != 64 || !span_equal(span_from(pair, 32), key);
	} else if (shape == DROPBEAR) {
		r->bad |= key.n != 64;
		key = span_from(key, 32);
	}
	if (key.n != 32)
		r->bad = true;
	if (!r->bad)
		der_spki_fingerprint(SPAN_LIT("\x06\x03\x2b\x65\x70"), key, k->fingerprint);
}

/* A type name and its numbers; false: not a key. */
static bool read_numbers(struct reader *r, enum shape shape, struct key_info *k)
{
	struct span type = ssh_string(r);
	if (r->bad)
		return false;
	if (span_eq_str(type, "ssh-rsa")) {
		read_rsa(r, shape, k);
		return !r->bad;
	}
	if (span_eq_str(type, "ssh-dss")) {
		read_dsa(r, shape, k);
		return !r->bad;
	}
	if (span_eq_str(type, "ssh-ed25519")) {
		read_ed25519(r, shape, k);
		return !r->bad;
	}
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (span_eq_str(type, curves[i].type)) {
			read_ec(r, shape, &curves[i], k);
			return !r->bad;
		}
	return false;
}

size_t key_read_ssh_public(struct span blob, struct key_info *k)
{
	struct reader r = reader_of(blob, true);
	*k = (struct key_info){.kind = "openssh", .secret = NUM(0)};
	return read_numbers(&r, PUBLIC, k) ? r.pos : 0;
}

size_t key_read_dropbear(struct span in, struct key_info *k)
{
	struct reader r = reader_of(in, true);
	*k = (struct key_info){.kind = "dropbear", .secret = NUM(1)};
	return read_numbers(&r, DROPBEAR, k) ? r.pos : 0;
}

size_t key_read_openssh(struct span blob, struct arena *a, struct key_info *k)
{
	struct reader r = reader_of(blob, true);
	if (!span_is(blob, 0, "openssh-key-v1", 15))
		return 0;
	read_skip(&r, 15);
	bool encrypted = !span_eq_str(ssh_string(&r), "none");
	read_skip(&r, read_u32(&r)); /* kdf */
	read_skip(&r, read_u32(&r)); /* its options */
	uint32_t count = read_u32(&r);
	struct span public = ssh_string(&r);
	struct span secret = read_bytes(&r, read_u32(&r));
	if (r.bad || count != 1 || secret.n < 16 || !key_read_ssh_public(public, k))
		return 0;
	k->kind = "openssh";
	k->secret = NUM(1);
	k->encrypted = encrypted;
	if (encrypted)
		return r.pos;
	struct key_info inner = {0};
	struct reader s = reader_of(secret, true);
	uint32_t check = read_u32(&s);
	if (check != read_u32(&s) || !read_numbers(&s, OPENSSH, &inner) ||
	    strcmp(inner.fingerprint, k->fingerprint) != 0)
		return 0;
	struct span comment = ssh_string(&s);
	if (!s.bad && comment.n)
		k->comment = arena_str(a, comment);
	return r.pos;
}

/* Where the type name starts in a line that may open with options (which may quote blanks). */
static size_t behind_options(struct span line)
{
	static const char *const types[] = {"ssh-rsa ", "ssh-dss ", "ssh-ed25519 ",
					    "ecdsa-sha2-nistp"};
	bool quoted = false, start = true;
	for (size_t i = 0; i < line.n; i++) {
		for (size_t k = 0; start && !quoted && k < sizeof types / sizeof *types; k++)
			if (text_prefix(span_from(line, i), types[k]))
				return i;
		if (line.p[i] == '"' && (i == 0 || line.p[i - 1] != '\\'))
			quoted = !quoted;
		start = line.p[i] == ' ' || line.p[i] == '\t';
	}
	return SIZE_MAX;
}

size_t key_read_authorized(struct span line, struct arena *a, struct key_info *k)
{
	struct span rest = span_trim(line);
	if (rest.n < 64 || rest.n > 8 * MAX_STRING || rest.p[0] == '#')
		return 0;
	size_t at = behind_options(rest);
	if (at == SIZE_MAX)
		return 0;
	rest = span_from(rest, at);
	struct span type = text_field(&rest, ' '), body = text_field(&rest, ' ');
	struct buf blob = {0};
	size_t used = base64_decode(&blob, body) ? key_read_ssh_public(buf_span(&blob), k) : 0;
	bool good = used == blob.n && used && span_is(buf_span(&blob), 4, type.p, type.n);
	buf_free(&blob);
	if (!good)
		return 0;
	rest = span_trim(rest);
	k->kind = "authorized";
	k->comment = rest.n ? arena_str(a, rest) : NULL;
	return line.n;
}

/* "Name: value" at the front of a line. */
static struct span ppk_value(struct span line, const char *name)
{
	return text_prefix(line, name) ? span_trim(span_from(line, strlen(name))) : SPAN(line.p, 0);
}

size_t key_read_putty(struct span text, struct arena *a, struct key_info *k)
{
	struct span line, comment = SPAN(text.p, 0);
	struct buf blob = {0};
	size_t pos = 0;
	int64_t left = -1;
	bool encrypted = false, secret = false;
	while (span_line(text, &pos, &line) && pos < 65536) {
		if (left > 0) {
			left = base64_decode(&blob, line) ? left - 1 : 0;
			continue;
		}
		if (text_prefix(line, "Encryption: "))
			encrypted = !span_eq_str(ppk_value(line, "Encryption: "), "none");
		else if (text_prefix(line, "Comment: "))
			comment = ppk_value(line, "Comment: ");
		else if (text_prefix(line, "Public-Lines: ") &&
			 (!text_number(ppk_value(line, "Public-Lines: "), &left) || left > 200))
			break;
		secret |= text_prefix(line, "Private-Lines: ");
		if (text_prefix(line, "Private-MAC: "))
			break;
	}
	size_t used = secret ? key_read_ssh_public(buf_span(&blob), k) : 0;
	buf_free(&blob);
	if (!used)
		return 0;
	k->kind = "putty";
	k->secret = NUM(1);
	k->encrypted = encrypted;
	k->comment = comment.n ? arena_str(a, comment) : NULL;
	return pos;
}
