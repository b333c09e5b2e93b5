/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files whose name says that their lines are credentials:
 *   htpasswd             user:hash (or the word itself)          htdigest
 * user:realm:md5(user:realm:word) pap-, chap-secrets   client server secret [addresses] BusyBox
 * httpd.conf  /path:user:word ppp/peers, options   user NAME, password WORD smbpasswd
 * user:uid:LM:NT:[flags]:... umconfig.txt         GoAhead 2: name=..., password=... (XOR with a
 * constant of its source, um.c) auth.txt             GoAhead 3 and later: user name=...
 * password=... roles=... vsftpd.conf          anonymous_enable=YES
 */
#include "base/text.h"
#include "text/credential_readers.h"
#include "text/passwd_lines.h"

/* The key that GoAhead's user management has in its source for every device. */
static const char goahead_key[] = "*j7a(L#yZ98sSd5HfSgGjMj8;Ss;d)(*&^#@$a2s0i3g";

struct lines {
	struct span text;
	size_t pos;
	struct span line; /* trimmed, not empty, no comment */
	struct place at;
};

static bool next(struct lines *l)
{
	struct span line;
	for (size_t start = l->pos; span_line(l->text, &l->pos, &line); start = l->pos) {
		l->line = span_trim(line);
		l->at = (struct place){.offset = start + (size_t)(l->line.p - line.p),
				       .length = l->line.n};
		if (l->line.n && l->line.n < 1024 && l->line.p[0] != '#' && l->line.p[0] != ';')
			return true;
	}
	return false;
}

static const char *text_of(struct accounts *s, struct span v)
{
	return arena_str(s->arena, v);
}

static bool blank(struct span v)
{
	return memchr(v.p, ' ', v.n) || memchr(v.p, '\t', v.n);
}

static void read_htpasswd(struct span text, struct accounts *s, const char *service)
{
	struct lines l = {.text = text};
	while (next(&l)) {
		struct passwd_line p;
		struct span rest = l.line, user = text_field(&rest, ':');
		if (passwd_line_read(l.line, &p))
			rest = p.field;
		struct span word = text_field(&rest, ':');
		if (!account_is_user(user) || word.n == 0 || blank(word) || rest.n)
			continue;
		struct account a = {.at = l.at, .user = text_of(s, user), .service = service};
		if (text_prefix(word, "{SHA}"))
			accounts_hash(s, &a, word, "sha1-base64");
		else
			accounts_field(s, &a, word, false);
	}
}

static bool hex(struct span v, size_t n)
{
	for (size_t i = 0; i < v.n; i++)
		if (!(v.p[i] >= '0' && v.p[i] <= '9') &&
		    !((v.p[i] | 32) >= 'a' && (v.p[i] | 32) <= 'f'))
			return false;
	return v.n == n;
}

static void read_htdigest(struct span text, struct accounts *s)
{
	struct lines l = {.text = text};
	while (next(&l)) {
		struct span rest = l.line, user = text_field(&rest, ':');
		(void)text_field(&rest, ':');
		struct account a = {.at = l.at, .user = text_of(s, user), .service = "web"};
		if (account_is_user(user) && hex(rest, 32))
			accounts_hash(s, &a, rest, "digest");
	}
}

/* The next word, quoted or not. */
static struct span word_of(struct span *rest)
{
	*rest = span_trim(*rest);
	if (rest->n && (rest->p[0] == '"' || rest->p[0] == '\'')) {
		char quote = (char)rest->p[0];
		*rest = span_from(*rest, 1);
		return text_field(rest, quote);
	}
	size_t n = 0;
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	struct span w = span_cut(*rest, 0, n);
	*rest = span_from(*rest, n);
	return w;
}

static void read_ppp_secrets(struct span text, struct accounts *s)
{
	struct lines l = {.text = text};
	while (next(&l)) {
		struct span rest = l.line, client = word_of(&rest), server = word_of(&rest),
			    word = word_of(&rest);
		if (server.n == 0 || word.n == 0 || word.p[0] == '@')
			continue;
		struct account a = {.at = l.at, .service = "ppp"};
		if (!span_eq_str(client, "*") && client.n)
			a.user = text_of(s, client);
		accounts_clear(s, &a, word);
	}
}

static void read_ppp_options(struct span text, struct accounts *s)
{
	struct lines l = {.text = text};
	struct span user = SPAN(text.p, 0), word = user;
	struct place at = {0};
	while (next(&l)) {
		struct span rest = l.line, first = word_of(&rest);
		if (span_eq_str(first, "user") || span_eq_str(first, "name"))
			user = word_of(&rest);
		else if (span_eq_str(first, "password")) {
			word = word_of(&rest);
			at = l.at;
		}
	}
	struct account a = {.at = at, .service = "ppp"};
	a.user = user.n && !account_is_placeholder(user) ? text_of(s, user) : NULL;
	if (word.n)
		accounts_clear(s, &a, word);
}

static void read_busybox_httpd(struct span text, struct accounts *s)
{
	struct lines l = {.text = text};
	while (next(&l)) {
		struct span rest = l.line, path = text_field(&rest, ':'),
			    user = text_field(&rest, ':');
		if (path.n == 0 || path.p[0] != '/' || !account_is_user(user) || rest.n == 0 ||
		    blank(rest))
			continue;
		struct account a = {.at = l.at, .user = text_of(s, user), .service = "web"};
		if (!account_is_placeholder(rest))
			accounts_field(s, &a, rest, false);
	}
}

