/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenWrt's unified configuration: a section is a group, its type and name are its words.
 *   config TYPE ['NAME']
 *           option KEY 'VALUE'
 * A section of the type user, login or account without a user name is named after its user.
 */
#include "base/text.h"
#include "text/config_readers.h"

bool looks_uci(struct span text)
{
	struct span line;
	size_t pos = 0;
	bool section = false;
	while (span_line(text, &pos, &line) && pos < 8192) {
		line = span_trim(line);
		if (text_prefix(line, "config ") || text_prefix(line, "config\t"))
			section = true;
		else if (section && (text_prefix(line, "option ") || text_prefix(line, "option\t")))
			return true;
		else if (line.n && line.p[0] != '#' && !text_prefix(line, "package ") &&
			 !text_prefix(line, "list "))
			return false;
	}
	return false;
}

/* The next word of a line, without its quotes. */
static struct span word(struct span *rest)
{
	*rest = span_trim(*rest);
	if (rest->n && (rest->p[0] == '\'' || rest->p[0] == '"')) {
		char quote = (char)rest->p[0];
		*rest = span_from(*rest, 1);
		return text_field(rest, quote);
	}
	size_t n = 0;
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	struct span w = span_cut(*rest, 0, n);
	*rest = span_from(*rest, n);
	return w;
}

void read_uci(struct span text, struct pairs *p)
{
	struct span line;
	size_t pos = 0;
	uint32_t group = 0;
	const char *words = "";
	p->base64 = true;
	for (size_t start = 0; span_line(text, &pos, &line); start = pos) {
		struct span t = span_trim(line), rest = t;
		struct span first = word(&rest);
		struct place at = {.offset = start + (size_t)(t.p - line.p), .length = t.n};
		if (span_eq_str(first, "config")) {
			struct span type = word(&rest), name = word(&rest);
			group++;
			words =
			    arena_printf(p->accounts->arena, "%.*s %.*s",
					 (int)(type.n < 60 ? type.n : 60), (const char *)type.p,
					 (int)(name.n < 60 ? name.n : 60), (const char *)name.p);
			if (name.n && (span_eq_str(type, "user") || span_eq_str(type, "login") ||
				       span_eq_str(type, "account")))
				pairs_add(p, group, words, SPAN_LIT("name"), name, at);
		} else if (span_eq_str(first, "option")) {
			struct span key = word(&rest), value = word(&rest);
			pairs_add(p, group, words, key, value, at);
		}
	}
}
