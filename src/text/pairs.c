/* SPDX-License-Identifier: Apache-2.0 */
#include "text/pairs.h"

#include "base/base64.h"
#include "base/mem.h"
#include "base/text.h"
#include "key/catalogue.h"

enum { MAX_ENTRIES = 4096, MAX_KEY = 96, NEAR = 12 };

enum role { OTHER, USER, PASSWORD, COMMUNITY, LOGIN };

struct pair_entry {
	enum role role;
	bool plain_name; /* plain_name: the key is just "name" or "id" behind a stem */
	uint32_t group;
	const char *stem;  /* lower case, what is left of the key without the word for its role */
	const char *words; /* lower case: sections and key */
	struct span value;
	struct place at;
};

struct pairs pairs_make(struct accounts *accounts, const char *path)
{
	const char *low = text_lower(accounts->arena, span_str(path ? path : ""));
	return (struct pairs){.accounts = accounts, .path = low};
}

static const char *const user_words[] = {"username",   "user_name", "user-name", "userid",
					 "user_id",    "user-id",   "loginname", "login_name",
					 "login_user", "login",	    "account",	 "user",
					 "usr",	       "uname",	    NULL};
static const char *const name_words[] = {"name", "id", NULL};
static const char *const password_words[] = {
    "password", "passwd", "passwort", "userpwd", "pass_word", "pass", "pwd", "psw", "psd", NULL};
static const char *const login_words[] = {"auth",     "credential", "credentials",
					  "userpass", "userinfo",   NULL};
static const char *const community_words[] = {"community", "communityname", "community_name", NULL};

/* Does the key end with one of the words? The stem before it, without separators, goes to *n. */
static bool ends_with(const char *key, size_t length, const char *const *words, size_t *n)
{
	for (; *words; words++) {
		size_t w = strlen(*words);
		if (w > length || strncmp(key + length - w, *words, w) != 0)
			continue;
		*n = length - w;
		return true;
	}
	return false;
}

/* Words that end like a password but are none, and keys of radio networks. */
static bool other_matter(const char *key)
{
	static const char *const words[] = {
	    "bypass",	     "compass",	    "cgi_pass", "proxy_pass", "grpc_pass", "memcached_pass",
	    "ssid",	     "wifi",	    "wlan",	"wireless",   "wpa",	   "wep",
	    "psk",	     "ispass",	    "nopass",	"haspass",    "nopwd",	   "lowpass",
	    "highpass",	     "bandpass",    "hint",	"prompt",     "label",	   "defaultuser_",
	    "trapcommunity", "encryptpass", "minpass",	"maxpass",    "hidepass",  "showpass",
	    "changepass",    "expire",	    NULL,
	};
	for (size_t i = 0; words[i]; i++)
		if (strstr(key, words[i]))
			return true;
	return false;
}

static enum role role_of(const char *key, size_t *stem, bool *plain_name)
{
	size_t n = strlen(key);
	*plain_name = false;
	while (n > 1 && key[n - 1] >= '0' && key[n - 1] <= '9')
		n--;
	while (n > 1 && (key[n - 1] == '_' || key[n - 1] == '.' || key[n - 1] == '-'))
		n--;
	enum role role = OTHER;
	if (ends_with(key, n, community_words, stem))
		role = COMMUNITY;
	else if (ends_with(key, n, password_words, stem))
		role = PASSWORD;
	else if (ends_with(key, n, user_words, stem))
		role = USER;
	else if (ends_with(key, n, login_words, stem))
		role = LOGIN;
	else if (ends_with(key, n, name_words, stem)) {
		role = USER;
		*plain_name = true;
	}
	return role;
}

/* The stem with the number that stood behind the word: user1 and pass1 both give "1". */
static const char *stem_of(struct arena *a, const char *key, size_t n)
{
	size_t digits = strlen(key);
	while (digits > 0 && key[digits - 1] >= '0' && key[digits - 1] <= '9')
		digits--;
	while (n > 0 && (key[n - 1] == '_' || key[n - 1] == '.' || key[n - 1] == '-'))
		n--;
	return arena_printf(a, "%.*s%s", (int)n, key, digits >= n ? key + digits : "");
}

