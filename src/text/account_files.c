/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials in single text files. The name or the first bytes tell the reader; documentation,
 * translations, pages and program texts are left alone. passwd and shadow inside of a file tree
 * belong to the tree observer (accounts.c), which knows both; a file that was handed in alone is
 * read here.
 */
#include "base/text.h"
#include "text/config_readers.h"
#include "text/credential_readers.h"
#include "text/passwd_lines.h"

enum { MAX_TEXT = 4 << 20 };

/* Do nearly all lines have the form of a password file? Then emit them. */
static bool read_lone_passwd(struct span text, struct accounts *s)
{
	struct span line;
	struct passwd_line l;
	size_t good = 0, all = 0;
	for (size_t pos = 0; span_line(text, &pos, &line) && all < 1000; all += line.n != 0)
		good += passwd_line_read(line, &l) || shadow_line_read(line, &l);
	if (good == 0 || good * 5 < all * 4)
		return false;
	size_t pos = 0, left = 1000;
	for (size_t start = 0; left-- && span_line(text, &pos, &line); start = pos) {
		bool shadow = !passwd_line_read(line, &l);
		if (shadow && !shadow_line_read(line, &l))
			continue;
		struct account a = {.at = {.offset = start, .length = line.n},
				    .user = arena_str(s->arena, l.user),
				    .uid = l.uid,
				    .gid = l.gid,
				    .shell = l.shell.n ? arena_str(s->arena, l.shell) : NULL,
				    .service = "system"};
		accounts_field(s, &a, l.field, shadow);
	}
	return true;
}

static bool is_script(const char *path, struct span text)
{
	struct span name = span_str(path);
	return SPAN_IS(text, 0, "#!") || text_suffix(name, ".sh") || strstr(path, "init.d/") ||
	       strstr(path, "rc.d/") || strstr(path, "uci-defaults/") ||
	       text_prefix(span_str(path_base(path)), "rcS");
}

static void observe(const struct artifact *a, struct facts *out)
{
	const char *path = a->path ? a->path : "";
	struct span text = a->bytes;
	bool family = passwd_family(path) != FAMILY_NONE, lone = !strchr(path, '/');
	if (text.n == 0 || text.n > MAX_TEXT || account_is_prose(path) || (family && !lone))
		return;
	struct accounts s = accounts_make(out, a->arena);
	if (read_secrets(path, text, &s) ||
	    (lone && (family || !a->named) && read_lone_passwd(text, &s))) {
		accounts_done(&s);
		return;
	}
	struct pairs p = pairs_make(&s, path);
	if (looks_xml(text))
		read_xml(text, &p);
	else if (looks_json(text))
		read_json(text, &p);
	else if (looks_uci(text))
		read_uci(text, &p);
	else if (!is_script(path, text))
		read_keyvalue(text, &p);
	pairs_emit(&p);
	if (!looks_xml(text) && !looks_json(text) && !looks_uci(text))
		read_script(path, text, &s);
	accounts_done(&s);
}

const struct observer observer_account_files = {
    .name = "account-files",
    .title = "credentials in configuration and scripts",
    .wants = WANTS_TEXT,
    .observe = observe,
};
