/* SPDX-License-Identifier: Apache-2.0 */
#include "text/passwd_lines.h"

#include "base/text.h"
#include "text/account.h"

enum { MAX_LINE = 1024, MAX_FIELDS = 10 };

static size_t split(struct span line, struct span *f)
{
	size_t n = 0;
	if (line.n > MAX_LINE)
		return 0;
	for (bool more = true; more; n++) {
		if (n == MAX_FIELDS)
			return 0;
		more = line.n && memchr(line.p, ':', line.n) != NULL;
		f[n] = text_field(&line, ':');
	}
	return n;
}

/* A number without sign, at most 32 bits; empty is allowed and stays unset. */
static bool number(struct span s, struct num *out)
{
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || s.n > 10)
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	*out = s.n ? NUM(v) : (struct num){0};
	return v <= UINT32_MAX;
}

static bool is_path(struct span s)
{
	return s.n == 0 || s.p[0] == '/';
}

static bool blank(struct span s)
{
	return memchr(s.p, ' ', s.n) != NULL || memchr(s.p, '\t', s.n) != NULL;
}

bool passwd_template_read(struct span line, struct passwd_line *out)
{
	struct span f[MAX_FIELDS];
	size_t n = split(line, f);
	*out = (struct passwd_line){0};
	if ((n != 7 && n != 10) || f[0].n == 0 || !number(f[2], &out->uid) ||
	    !number(f[3], &out->gid) || !out->uid.set || !is_path(span_trim(f[n - 2])) ||
	    !is_path(span_trim(f[n - 1])) || (f[n - 2].n == 0 && f[n - 1].n == 0) || blank(f[0]) ||
	    blank(span_trim(f[n - 1])))
		return false;
	out->user = f[0];
	out->field = f[1];
	out->shell = span_trim(f[n - 1]);
	return true;
}

bool passwd_line_read(struct span line, struct passwd_line *out)
{
	return passwd_template_read(line, out) && account_is_user(out->user);
}

bool shadow_line_read(struct span line, struct passwd_line *out)
{
	struct span f[MAX_FIELDS];
	size_t n = split(line, f);
	*out = (struct passwd_line){0};
	if (n < 8 || n > 9 || !account_is_user(f[0]))
		return false;
	for (size_t i = 2; i < n; i++) {
		struct num v;
		struct span s = span_trim(f[i]);
		if (!span_eq_str(s, "-1") && !number(s, &v))
			return false;
	}
	out->user = f[0];
	out->field = f[1];
	return true;
}

bool group_line_read(struct span line, struct passwd_line *out)
{
	struct span f[MAX_FIELDS];
	size_t n = split(line, f);
	*out = (struct passwd_line){0};
	if (n != 4 || !account_is_user(f[0]))
		return false;
	out->user = f[0];
	out->field = f[1];
	if (!number(f[2], &out->gid))
		out->gid.set = false;
	return true;
}

enum passwd_family passwd_family(const char *path)
{
	const char *base = path_base(path);
	static const struct {
		const char *word;
		enum passwd_family family;
	} names[] = {{"gshadow", FAMILY_GROUP},
		     {"shadow", FAMILY_SHADOW},
		     {"passwd", FAMILY_PASSWD},
		     {"group", FAMILY_GROUP}};
	static const char *const tails[] = {"",	     "-",     "~",	  ".bak",     ".old",
					    ".orig", ".org",  ".default", ".telnetd", "_default",
					    ".def",  ".save", ".tmp",	  "_bak",     ".factory",
					    ".rom",  ".ro",   "1",	  "2"};
	if (account_is_prose(path))
		return FAMILY_NONE;
	if (text_prefix(span_str(base), "master."))
		base += 7;
	else if (text_prefix(span_str(base), "default_") || text_prefix(span_str(base), "default."))
		base += 8;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n = strlen(names[i].word);
		if (strncmp(base, names[i].word, n) != 0)
			continue;
		for (size_t k = 0; k < sizeof tails / sizeof *tails; k++)
			if (strcmp(base + n, tails[k]) == 0)
				return names[i].family;
	}
	return FAMILY_NONE;
}
