/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Artifact observer: services that a vendor's configuration in XML switches on, such as
 *	<AclServices TELNETLanEnable="1" TELNETPORT="23" .../>
 *	<X_TelnetAccess Access="1" TelnetPort="23"/>
 *	<Tbl name="TelnetCfg"><Row><DM name="TS_Enable" val="1"/><DM name="TS_Port"
 *val="23"/></Row></Tbl> An option counts when its name says service and "enable", and its value
 *is 1. Elements that are not about a server of the device (ALG helpers, clients, redirections) are
 *left alone. Reference: Broadband Forum TR-098 and TR-181 (the data models these trees follow).
 */
#include "base/text.h"
#include "fact/observer.h"

enum { MAX_ATTRIBUTES = 64, MAX_CONFIG = 4 << 20 };

struct service {
	const char *word, *service, *protocol;
	uint16_t port;
};

static const struct service services[] = {
    {"telnet", "telnet", "tcp", 23}, {"sftp", "sftp", "tcp", 22},  {"tftp", "tftp", "udp", 69},
    {"ftp", "ftp", "tcp", 21},	     {"ssh", "ssh", "tcp", 22},	   {"https", "https", "tcp", 443},
    {"http", "http", "tcp", 80},     {"snmp", "snmp", "udp", 161},
};

/* One name and value with the place of both. */
struct attribute {
	struct span name, value;
	uint64_t offset, length;
};

struct element {
	struct span name;
	struct attribute list[MAX_ATTRIBUTES];
	size_t count;
};

struct reading {
	const struct artifact *a;
	struct facts *out;
	struct element e;   /* the element that is read */
	struct element row; /* DM pairs of a table's row */
	struct span table;  /* its name */
};

static bool holds(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

static char *lower(struct reading *r, struct span s)
{
	return text_lower(r->a->arena, span_cut(s, 0, 64));
}

static const struct service *service_of(const char *name)
{
	const struct service *found = NULL;
	const char *at = NULL;
	for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
		const char *p = strstr(name, services[i].word);
		if (p && (!at || p < at ||
			  (p == at && strlen(services[i].word) > strlen(found->word)))) {
			found = &services[i];
			at = p;
		}
	}
	return found;
}

