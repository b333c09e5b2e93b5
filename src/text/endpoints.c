/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endpoints: host names, URLs and addresses in text and in programs. URLs are found by their "://";
 * names and addresses by their dots. A bare name counts only with evidence: it is a value of an
 * option that takes one, an argument of a program that connects, quoted, or a whole string. What
 * nobody would call by himself (namespaces, licences, manuals) is kept under a purpose that says so.
 */
#include "base/path.h"
#include "base/text.h"
#include "fact/observer.h"
#include "text/context.h"
#include "text/host.h"
#include "text/purpose.h"

enum {
	MAX_ENDPOINTS = 512, /* for each artifact; a note says when there were more */
	CONTEXT_BEFORE = 64, /* bytes of a line or string that tell what follows */
	STRING_LIMIT = 256,
	LINE_LIMIT = 320,
	LONGEST_NAME = 253,
	VERSION_BELOW = 60, /* first number up to which four numbers may be a version */
};

struct gather {
	const struct artifact *a;
	struct facts *out;
	const char *file;                 /* lower case */
	uint64_t seen[MAX_ENDPOINTS];     /* hashes of what was put */
	struct span ranges[MAX_ENDPOINTS]; /* URLs, in order of offset */
	size_t count, range_count;
	bool full;
	bool code_text;                   /* names of members look like host names here */
};

static uint64_t hash_of(struct span s)
{
	uint64_t h = 1469598103934665603u;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 1099511628211u;
	return h;
}

/* First time, and still room? */
static bool is_new(struct gather *g, struct span what)
{
	uint64_t h = hash_of(what);
	for (size_t i = 0; i < g->count; i++)
		if (g->seen[i] == h)
			return false;
	if (g->count == MAX_ENDPOINTS) {
		g->full = true;
		return false;
	}
	g->seen[g->count++] = h;
	return true;
}

/* The line (text) or string (program) around a place. */
static struct span around(const struct gather *g, uint64_t at)
{
	if (g->a->text)
		return context_line(g->a->bytes, at, LINE_LIMIT);
	return context_string(g->a->bytes, at, STRING_LIMIT);
}

/* The string that ends right before `begin`, a few NULs away: often the name of an option. */
static struct span string_before(const struct gather *g, uint64_t begin)
{
	struct span s = g->a->bytes;
	uint64_t at = begin;
	while (at > 0 && begin - at < 8 && s.p[at - 1] == 0)
		at--;
	if (at == 0 || at == begin)
		return SPAN(s.p, 0);
	struct span word = context_string(s, at - 1, CONTEXT_BEFORE);
	return span_cut(word, 0, at - context_offset(s, word));
}

/* The words in front of `at`, without the punctuation that joins them to the value. */
static struct span words_before(const struct gather *g, struct span line, uint64_t at)
{
	uint64_t in = at - context_offset(g->a->bytes, line);
	uint64_t from = in > CONTEXT_BEFORE ? in - CONTEXT_BEFORE : 0;
	struct span w = span_trim(span_cut(line, from, in - from));
	while (w.n && strchr("\"'=:(>[{", w.p[w.n - 1]))
		w = span_trim(span_cut(w, 0, w.n - 1));
	if (w.n == 0 && !g->a->text)
		w = span_trim(string_before(g, context_offset(g->a->bytes, line)));
	return w;
}

struct place_of {
	struct span host, address, url, path, context;
	uint32_t port;
	uint32_t v4;
};

static void put(struct gather *g, const struct place_of *p, struct span what, const char *purpose)
{
	struct arena *ar = g->a->arena;
	struct fact_endpoint f = {.purpose = purpose};
	f.at.offset = context_offset(g->a->bytes, what);
	f.at.length = what.n;
	f.host = p->host.n ? text_lower(ar, p->host) : NULL;
	f.address = p->address.n ? arena_str(ar, p->address) : NULL;
	f.url = p->url.n ? arena_str(ar, p->url) : NULL;
	f.context = p->context.n ? arena_str(ar, p->context) : NULL;
	if (p->port)
		f.port = NUM(p->port);
	fact_endpoint(g->out, &f);
}