void pairs_add(struct pairs *p, uint32_t group, const char *words, struct span key,
	       struct span value, struct place at)
{
	struct arena *a = p->accounts->arena;
	if (key.n == 0 || key.n > MAX_KEY || value.n == 0 || p->count >= MAX_ENTRIES)
		return;
	char low[MAX_KEY + 1] = {0};
	for (size_t i = 0; i < key.n; i++)
		low[i] = (char)(key.p[i] >= 'A' && key.p[i] <= 'Z' ? key.p[i] + 32 : key.p[i]);
	struct pair_entry e = {.group = group, .value = value, .at = at};
	size_t n = 0;
	e.role = role_of(low, &n, &e.plain_name);
	if (e.role == OTHER || other_matter(low))
		return;
	e.stem = stem_of(a, low, n);
	e.words = arena_printf(a, "%s %s", words ? text_lower(a, span_str(words)) : "", low);
	p->entries = mem_grow(p->entries, &p->cap, p->count + 1, sizeof *p->entries);
	p->entries[p->count++] = e;
}

static bool same_stem(const char *user, const char *password)
{
	if (strcmp(user, password) == 0)
		return true;
	/* user_name + user_password, LocalUserName + LocalUserPassword */
	size_t n = strlen(user);
	if (strncmp(password, user, n) != 0)
		return false;
	password += n + (n && strchr("_-.", password[n]) && password[n]);
	return strcmp(password, "user") == 0 || strcmp(password, "login") == 0 ||
	       strcmp(password, "account") == 0;
}

/* The user name that belongs to a password: same group and stem, the nearest one, before wins. */
static struct pair_entry *partner(struct pairs *p, size_t i, bool plain_names)
{
	struct pair_entry *e = &p->entries[i];
	for (size_t d = 1; d <= NEAR; d++)
		for (int side = 0; side < 2; side++) {
			size_t k = side ? i + d : i - d;
			if (side ? k >= p->count : d > i)
				continue;
			struct pair_entry *u = &p->entries[k];
			if (u->role == USER && u->group == e->group &&
			    u->plain_name == plain_names && same_stem(u->stem, e->stem))
				return u;
		}
	return NULL;
}

static bool printable(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	return s.n > 0;
}

static bool is_default(struct span s)
{
	for (size_t i = 0; i < catalogue_passwords_count; i++)
		if (span_eq_str(s, catalogue_passwords[i]))
			return true;
	return false;
}

/* Base64 of something that can be a password: padded, or one of the default ones. */
static bool decode(struct span value, struct buf *out)
{
	if (value.n < 8 || value.n % 4 || value.n > 200 || !base64_decode(out, value) ||
	    !printable(buf_span(out)) || out->n < 3)
		return false;
	return value.p[value.n - 1] == '=' || is_default(buf_span(out)) ||
	       memchr(out->p, ':', out->n);
}

/* "user:password" in one value, as HTTP's basic authentication writes it. */
static void put_both(struct pairs *p, struct account *a, struct span stored, struct span both)
{
	struct span user = text_field(&both, ':');
	if (!account_is_user(user) || account_is_placeholder(both))
		return;
	a->user = arena_str(p->accounts->arena, user);
	accounts_encoded(p->accounts, a, stored, "base64", both);
}

static bool hex_digest(struct span s)
{
	if (s.n != 32 && s.n != 40 && s.n != 64 && s.n != 128)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'f'))
			return false;
	return true;
}

/* Vendors seal values as "$1...$" or "$2...$". */
static bool sealed(struct span s)
{
	return s.n > 20 && s.p[0] == '$' && s.p[1] >= '1' && s.p[1] <= '9' && s.p[2] != '$' &&
	       s.p[s.n - 1] == '$';
}

static void put_secret(struct pairs *p, struct account *a, struct span value)
{
	struct buf out = {0};
	struct passwd_field f = passwd_field_of(value);
	if (f.kind == FIELD_HASH && strcmp(f.scheme, "des") != 0 &&
	    strcmp(f.scheme, "other") != 0) {
		accounts_field(p->accounts, a, value, false);
	} else if (sealed(value)) {
		accounts_hash(p->accounts, a, value, "other");
	} else if (decode(value, &out)) {
		struct span head = buf_span(&out), user = text_field(&head, ':');
		if (a->user && head.n && span_eq_str(user, a->user))
			accounts_encoded(p->accounts, a, value, "base64", head);
		else
			accounts_encoded(p->accounts, a, value, "base64", buf_span(&out));
	} else if (hex_digest(value)) {
		accounts_hash(p->accounts, a, value, value.n == 32 ? "md5-hex" : "hex");
	} else if (!(value.p[0] == '/' && memchr(value.p + 1, '/', value.n - 1)) &&
		   !memchr(value.p, ' ', value.n)) {
		accounts_clear(p->accounts, a, value);
	}
	buf_free(&out);
}

