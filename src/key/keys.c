/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and certificates in any file: PEM blocks, DER at any place, OpenSSH's, Dropbear's and
 * PuTTY's own files, authorized_keys lines. A pattern only says where to look; a fact is made of
 * what a full parse accepted. Bytes that one key took are not searched again.
 */
#include "base/text.h"
#include "fact/observer.h"
#include "key/key_read.h"
#include "key/known_keys.h"
#include "key/pem.h"

enum what { PEM, CERTIFICATE, PRIVATE, ENCRYPTED, PKCS12, DROPBEAR, PUTTY, SSH_LINE };
enum { MAX_FACTS = 2000 };

#define P(s_)                                                                                      \
	{                                                                                          \
		(s_), sizeof(s_) - 1, false                                                        \
	}
static const struct pattern patterns[] = {
    P("-----BEGIN "),
    P("\xa0\x03\x02\x01\x02\x02"),
    P("\x02\x01\x00\x02\x81"),
    P("\x02\x01\x00\x02\x82"),
    P("\x02\x01\x00\x02\x41\x00"),
    P("\x02\x01\x01\x04\x20"),
    P("\x02\x01\x01\x04\x30"),
    P("\x02\x01\x01\x04\x42"),
    P("\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"),
    P("\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70"),
    P("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"),
    P("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d"),
    P("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"),
    P("\0\0\0\7ssh-rsa\0\0\0"),
    P("\0\0\0\7ssh-dss\0\0\0"),
    P("\0\0\0\x0bssh-ed25519\0\0\0"),
    P("\0\0\0\x13"
      "ecdsa-sha2-nistp"),
    P("PuTTY-User-Key-File-"),
    P("ssh-rsa AAAA"),
    P("ssh-dss AAAA"),
    P("ssh-ed25519 AAAA"),
    P("ecdsa-sha2-nistp"),
    {NULL, 0, false},
};

/* What a pattern stands for, and how far before it the element may start. */
static const struct {
	enum what what;
	uint8_t back[4]; /* ends with 0, but a first 0 means: where the pattern starts */
} meanings[] = {
    {PEM, {0}},
    {CERTIFICATE, {8, 7, 6, 0}},
    {PRIVATE, {4, 3, 0}},
    {PRIVATE, {4, 3, 0}},
    {PRIVATE, {4, 3, 0}},
    {PRIVATE, {2, 3, 4, 0}},
    {PRIVATE, {3, 4, 2, 0}},
    {PRIVATE, {3, 4, 2, 0}},
    {PRIVATE, {4, 3, 0}},
    {PRIVATE, {2, 3, 0}},
    {PRIVATE, {8, 7, 9, 0}},
    {ENCRYPTED, {6, 5, 0}},
    {PKCS12, {11, 10, 9, 0}},
    {DROPBEAR, {0}},
    {DROPBEAR, {0}},
    {DROPBEAR, {0}},
    {DROPBEAR, {0}},
    {PUTTY, {0}},
    {SSH_LINE, {0}},
    {SSH_LINE, {0}},
    {SSH_LINE, {0}},
    {SSH_LINE, {0}},
};

struct search {
	const struct artifact *a;
	struct facts *out;
	size_t count;
};

static bool any_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strstr(text, *words))
			return true;
	return false;
}

/* What a key is for, as far as its encoding, name and folder tell; "" when they do not. */
static const char *use_of(const struct artifact *a, const struct key_info *k)
{
	static const char *const host[] = {"host_key", "hostkey", "dropbear", NULL};
	static const char *const login[] = {".ssh/",	  "id_rsa",	     "id_dsa", "id_ecdsa",
					    "id_ed25519", "authorized_keys", NULL};
	static const char *const vpn[] = {"openvpn", "ipsec",	  "strongswan", "swan", "racoon",
					  "vpn",     "wireguard", "l2tp",	NULL};
	static const char *const sign[] = {"sign",   "fwkey", "firmware", "upgrade",
					   "verify", "ota/",  NULL};
	static const char *const tls[] = {"ssl",   "tls",    "https",  "httpd", "http",
					  "nginx", "web",    "server", "cert",	"cwmp",
					  "tr069", "client", NULL};
	const char *path = text_lower(a->arena, span_str(a->path ? a->path : ""));
	if (strcmp(k->kind, "authorized") == 0 || any_of(path, login))
		return "ssh-login";
	if (strcmp(k->kind, "dropbear") == 0 || any_of(path, host))
		return "ssh-host";
	if (strcmp(k->kind, "openssh") == 0 || strcmp(k->kind, "putty") == 0)
		return strstr(path, "etc/ssh/") ? "ssh-host" : "ssh-login";
	if (any_of(path, vpn))
		return "vpn";
	if (any_of(path, sign))
		return "signing";
	return any_of(path, tls) ? "tls" : "";
}

