/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms of crypt(5):  des      ss hhhhhhhhhhh (13 of ./0-9A-Za-z; the last digit has 4 bits)
 *                     bsdi     _ rounds(4) salt(4) hash(11)
 *                     md5      $1$ salt(0..8) $ hash(22)        apr1  $apr1$ the same
 *                     sha256   $5$ [rounds=N$] salt(0..16) $ hash(43)    sha512  $6$ ... hash(86)
 *                     bcrypt   $2[abxy]$ cost(2) $ salt(22) hash(31)
 *                     yescrypt $y$ params $ salt $ hash(43)     sha1  $sha1$ rounds $ salt $
 * hash(28) nt       $3$$ hash(32 hex)                other $id$...
 */
#include "key/passwd_hash.h"

#include <crypt.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "key/catalogue.h"

enum {
	MAX_FIELD = 200,
	MAX_PASSWORD = 128,
	MAX_MEMO = 512,
	MAX_HINTS = 64,
	ALL = 1 << 20,
	TOTAL_WORK = 250000, /* units of about 5 microseconds */
};

static bool is_digit64(uint8_t c)
{
	return (c >= '.' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool all64(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit64(s.p[i]))
			return false;
	return true;
}

static bool is_des(struct span s)
{
	return s.n == 13 && all64(s) && memchr(".26AEIMQUYcgkosw", s.p[12], 16) != NULL;
}

/* "$id$ [middle$]... hash": is the last part `n` digits and what stands before it no blank or ':'?
 */
static bool is_modular(struct span s, const char *prefix, size_t n)
{
	size_t head = strlen(prefix);
	if (!text_prefix(s, prefix) || s.n < head + n + 1 || s.n > MAX_FIELD)
		return false;
	if (s.p[s.n - n - 1] != '$' || !all64(span_from(s, s.n - n)))
		return false;
	for (size_t i = head; i < s.n - n; i++)
		if (s.p[i] <= ' ' || s.p[i] == ':' || s.p[i] >= 0x7f)
			return false;
	return true;
}

static bool is_bcrypt(struct span s)
{
	return s.n == 60 && SPAN_IS(s, 0, "$2") && memchr("abxy", s.p[2], 4) && s.p[3] == '$' &&
	       s.p[4] >= '0' && s.p[4] <= '3' && s.p[5] >= '0' && s.p[5] <= '9' && s.p[6] == '$' &&
	       all64(span_from(s, 7));
}

static bool is_nt(struct span s)
{
	if (s.n != 36 || !SPAN_IS(s, 0, "$3$$"))
		return false;
	for (size_t i = 4; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'f'))
			return false;
	return true;
}

static const char *scheme_of(struct span s)
{
	if (is_des(s))
		return "des";
	if (s.n == 20 && s.p[0] == '_' && all64(span_from(s, 1)))
		return "bsdi";
	if (is_modular(s, "$1$", 22))
		return s.n <= 3 + 8 + 1 + 22 ? "md5" : NULL;
	if (is_modular(s, "$apr1$", 22))
		return s.n <= 6 + 8 + 1 + 22 ? "apr1" : NULL;
	if (is_modular(s, "$5$", 43))
		return "sha256";
	if (is_modular(s, "$6$", 86))
		return "sha512";
	if (is_bcrypt(s))
		return "bcrypt";
	if (is_modular(s, "$y$", 43))
		return "yescrypt";
	if (is_modular(s, "$gy$", 43))
		return "gost-yescrypt";
	if (is_modular(s, "$7$", 43))
		return "scrypt";
	if (is_modular(s, "$sha1$", 28))
		return "sha1";
	if (is_modular(s, "$md5", 22))
		return "sunmd5";
	return is_nt(s) ? "nt" : NULL;
}

bool passwd_is_hash(struct span s)
{
	return scheme_of(s) != NULL;
}

struct passwd_field passwd_field_of(struct span s)
{
	static const char *const words[] = {"NP",      "LK",	 "*LK*",    "*NP*",
					    "LOCKED",  "locked", "NONE",    "nologin",
					    "NOLOGIN", "NO",	 "disabled"};
	if (s.n == 0)
		return (struct passwd_field){FIELD_EMPTY, NULL};
	if (span_eq_str(s, "x"))
		return (struct passwd_field){FIELD_SHADOWED, NULL};
	if (s.p[0] == '*' || s.p[0] == '!')
		return (struct passwd_field){FIELD_LOCKED, NULL};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_eq_str(s, words[i]))
			return (struct passwd_field){FIELD_LOCKED, NULL};
	const char *scheme = scheme_of(s);
	/* $id$ of a scheme that is not known here, as some vendors made their own */
	if (!scheme && s.n > 20 && s.n <= MAX_FIELD && s.p[0] == '$' && memchr(s.p + 1, '$', 7))
		scheme = "other";
	if (scheme)
		return (struct passwd_field){FIELD_HASH, scheme};
	return (struct passwd_field){FIELD_OTHER, NULL};
}

