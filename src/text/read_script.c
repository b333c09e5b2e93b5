/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scripts that make accounts:
 *   echo "name:field:0:0::/:/bin/sh" >> /etc/passwd     also lines of a here-document
 *   echo "root:word" | chpasswd [-e]                    (echo w; echo w) | passwd root
 *   htpasswd -bc FILE user word        useradd -p HASH user        adduser ... is silent: no
 * password uci set a.b.username=x, nvram set k=v, nvram_set k v          as keys and values echo
 * "rwcommunity word" >> snmpd.conf               and the lines of snmpd.conf itself
 */
#include "base/text.h"
#include "text/config_readers.h"
#include "text/credential_readers.h"
#include "text/passwd_lines.h"
#include "text/shell_words.h"

enum { MAX_LINE = 2048, MAX_SIZE = 1 << 20 };

struct script {
	struct accounts *s;
	struct pairs pairs;
	struct shell_names names;
	struct shell_word w[SHELL_MAX_WORDS];
	size_t n;
	struct place at;
};

static bool unresolved(struct span s)
{
	return s.n == 0 || memchr(s.p, '$', s.n) == s.p || memchr(s.p, '`', s.n) ||
	       memchr(s.p, '%', s.n);
}

static bool has_word(const struct script *x, const char *part)
{
	for (size_t i = 0; i < x->n; i++)
		if (!x->w[i].operator&& span_find(x->w[i].text, span_str(part), 0) != SIZE_MAX)
			return true;
	return false;
}

/* Without "\n" at the end, as echo -e and printf write it. */
static struct span chomp(struct span s)
{
	s = span_trim(s);
	while (text_suffix(s, "\\n"))
		s.n -= 2;
	return s;
}

/* "%s:%s:0:0:root:/:/bin/sh" in a program's command: whoever it is will be root. */
static bool format_line(struct script *x, struct span word)
{
	struct passwd_line l;
	if (!passwd_template_read(word, &l) || !text_prefix(l.user, "%") || l.user.n > 8)
		return false;
	struct account acc = {.at = x->at, .uid = l.uid, .gid = l.gid, .service = "system"};
	acc.shell = l.shell.n ? arena_str(x->s->arena, l.shell) : NULL;
	accounts_name(x->s, &acc);
	return true;
}

static void password_line(struct script *x, struct span word)
{
	struct passwd_line l;
	word = chomp(word);
	bool shadow = false;
	if (!passwd_line_read(word, &l)) {
		if (format_line(x, word))
			return;
		shadow = has_word(x, "shadow") && shadow_line_read(word, &l);
		if (!shadow)
			return;
	}
	struct arena *a = x->s->arena;
	struct account acc = {
	    .at = x->at, .user = arena_str(a, l.user), .uid = l.uid, .gid = l.gid};
	acc.shell = l.shell.n ? arena_str(a, l.shell) : NULL;
	acc.service = "system";
	if (l.field.n && unresolved(l.field))
		accounts_name(x->s, &acc);
	else
		accounts_field(x->s, &acc, l.field, shadow);
}

static void user_and_password(struct script *x, struct span user, struct span password,
			      const char *service)
{
	if (!account_is_user(user) || unresolved(user) || unresolved(password))
		return;
	struct account acc = {
	    .at = x->at, .user = arena_str(x->s->arena, user), .service = service};
	accounts_clear(x->s, &acc, password);
}

/* echo user:word | chpasswd */
static void change_password(struct script *x, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		struct span rest = chomp(x->w[i].text), user = text_field(&rest, ':');
		if (!x->w[i].operator&& rest.n && !memchr(rest.p, ' ', rest.n))
			user_and_password(x, user, rest, "system");
	}
}