static const char *judge(const struct gather *g, const struct place_of *p, struct span host, uint64_t at)
{
	struct arena *ar = g->a->arena;
	if (p->address.n && host_address_example(p->v4))
		return "example";
	if (p->address.n && host_address_local(p->v4))
		return "local";
	if (g->a->text && !g->code_text && context_is_comment(g->a->bytes, at))
		return "docs";
	struct purpose_words w = {text_lower(ar, host), text_lower(ar, p->path),
				  text_lower(ar, p->context), g->file};
	return purpose_of(&w);
}

static bool name_char(uint8_t c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* A name as it may stand in a URL, with or without dots; not a placeholder. */
static bool is_name(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!name_char(s.p[i]) && s.p[i] != '_')
			return false;
	return s.n > 0;
}

/*
 * In a certificate a URL is not closed by a NUL but has its length in front of it (X.690: 0x86 for a
 * general name, 0x16 for an IA5String): what follows is not part of it.
 */
static void cut_der(struct span s, struct url *u)
{
	uint64_t at = context_offset(s, u->whole);
	if (at < 2 || (s.p[at - 2] != 0x86 && s.p[at - 2] != 0x16) || s.p[at - 1] >= u->whole.n)
		return;
	struct url cut;
	struct span inside = span_cut(s, at, s.p[at - 1]);
	if (url_at(inside, u->scheme.n, &cut))
		*u = cut;
}

static void take_url(struct gather *g, uint64_t at)
{
	struct url u;
	if (!url_at(g->a->bytes, at, &u))
		return;
	if (!g->a->text)
		cut_der(g->a->bytes, &u);
	if (g->range_count < MAX_ENDPOINTS)
		g->ranges[g->range_count++] = u.whole;
	if (!is_new(g, u.whole))
		return;
	struct place_of p = {.url = u.whole, .path = u.path, .port = u.port};
	uint64_t begin = context_offset(g->a->bytes, u.whole);
	p.context = words_before(g, around(g, begin), begin);
	if (host_address(u.host, &p.v4))
		p.address = u.host;
	else if (is_name(u.host))
		p.host = u.host;
	put(g, &p, u.whole, judge(g, &p, u.host, begin));
}

struct low {
	char text[CONTEXT_BEFORE * 2 + 1];
};

