/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Account lines among the bytes of a program or of raw memory:
 *   a string that is a line of passwd(5), whole ("root:...:0:0::/:/bin/sh"), inside of a command
 *   ("echo ... > /etc/passwd") or as a format ("%s:%s:0:0:..."); "echo root:word | chpasswd";
 *   NVRAM contents: key=value strings with NUL between them.
 * Patterns only lead there; the reader of scripts decides about commands.
 */
#include "base/text.h"
#include "text/config_readers.h"
#include "text/credential_readers.h"
#include "text/passwd_lines.h"

enum { MAX_STRING = 1024, MAX_NVRAM = 64 * 1024, NVRAM = 5 };

static const struct pattern patterns[] = {
    {":/bin/sh", 0, false},
    {":/bin/ash", 0, false},
    {":/bin/bash", 0, false},
    {":/bin/login", 0, false},
    {"chpasswd", 0, false},
    /* from here on: keys of NVRAM */
    {"http_passwd=", 0, false},
    {"http_password=", 0, false},
    {"Password=", 0, false},
    {"sys_pass=", 0, false},
    {"login_password=", 0, false},
    {"admin_passwd=", 0, false},
    {NULL, 0, false},
};

static bool text_byte(uint8_t c)
{
	return (c >= ' ' && c < 0x7f) || c == '\t';
}

/* The run of text bytes around a place, at most MAX_STRING to each side. */
static struct span string_around(struct span s, size_t at, size_t *start)
{
	size_t from = at, to = at;
	while (from > 0 && at - from < MAX_STRING && text_byte(s.p[from - 1]))
		from--;
	while (to < s.n && to - at < MAX_STRING && text_byte(s.p[to]))
		to++;
	*start = from;
	return span_cut(s, from, to - from);
}

/* "%s" or the like where a name or a hash is put in at run time. */
static bool is_format(struct span s)
{
	return s.n && s.n < 12 && memchr(s.p, '%', s.n);
}

static bool whole_line(struct accounts *s, struct span line, struct place at)
{
	struct passwd_line l;
	struct account a = {.at = at, .service = "system"};
	while (text_suffix(line, "\\n"))
		line.n -= 2;
	if (!passwd_template_read(line, &l))
		return false;
	if (account_is_user(l.user))
		a.user = arena_str(s->arena, l.user);
	else if (!is_format(l.user) || l.user.p[0] != '%')
		return false;
	a.uid = l.uid;
	a.gid = l.gid;
	a.shell = l.shell.n ? arena_str(s->arena, l.shell) : NULL;
	if (is_format(l.field) || !a.user)
		accounts_name(s, &a);
	else
		accounts_field(s, &a, l.field, false);
	return true;
}

/* The block of NUL-separated key=value strings around a place. */
static size_t nvram_block(struct accounts *s, const struct artifact *a, size_t at)
{
	struct span all = a->bytes;
	size_t from = at, to = at;
	for (size_t nuls = 0; from > 0 && at - from < MAX_NVRAM; from--) {
		nuls = all.p[from - 1] ? 0 : nuls + 1;
		if (nuls > 1 || (nuls == 0 && !text_byte(all.p[from - 1])))
			break;
	}
	for (size_t nuls = 0; to < all.n && to - at < MAX_NVRAM; to++) {
		nuls = all.p[to] ? 0 : nuls + 1;
		if (nuls > 1 || (nuls == 0 && !text_byte(all.p[to])))
			break;
	}
	struct pairs p = pairs_make(s, a->path);
	struct span block = span_cut(all, from, to - from);
	size_t equals = 0;
	for (size_t i = 0; i < block.n; i++)
		equals += block.p[i] == '=';
	if (equals >= 8) /* a handful of settings, not one stray string */
		read_keyvalue_at(block, from, &p);
	pairs_emit(&p);
	return to;
}

static void observe(const struct artifact *a, struct facts *out)
{
	struct accounts s = accounts_make(out, a->arena);
	size_t done = 0;
	if (a->text || (a->format && strcmp(a->format, "elf") != 0))
		return; /* texts have their own reader; containers are opened */
	for (size_t i = 0; i < a->hit_count; i++) {
		size_t at = (size_t)a->hits[i].offset, start;
		if (at < done || at >= a->bytes.n)
			continue;
		if (a->hits[i].pattern >= NVRAM) {
			if (!a->format)
				done = nvram_block(&s, a, at);
			continue;
		}
		struct span line = string_around(a->bytes, at, &start);
		struct place place = {.offset = start, .length = line.n};
		if (!whole_line(&s, line, place))
			read_command(line, place, &s);
		done = start + line.n;
	}
	accounts_done(&s);
}

const struct observer observer_account_strings = {
    .name = "account-strings",
    .title = "account lines in programs and raw settings",
    .wants = WANTS_HITS,
    .patterns = patterns,
    .observe = observe,
};
