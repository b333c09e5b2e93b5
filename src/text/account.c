/* SPDX-License-Identifier: Apache-2.0 */
#include "text/account.h"

#include "base/text.h"

enum { MAX_ACCOUNTS = 1000, MAX_VALUE = 256 };

struct accounts accounts_make(struct facts *out, struct arena *arena)
{
	return (struct accounts){.out = out, .arena = arena};
}

void accounts_done(struct accounts *s)
{
	if (s->count > MAX_ACCOUNTS)
		facts_note(s->out, (struct place){0}, "more than %d accounts", MAX_ACCOUNTS);
	if (s->cracker && cracker_spent(s->cracker))
		facts_note(s->out, (struct place){0},
			   "password hashes: not all were tried, budget reached");
	if (s->cracker)
		cracker_free(s->cracker);
	s->cracker = NULL;
}

static struct cracker *cracker_of(struct accounts *s)
{
	if (!s->cracker)
		s->cracker = cracker_new(s->arena);
	return s->cracker;
}

static void put(struct accounts *s, const struct account *a, struct fact_account f)
{
	if (s->count++ >= MAX_ACCOUNTS)
		return;
	f.at = a->at;
	f.user = a->user;
	f.uid = a->uid;
	f.gid = a->gid;
	f.shell = a->shell;
	f.service = a->service;
	fact_account(s->out, &f);
}

void accounts_name(struct accounts *s, const struct account *a)
{
	put(s, a, (struct fact_account){0});
}

void accounts_hash(struct accounts *s, const struct account *a, struct span hash,
		   const char *scheme)
{
	put(s, a,
	    (struct fact_account){
		.hash = arena_str(s->arena, hash), .scheme = scheme, .state = "hash"});
}

void accounts_encoded(struct accounts *s, const struct account *a, struct span stored,
		      const char *scheme, struct span password)
{
	cracker_hint(cracker_of(s), password);
	put(s, a,
	    (struct fact_account){.hash = arena_str(s->arena, stored),
				  .scheme = scheme,
				  .password = arena_str(s->arena, password),
				  .state = "password"});
}

static void put_hash(struct accounts *s, const struct account *a, struct span field,
		     const char *scheme)
{
	const char *found = cracker_try(cracker_of(s), a->user ? a->user : "", field);
	put(s, a,
	    (struct fact_account){.hash = arena_str(s->arena, field),
				  .scheme = scheme,
				  .password = found,
				  .state = found ? "password" : "hash"});
}

static void put_clear(struct accounts *s, const struct account *a, struct span password)
{
	cracker_hint(cracker_of(s), password);
	put(s, a,
	    (struct fact_account){
		.scheme = "plain", .password = arena_str(s->arena, password), .state = "password"});
}

void accounts_field(struct accounts *s, const struct account *a, struct span field, bool shadow)
{
	struct passwd_field f = passwd_field_of(field);
	switch (f.kind) {
	case FIELD_EMPTY:
		put(s, a, (struct fact_account){.password = "", .state = "empty"});
		return;
	case FIELD_LOCKED:
		put(s, a,
		    (struct fact_account){.hash = arena_str(s->arena, field), .state = "locked"});
		return;
	case FIELD_SHADOWED:
		put(s, a, (struct fact_account){.state = shadow ? "locked" : NULL});
		return;
	case FIELD_HASH:
		put_hash(s, a, field, f.scheme);
		return;
	case FIELD_OTHER:
		break;
	}
	/* no hash: vendors whose login compares it as it stands; too short or odd for anything else
	 */
	if (account_is_placeholder(field) || field.n > 64)
		accounts_name(s, a);
	else
		put_clear(s, a, field);
}

bool accounts_clear(struct accounts *s, const struct account *a, struct span password)
{
	if (account_is_placeholder(password) || password.n > MAX_VALUE)
		return false;
	struct passwd_field f = passwd_field_of(password);
	if (f.kind == FIELD_HASH && strcmp(f.scheme, "des") != 0)
		put_hash(s, a, password, f.scheme);
	else
		put_clear(s, a, password);
	return true;
}

static bool only_of(struct span s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		if (!s.p[i] || !strchr(set, s.p[i]))
			return false;
	return true;
}

bool account_is_placeholder(struct span v)
{
	static const char *const words[] = {
	    "true",
	    "false",
	    "yes",
	    "no",
	    "on",
	    "off",
	    "none",
	    "null",
	    "nil",
	    "undefined",
	    "enable",
	    "enabled",
	    "disable",
	    "disabled",
	    "optional",
	    "required",
	    "string",
	    "text",
	    "username",
	    "your_password",
	    "yourpassword",
	    "my_password",
	    "mypassword",
	    "your-password",
	    "(null)",
	    "user_name",
	    "your_username",
	    "yourname",
	    "n/a",
	    "unknown",
	    "dummy",
	    "placeholder",
	    "secret_password",
	    "auto",
	    "change-me",
	    "change_me",
	    "changethis",
	    "0",
	    "1",
	};
	if (v.n == 0 || only_of(v, "*") || only_of(v, "xX") || only_of(v, ".-_ "))
		return true;
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] < ' ' || v.p[i] == 0x7f)
			return true;
	if (span_find(v, SPAN_LIT("%s"), 0) != SIZE_MAX ||
	    span_find(v, SPAN_LIT("$("), 0) != SIZE_MAX ||
	    span_find(v, SPAN_LIT("${"), 0) != SIZE_MAX || memchr(v.p, '`', v.n))
		return true;
	uint8_t first = v.p[0], last = v.p[v.n - 1];
	if ((first == '<' && last == '>') || (first == '[' && last == ']') ||
	    (first == '{' && last == '}') || (v.n > 2 && first == '@' && last == '@') ||
	    (v.n > 2 && first == '%' && last == '%'))
		return true;
	if (first == '$' && v.n > 1 &&
	    (v.p[1] == '_' || ((v.p[1] | 32) >= 'a' && (v.p[1] | 32) <= 'z')) &&
	    !passwd_is_hash(v)) /* a variable, or uci's $p$user */
		return true;
	if (first == '$' && v.n == 2)
		return true;
	struct arena a = {0};
	const char *low = v.n < 40 ? text_lower(&a, v) : "";
	bool word = false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		word |= strcmp(low, words[i]) == 0;
	arena_free(&a);
	return word;
}