/* (echo w; sleep 1; echo w) | passwd user    echo -e "w\nw" | passwd user */
static void type_password(struct script *x, size_t at)
{
	struct span user = SPAN_LIT("root"), typed = SPAN(NULL, 0);
	bool piped = at > 0 && x->w[at - 1].operator&& x->w[at - 1].text.p[0] == '|';
	for (size_t i = at + 1; i < x->n && !x->w[i].operator; i++)
		if (x->w[i].text.n && x->w[i].text.p[0] != '-')
			user = x->w[i].text;
	for (size_t i = 0; piped && i + 1 < at; i++) {
		size_t k = i + 1;
		if (x->w[i].operator|| !(span_eq_str(x->w[i].text, "echo") ||
					 span_eq_str(x->w[i].text, "printf")))
			continue;
		while (k + 1 < at && !x->w[k].operator&& x->w[k].text.n && x->w[k].text.p[0] == '-')
			k++;
		if (x->w[k].operator)
			continue;
		struct span word = x->w[k].text;
		size_t cut = span_find(word, SPAN_LIT("\\n"), 0);
		typed = cut == SIZE_MAX ? word : span_cut(word, 0, cut);
		break;
	}
	if (typed.n && !memchr(typed.p, ' ', typed.n))
		user_and_password(x, user, typed, "system");
}

/* htpasswd -bc FILE user word: the last two words */
static void web_password(struct script *x, size_t at)
{
	bool batch = false;
	size_t end = at + 1;
	while (end < x->n && !x->w[end].operator) {
		struct span w = x->w[end++].text;
		batch |= w.n > 1 && w.p[0] == '-' && memchr(w.p, 'b', w.n);
	}
	if (batch && end - at >= 5)
		user_and_password(x, x->w[end - 2].text, x->w[end - 1].text, "web");
}

/* useradd -p HASH user */
static void add_user(struct script *x, size_t at)
{
	struct span hash = SPAN(NULL, 0), user = hash;
	for (size_t i = at + 1; i < x->n && !x->w[i].operator; i++) {
		struct span w = x->w[i].text;
		if (span_eq_str(w, "-p") && i + 1 < x->n)
			hash = x->w[++i].text;
		else if (w.n && w.p[0] != '-')
			user = w;
	}
	if (!hash.n || unresolved(user) || !account_is_user(user) || !passwd_is_hash(hash))
		return;
	struct account acc = {
	    .at = x->at, .user = arena_str(x->s->arena, user), .service = "system"};
	accounts_field(x->s, &acc, hash, false);
}

/* A small number for a text, for groups: pairs must agree in it. */
static uint32_t number_of(struct span s)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 16777619u;
	return h;
}

/* uci set config.section.option=value */
static void uci_set(struct script *x, size_t at)
{
	while (at < x->n && !x->w[at].operator&& x->w[at].text.n && x->w[at].text.p[0] == '-')
		at++;
	if (at + 1 >= x->n || !span_eq_str(x->w[at].text, "set"))
		return;
	struct span value = x->w[at + 1].text, key = text_field(&value, '=');
	size_t dot = key.n;
	while (dot > 0 && key.p[dot - 1] != '.')
		dot--;
	if (dot < 2 || unresolved(value))
		return;
	struct span section = span_cut(key, 0, dot - 1);
	pairs_add(&x->pairs, number_of(section), arena_str(x->s->arena, section),
		  span_from(key, dot), value, x->at);
}

/* nvram set key=value; nvram_set [device] key value */
static void nvram_set(struct script *x, size_t at, bool joined)
{
	size_t end = at;
	while (end < x->n && !x->w[end].operator)
		end++;
	if (joined && end > at + 1 && span_eq_str(x->w[at].text, "set")) {
		struct span value = x->w[at + 1].text, key = text_field(&value, '=');
		if (!unresolved(value))
			pairs_add(&x->pairs, 1, "nvram", key, value, x->at);
	} else if (!joined && end >= at + 2 && !unresolved(x->w[end - 1].text)) {
		pairs_add(&x->pairs, 2, "nvram", x->w[end - 2].text, x->w[end - 1].text, x->at);
	}
}