static void read_smbpasswd(struct span text, struct accounts *s)
{
	struct lines l = {.text = text};
	while (next(&l)) {
		struct span rest = l.line, user = text_field(&rest, ':'),
			    uid = text_field(&rest, ':');
		(void)text_field(&rest, ':');
		struct span nt = text_field(&rest, ':');
		int64_t id;
		if (!account_is_user(user) || !text_number(uid, &id) || !hex(nt, 32))
			continue;
		struct account a = {.at = l.at, .user = text_of(s, user), .service = "smb"};
		const char *hash = arena_printf(s->arena, "$3$$%s", text_lower(s->arena, nt));
		accounts_field(s, &a, span_str(hash), false);
	}
}

static void read_umconfig(struct span text, struct accounts *s)
{
	struct lines l = {.text = text};
	struct span user = SPAN(text.p, 0);
	while (next(&l)) {
		struct span value = l.line, key = text_field(&value, '=');
		if (span_eq_str(key, "TABLE") || span_eq_str(key, "ROW"))
			user = SPAN(text.p, 0);
		else if (span_eq_str(key, "name"))
			user = value;
		if (!span_eq_str(key, "password") || !account_is_user(user) || value.n == 0 ||
		    value.n > 128)
			continue;
		struct account a = {.at = l.at, .user = text_of(s, user), .service = "web"};
		char *plain = arena_str(s->arena, value);
		bool good = true;
		for (size_t i = 0; i < value.n; i++) {
			char c =
			    (char)(value.p[i] ^ (uint8_t)goahead_key[i % (sizeof goahead_key - 1)]);
			plain[i] = c ? c : (char)value.p[i];
			good = good && plain[i] > ' ' && plain[i] < 0x7f;
		}
		if (good)
			accounts_encoded(s, &a, value, "xor", SPAN(plain, value.n));
		else
			accounts_clear(s, &a, value);
	}
}

static void read_goahead_auth(struct span text, struct accounts *s)
{
	struct lines l = {.text = text};
	while (next(&l)) {
		struct span rest = l.line, user = SPAN(text.p, 0), word = user;
		if (!span_eq_str(word_of(&rest), "user"))
			continue;
		while (rest.n) {
			struct span value = word_of(&rest), key = text_field(&value, '=');
			if (span_eq_str(key, "name"))
				user = value;
			else if (span_eq_str(key, "password"))
				word = value;
		}
		struct account a = {.at = l.at, .user = text_of(s, user), .service = "web"};
		if (!account_is_user(user))
			continue;
		if (hex(word, 32))
			accounts_hash(s, &a, word, "digest");
		else
			accounts_clear(s, &a, word);
	}
}

static void read_vsftpd(struct span text, struct accounts *s)
{
	struct lines l = {.text = text};
	while (next(&l)) {
		struct span value = l.line, key = text_field(&value, '=');
		struct account a = {.at = l.at, .user = "anonymous", .service = "ftp"};
		if (span_eq_str(key, "anonymous_enable") && span_eq_str(value, "YES"))
			accounts_field(s, &a, SPAN(text.p, 0), false);
	}
}

bool read_secrets(const char *path, struct span text, struct accounts *s)
{
	struct arena *a = s->arena;
	const char *low = text_lower(a, span_str(path)), *base = path_base(low);
	if (strstr(base, "htdigest"))
		read_htdigest(text, s);
	else if (strstr(base, "htpasswd") || strcmp(base, "boa.passwd") == 0 ||
		 strcmp(base, "webpasswd") == 0 || text_suffix(span_str(base), ".user"))
		read_htpasswd(text, s, "web");
	else if (strcmp(base, "vsftpd.passwd") == 0 || strcmp(base, "pureftpd.passwd") == 0 ||
		 strcmp(base, "ftppasswd") == 0)
		read_htpasswd(text, s, "ftp");
	else if (text_suffix(span_str(base), "-secrets"))
		read_ppp_secrets(text, s);
	else if (strstr(low, "ppp/peers/") ||
		 (strstr(low, "ppp/") && text_prefix(span_str(base), "options")))
		read_ppp_options(text, s);
	else if (strcmp(base, "httpd.conf") == 0)
		read_busybox_httpd(text, s);
	else if (strcmp(base, "smbpasswd") == 0)
		read_smbpasswd(text, s);
	else if (strcmp(base, "umconfig.txt") == 0)
		read_umconfig(text, s);
	else if (strcmp(base, "auth.txt") == 0)
		read_goahead_auth(text, s);
	else if (strcmp(base, "vsftpd.conf") == 0)
		read_vsftpd(text, s);
	else
		return false;
	return true;
}

bool read_snmp_words(const struct span *w, size_t n, struct place at, struct accounts *s)
{
	if (n < 2)
		return false;
	struct account a = {.at = at, .service = "snmp"};
	size_t word = 1;
	if (span_eq_str(w[0], "rwcommunity") || span_eq_str(w[0], "rwcommunity6"))
		a.user = "rwcommunity";
	else if (span_eq_str(w[0], "rocommunity") || span_eq_str(w[0], "rocommunity6"))
		a.user = "rocommunity";
	else if ((span_eq_str(w[0], "com2sec") || span_eq_str(w[0], "com2sec6")) && n >= 4) {
		word = span_eq_str(w[1], "-Cn") && n >= 6 ? 5 : 3;
		if (!account_is_user(w[word - 2]))
			return false;
		a.user = arena_str(s->arena, w[word - 2]);
	} else if (span_eq_str(w[0], "createUser") && n >= 4 && account_is_user(w[1])) {
		word = 3;
		a.user = arena_str(s->arena, w[1]);
	} else {
		return false;
	}
	if (w[word].n == 0 || w[word].p[0] == '$')
		return false;
	return accounts_clear(s, &a, w[word]);
}
