/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates: ways by which code comes to the device. Three kinds of evidence:
 *
 *   script   a command that fetches a file (wget, curl, tftp, ftpget ...) which is code by its name,
 *            or goes into a shell, or in a script that flashes or installs what it got
 *   address  a URL of firmware in a configuration file or a program
 *   feeds    package feeds of opkg, with its option check_signature (tree)
 *
 * `verified` is 1 where a check of a signature was seen in the same script (or opkg's own), 0 where
 * a script has none, and unset where only an address is known. A digest is not a signature.
 */
#include "base/buf.h"
#include "base/text.h"
#include "fact/observer.h"
#include "text/context.h"
#include "text/host.h"
#include "text/purpose.h"

enum { MAX_WORDS = 48, MAX_UPDATES = 64, LINE_LIMIT = 2048, MAX_NESTED = 4, LONGEST_URL = 512,
       MAX_LOOKUPS = 1024, SCRIPT_LIMIT = 256 * 1024 };

struct look {
	const struct artifact *a;
	struct facts *out;
	struct span last_line; /* the last one read as a command */
	size_t count, lookups;
	int verified, installs; /* of the script; -1: not looked yet */
};

static const char *const commands[] = {"wget", "curl", "tftp", "ftpget", "uclient-fetch", "axel", NULL};
enum { COMMAND_COUNT = 6 };

static bool has_any(struct span s, const char *const *words)
{
	for (; *words; words++)
		if (span_find(s, span_str(*words), 0) != SIZE_MAX)
			return true;
	return false;
}

/* Does any line outside of comments hold one of the words? */
static bool script_says(struct span s, const char *const *words)
{
	for (; *words; words++)
		for (size_t at = 0; (at = span_find(s, span_str(*words), at)) != SIZE_MAX; at++)
			if (!context_is_comment(s, at))
				return true;
	return false;
}

static bool script_verifies(struct look *l)
{
	static const char *const words[] = {"usign", "dgst -verify", "-verify ", "gpgv", "gpg --verify",
					    "signify", "minisign", "ucert", "fwtool", "smime -verify",
					    "cms -verify", "check_signature", "pkeyutl -verify",
					    "rsautl -verify", "verify_sig", "rsa_verify",
					    "openssl verify", NULL};
	if (l->verified < 0)
		l->verified = script_says(l->a->bytes, words);
	return l->verified;
}

static bool script_installs(struct look *l)
{
	static const char *const words[] = {"sysupgrade", "mtd write", "mtd -r", "mtd_write", "nandwrite",
					    "flashcp", "flash_eraseall", "fw_upgrade", "opkg install",
					    "ipkg install", "dpkg -i", "rpm -i", "insmod /tmp", "chmod +x",
					    "chmod 777", "chmod 755", "sh /tmp", ". /tmp/", "tar xz", "tar -xz",
					    "tar zx", NULL};
	if (l->installs < 0)
		l->installs = script_says(l->a->bytes, words);
	return l->installs;
}

static size_t split(struct span line, struct span *words)
{
	size_t n = 0, at = 0;
	while (at < line.n && n < MAX_WORDS) {
		while (at < line.n && strchr(" \t\"'`()|;&<>", line.p[at]))
			at++;
		size_t begin = at;
		while (at < line.n && !strchr(" \t\"'`()|;<>", line.p[at]))
			at++;
		if (at > begin)
			words[n++] = span_cut(line, begin, at - begin);
	}
	return n;
}

/* The value of `NAME=value` at the start of a line of the script; empty when there is none. */
static struct span value_of(struct span script, struct span name)
{
	struct span line;
	for (size_t pos = 0; name.n && span_line(script, &pos, &line);) {
		struct span t = span_trim(line);
		if (text_prefix(t, "export "))
			t = span_trim(span_from(t, 7));
		if (!span_is(t, 0, name.p, name.n) || !SPAN_IS(t, name.n, "="))
			continue;
		t = span_from(t, name.n + 1);
		size_t n = 0;
		while (t.n && (t.p[0] == '"' || t.p[0] == '\''))
			t = span_from(t, 1);
		while (n < t.n && !strchr("\"' \t;#", t.p[n]))
			n++;
		return span_cut(t, 0, n);
	}
	return SPAN(script.p, 0);
}

static bool is_variable_char(uint8_t c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Put in the values of variables that the script itself sets; others stay as they are. */
static void expand(struct look *l, struct span s, int depth, struct buf *out)
{
	for (size_t i = 0; i < s.n && !out->full; i++) {
		size_t begin = i + 1, end;
		if (s.p[i] != '$' || depth == MAX_NESTED || l->lookups == MAX_LOOKUPS) {
			buf_byte(out, s.p[i]);
			continue;
		}
		begin += begin < s.n && s.p[begin] == '{';
		for (end = begin; end < s.n && is_variable_char(s.p[end]);)
			end++;
		l->lookups++;
		struct span script = span_cut(l->a->bytes, 0, SCRIPT_LIMIT);
		struct span v = value_of(script, span_cut(s, begin, end - begin));
		if (v.n == 0) {
			buf_byte(out, s.p[i]);
			continue;
		}
		expand(l, v, depth + 1, out);
		i = end - 1;
		if (s.p[begin - 1] == '{' && end < s.n && s.p[end] == '}')
			i++;
	}
}

static void put(struct look *l, struct span at, const char *url, const char *transport, struct num verified)
{
	struct fact_update f = {.url = url, .transport = transport, .verified = verified};
	f.at.offset = context_offset(l->a->bytes, at);
	f.at.length = at.n;
	f.program = l->a->path;
	if (l->count++ < MAX_UPDATES)
		fact_update(l->out, &f);
}

struct fetch {
	const char *command;
	struct span words[MAX_WORDS]; /* the arguments */
	size_t count;
	struct span line;
};

/* The argument of a one-letter option: "-r file" or "-rfile". */
static struct span option(const struct fetch *f, char letter)
{
	for (size_t i = 0; i < f->count; i++) {
		struct span w = f->words[i];
		if (w.n < 2 || w.p[0] != '-' || w.p[1] != (uint8_t)letter)
			continue;
		return w.n > 2 ? span_from(w, 2) : i + 1 < f->count ? f->words[i + 1] : SPAN(w.p, 0);
	}
	return SPAN(f->line.p, 0);
}

/* Words that are neither options nor their arguments (`takes`: options that take one). */
static struct span plain(const struct fetch *f, const char *takes, size_t which)
{
	for (size_t i = 0; i < f->count; i++) {
		struct span w = f->words[i];
		if (w.p[0] == '-') {
			i += w.n == 2 && strchr(takes, w.p[1]) != NULL;
			continue;
		}
		if (which-- == 0)
			return w;
	}
	return SPAN(f->line.p, 0);
}

static bool add_url(struct look *l, const struct fetch *f, struct buf *url)
{
	if (strcmp(f->command, "tftp") == 0) {
		struct span file = option(f, 'r'), host = plain(f, "rlbm", 0);
		if (!option(f, 'g').n || !host.n)
			return false;
		buf_str(url, "tftp://");
		expand(l, host, 0, url);
		buf_byte(url, '/');
		expand(l, file.n ? file : option(f, 'l'), 0, url);
		return true;
	}
	if (strcmp(f->command, "ftpget") == 0) {
		struct span host = plain(f, "upPc", 0), local = plain(f, "upPc", 1), far = plain(f, "upPc", 2);
		buf_str(url, "ftp://");
		expand(l, host, 0, url);
		buf_byte(url, '/');
		expand(l, far.n ? far : local, 0, url);
		return host.n && local.n;
	}
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < f->count; i++) {
			struct span w = f->words[i];
			bool full = span_find(w, SPAN_LIT("://"), 0) != SIZE_MAX;
			bool value = i > 0 && f->words[i - 1].n == 2 && f->words[i - 1].p[0] == '-';
			if (full || (pass && w.n > 1 && w.p[0] == '$' && !value)) {
				expand(l, w, 0, url);
				return true;
			}
		}
	return false;
}

/* The scheme of the URL in lower case, or what the command speaks by default; NULL: not known. */
static const char *transport_of(const struct look *l, const char *url)
{
	const char *sep = strstr(url, "://");
	if (!sep || sep == url || memchr(url, '$', (size_t)(sep - url)))
		return NULL;
	return text_lower(l->a->arena, SPAN(url, sep - url));
}

static void take_fetch(struct look *l, const struct fetch *f)
{
	static const char *const shell[] = {"| sh", "|sh", "| ash", "|ash", "| bash", "|bash",
					    "| /bin/sh", NULL};
	static const char *const no[] = {"/dev/null", "--spider", "generate_204", "/nic/update", NULL};
	struct buf b = {.max = LONGEST_URL};
	if (add_url(l, f, &b) && !has_any(f->line, no)) {
		const char *url = arena_str(l->a->arena, buf_span(&b));
		const char *low = text_lower(l->a->arena, buf_span(&b));
		if (purpose_is_code(low) || has_any(f->line, shell) || script_installs(l))
			put(l, f->line, url, transport_of(l, url), NUM(script_verifies(l)));
	}
	buf_free(&b);
}

/* One line of a script: the first command in it that fetches. */
static void take_line(struct look *l, uint64_t at)
{
	struct span line = context_line(l->a->bytes, at, LINE_LIMIT), words[MAX_WORDS];
	if (line.p == l->last_line.p || context_is_comment(l->a->bytes, at))
		return;
	size_t n = split(line, words);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; commands[k]; k++) {
			struct span w = words[i];
			size_t len = strlen(commands[k]);
			bool same = text_suffix(w, commands[k]) && (w.n == len || w.p[w.n - len - 1] == '/');
			if (!same)
				continue;
			l->last_line = line;
			struct fetch f = {.command = commands[k], .count = n - i - 1, .line = span_trim(line)};
			memcpy(f.words, words + i + 1, f.count * sizeof *words);
			take_fetch(l, &f);
			return;
		}
}

