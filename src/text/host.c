/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Top-level domains: ISO 3166 codes in use and the generic ones met in the field, after the IANA
 * root zone database (https://www.iana.org/domains/root/db).
 */
#include "text/host.h"

#include "base/text.h"

enum { LONGEST_URL = 1024, LONGEST_HOST = 253, LONGEST_LABEL = 63 };

static const char common[] = " com net org edu gov cn ";
static const char files[] = " sh so py pl ps md rs zip mov cc am mk ml la do ms in id ai app dev ";
/* By the first letter: the second letters of country codes, and the generic ones. */
static const struct {
	const char *country, *generic;
} zones[26] = {
	{"cdefgilmoqrstuwxz", " aero amazon arpa asia aws "},
	{"abdefghijmnorstwyz", " bar biz "},
	{"acdfghiklmnoruvwxyz", " click cloud club coop "},
	{"ejkmoz", " digital "},
	{"cegrstu", " email "},
	{"ijkmor", " fun "},
	{"adefghilmnpqrstuwy", " goog google group "},
	{"kmnrtu", " host "},
	{"delmnoqrst", " icu info int "},
	{"emop", ""},
	{"eghimnprwyz", ""},
	{"abcikrstuvy", " link live ltd "},
	{"acdeghklmnopqrstuvwxyz", " mil mobi "},
	{"acefgilopruz", " name network "},
	{"m", " onion online "},
	{"aefghklmnrstwy", " page pro "},
	{"a", ""},
	{"eosuw", ""},
	{"abcdeghiklmnorstuvxyz", " services shop site space store support systems "},
	{"cdfghjklmnortvwz", " tech tel today top "},
	{"agksyz", ""},
	{"aceginu", " vip "},
	{"fs", " website wiki work world "},
	{"", " xyz "},
	{"et", ""},
	{"amw", ""},
};

static bool alnum(uint8_t c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9');
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* Is the label one of the words of a list that has a blank on both sides of each? */
static bool in_list(struct span label, const char *list)
{
	char key[20];
	if (label.n == 0 || label.n > sizeof key - 3)
		return false;
	key[0] = ' ';
	for (size_t i = 0; i < label.n; i++)
		key[i + 1] = (char)lower(label.p[i]);
	key[label.n + 1] = ' ';
	key[label.n + 2] = 0;
	return strstr(list, key) != NULL;
}

size_t host_labels(struct span s)
{
	size_t n = 1;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '.';
	return n;
}

static bool labels_are_good(struct span s)
{
	if (s.n < 4 || s.n > LONGEST_HOST || !memchr(s.p, '.', s.n))
		return false;
	struct span rest = s;
	bool letter = false;
	while (rest.n) {
		struct span label = text_field(&rest, '.');
		if (label.n == 0 || label.n > LONGEST_LABEL || label.p[0] == '-' ||
		    label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++) {
			if (!alnum(label.p[i]) && label.p[i] != '-' && label.p[i] != '_')
				return false;
			letter = letter || (label.p[i] | 32) >= 'a';
		}
	}
	return letter && s.p[s.n - 1] != '.';
}

static enum host_zone zone_of(struct span label)
{
	uint8_t first = label.n > 1 ? lower(label.p[0]) : 0;
	if (first < 'a' || first > 'z')
		return HOST_ZONE_NONE;
	if (in_list(label, common))
		return HOST_ZONE_COMMON;
	if (in_list(label, files))
		return HOST_ZONE_FILE;
	if (label.n == 2 && alnum(label.p[1]))
		return strchr(zones[first - 'a'].country, lower(label.p[1])) ? HOST_ZONE_COUNTRY
									      : HOST_ZONE_NONE;
	return in_list(label, zones[first - 'a'].generic) ? HOST_ZONE_OTHER : HOST_ZONE_NONE;
}

enum host_zone host_zone(struct span s)
{
	const uint8_t *dot = s.n ? memrchr(s.p, '.', s.n) : NULL;
	if (!dot) /* the last label first: it is what most dotted words fail by */
		return HOST_ZONE_NONE;
	enum host_zone zone = zone_of(span_from(s, (uint64_t)(dot - s.p) + 1));
	return zone != HOST_ZONE_NONE && labels_are_good(s) ? zone : HOST_ZONE_NONE;
}

bool host_address(struct span s, uint32_t *v4)
{
	struct span rest = s;
	uint32_t v = 0;
	if (s.n < 7 || s.n > 15)
		return false;
	for (int i = 0; i < 4; i++) {
		struct span f = text_field(&rest, '.');
		uint32_t n = 0;
		if (f.n == 0 || f.n > 3 || (f.n > 1 && f.p[0] == '0'))
			return false;
		for (size_t k = 0; k < f.n; k++) {
			if (f.p[k] < '0' || f.p[k] > '9')
				return false;
			n = n * 10 + (uint32_t)(f.p[k] - '0');
		}
		if (n > 255)
			return false;
		v = v << 8 | n;
	}
	*v4 = v;
	return rest.n == 0 && s.p[s.n - 1] != '.';
}

bool host_address_local(uint32_t v4)
{
	uint32_t a = v4 >> 24, ab = v4 >> 16;
	return a == 0 || a == 10 || a == 127 || a >= 224 || ab == 0xc0a8 || ab == 0xa9fe ||
	       (ab >= 0xac10 && ab <= 0xac1f) || (v4 & 0xffc00000) == 0x64400000;
}

bool host_address_example(uint32_t v4)
{
	uint32_t net = v4 >> 8;
	return net == 0xc00002 || net == 0xc63364 || net == 0xcb0071;
}

static const char *const schemes[] = {"https", "http", "ftps", "tftp", "sftp", "ftp",  "wss", "ws",
				      "rtsps", "rtsp", "rtmp", "mqtts", "mqtt", "ldaps", "ldap", "tcp",
				      "udp",   "ssl",  "tls",  "telnet", "ssh", "smb", "nfs", "rsync",
				      "git",   "svn",  "stuns", "stun", "turns", "turn", "sips", "sip",
				      "ntp",   "coaps", "coap", "xmpp", "socks5", "dns", NULL};

/* The scheme that ends at `at`: known, and not the tail of a longer word unless it is http or ftp. */
static struct span scheme_before(struct span s, uint64_t at)
{
	uint64_t begin = at;
	while (begin > 0 && at - begin < 12 && (alnum(s.p[begin - 1]) || s.p[begin - 1] == '+'))
		begin--;
	struct span word = span_cut(s, begin, at - begin);
	for (size_t i = 0; schemes[i]; i++) {
		size_t n = strlen(schemes[i]);
		if (word.n < n || strncasecmp((const char *)word.p + word.n - n, schemes[i], n) != 0)
			continue;
		if (word.n == n || n >= 4)
			return span_from(word, word.n - n);
	}
	return span_cut(s, at, 0);
}

static bool url_char(uint8_t c)
{
	return c > 0x20 && c < 0x7f && !strchr("\"'`<>\\^|", c);
}

/* Punctuation of the sentence or code around it is not part of a URL. */
static size_t without_tail(struct span s, size_t n)
{
	while (n && strchr(".,;:!?)]}*", s.p[n - 1])) {
		bool pair = s.p[n - 1] == '}' ? memchr(s.p, '{', n) != NULL
			  : s.p[n - 1] == ')' ? memchr(s.p, '(', n) != NULL
			  : s.p[n - 1] == ']' ? memchr(s.p, '[', n) != NULL
					      : false;
		if (pair)
			break;
		n--;
	}
	return n;
}

static void split_authority(struct span authority, struct url *u)
{
	for (size_t i = authority.n; i-- > 0;)
		if (authority.p[i] == '@') {
			u->user = span_cut(authority, 0, i);
			authority = span_from(authority, i + 1);
			break;
		}
	u->host = authority;
	size_t close = authority.n && authority.p[0] == '[' ? span_find(authority, SPAN_LIT("]"), 0) : 0;
	for (size_t i = close == SIZE_MAX ? authority.n : close; i < authority.n; i++) {
		int64_t port;
		if (authority.p[i] != ':')
			continue;
		u->host = span_cut(authority, 0, i);
		if (text_number(span_from(authority, i + 1), &port) && port > 0 && port < 65536)
			u->port = (uint32_t)port;
		break;
	}
}

bool url_at(struct span s, uint64_t at, struct url *u)
{
	*u = (struct url){0};
	if (!SPAN_IS(s, at, "://"))
		return false;
	u->scheme = scheme_before(s, at);
	if (u->scheme.n == 0)
		return false;
	struct span rest = span_cut(s, at + 3, LONGEST_URL);
	size_t n = 0;
	while (n < rest.n && url_char(rest.p[n]))
		n++;
	n = without_tail(rest, n);
	rest = span_cut(rest, 0, n);
	size_t end = 0;
	while (end < rest.n && !strchr("/?#", rest.p[end]))
		end++;
	split_authority(span_cut(rest, 0, end), u);
	u->path = span_from(rest, end);
	u->whole = SPAN(u->scheme.p, u->scheme.n + 3 + n);
	return u->host.n > 0;
}