/* How many trials a hash is worth and how much work one is. */
struct effort {
	const char *scheme;
	uint32_t trials, work;
};

static const struct effort efforts[] = {
    {"des", ALL, 1},	  {"nt", ALL, 1},	  {"bsdi", 400, 20},	{"md5", 600, 25},
    {"apr1", 600, 60},	  {"sha256", 200, 220},	  {"sha512", 200, 260}, {"sha1", 60, 540},
    {"bcrypt", 5, 10000}, {"yescrypt", 10, 4000},
};

static uint64_t number_after(struct span s, const char *key)
{
	size_t at = span_find(s, span_str(key), 0);
	uint64_t v = 0;
	if (at == SIZE_MAX)
		return 0;
	for (size_t i = at + strlen(key);
	     i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && v < 1000000000; i++)
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	return v;
}

/* Costs that the hash itself asks for: more work each, fewer trials; too much: none. */
static struct effort effort_of(struct span hash, const char *scheme)
{
	struct effort e = {scheme, 0, 1};
	for (size_t i = 0; i < sizeof efforts / sizeof *efforts; i++)
		if (strcmp(efforts[i].scheme, scheme) == 0)
			e = efforts[i];
	uint64_t times_10 = 10;
	if (SPAN_IS(hash, 3, "rounds="))
		times_10 = number_after(hash, "rounds=") / 500;
	else if (strcmp(scheme, "sha1") == 0)
		times_10 = number_after(hash, "$sha1$") / 2500;
	else if (strcmp(scheme, "bsdi") == 0 && (hash.p[3] != '.' || hash.p[4] != '.'))
		times_10 = 1000;
	else if (strcmp(scheme, "bcrypt") == 0) {
		uint64_t cost = number_after(span_from(hash, 3), "$");
		times_10 = cost >= 14 ? 1000 : cost <= 7 ? 2 : (uint64_t)10 << (cost - 7) >> 3;
	} else if (strcmp(scheme, "yescrypt") == 0 &&
		   !(SPAN_IS(hash, 3, "j") && hash.p[4] >= '.' && hash.p[4] <= '9' &&
		     hash.p[5] == 'T' && hash.p[6] == '$')) {
		times_10 = 1000;
	}
	if (times_10 >= 200)
		e.trials = 0;
	if (times_10 > 10) {
		e.trials = (uint32_t)(e.trials * 10 / times_10);
		e.work = (uint32_t)(e.work * times_10 / 10);
	}
	return e;
}

/* MD5-crypt with Apache's magic (libcrypt has only $1$): the algorithm of Poul-Henning Kamp, 1994.
 */
static void apr1(struct span pw, struct span salt, char out[23])
{
	static const char digits[] =
	    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	static const uint8_t order[5][3] = {
	    {0, 6, 12}, {1, 7, 13}, {2, 8, 14}, {3, 9, 15}, {4, 10, 5}};
	uint8_t sum[16], alt[16], room[MAX_PASSWORD * 4];
	struct buf b = {.p = room, .cap = sizeof room, .max = sizeof room - 1};
	buf_add(&b, pw.p, pw.n);
	buf_add(&b, salt.p, salt.n);
	buf_add(&b, pw.p, pw.n);
	hash_md5(buf_span(&b), alt);
	buf_reset(&b);
	buf_add(&b, pw.p, pw.n);
	buf_add(&b, "$apr1$", 6);
	buf_add(&b, salt.p, salt.n);
	for (size_t left = pw.n; left; left -= left > 16 ? 16 : left)
		buf_add(&b, alt, left > 16 ? 16 : left);
	for (size_t i = pw.n; i; i >>= 1)
		buf_byte(&b, i & 1 ? 0 : pw.p[0]);
	hash_md5(buf_span(&b), sum);
	for (int i = 0; i < 1000; i++) {
		buf_reset(&b);
		buf_add(&b, i & 1 ? pw.p : sum, i & 1 ? pw.n : 16);
		if (i % 3)
			buf_add(&b, salt.p, salt.n);
		if (i % 7)
			buf_add(&b, pw.p, pw.n);
		buf_add(&b, i & 1 ? sum : pw.p, i & 1 ? 16 : pw.n);
		hash_md5(buf_span(&b), sum);
	}
	size_t n = 0;
	for (int i = 0; i < 5; i++) {
		uint32_t v = (uint32_t)sum[order[i][0]] << 16 | (uint32_t)sum[order[i][1]] << 8 |
			     sum[order[i][2]];
		for (int k = 0; k < 4; k++, v >>= 6)
			out[n++] = digits[v & 63];
	}
	out[n++] = digits[sum[11] & 63];
	out[n++] = digits[sum[11] >> 6];
	out[n] = 0;
}