/* A URL outside of a fetching command: counts when it is one of firmware. */
static void take_address(struct look *l, uint64_t at)
{
	static const char *const firmware[] = {"firmware", "fota", "/ota/", "upgrade", "sysupgrade", "fwupdate",
					       "fwupgrade", NULL};
	struct url u;
	if (!url_at(l->a->bytes, at, &u))
		return;
	uint64_t begin = context_offset(l->a->bytes, u.whole);
	if (l->last_line.n && u.whole.p >= l->last_line.p && u.whole.p < l->last_line.p + l->last_line.n)
		return; /* stands in a command that was judged as a whole */
	if (l->a->text && context_is_comment(l->a->bytes, begin))
		return;
	struct span line = l->a->text ? context_line(l->a->bytes, begin, 64)
				      : context_string(l->a->bytes, begin, 64);
	struct arena *ar = l->a->arena;
	struct span before = span_cut(line, 0, begin - context_offset(l->a->bytes, line));
	struct purpose_words w = {text_lower(ar, u.host), text_lower(ar, u.path), text_lower(ar, before), ""};
	struct span low = span_str(text_lower(ar, line));
	if (strcmp(purpose_of(&w), "update") != 0 || !(purpose_is_code(w.path) || has_any(low, firmware)))
		return;
	const char *url = arena_str(ar, u.whole);
	bool script = l->a->text && SPAN_IS(l->a->bytes, 0, "#!");
	put(l, u.whole, url, transport_of(l, url), script ? NUM(script_verifies(l)) : (struct num){0});
}

