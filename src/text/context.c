/* SPDX-License-Identifier: Apache-2.0 */
#include "text/context.h"

#include "base/path.h"
#include "base/text.h"

static bool suffix_in(const char *path, const char *const *list)
{
	const char *base = path_base(path), *dot = strrchr(base, '.');
	if (!dot)
		return false;
	for (; *list; list++)
		if (strcasecmp(dot + 1, *list) == 0)
			return true;
	return false;
}

bool context_is_document(const char *path)
{
	static const char *const suffixes[] = {"md",   "rst",  "csv",   "tsv",  "lst",  "dic", "rules",
					       "yar",  "yara", "nasl",  "nse",  "sig",  "ndb", "hdb",
					       "ldb",  "log",  "patch", "diff", "adoc", "pod", NULL};
	static const char *const names[] = {"README*",  "readme*",    "CHANGELOG*", "ChangeLog*",
					    "COPYING*", "LICENSE*",   "LICENCE*",   "NEWS*",
					    "AUTHORS*", "*wordlist*", "*dictionary*", NULL};
	static const char *const folders[] = {"doc/*",       "*/doc/*",  "docs/*",       "*/docs/*",
					      "*/man/man?/*", "*/info/*", "*/wordlists/*", NULL};
	if (!path)
		return false;
	if (suffix_in(path, suffixes))
		return true;
	for (size_t i = 0; names[i]; i++)
		if (path_match(names[i], path_base(path)))
			return true;
	for (size_t i = 0; folders[i]; i++)
		if (path_match(folders[i], path))
			return true;
	return false;
}

bool context_is_program_text(const struct artifact *a)
{
	static const char *const suffixes[] = {"sh",   "lua",  "php", "asp", "aspx", "htm", "html", "js",
					       "json", "xml",  "cgi", "conf", "cfg", "ini", "rc",   "py",
					       "pl",   "gch",  "jsp", "lp",   "service", "stm", "awk",
					       "default", "defaults", "config", NULL};
	static const char *const folders[] = {"etc/*", "*/etc/*", "bin/*", "*/bin/*", "sbin/*",
					      "*/sbin/*", "*/init.d/*", "*/cgi-bin/*", NULL};
	if (!a->text || context_is_document(a->path))
		return false;
	if (SPAN_IS(a->bytes, 0, "#!"))
		return true;
	if (!a->path)
		return false;
	if (suffix_in(a->path, suffixes))
		return true;
	if (strchr(path_base(a->path), '.'))
		return false;
	for (size_t i = 0; folders[i]; i++)
		if (path_match(folders[i], a->path))
			return true;
	return false;
}

bool context_is_container(const struct artifact *a)
{
	static const char *const whole[] = {"elf", "pe", "script", "text", "xml", "json", NULL};
	if (!a->format)
		return false;
	for (size_t i = 0; whole[i]; i++)
		if (strcmp(a->format, whole[i]) == 0)
			return false;
	return !a->text;
}

enum { LONGEST_LINE = 4096 };

struct span context_line(struct span s, uint64_t at, size_t limit)
{
	size_t begin = at < s.n ? (size_t)at : s.n, end = begin;
	size_t low = begin > limit ? begin - limit : 0;
	size_t high = s.n - end > limit ? end + limit : s.n;
	while (begin > low && s.p[begin - 1] != '\n' && s.p[begin - 1] != 0)
		begin--;
	while (end < high && s.p[end] != '\n' && s.p[end] != '\r' && s.p[end] != 0)
		end++;
	return span_cut(s, begin, end - begin);
}

bool context_is_comment(struct span s, uint64_t at)
{
	static const char *const marks[] = {"#", "//", ";", "--", "/*", "* ", "rem ", "REM ", NULL};
	struct span line = context_line(s, at, LONGEST_LINE);
	uint64_t in = at - context_offset(s, line);
	struct span text = span_trim(line);
	if (text.n == 0)
		return false;
	for (size_t i = 0; marks[i]; i++)
		if (text_prefix(text, marks[i]) && !text_prefix(text, "#!"))
			return true;
	struct span before = span_cut(line, 0, in);
	for (size_t i = 0; i + 1 < before.n; i++)
		if ((before.p[i] == ' ' || before.p[i] == '\t') &&
		    (before.p[i + 1] == '#' || SPAN_IS(before, i + 1, "// ")))
			return true;
	size_t open = span_find(before, SPAN_LIT("<!--"), 0);
	return open != SIZE_MAX && span_find(before, SPAN_LIT("-->"), open) == SIZE_MAX;
}

struct span context_string(struct span s, uint64_t at, size_t limit)
{
	size_t begin = at < s.n ? (size_t)at : s.n, end = begin;
	size_t low = begin > limit ? begin - limit : 0;
	size_t high = s.n - end > limit ? end + limit : s.n;
	while (begin > low && s.p[begin - 1] >= 0x20 && s.p[begin - 1] < 0x7f)
		begin--;
	while (end < high && s.p[end] >= 0x20 && s.p[end] < 0x7f)
		end++;
	return span_cut(s, begin, end - begin);
}