struct memo {
	const char *user, *hash, *password;
};

struct cracker {
	struct arena *arena;
	struct crypt_data *data;
	struct memo memo[MAX_MEMO];
	const char *hints[MAX_HINTS];
	size_t memos, hint_count;
	uint64_t work;
	bool spent;
};

struct cracker *cracker_new(struct arena *arena)
{
	struct cracker *c = arena_alloc(arena, sizeof *c);
	c->arena = arena;
	return c;
}

void cracker_free(struct cracker *c)
{
	mem_free(c->data);
	c->data = NULL;
}

bool cracker_spent(const struct cracker *c)
{
	return c->spent;
}

void cracker_hint(struct cracker *c, struct span password)
{
	if (password.n == 0 || password.n >= MAX_PASSWORD || c->hint_count == MAX_HINTS ||
	    memchr(password.p, 0, password.n))
		return;
	for (size_t i = 0; i < c->hint_count; i++)
		if (span_eq_str(password, c->hints[i]))
			return;
	c->hints[c->hint_count++] = arena_str(c->arena, password);
}

/* One hash under trial. */
struct trial {
	struct cracker *c;
	const char *hash, *found;
	struct effort effort;
	uint32_t left;
};

static bool opens(struct trial *t, const char *password)
{
	if (strcmp(t->effort.scheme, "apr1") == 0) {
		struct span hash = span_str(t->hash);
		char out[23];
		apr1(span_str(password), span_cut(hash, 6, hash.n - 6 - 23), out);
		return span_eq_str(span_from(hash, hash.n - 22), out);
	}
	if (!t->c->data)
		t->c->data = mem_alloc(sizeof *t->c->data);
	const char *got = crypt_r(password, t->hash, t->c->data);
	return got && strcmp(got, t->hash) == 0;
}

/* True once there is nothing more to do for this hash. */
static bool attempt(struct trial *t, const char *password)
{
	if (t->left == 0 || strlen(password) >= MAX_PASSWORD)
		return t->left == 0;
	if (t->c->work + t->effort.work > TOTAL_WORK) {
		t->c->spent = true;
		t->left = 0;
		return true;
	}
	t->left--;
	t->c->work += t->effort.work;
	if (!opens(t, password))
		return false;
	t->found = arena_dup(t->c->arena, password);
	t->left = 0;
	return true;
}

static void attempt_pairs(struct trial *t, const struct credential *list, size_t n,
			  const char *user)
{
	for (size_t i = 0; i < n && t->left; i++)
		if (strcmp(list[i].user, user) == 0)
			attempt(t, list[i].password);
}

static void attempt_all(struct trial *t, const char *user)
{
	if (attempt(t, "") || attempt(t, user))
		return;
	attempt_pairs(t, catalogue_known, catalogue_known_count, user);
	attempt_pairs(t, catalogue_defaults, catalogue_defaults_count, user);
	for (size_t i = 0; i < t->c->hint_count && t->left; i++)
		attempt(t, t->c->hints[i]);
	for (size_t i = 0; i < catalogue_known_count && t->left; i++)
		if (strcmp(catalogue_known[i].user, user) != 0)
			attempt(t, catalogue_known[i].password);
	for (size_t i = 0; i < catalogue_passwords_count && t->left; i++)
		attempt(t, catalogue_passwords[i]);
}

const char *cracker_try(struct cracker *c, const char *user, struct span hash)
{
	const char *scheme = scheme_of(hash);
	if (!scheme)
		return NULL;
	for (size_t i = 0; i < c->memos; i++)
		if (span_eq_str(hash, c->memo[i].hash) &&
		    (c->memo[i].password || strcmp(user, c->memo[i].user) == 0))
			return c->memo[i].password;
	struct trial t = {
	    .c = c, .hash = arena_str(c->arena, hash), .effort = effort_of(hash, scheme)};
	t.left = t.effort.trials;
	if (strlen(user) < MAX_PASSWORD)
		attempt_all(&t, user);
	if (c->memos < MAX_MEMO)
		c->memo[c->memos++] = (struct memo){arena_dup(c->arena, user), t.hash, t.found};
	return t.found;
}