bool account_is_user(struct span s)
{
	if (s.n == 0 || s.n > 64)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool letter = ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9');
		if (!letter && !(c && strchr("._-@+", c)) && !(c == '$' && i + 1 == s.n && i > 0))
			return false;
	}
	return s.p[0] != '-' && s.p[0] != '+';
}

/* Does a word begin somewhere in the text? Short ones only where no letter stands before
 * ("packages"). */
static bool starts_in(const char *text, const char *word)
{
	bool brief = strlen(word) <= 4;
	for (const char *at = text; (at = strstr(at, word)); at++)
		if (!brief || at == text || at[-1] < 'a' || at[-1] > 'z')
			return true;
	return false;
}

const char *account_service(const char *words)
{
	static const struct {
		const char *word, *service;
	} services[] = {
	    {"connectionrequest", "acs"},
	    {"connreq", "acs"},
	    {"acs", "acs"},
	    {"cwmp", "acs"},
	    {"tr069", "acs"},
	    {"tr-069", "acs"},
	    {"tr_069", "acs"},
	    {"managementserver", "acs"},
	    {"mgtserver", "acs"},
	    {"ddns", "ddns"},
	    {"dyndns", "ddns"},
	    {"snmp", "snmp"},
	    {"telnet", "telnet"},
	    {"ssh", "ssh"},
	    {"vsftp", "ftp"},
	    {"sftp", "ftp"},
	    {"proftp", "ftp"},
	    {"bftp", "ftp"},
	    {"openvpn", "vpn"},
	    {"dropbear", "ssh"},
	    {"ftp", "ftp"},
	    {"pppoe", "ppp"},
	    {"ppp", "ppp"},
	    {"pptp", "ppp"},
	    {"l2tp", "ppp"},
	    {"wan", "ppp"},
	    {"dial", "ppp"},
	    {"apn", "ppp"},
	    {"mobile", "ppp"},
	    {"modem", "ppp"},
	    {"sip", "sip"},
	    {"voip", "sip"},
	    {"mmpbx", "sip"},
	    {"smtp", "mail"},
	    {"mail", "mail"},
	    {"samba", "smb"},
	    {"smb", "smb"},
	    {"vpn", "vpn"},
	    {"ipsec", "vpn"},
	    {"mqtt", "mqtt"},
	    {"rtsp", "rtsp"},
	    {"onvif", "onvif"},
	    {"radius", "radius"},
	    {"proxy", "proxy"},
	    {"upgrade", "update"},
	    {"firmware", "update"},
	    {"console", "system"},
	    {"webuser", "web"},
	    {"devauth", "web"},
	    {"http", "web"},
	    {"web", "web"},
	    {"gui", "web"},
	    {"luci", "web"},
	    {"goahead", "web"},
	    {"boa", "web"},
	    {"cgi", "web"},
	};
	for (size_t i = 0; i < sizeof services / sizeof *services; i++)
		if (starts_in(words, services[i].word))
			return services[i].service;
	return NULL;
}

bool account_is_prose(const char *path)
{
	static const char *const endings[] = {
	    ".htm",  ".html", ".xhtml", ".shtml", ".asp", ".aspx", ".php",     ".jsp",	  ".js",
	    ".css",  ".po",   ".pot",	".lua",	  ".py",  ".pl",   ".pm",      ".tcl",	  ".c",
	    ".h",    ".md",   ".rst",	".svg",	  ".xsl", ".xslt", ".xsd",     ".dtd",	  ".wsdl",
	    ".lng",  ".lang", ".gch",	".stm",	  ".lp",  ".tmpl", ".example", ".sample", ".patch",
	    ".diff", ".map",  ".ts",	".mib",	  ".1",	  ".5",	   ".7",       ".8",
	};
	static const char *const folders[] = {
	    "usr/share/doc", "/doc/",		"/docs/",  "/man/",   "locale/",   "i18n/",
	    "/lang/",	     "/language",	"/help/",  "example", "/samples/", "readme",
	    "usr/share/",    "bash-completion", "licence", "license"};
	struct arena a = {0};
	const char *low = text_lower(&a, span_str(path));
	bool prose = false;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		prose |= text_suffix(span_str(low), endings[i]);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		prose |= strstr(low, folders[i]) != NULL;
	arena_free(&a);
	return prose;
}