static const struct known_key *published(const char *fingerprint)
{
	size_t lo = 0, hi = known_keys_count;
	while (fingerprint[0] && lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(known_keys[mid].fingerprint, fingerprint);
		if (c == 0)
			return &known_keys[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static size_t put_key(struct search *s, uint64_t at, size_t n, const struct key_info *k)
{
	if (n == 0 || s->count++ >= MAX_FACTS)
		return 0;
	const struct known_key *known = published(k->fingerprint);
	fact_key(s->out, &(struct fact_key){
			     .at = {.offset = at, .length = n},
			     .kind = k->kind,
			     .algorithm = k->algorithm,
			     .bits = {k->bits, k->bits != 0},
			     .fingerprint = k->fingerprint[0] ? k->fingerprint : NULL,
			     .private = k->secret,
			     .encrypted = NUM(k->encrypted),
			     .use = known && known->use[0] ? known->use : use_of(s->a, k),
			     .known = known ? known->where : "",
			     .comment = k->comment,
			 });
	return n;
}

static size_t put_certificate(struct search *s, uint64_t at, size_t n, struct fact_certificate *c)
{
	if (n == 0 || s->count++ >= MAX_FACTS)
		return 0;
	c->at = (struct place){.offset = at, .length = n};
	fact_certificate(s->out, c);
	return n;
}

/* Private key of a PEM block whose body is a cipher text: the label is all there is. */
static bool sealed(struct span label, struct key_info *k)
{
	*k = (struct key_info){.kind = "pem", .secret = NUM(1), .encrypted = true};
	if (span_eq_str(label, "RSA PRIVATE KEY"))
		k->algorithm = "rsa";
	else if (span_eq_str(label, "DSA PRIVATE KEY"))
		k->algorithm = "dsa";
	else if (span_eq_str(label, "EC PRIVATE KEY"))
		k->algorithm = "ec";
	return text_suffix(label, "PRIVATE KEY");
}

static bool pem_key(struct search *s, const struct pem_block *b, struct span der,
		    struct key_info *k)
{
	if (b->encrypted)
		return sealed(b->label, k);
	if (span_eq_str(b->label, "OPENSSH PRIVATE KEY"))
		return key_read_openssh(der, s->a->arena, k) != 0;
	if (span_eq_str(b->label, "ENCRYPTED PRIVATE KEY"))
		return key_read_encrypted_pkcs8(der, k) != 0;
	bool good = false;
	if (text_suffix(b->label, "PRIVATE KEY"))
		good = key_read_private_der(der, k) != 0;
	else if (text_suffix(b->label, "PUBLIC KEY"))
		good = key_read_public_der(der, k) != 0;
	if (good && strcmp(k->kind, "pkcs8") != 0)
		k->kind = "pem";
	return good;
}

static size_t at_pem(struct search *s, struct span in, uint64_t at)
{
	struct pem_block b = {0};
	struct buf der = {0};
	struct key_info k = {0};
	struct fact_certificate c = {0};
	size_t used = 0;
	if (pem_read(in, &b, &der)) {
		if (text_suffix(b.label, "CERTIFICATE")) {
			if (key_read_certificate(buf_span(&der), s->a->arena, &c))
				used = put_certificate(s, at, b.length, &c);
		} else if (pem_key(s, &b, buf_span(&der), &k)) {
			used = put_key(s, at, b.length, &k);
		}
	}
	buf_free(&der);
	return used;
}

static bool documentation(const char *path)
{
	static const char *const words[] = {"/doc/",  "/docs/",	 "/man/", "README",
					    "readme", "example", ".md",	  NULL};
	return path && any_of(path, words);
}

/* A line of a text (or a string of a program) that holds an SSH public key. */
static size_t at_ssh_line(struct search *s, uint64_t at)
{
	struct span all = s->a->bytes;
	const char *base = path_base(s->a->path ? s->a->path : "");
	size_t start = (size_t)at, end = (size_t)at;
	if (strstr(base, "known_hosts") || documentation(s->a->path))
		return 0;
	while (start > 0 && at - start < 1024 && all.p[start - 1] >= ' ' && all.p[start - 1] < 0x7f)
		start--;
	while (end < all.n && end - at < 16384 && all.p[end] != '\n' && all.p[end] != '\r' &&
	       all.p[end])
		end++;
	struct span line = SPAN(all.p + start, end - start), trimmed = span_trim(line);
	struct key_info k = {0};
	bool file = strstr(base, "authorized_keys") != NULL;
	if (trimmed.n == 0 || trimmed.p[0] == '#')
		return 0;
	/* inside a command the key ends at the quote that opened before it */
	struct span key = SPAN(all.p + at, end - (size_t)at);
	uint8_t quote = at > start ? all.p[at - 1] : 0;
	if (!file && (quote == '"' || quote == '\''))
		key = text_field(&key, (char)quote);
	if (!key_read_authorized(file ? line : key, s->a->arena, &k))
		return 0;
	if (!file && span_find(all, SPAN_LIT("authorized_keys"), 0) == SIZE_MAX)
		k.kind = "openssh";
	return put_key(s, file ? start : at, file ? line.n : key.n, &k) ? end - (size_t)at : 0;
}

static size_t at_element(struct search *s, enum what what, uint64_t at)
{
	struct span in = span_from(s->a->bytes, at);
	struct key_info k = {0};
	struct fact_certificate c = {0};
	switch (what) {
	case PEM:
		return at_pem(s, in, at);
	case CERTIFICATE:
		return put_certificate(s, at, key_read_certificate(in, s->a->arena, &c), &c);
	case PRIVATE:
		return put_key(s, at, key_read_private_der(in, &k), &k);
	case ENCRYPTED:
		return put_key(s, at, key_read_encrypted_pkcs8(in, &k), &k);
	case PKCS12:
		return put_key(s, at, key_read_pkcs12(in, &k), &k);
	case DROPBEAR:
		return put_key(s, at, key_read_dropbear(in, &k), &k);
	case PUTTY:
		return put_key(s, at, key_read_putty(in, s->a->arena, &k), &k);
	case SSH_LINE:
		return at_ssh_line(s, at);
	}
	return 0;
}

static void observe(const struct artifact *a, struct facts *out)
{
	struct search s = {.a = a, .out = out};
	uint64_t done = 0; /* all before it belongs to something that was found */
	for (size_t i = 0; i < a->hit_count; i++) {
		const struct hit *h = &a->hits[i];
		if (h->pattern >= sizeof meanings / sizeof *meanings || h->offset < done)
			continue;
		for (size_t k = 0; k < 4; k++) {
			uint8_t back = meanings[h->pattern].back[k];
			if (back == 0 && k > 0)
				break;
			if (back > h->offset || h->offset - back < done)
				continue;
			size_t used = at_element(&s, meanings[h->pattern].what, h->offset - back);
			if (used) {
				done = h->offset - back + used;
				break;
			}
		}
	}
	if (s.count > MAX_FACTS)
		facts_note(out, (struct place){.offset = done},
			   "more than %d keys and certificates", MAX_FACTS);
}

const struct observer observer_keys = {
    .name = "keys",
    .title = "private keys, certificates and keys that may log in",
    .wants = WANTS_HITS,
    .patterns = patterns,
    .observe = observe,
};