/* What is not a server of this device, by the name of the element or option. */
static bool is_other(const char *name)
{
	static const char *const words[] = {
	    "alg",	   "client",  "redirect", "upgrade", "upload", "download",
	    "portmapping", "forward", "filter",	  "trap",    "diag",   "test",
	    "passthrough", "helper",  "snooping", "relay",   "log"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (holds(name, words[i]))
			return true;
	return false;
}

static bool is_switch(const char *name)
{
	struct span s = span_str(name);
	return text_suffix(s, "enable") || text_suffix(s, "enabled") || text_suffix(s, "access") ||
	       text_suffix(s, "on") || text_suffix(s, "_en");
}

static bool is_on(struct span v)
{
	return span_eq_str(v, "1") || span_eq_str(v, "true") || span_eq_str(v, "TRUE") ||
	       span_eq_str(v, "enable") || span_eq_str(v, "Enable") || span_eq_str(v, "on");
}

/* The port option of the service in the same element; the service's own port when there is none. */
static int64_t port_of(struct reading *r, const struct element *e, const struct service *s)
{
	for (size_t i = 0; i < e->count; i++) {
		const char *name = lower(r, e->list[i].name);
		int64_t n;
		bool outer = holds(name, "out") || holds(name, "wan") || holds(name, "remote");
		bool own = service_of(name) == s || strcmp(name, "port") == 0 ||
			   strcmp(name, "ts_port") == 0 || strcmp(name, "listenport") == 0;
		if (own && !outer && text_suffix(span_str(name), "port") &&
		    text_number(e->list[i].value, &n) && n > 0 && n < 65536)
			return n;
	}
	return s->port;
}

static void emit(struct reading *r, const struct element *e, const struct attribute *a,
		 const struct service *s)
{
	struct arena *arena = r->a->arena;
	char *name = arena_str(arena, span_cut(e->name, 0, 64));
	fact_listener(r->out,
		      &(struct fact_listener){.at = {.offset = a->offset, .length = a->length},
					      .protocol = s->protocol,
					      .port = NUM(port_of(r, e, s)),
					      .origin = "config",
					      .service = s->service,
					      .start = "condition",
					      .when_ = arena_printf(arena, "%s %.64s=%.16s", name,
								    arena_str(arena, a->name),
								    arena_str(arena, a->value))});
}

/* An option that only says "enable" takes its service from the element's name. */
static bool is_plain_switch(const char *name)
{
	static const char *const names[] = {"enable",	 "enabled",    "access",
					    "ts_enable", "lan_enable", "wan_enable",
					    "lanenable", "wanenable",  "servenable"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Does the option that switches the whole service off stand in the same element? */
static bool is_main_off(struct reading *r, const struct element *e, const struct service *s)
{
	for (size_t i = 0; i < e->count; i++) {
		const char *name = lower(r, e->list[i].name);
		bool main = is_plain_switch(name) && !holds(name, "lan") && !holds(name, "wan");
		size_t n = strlen(s->word);
		main = main || (strncmp(name, s->word, n) == 0 && strcmp(name + n, "enable") == 0);
		if (main && !is_on(e->list[i].value))
			return true;
	}
	return false;
}

static void judge(struct reading *r, const struct element *e)
{
	const char *element = lower(r, e->name);
	if (is_other(element))
		return;
	for (size_t i = 0; i < e->count; i++) {
		const struct attribute *a = &e->list[i];
		const char *name = lower(r, a->name);
		if (!is_on(a->value) || !is_switch(name) || is_other(name))
			continue;
		const struct service *s = service_of(name);
		if (!s && is_plain_switch(name))
			s = service_of(element);
		if (s && !is_main_off(r, e, s))
			emit(r, e, a, s);
	}
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_blanks(struct span s, size_t i)
{
	while (i < s.n && is_blank(s.p[i]))
		i++;
	return i;
}

/* name="value" at i; false at the end of the tag. */
static bool read_attribute(struct reading *r, size_t *pos)
{
	struct span s = r->a->bytes;
	size_t i = skip_blanks(s, *pos), begin = i;
	while (i < s.n && !is_blank(s.p[i]) && !strchr("=<>/", s.p[i]))
		i++;
	struct attribute a = {.name = span_cut(s, begin, i - begin), .offset = begin};
	i = skip_blanks(s, i);
	*pos = i;
	if (!a.name.n || i >= s.n || s.p[i] != '=')
		return false;
	i = skip_blanks(s, i + 1);
	if (i >= s.n || (s.p[i] != '"' && s.p[i] != '\''))
		return false;
	size_t end = i + 1;
	while (end < s.n && s.p[end] != s.p[i])
		end++;
	a.value = span_cut(s, i + 1, end - i - 1);
	*pos = end < s.n ? end + 1 : s.n;
	a.length = *pos - begin;
	if (r->e.count < MAX_ATTRIBUTES)
		r->e.list[r->e.count++] = a;
	return true;
}

static struct span value_of(const struct element *e, const char *name)
{
	for (size_t i = 0; i < e->count; i++)
		if (span_eq_str(e->list[i].name, name))
			return e->list[i].value;
	return SPAN("", 0);
}

/* <Tbl name="X"> opens a table, <DM name= val=> is an option of its row. */
static void table_element(struct reading *r)
{
	if (span_eq_str(r->e.name, "Tbl")) {
		r->table = value_of(&r->e, "name");
	} else if (span_eq_str(r->e.name, "Row")) {
		r->row.count = 0;
		r->row.name = r->table;
	} else if (span_eq_str(r->e.name, "DM") && r->row.count < MAX_ATTRIBUTES && r->e.count) {
		const struct attribute *last = &r->e.list[r->e.count - 1];
		r->row.list[r->row.count++] = (struct attribute){
		    value_of(&r->e, "name"), value_of(&r->e, "val"), r->e.list[0].offset,
		    last->offset + last->length - r->e.list[0].offset};
	}
}

/* <TelnetEnable>1</TelnetEnable>: an option of its own. */
static void leaf_element(struct reading *r, size_t pos)
{
	struct span s = r->a->bytes;
	size_t end = pos;
	while (end < s.n && end - pos < 16 && s.p[end] != '<')
		end++;
	if (r->e.count || end == pos || !SPAN_IS(s, end, "</"))
		return;
	r->e.list[0] =
	    (struct attribute){r->e.name, span_trim(span_cut(s, pos, end - pos)), pos, end - pos};
	r->e.count = 1;
	judge(r, &r->e);
}

static size_t read_tag(struct reading *r, size_t i)
{
	struct span s = r->a->bytes;
	size_t begin = ++i;
	if (SPAN_IS(s, i, "!--")) {
		size_t end = span_find(s, SPAN_LIT("-->"), i);
		return end == SIZE_MAX ? s.n : end + 3;
	}
	i += i < s.n && s.p[i] == '/';
	while (i < s.n && !is_blank(s.p[i]) && s.p[i] != '>' && s.p[i] != '/' && s.p[i] != '<')
		i++;
	r->e.name = span_cut(s, begin, i - begin);
	r->e.count = 0;
	while (read_attribute(r, &i))
		;
	if (span_eq_str(r->e.name, "/Row")) {
		judge(r, &r->row);
		r->row.count = 0;
	}
	table_element(r);
	judge(r, &r->e);
	if (i < s.n && s.p[i] == '>')
		leaf_element(r, i + 1);
	return i;
}

static void observe(const struct artifact *a, struct facts *out)
{
	struct span head = span_cut(a->bytes, 0, 4096);
	if (!a->text || memchr(head.p, '<', head.n) == NULL ||
	    (span_find(head, SPAN_LIT("<html"), 0) != SIZE_MAX ||
	     span_find(head, SPAN_LIT("<HTML"), 0) != SIZE_MAX))
		return;
	struct reading *r = arena_alloc(a->arena, sizeof *r);
	r->a = a;
	r->out = out;
	struct span all = span_cut(a->bytes, 0, MAX_CONFIG);
	if (all.n < a->bytes.n && SPAN_IS(span_trim(head), 0, "<"))
		facts_note(out, (struct place){.offset = all.n, .length = a->bytes.n - all.n},
			   "a long XML file: what is behind its first %d MiB was not read for services",
			   MAX_CONFIG >> 20);
	for (size_t i = 0; i < all.n;) {
		const uint8_t *tag = memchr(all.p + i, '<', all.n - i);
		i = tag ? read_tag(r, (size_t)(tag - all.p)) : all.n;
	}
}

static const struct pattern patterns[] = {
    {"telnet", 0, true},	{"ssh", 0, true},	    {"ftpenable", 0, true},
    {"ftplanenable", 0, true},	{"ftpcfg", 0, true},	    {"ftpserver", 0, true},
    {"httplanenable", 0, true}, {"httpwanenable", 0, true}, {"snmp", 0, true},
    {NULL, 0, false},
};

const struct observer observer_config_services = {
    .name = "config-services",
    .title = "services that a configuration in XML switches on",
    .wants = WANTS_HITS,
    .patterns = patterns,
    .observe = observe,
};
