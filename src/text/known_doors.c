/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known doors: entries of data/known-doors.tsv met in a program, script or page. The head of that
 * file says what each kind of term means. What a term is worth depends on where it stands:
 *
 *   binary   bounded by bytes that cannot be part of a string
 *   text     a word or argument of a script, page or configuration file, outside of comments;
 *            never in manuals, word lists and detection rules
 *
 * A file with the doors of many vendors is a list about doors (a scanner, a virus signature file)
 * and a file that names the door's CVE number describes it: both are silent. Accounts, listeners
 * and user names as such are compared with facts, in SQL.
 */
#include "fact/known_doors.h"

#include "base/hash.h"
#include "base/path.h"
#include "base/text.h"
#include "text/context.h"

enum { CLOSE_BY = 64, TOO_MANY_VENDORS = 3, STRING_LIMIT = 2048, KEY_LIMIT = 4096 };

struct met {
	uint64_t at, n;
	bool yes;
};

struct look {
	const struct artifact *a;
	struct met *met;    /* one for each term */
	bool program_text;
};

static bool printable(uint8_t c)
{
	return c >= 0x20 && c < 0x7f;
}

static bool wordly(uint8_t c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Is the match a whole string (binary) or a whole word (text)? */
static bool is_whole(const struct look *l, uint64_t at, size_t n)
{
	struct span s = l->a->bytes;
	bool (*joins)(uint8_t) = l->a->text ? wordly : printable;
	bool before = at > 0 && joins(s.p[at - 1]);
	bool behind = span_has(s, at + n, 1) && joins(s.p[at + n]);
	return !before && !behind;
}

static bool is_end(const struct look *l, uint64_t at, size_t n)
{
	struct span s = l->a->bytes;
	return !span_has(s, at + n, 1) || !(l->a->text ? wordly(s.p[at + n]) : printable(s.p[at + n]));
}

/* A character that may stand in front of or behind an address. */
static bool is_url_edge(uint8_t c)
{
	return !printable(c) || strchr(" \"'`=<>()?&#,;|", c);
}

static bool is_url(const struct look *l, uint64_t at, size_t n)
{
	struct span s = l->a->bytes;
	uint8_t first = s.p[at];
	bool host = at > 0 && first == '/' && (wordly(s.p[at - 1]) || s.p[at - 1] == '}');
	bool front = at == 0 || is_url_edge(s.p[at - 1]) || (first != '/' && s.p[at - 1] == '/') || host;
	return front && (!span_has(s, at + n, 1) || is_url_edge(s.p[at + n]));
}

static bool is_hash(const struct look *l, uint64_t at, size_t n)
{
	static const char more[] = "./$";
	struct span s = l->a->bytes;
	uint8_t before = at ? s.p[at - 1] : 0, behind = span_has(s, at + n, 1) ? s.p[at + n] : 0;
	return !(before && (wordly(before) || strchr(more, before))) &&
	       !(behind && (wordly(behind) || strchr(more, behind)));
}

/* Does the user stand close by as a whole string too? */
static bool user_close_by(const struct look *l, uint64_t at, size_t n, struct span user)
{
	uint64_t begin = at > CLOSE_BY ? at - CLOSE_BY : 0;
	struct span near = span_cut(l->a->bytes, begin, at - begin + n + CLOSE_BY);
	for (size_t k = 0; (k = span_find(near, user, k)) != SIZE_MAX; k++)
		if (is_whole(l, begin + k, user.n) && (begin + k >= at + n || begin + k + user.n <= at))
			return true;
	return false;
}

static bool text_allows(const struct look *l, const struct known_term *t, uint64_t at)
{
	if (!l->a->text)
		return true;
	if (context_is_comment(l->a->bytes, at))
		return false;
	if (t->kind == KNOWN_HASH)
		return !context_is_document(l->a->path);
	return l->program_text;
}

/* `user:password` in clear: an argument, the user part of an address or a whole string. */
static bool is_pair(const struct look *l, uint64_t at, size_t n)
{
	struct span s = l->a->bytes;
	uint8_t before = at ? s.p[at - 1] : 0, behind = span_has(s, at + n, 1) ? s.p[at + n] : 0;
	return (!printable(before) || strchr(" \"'=/", before)) &&
	       (!printable(behind) || strchr(" \"'@;,<", behind));
}

static bool fits(const struct look *l, const struct known_term *t, enum known_role role, uint64_t at,
		 size_t n)
{
	if (!text_allows(l, t, at))
		return false;
	if (role == KNOWN_PAIR)
		return is_pair(l, at, n);
	if (role == KNOWN_SECRET)
		return is_whole(l, at, n) && user_close_by(l, at, n, SPAN(t->value, t->n));
	switch (t->kind) {
	case KNOWN_BYTES:
	case KNOWN_HEX:
		return role == KNOWN_DIGITS || !l->a->text;
	case KNOWN_PART:
		return true;
	case KNOWN_OPTION:
		return l->a->text && at && !wordly(l->a->bytes.p[at - 1]);
	case KNOWN_URL:
		return is_url(l, at, n);
	case KNOWN_HASH:
		return is_hash(l, at, n);
	case KNOWN_SUFFIX:
		return is_end(l, at, n);
	default:
		return is_whole(l, at, n);
	}
}

static int base64_value(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26
	     : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The MD5 fingerprint of an SSH public key that stands in base64 at `at` (RFC 4253, RFC 4716). */
static void ssh_key(const struct look *l, uint64_t at)
{
	uint8_t blob[KEY_LIMIT], sum[16];
	struct span s = l->a->bytes;
	size_t n = 0, used = 0;
	uint32_t bits = 0;
	for (; n < sizeof blob && span_has(s, at + used, 1); used++) {
		int v = base64_value(s.p[at + used]);
		if (v < 0)
			break;
		bits = bits << 6 | (uint32_t)v;
		if (used % 4)
			blob[n++] = (uint8_t)(bits >> (6 - 2 * (used % 4)));
	}
	hash_md5(SPAN(blob, n), sum);
	for (size_t i = 0; i < known_term_count; i++)
		if (known_terms[i].kind == KNOWN_KEY && known_terms[i].n == sizeof sum &&
		    memcmp(known_terms[i].value, sum, sizeof sum) == 0)
			l->met[i] = (struct met){at, used, true};
}

static void take_hits(const struct look *l)
{
	bool may = !l->a->text || !context_is_document(l->a->path);
	for (size_t i = 0; i < l->a->hit_count && may; i++) {
		const struct hit *h = &l->a->hits[i];
		const struct known_pattern *p = &known_patterns[h->pattern];
		const struct known_term *t = &known_terms[p->term];
		struct met *m = &l->met[p->term];
		size_t n = known_literals[h->pattern].n;
		if (!span_has(l->a->bytes, h->offset, n))
			continue;
		if (p->role == KNOWN_SSH) {
			if (!context_is_comment(l->a->bytes, h->offset))
				ssh_key(l, h->offset);
		} else if (!m->yes && fits(l, t, p->role, h->offset, n)) {
			*m = (struct met){h->offset, n, true};
		}
	}
}

/* Terms about the file itself: its name and kind. */
static void take_file(const struct look *l)
{
	const struct artifact *a = l->a;
	bool elf = a->format && strcmp(a->format, "elf") == 0;
	bool runs = elf || SPAN_IS(a->bytes, 0, "#!");
	for (size_t i = 0; i < known_term_count; i++) {
		const struct known_term *t = &known_terms[i];
		struct met whole = {0, a->bytes.n, true};
		if (t->kind == KNOWN_ELF && elf)
			l->met[i] = whole;
		if (!a->named || !a->path || !a->bytes.n)
			continue;
		if (t->kind == KNOWN_PROGRAM && runs && strcmp(path_base(a->path), t->value) == 0)
			l->met[i] = whole;
		struct span path = span_str(a->path);
		if (t->kind == KNOWN_PAGE && text_suffix(path, t->value) &&
		    (path.n == t->n || path.p[path.n - t->n - 1] == '/'))
			l->met[i] = whole;
	}
}

static bool is_literal(enum known_kind kind)
{
	return kind == KNOWN_STRING || kind == KNOWN_PART || kind == KNOWN_BYTES || kind == KNOWN_URL ||
	       kind == KNOWN_OPTION;
}

/*
 * Of a way with several terms only the most telling one is searched for in every file. Where that
 * one (or the file's name) was met, the others are looked for here.
 */
static void take_rest(const struct look *l)
{
	for (size_t i = 0; i < known_term_count; i++) {
		const struct known_term *t = &known_terms[i];
		bool called = false;
		for (size_t k = i; k-- > 0 && known_terms[k].door == t->door && known_terms[k].way == t->way;)
			called = called || (l->met[k].yes && known_terms[k].kind != KNOWN_ELF);
		for (size_t k = i + 1; k < known_term_count && known_terms[k].door == t->door &&
				       known_terms[k].way == t->way; k++)
			called = called || (l->met[k].yes && known_terms[k].kind != KNOWN_ELF);
		if (!called || l->met[i].yes || !is_literal(t->kind))
			continue;
		for (size_t at = 0; !l->met[i].yes; at++) {
			at = span_find(l->a->bytes, SPAN(t->value, t->n), at);
			if (at == SIZE_MAX)
				break;
			if (fits(l, t, KNOWN_VALUE, at, t->n))
				l->met[i] = (struct met){at, t->n, true};
		}
	}
}

/* Does the file name the door's CVE number? Then it is about the door. */
static bool describes(const struct artifact *a, const struct known_door *d)
{
	struct span rest = span_str(d->cve);
	while (rest.n) {
		struct span one = span_trim(text_field(&rest, ','));
		while (one.n && (one.p[one.n - 1] < '0' || one.p[one.n - 1] > '9'))
			one.n--;
		if (one.n >= sizeof "CVE-2000-0000" - 1 && span_find(a->bytes, one, 0) != SIZE_MAX)
			return true;
	}
	return false;
}

static const char *context_of(const struct look *l, const struct known_term *t)
{
	static const char *const words[KNOWN_KINDS] = {
		[KNOWN_STRING] = "string",	[KNOWN_PART] = "string",    [KNOWN_BYTES] = "bytes",
		[KNOWN_HEX] = "constant",	[KNOWN_URL] = "url",	    [KNOWN_PAGE] = "page",
		[KNOWN_PROGRAM] = "program",	[KNOWN_ELF] = "program",    [KNOWN_OPTION] = "argument",
		[KNOWN_HASH] = "password hash", [KNOWN_KEY] = "public key", [KNOWN_ACCOUNT] = "credential",
		[KNOWN_USER] = "user name",	[KNOWN_PASSWORD] = "password", [KNOWN_SUFFIX] = "password",
	};
	const char *where = l->a->text ? "text" : "program";
	return words[t->kind] ? arena_printf(l->a->arena, "%s in a %s", words[t->kind], where) : where;
}

/* One way: the fact stands at its most telling term, the first one that is not the file itself. */
static void put_way(const struct look *l, size_t begin, size_t end, struct facts *out)
{
	size_t best = begin;
	for (size_t i = begin; i < end; i++) {
		bool file = known_terms[best].kind == KNOWN_PROGRAM || known_terms[best].kind == KNOWN_ELF;
		if (file && known_terms[i].kind != KNOWN_ELF)
			best = i;
	}
	const struct known_term *t = &known_terms[best];
	const char *text = t->text;
	for (size_t i = begin; i < end; i++)
		if (i != best && *known_terms[i].text)
			text = arena_printf(l->a->arena, "%s && %s", text, known_terms[i].text);
	struct fact_known f = {.door = known_doors[t->door].id, .indicator = text};
	f.at.offset = l->met[best].at;
	f.at.length = l->met[best].n;
	f.context = context_of(l, t);
	fact_known(out, &f);
}

/* The end of the way that begins at term `i`; *all: every term of it was met. */
static size_t way_end(const struct look *l, size_t i, bool *all)
{
	const struct known_term *t = &known_terms[i];
	*all = true;
	for (; i < known_term_count && known_terms[i].door == t->door && known_terms[i].way == t->way; i++)
		*all = *all && l->met[i].yes;
	return i;
}

static size_t vendors_met(const struct look *l)
{
	const char *seen[TOO_MANY_VENDORS] = {0};
	size_t n = 0;
	for (size_t i = 0, end; i < known_term_count && n < TOO_MANY_VENDORS; i = end) {
		bool all, fresh = true;
		end = way_end(l, i, &all);
		const char *vendor = known_doors[known_terms[i].door].vendor;
		for (size_t k = 0; k < n; k++)
			fresh = fresh && strcmp(seen[k], vendor) != 0;
		if (all && fresh)
			seen[n++] = vendor;
	}
	return n;
}

/* At most one fact for each door: its first way that is met. */
static void put_ways(const struct look *l, struct facts *out)
{
	size_t put = SIZE_MAX;
	for (size_t i = 0, end; i < known_term_count; i = end) {
		bool all;
		uint16_t door = known_terms[i].door;
		end = way_end(l, i, &all);
		if (!all || door == put || describes(l->a, &known_doors[door]))
			continue;
		put_way(l, i, end, out);
		put = door;
	}
}

static void observe(const struct artifact *a, struct facts *out)
{
	struct look l = {.a = a};
	if (context_is_container(a))
		return;
	l.met = arena_array(a->arena, known_term_count, sizeof *l.met);
	l.program_text = context_is_program_text(a);
	take_file(&l);
	take_hits(&l);
	take_rest(&l);
	size_t vendors = vendors_met(&l);
	if (vendors >= TOO_MANY_VENDORS)
		facts_note(out, (struct place){.length = a->bytes.n},
			   "a list about known doors: indicators of several vendors; not matched");
	else if (vendors)
		put_ways(&l, out);
}

const struct observer observer_known_doors = {
	.name = "known-doors",
	.title = "entries of the catalogue of known doors",
	.wants = WANTS_BYTES | USES_KNOWN,
	.patterns = known_literals,
	.observe = observe,
};