static void command(struct script *x, size_t i)
{
	struct span name = x->w[i].text;
	size_t slash = name.n;
	while (slash > 0 && name.p[slash - 1] != '/')
		slash--;
	name = span_from(name, slash);
	if (span_eq_str(name, "chpasswd"))
		change_password(x, i);
	else if (span_eq_str(name, "passwd"))
		type_password(x, i);
	else if (span_eq_str(name, "htpasswd"))
		web_password(x, i);
	else if (span_eq_str(name, "useradd") || span_eq_str(name, "usermod"))
		add_user(x, i);
	else if (span_eq_str(name, "uci"))
		uci_set(x, i + 1);
	else if (span_eq_str(name, "nvram"))
		nvram_set(x, i + 1, true);
	else if (span_eq_str(name, "nvram_set"))
		nvram_set(x, i + 1, false);
}

/* Directives of snmpd.conf: at the front of the line, or in the text that echo writes. */
static void snmp_line(struct script *x)
{
	struct span words[6];
	size_t n = 0, i = 0;
	if (x->n > 1 &&
	    (span_eq_str(x->w[0].text, "echo") || span_eq_str(x->w[0].text, "printf"))) {
		for (i = 1; i < x->n && x->w[i].text.n && x->w[i].text.p[0] == '-';)
			i++;
		struct shell_word inner[SHELL_MAX_WORDS];
		if (i < x->n && memchr(x->w[i].text.p, ' ', x->w[i].text.n)) {
			size_t k = shell_split(NULL, x->s->arena, chomp(x->w[i].text), inner);
			for (; n < k && n < 6 && !inner[n].operator; n++)
				words[n] = inner[n].text;
			read_snmp_words(words, n, x->at, x->s);
			return;
		}
	}
	for (; i < x->n && n < 6 && !x->w[i].operator; i++)
		words[n++] = x->w[i].text;
	read_snmp_words(words, n, x->at, x->s);
}

static void one_line(struct script *x, struct span t)
{
	x->n = shell_split(&x->names, x->s->arena, t, x->w);
	bool start = true,
	     blanks = x->n > 1 && !x->w[0].operator&& memchr(x->w[0].text.p, ':', x->w[0].text.n);
	if (blanks) /* a here-document's line with blanks in its comment field */
		password_line(x, t);
	for (size_t i = 0; i < x->n; i++) {
		if (!x->w[i].operator) {
			password_line(x, x->w[i].text);
			if (start || i == 0)
				command(x, i);
		}
		start = x->w[i].operator|| span_eq_str(x->w[i].text, "then") ||
			span_eq_str(x->w[i].text, "do") || span_eq_str(x->w[i].text, "else");
	}
	snmp_line(x);
}

/* Is there anything in a line that could matter? Keeps the work small. */
static bool interesting(struct span t)
{
	static const char *const parts[] = {":",   "passwd",	"useradd", "usermod",
					    "set", "community", "com2sec", "createUser"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (span_find(t, span_str(parts[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

void read_script(const char *path, struct span text, struct accounts *s)
{
	struct script *x = arena_alloc(s->arena, sizeof *x);
	x->s = s;
	x->pairs = pairs_make(s, path);
	text = span_cut(text, 0, MAX_SIZE);
	shell_learn(&x->names, text);
	struct span line;
	size_t pos = 0;
	for (size_t start = 0; span_line(text, &pos, &line); start = pos) {
		struct span t = span_trim(line);
		if (t.n == 0 || t.n > MAX_LINE || t.p[0] == '#' || !interesting(t))
			continue;
		x->at = (struct place){.offset = start + (size_t)(t.p - line.p), .length = t.n};
		one_line(x, t);
	}
	pairs_emit(&x->pairs);
}

void read_command(struct span line, struct place at, struct accounts *s)
{
	struct script *x = arena_alloc(s->arena, sizeof *x);
	x->s = s;
	x->pairs = pairs_make(s, NULL);
	x->at = at;
	if (line.n <= MAX_LINE)
		one_line(x, line);
	pairs_emit(&x->pairs);
}
