/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The accounts of a root file system: passwd, shadow, group and gshadow with their backups and
 * vendor copies, wherever they stand. A shadow line carries what the passwd line beside it says
 * (uid, shell); a passwd line that leaves its password to the shadow file claims no state.
 */
#include "base/text.h"
#include "text/account.h"
#include "text/passwd_lines.h"

enum { MAX_SIZE = 256 * 1024, MAX_LINES = 2000 };

/* The passwd file that stands beside a shadow file, with the same tail ("-", ".bak"), else the
 * plain one. */
static const struct tree_file *beside(const struct tree *t, struct arena *a,
				      const struct tree_file *shadow)
{
	const char *base = path_base(shadow->path), *tail = strstr(base, "shadow");
	int folder = (int)(base - shadow->path), head = tail ? (int)(tail - base) : 0;
	if (!tail)
		return NULL;
	const char *same =
	    arena_printf(a, "%.*s%.*spasswd%s", folder, shadow->path, head, base, tail + 6);
	const struct tree_file *f = tree_find(t, same);
	return f ? f : tree_find(t, arena_printf(a, "%.*spasswd", folder, shadow->path));
}

static struct passwd_line *lines_of(const struct tree_file *f, struct arena *a, size_t *n)
{
	*n = 0;
	if (!f || f->type != TREE_FILE || !f->kept || f->bytes.n > MAX_SIZE)
		return NULL;
	struct span line;
	size_t count = 0;
	for (size_t pos = 0; span_line(f->bytes, &pos, &line) && count < MAX_LINES;)
		count++;
	struct passwd_line *list = arena_array(a, count + 1, sizeof *list);
	for (size_t pos = 0; span_line(f->bytes, &pos, &line) && *n < count;)
		if (passwd_line_read(line, &list[*n]))
			++*n;
	return list;
}

static void fill_from(struct account *a, struct arena *arena, struct span user,
		      const struct passwd_line *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_equal(list[i].user, user)) {
			a->uid = list[i].uid;
			a->gid = list[i].gid;
			a->shell = list[i].shell.n ? arena_str(arena, list[i].shell) : NULL;
			return;
		}
}

static void one_line(struct accounts *s, enum passwd_family family, const struct passwd_line *l,
		     struct account a, const struct passwd_line *known, size_t count)
{
	a.user = arena_str(s->arena, l->user);
	a.uid = l->uid;
	a.gid = l->gid;
	a.shell = l->shell.n ? arena_str(s->arena, l->shell) : NULL;
	if (family == FAMILY_SHADOW)
		fill_from(&a, s->arena, l->user, known, count);
	if (family != FAMILY_GROUP)
		accounts_field(s, &a, l->field, family == FAMILY_SHADOW);
	else if (passwd_is_hash(l->field))
		accounts_field(s, &a, l->field, false);
}

static void one_file(const struct tree *t, const struct tree_file *f, enum passwd_family family,
		     struct accounts *s)
{
	size_t count = 0;
	const struct passwd_line *known =
	    family == FAMILY_SHADOW ? lines_of(beside(t, s->arena, f), s->arena, &count) : NULL;
	struct span line;
	size_t pos = 0, left = MAX_LINES;
	for (size_t start = 0; left-- && span_line(f->bytes, &pos, &line); start = pos) {
		struct passwd_line l;
		bool good = family == FAMILY_PASSWD   ? passwd_line_read(line, &l)
			    : family == FAMILY_SHADOW ? shadow_line_read(line, &l)
						      : group_line_read(line, &l);
		struct account a = {.at = {.file = f, .offset = start, .length = line.n},
				    .service = family == FAMILY_GROUP ? "group" : "system"};
		if (good)
			one_line(s, family, &l, a, known, count);
	}
}

static void observe_tree(const struct tree *t, struct arena *arena, struct facts *out)
{
	struct accounts s = accounts_make(out, arena);
	for (size_t i = 0; i < t->count; i++) {
		const struct tree_file *f = &t->files[i];
		enum passwd_family family = passwd_family(f->path);
		if (family != FAMILY_NONE && f->type == TREE_FILE && f->kept &&
		    f->bytes.n <= MAX_SIZE)
			one_file(t, f, family, &s);
	}
	accounts_done(&s);
}

const struct observer observer_accounts = {
    .name = "accounts",
    .title = "accounts of a root file system",
    .wants = WANTS_TREE,
    .observe_tree = observe_tree,
};