/* The name in "admin_password", "telnet_passwd" without a user beside it. */
static const char *user_of_stem(struct pairs *p, const char *stem)
{
	static const char *const users[] = {"admin",	"root",		 "guest",
					    "support",	"superuser",	 "super",
					    "operator", "administrator", NULL};
	size_t n = strlen(stem);
	for (size_t i = 0; users[i]; i++) {
		size_t w = strlen(users[i]);
		if (n >= w && strcmp(stem + n - w, users[i]) == 0 &&
		    (n == w || strchr("_-.", stem[n - w - 1])))
			return arena_dup(p->accounts->arena, users[i]);
	}
	return NULL;
}

static const char *service_of(struct pairs *p, const struct pair_entry *e)
{
	const char *service = account_service(e->words);
	if (!service)
		service = account_service(p->path);
	return service ? service : "config";
}

static struct place both_places(const struct pair_entry *u, const struct pair_entry *e)
{
	struct place at = e->at;
	uint64_t end = e->at.offset + e->at.length, other = u->at.offset + u->at.length;
	at.offset = u->at.offset < at.offset ? u->at.offset : at.offset;
	at.length = (end > other ? end : other) - at.offset;
	return at;
}

/*
 * user=user password=password, wan_pppoe_user=pppoe_user wan_pppoe_pass=pppoe_passwd: a form, not
 * an account. What the values have before the word must stand in the key, too.
 */
static bool names_itself(struct span user, struct span password, const char *key)
{
	char low[2][MAX_KEY + 1] = {{0}, {0}};
	struct span in[2] = {user, password};
	size_t n[2] = {0, 0};
	bool plain;
	for (int k = 0; k < 2; k++) {
		if (in[k].n > MAX_KEY)
			return false;
		for (size_t i = 0; i < in[k].n; i++)
			low[k][i] = (char)(in[k].p[i] >= 'A' && in[k].p[i] <= 'Z' ? in[k].p[i] + 32
										  : in[k].p[i]);
	}
	if (role_of(low[0], &n[0], &plain) != USER || role_of(low[1], &n[1], &plain) != PASSWORD ||
	    n[0] != n[1] || strncmp(low[0], low[1], n[0]) != 0)
		return false;
	low[0][n[0]] = 0;
	return strstr(key, low[0]) != NULL;
}

static void emit_password(struct pairs *p, size_t i)
{
	struct pair_entry *e = &p->entries[i];
	struct pair_entry *u = partner(p, i, false);
	u = u ? u : partner(p, i, true);
	struct account a = {.at = e->at, .service = service_of(p, e)};
	if (u) {
		if (!account_is_user(u->value) || account_is_placeholder(u->value))
			return;
		a.user = arena_str(p->accounts->arena, u->value);
		if (u->at.offset != e->at.offset)
			a.at = both_places(u, e);
		if (names_itself(u->value, e->value, e->words))
			return;
	} else {
		a.user = user_of_stem(p, e->stem);
		bool named =
		    account_service(e->words) && strcmp(a.service, "config") != 0 && e->stem[0];
		if (!a.user && !named)
			return;
		if (other_matter(e->words))
			return;
	}
	put_secret(p, &a, e->value);
}

static void emit_community(struct pairs *p, const struct pair_entry *e)
{
	bool snmp = strstr(e->words, "snmp") || strstr(p->path, "snmp") || strstr(e->stem, "ro") ||
		    strstr(e->stem, "rw");
	if (!snmp || strstr(e->words, "trap") || memchr(e->value.p, ' ', e->value.n))
		return;
	struct account a = {.at = e->at, .service = "snmp"};
	a.user = strstr(e->words, "rw") || strstr(e->words, "write") || strstr(e->words, "set")
		     ? "rwcommunity"
		 : strstr(e->words, "ro") || strstr(e->words, "read") || strstr(e->words, "get")
		     ? "rocommunity"
		     : NULL;
	accounts_clear(p->accounts, &a, e->value);
}

/* option webauth 'YWRtaW46YWRtaW4=' */
static void emit_login(struct pairs *p, const struct pair_entry *e)
{
	struct buf out = {0};
	struct account a = {.at = e->at, .service = service_of(p, e)};
	if (decode(e->value, &out) && memchr(out.p, ':', out.n))
		put_both(p, &a, e->value, buf_span(&out));
	buf_free(&out);
}

void pairs_emit(struct pairs *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct pair_entry *e = &p->entries[i];
		if (e->role == PASSWORD)
			emit_password(p, i);
		else if (e->role == COMMUNITY)
			emit_community(p, e);
		else if (e->role == LOGIN)
			emit_login(p, e);
	}
	mem_free(p->entries);
	p->entries = NULL;
	p->count = p->cap = 0;
}