static bool is_page(const char *path)
{
	return path && (path_match("*.htm*", path) || path_match("*.js", path) || path_match("*.css", path) ||
			path_match("*.svg", path));
}

static void observe(const struct artifact *a, struct facts *out)
{
	struct look l = {.a = a, .out = out, .verified = -1, .installs = -1};
	bool script = context_is_program_text(a);
	if (context_is_container(a) || (a->text && (!script || is_page(a->path))))
		return;
	for (size_t i = 0; i < a->hit_count && l.count < MAX_UPDATES; i++) {
		uint64_t at = a->hits[i].offset;
		if (a->hits[i].pattern == COMMAND_COUNT)
			take_address(&l, at);
		else if (a->text)
			take_line(&l, at);
	}
}

/* opkg: "src/gz NAME URL" in one of its files, "option check_signature" in the same or another. */
static bool is_opkg(const struct tree_file *f)
{
	return f->type == TREE_FILE && f->kept &&
	       (path_match("etc/opkg.conf", f->path) || path_match("etc/opkg/*.conf", f->path) ||
		path_match("etc/ipkg.conf", f->path));
}

static bool opkg_checks(struct span s)
{
	struct span line;
	for (size_t pos = 0; span_line(s, &pos, &line);) {
		struct span rest = span_trim(line), key = text_field(&rest, ' ');
		rest = span_trim(rest);
		struct span name = text_field(&rest, ' ');
		rest = span_trim(rest);
		if (span_eq_str(key, "option") && span_eq_str(name, "check_signature") &&
		    !span_eq_str(rest, "0"))
			return true;
	}
	return false;
}

static void opkg_feeds(const struct tree_file *file, bool verified, struct arena *ar, struct facts *out)
{
	struct span line;
	for (size_t pos = 0; span_line(file->bytes, &pos, &line);) {
		struct span t = span_trim(line);
		size_t sep = span_find(t, SPAN_LIT("://"), 0);
		struct url u;
		if (!(text_prefix(t, "src ") || text_prefix(t, "src/gz ") || text_prefix(t, "src/gz\t")) ||
		    sep == SIZE_MAX || !url_at(t, sep, &u))
			continue;
		struct fact_update f = {.url = arena_str(ar, u.whole), .verified = NUM(verified)};
		f.transport = text_lower(ar, u.scheme);
		f.program = "opkg";
		f.at.file = file;
		f.at.offset = context_offset(file->bytes, t);
		f.at.length = t.n;
		fact_update(out, &f);
	}
}

static void observe_tree(const struct tree *t, struct arena *ar, struct facts *out)
{
	bool verified = false;
	for (size_t i = 0; i < t->count; i++)
		verified = verified || (is_opkg(&t->files[i]) && opkg_checks(t->files[i].bytes));
	for (size_t i = 0; i < t->count; i++)
		if (is_opkg(&t->files[i]))
			opkg_feeds(&t->files[i], verified, ar, out);
}

static const struct pattern patterns[] = {
	{"wget", 4, false}, {"curl", 4, false}, {"tftp", 4, false}, {"ftpget", 6, false},
	{"uclient-fetch", 13, false}, {"axel", 4, false}, {"://", 3, false}, {NULL, 0, false},
};

const struct observer observer_updates = {
	.name = "updates",
	.title = "where firmware and packages are fetched from, and whether they are verified",
	.wants = WANTS_HITS | WANTS_TREE,
	.patterns = patterns,
	.observe = observe,
	.observe_tree = observe_tree,
};