/* The context in lower case, its end when it is long. */
static struct low lower(struct span s)
{
	struct low out = {{0}};
	if (s.n >= sizeof out.text)
		s = span_from(s, s.n - sizeof out.text + 1);
	for (size_t i = 0; i < s.n; i++)
		out.text[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
	return out;
}

static uint8_t byte_at(struct span s, uint64_t at)
{
	return at < s.n ? s.p[at] : 0;
}

/* An option whose value is a host, or a program that gets one as argument, in the words before. */
static bool asks_for_host(struct span context)
{
	static const char *const keys[] = {
		"server", "host",  "domain", "url",   "addr",    "ntp",   "dns",   "acs",     "cwmp",
		"tr069",  "stun",  "smtp",   "mail",  "cloud",   "report", "upgrade", "update", "fota",
		"gateway", "peer", "remote", "proxy", "broker",  "mqtt",  "provider", "registrar", "pool",
		"ping ",  "nslookup", "wget", "curl", "telnet ", "ssh ",  "tftp", "connect", "http", NULL};
	const struct low low = lower(context);
	for (size_t i = 0; keys[i]; i++)
		if (strstr(low.text, keys[i]))
			return true;
	return false;
}

struct candidate {
	struct span name, line, context;
	uint8_t before, behind;
	bool whole, quoted;
};

static bool edge_is_good(const struct candidate *c)
{
	if (c->before && strchr("@/\\%$}_.*&~#", c->before))
		return false;
	return !(c->behind && strchr("(=_\\$%{[@*+&~", c->behind));
}

/* Turned names (org.freedesktop.DBus) and names whose first label says they are something else. */
static bool is_turned(struct span name)
{
	static const char *const firsts[] = {"com.", "org.", "net.", "cn.", "edu.", "gov.", "java.",
					     "javax.", "this.", "window.", "document.", "self.", NULL};
	for (size_t i = 0; firsts[i]; i++)
		if (text_prefix(name, firsts[i]))
			return true;
	return false;
}

static bool name_counts(const struct gather *g, const struct candidate *c, enum host_zone zone)
{
	size_t labels = host_labels(c->name);
	bool plain = zone == HOST_ZONE_COMMON || (zone == HOST_ZONE_COUNTRY && labels > 2);
	if (zone == HOST_ZONE_NONE || zone == HOST_ZONE_FILE || is_turned(c->name) || !edge_is_good(c))
		return false;
	if (plain && (c->whole || c->quoted))
		return true;
	if (g->code_text || (zone == HOST_ZONE_OTHER && !c->whole && !c->quoted))
		return false;
	if (!g->a->text && zone != HOST_ZONE_COMMON && labels < 3)
		return false;
	return asks_for_host(c->context);
}

static bool says_version(struct span context)
{
	static const char *const words[] = {"version", "ver.", "rev", "release", "oid", "build", "v", NULL};
	const struct low low = lower(context);
	size_t n = strlen(low.text);
	for (size_t i = 0; words[i]; i++) {
		size_t w = strlen(words[i]);
		if (w > 1 ? strstr(low.text, words[i]) != NULL
			  : n >= w && low.text[n - 1] == *words[i] &&
				  (n == 1 || strchr(" ,", low.text[n - 2]) != NULL))
			return true;
	}
	return false;
}

static bool asks_for_address(struct span context)
{
	static const char *const keys[] = {"ip", "route", "ifconfig", "mask", "gw", "lan", "wan", NULL};
	const struct low low = lower(context);
	for (size_t i = 0; keys[i]; i++)
		if (strstr(low.text, keys[i]))
			return true;
	return asks_for_host(context);
}

static bool address_counts(const struct candidate *c, uint32_t v4)
{
	if (says_version(c->context) || !edge_is_good(c) || (c->before && strchr("-vVrR", c->before)))
		return false;
	if (c->behind == '-' || ((v4 >> 24) == 0 && v4 != 0))
		return false;
	bool high = (v4 >> 24) >= VERSION_BELOW || host_address_local(v4);
	bool resolver = v4 == 0x08080808 || v4 == 0x08080404 || v4 == 0x01010101 || v4 == 0x09090909 ||
			v4 == 0x04020201 || v4 == 0x04020202;
	if ((c->whole || c->quoted || c->behind == ':' || c->behind == '/') && (high || resolver))
		return true;
	return asks_for_address(c->context);
}

static void take_name(struct gather *g, struct span name)
{
	struct span s = g->a->bytes;
	uint64_t at = context_offset(s, name);
	struct candidate c = {.name = name};
	struct place_of p = {0};
	enum host_zone zone = host_zone(name);
	bool address = zone == HOST_ZONE_NONE && host_address(name, &p.v4);
	if (zone == HOST_ZONE_NONE && !address)
		return;
	c.line = around(g, at);
	c.before = at ? byte_at(s, at - 1) : 0;
	c.behind = byte_at(s, at + name.n);
	c.whole = span_trim(c.line).n == name.n;
	c.quoted = c.before && c.behind && strchr("\"'>", c.before) && strchr("\"'<", c.behind);
	c.context = words_before(g, c.line, at);
	if (!(address ? address_counts(&c, p.v4) : name_counts(g, &c, zone)) || !is_new(g, name))
		return;
	p.context = c.context;
	*(address ? &p.address : &p.host) = name;
	if (c.behind == ':') {
		int64_t port = 0;
		uint64_t from = at + name.n + 1;
		size_t n = 0;
		while (n < 5 && byte_at(s, from + n) >= '0' && byte_at(s, from + n) <= '9')
			n++;
		if (n && text_number(span_cut(s, from, n), &port) && port < 65536)
			p.port = (uint32_t)port;
	}
	put(g, &p, name, judge(g, &p, name, at));
}

static bool joins(uint8_t c)
{
	return name_char(c) && c != '.' && c != '-';
}

/* The run of name characters around a dot, without punctuation at its ends; *end: of the whole run. */
static struct span name_around(struct span s, size_t dot, size_t *run_end)
{
	size_t begin = dot, end = dot + 1;
	while (begin > 0 && dot - begin <= LONGEST_NAME && name_char(s.p[begin - 1]))
		begin--;
	while (end < s.n && end - dot <= LONGEST_NAME && name_char(s.p[end]))
		end++;
	*run_end = end;
	while (end > begin && (s.p[end - 1] == '.' || s.p[end - 1] == '-'))
		end--;
	while (begin < end && (s.p[begin] == '.' || s.p[begin] == '-'))
		begin++;
	return span_cut(s, begin, end - begin);
}

static bool dot_joins(struct span s, size_t dot)
{
	return dot > 0 && joins(s.p[dot - 1]) && joins(byte_at(s, dot + 1));
}

/* Is there a dot that joins in front of this one, in the same run? Then that one speaks for the run. */
static bool is_later_dot(struct span s, size_t dot)
{
	for (size_t i = dot; i > 0 && dot - i <= LONGEST_NAME && name_char(s.p[i - 1]); i--)
		if (s.p[i - 1] == '.' && dot_joins(s, i - 1))
			return true;
	return false;
}

/* The first dot that joins of every run of name characters that may be a name or an address. */
static void find(struct span s, uint64_t from, uint64_t to, struct finder *out)
{
	size_t at = (size_t)from, end;
	uint32_t v4;
	while (at < to) {
		const uint8_t *dot = memchr(s.p + at, '.', (size_t)to - at);
		if (!dot)
			return;
		size_t i = (size_t)(dot - s.p);
		at = i + 1;
		if (!dot_joins(s, i) || is_later_dot(s, i))
			continue;
		struct span name = name_around(s, i, &end);
		at = end;
		if ((host_zone(name) != HOST_ZONE_NONE || host_address(name, &v4)) && !out->add(out, i))
			return;
	}
}

/* What was found, outside of URLs. */
static void take_names(struct gather *g)
{
	struct span s = g->a->bytes;
	size_t range = 0, end;
	for (size_t i = 0; i < g->a->found_count && !g->full; i++) {
		struct span name = name_around(s, (size_t)g->a->found[i], &end);
		uint64_t begin = context_offset(s, name);
		while (range < g->range_count &&
		       context_offset(s, g->ranges[range]) + g->ranges[range].n <= begin)
			range++;
		if (range < g->range_count && context_offset(s, g->ranges[range]) < end)
			continue;
		take_name(g, name);
	}
	g->full = g->full || !g->a->found_all;
}

/* Languages in which a dot joins an object and its member. */
static bool is_code(const char *path)
{
	static const char *const globs[] = {"*.js", "*.htm", "*.html", "*.css", "*.lua", "*.py", "*.c",
					    "*.h", "*.php", "*.asp", "*.java", "*.json", "*.ts", "*.svg",
					    "*.pl", "*.jsp", "*.map", "*.tcl", NULL};
	for (size_t i = 0; path && globs[i]; i++)
		if (path_match(globs[i], path))
			return true;
	return false;
}

/* Pictures, fonts and sounds name the program that made them. */
static bool is_picture(const char *path)
{
	static const char *const globs[] = {"*.png", "*.jpg", "*.jpeg", "*.gif", "*.ico", "*.bmp", "*.ttf",
					    "*.woff", "*.woff2", "*.eot", "*.mp3", "*.mp4", "*.wav", NULL};
	for (size_t i = 0; path && globs[i]; i++)
		if (path_match(globs[i], path))
			return true;
	return false;
}

static const struct pattern patterns[] = {{"://", 3, false}, {NULL, 0, false}};

static void observe(const struct artifact *a, struct facts *out)
{
	if (context_is_container(a) || is_picture(a->path))
		return;
	struct gather *g = arena_alloc(a->arena, sizeof *g);
	g->a = a;
	g->out = out;
	g->file = a->path ? text_lower(a->arena, span_str(a->path)) : "";
	g->code_text = a->text && is_code(a->path);
	for (size_t i = 0; i < a->hit_count && !g->full; i++)
		take_url(g, a->hits[i].offset);
	take_names(g);
	if (g->full)
		facts_note(out, (struct place){.length = a->bytes.n},
			   "more hosts and addresses than the %d that are kept for a file", MAX_ENDPOINTS);
}

const struct observer observer_endpoints = {
	.name = "endpoints",
	.title = "host names, addresses and URLs with their purpose",
	.wants = WANTS_BYTES,
	.patterns = patterns,
	.find = find,
	.observe = observe,
};
