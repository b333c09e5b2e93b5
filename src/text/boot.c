/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects what the walk through init's scripts starts.
 * References: BusyBox init/init.c (inittab, what runs without one), sysvinit inittab(5),
 * OpenWrt /etc/rc.common and procd.
 */
#include "text/boot.h"

#include "base/buf.h"
#include "base/text.h"

enum { MAX_RUNS = 4000, MAX_TEXT = 600 };

const char *boot_program(const struct boot *b, const char *name, bool *present)
{
	static const char *const folders[] = {"usr/sbin", "usr/bin",	    "sbin",
					      "bin",	  "usr/local/sbin", "usr/local/bin"};
	const struct tree *t = b->m.tree;
	if (strchr(name, '/')) {
		const struct tree_file *f = tree_find(t, name);
		*present = f && f->type == TREE_FILE;
		return name;
	}
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char path[256];
		if ((size_t)snprintf(path, sizeof path, "/%s/%s", folders[i], name) >= sizeof path)
			break;
		const struct tree_file *f = tree_find(t, path);
		if (f && f->type == TREE_FILE) {
			*present = true;
			return arena_dup(b->m.arena, path);
		}
	}
	*present = false;
	return name;
}

static const char *join_words(struct arena *a, const struct shell_value *v, size_t n)
{
	struct buf t = {.max = MAX_TEXT};
	for (size_t i = 0; i < n; i++)
		buf_printf(&t, "%s%s", i ? " " : "", v[i].text);
	const char *s = arena_str(a, buf_span(&t));
	buf_free(&t);
	return s;
}

static const char *when_text(struct boot *b, const struct shell_run *r)
{
	struct buf t = {.max = MAX_TEXT};
	if (r->never)
		buf_printf(&t, "does not hold: %s", r->never);
	if (*b->when)
		buf_printf(&t, "%s%s", t.n ? " and " : "", b->when);
	for (size_t i = 0; i < r->condition_count; i++) {
		const struct shell_condition *c = r->conditions[i];
		buf_printf(&t, c->negated ? "%snot (%s)" : "%s%s", t.n ? " and " : "", c->text);
	}
	const char *s = arena_str(b->m.arena, buf_span(&t));
	buf_free(&t);
	return s;
}

static bool same_condition(const struct shell_condition *a, const struct shell_condition *b)
{
	return a->negated == b->negated && strcmp(a->text, b->text) == 0;
}

/*
 * The same command is met again on another way. When the two ways differ only in one condition that
 * holds on one and not on the other, it runs in either case.
 */
static void met_again(struct boot *b, struct boot_run *old, struct shell_run *r)
{
	const struct shell_condition **c;
	size_t n = 0;
	if (r->never && !old->never)
		return;
	if (!old->never && (!*old->when || r->condition_count)) {
		if (old->condition_count != r->condition_count)
			return;
		c = arena_array(b->m.arena, r->condition_count + 1, sizeof *c);
		for (size_t i = 0; i < r->condition_count; i++) {
			const struct shell_condition *x = old->conditions[i], *y = r->conditions[i];
			if (same_condition(x, y))
				c[n++] = x;
			else if (strcmp(x->text, y->text) != 0)
				return;
		}
		if (n + 1 != r->condition_count)
			return;
		r->conditions = c;
		r->condition_count = n;
	}
	old->never = r->never != NULL;
	old->when = when_text(b, r);
	old->conditions = r->conditions;
	old->condition_count = r->condition_count;
}

static struct boot_run *find(struct boot *b, const struct shell_run *r, const char *program)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->runs[i].offset == r->offset && b->runs[i].file == r->file &&
		    strcmp(b->runs[i].program, program) == 0)
			return &b->runs[i];
	return NULL;
}

/* getty's line: the argument that names a terminal. */
static const char *terminal_of(const struct boot *b, const struct boot_run *r)
{
	if (!strstr(r->name, "getty"))
		return b->terminal;
	for (size_t i = 0; i < r->count; i++) {
		const char *base = path_base(r->words[i].text);
		if (strncmp(base, "tty", 3) == 0 || strcmp(base, "console") == 0)
			return base;
	}
	return b->terminal;
}

static void keep(struct boot *b, const struct boot_run *r)
{
	if (b->count == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 64;
		struct boot_run *runs = arena_array(b->m.arena, b->cap, sizeof *runs);
		if (b->count)
			memcpy(runs, b->runs, b->count * sizeof *runs);
		b->runs = runs;
	}
	b->runs[b->count++] = *r;
}

static void on_run(struct machine *m, const struct shell_run *given)
{
	struct boot *b = m->user;
	struct shell_run r = *given;
	struct boot_run out = {
	    .file = r.file, .offset = r.offset, .length = r.length, .chain = r.chain};
	size_t skip = 1;
	if (b->count >= MAX_RUNS || !shell_spend(m, 1024))
		return;
	const char *word = r.words[0].text;
	while (*word == '-')
		word++; /* a login shell in inittab */
	out.program = boot_program(b, word, &out.present);
	out.name = path_base(out.program);
	if (strcmp(out.name, "busybox") == 0 && r.count > 1) {
		out.name = path_base(r.words[1].text);
		out.program = arena_printf(m->arena, "%s %s", out.program, r.words[1].text);
		skip = 2;
	}
	if (!out.present && !strchr(out.program, '/') && strchr(out.program, '_'))
		return; /* a shell function that we have not seen */
	struct boot_run *old = find(b, &r, out.program);
	const struct shell_condition **c = arena_array(m->arena, r.condition_count + 1, sizeof *c);
	if (r.condition_count)
		memcpy(c, r.conditions, r.condition_count * sizeof *c);
	r.conditions = c;
	if (old) {
		met_again(b, old, &r);
		return;
	}
	out.words = r.words + skip;
	out.count = r.count - skip;
	out.arguments = join_words(m->arena, out.words, out.count);
	out.how = strcmp(b->how, "inittab") == 0 && strstr(r.chain, " > ") ? "rc" : b->how;
	if (r.procd)
		out.how = "procd";
	out.when = when_text(b, &r);
	out.started = b->started;
	out.script = r.as_shell || shell_is_script(tree_program(m->tree, out.program));
	out.never = r.never != NULL;
	out.terminal = terminal_of(b, &out);
	out.conditions = r.conditions;
	out.condition_count = r.condition_count;
	keep(b, &out);
}

void boot_command(struct boot *b, const struct tree_file *f, struct span command, uint64_t offset)
{
	b->m.file = f;
	b->m.chain = f->path;
	shell_run_text(&b->m, command, offset, command.n);
	b->m.file = NULL;
	b->m.chain = "";
}

const struct boot_run *boot_started(const struct boot *b, const char *name)
{
	const struct boot_run *found = NULL;
	for (size_t i = 0; i < b->count; i++) {
		const struct boot_run *r = &b->runs[i];
		if (r->started && !r->never && strcmp(r->name, name) == 0 &&
		    (!found || (*found->when && !*r->when)))
			found = r;
	}
	return found;
}

/* --- init --- */

static bool run_script(struct boot *b, const char *path, const char *arg)
{
	const struct tree_file *f = tree_find(b->m.tree, path);
	struct shell_value v = {arg, true};
	return f && shell_run_file(&b->m, f, &v, *arg ? 1 : 0);
}

/* The S links of a folder in order, as init or rc would call them. */
static bool run_links(struct boot *b, const char *folder, const char *action)
{
	const struct tree *t = b->m.tree;
	size_t begin, end, skip = strlen(folder) + 1;
	bool any = false;
	const char *chain = b->m.chain;
	tree_below(t, folder, &begin, &end);
	for (size_t i = begin; i < end; i++) {
		const char *name = t->files[i].path + skip;
		if (name[0] != 'S' || !name[1] || strchr(name, '/'))
			continue;
		b->m.chain = arena_printf(b->m.arena, "%s%s%s", chain, *chain ? " > " : "",
					  t->files[i].path);
		any = run_script(b, t->files[i].path, action) || any;
	}
	b->m.chain = chain;
	return any;
}

static bool is_login_shell(struct span process)
{
	struct span first = text_field(&process, ' ');
	return text_suffix(first, "sh") &&
	       (text_prefix(first, "-") || span_find(process, SPAN_LIT("-l"), 0) != SIZE_MAX);
}

static void run_profile(struct boot *b, const char *when)
{
	const struct tree_file *f = tree_find(b->m.tree, "etc/profile");
	if (!f || b->m.visits[f - b->m.tree->files])
		return;
	b->how = "profile";
	b->when = when;
	shell_run_file(&b->m, f, NULL, 0);
	b->when = "";
	b->how = "rc";
}

static const char *const at_login = "a login shell on the console";

struct inittab_line {
	struct span id, levels, action, process;
	uint64_t offset; /* of the process */
};

static bool runs_at_boot(struct span action)
{
	static const char *const actions[] = {
	    "sysinit", "boot",	   "bootwait",	 "once",	"wait",
	    "respawn", "askfirst", "askconsole", "respawnlate", "askconsolelate"};
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (span_eq_str(action, actions[i]))
			return true;
	return false;
}

static bool in_level(struct span levels, int level)
{
	return !levels.n || !level || memchr(levels.p, level, levels.n);
}

static bool is_console_program(struct span process)
{
	struct span first = text_field(&process, ' ');
	return text_suffix(first, "sh") || text_suffix(first, "getty") ||
	       text_suffix(first, "login") || text_suffix(first, "sulogin") ||
	       text_suffix(first, ".sh");
}

static void run_inittab_line(struct boot *b, const struct tree_file *f,
			     const struct inittab_line *l)
{
	struct arena *a = b->m.arena;
	bool waits = text_prefix(l->action, "ask"), respawns = text_prefix(l->action, "respawn");
	const char *id = path_base(arena_str(a, l->id));
	bool tty =
	    strncmp(id, "tty", 3) == 0 || strcmp(id, "console") == 0 || strncmp(id, "tts", 3) == 0;
	b->terminal = tty						      ? id
		      : (waits || respawns) && is_console_program(l->process) ? "console"
									      : NULL;
	b->how = "inittab";
	boot_command(b, f, l->process, l->offset);
	b->terminal = NULL;
	if (is_login_shell(l->process))
		run_profile(b, waits ? at_login : "");
	/* procd runs the links itself: its inittab names a script that is not there */
	if (span_find(l->process, SPAN_LIT("rcS S"), 0) != SIZE_MAX &&
	    !tree_find(b->m.tree, "etc/init.d/rcS")) {
		b->m.chain = f->path;
		run_links(b, "etc/rc.d", "boot");
		b->m.chain = "";
	}
}

static bool inittab_line(struct span line, uint64_t at, struct inittab_line *l)
{
	struct span rest = line;
	size_t skip = 0;
	while (skip < rest.n && (rest.p[skip] == ' ' || rest.p[skip] == '\t'))
		skip++;
	rest = span_from(rest, skip);
	size_t n = rest.n;
	if (!n || rest.p[0] == '#')
		return false;
	l->id = text_field(&rest, ':');
	l->levels = text_field(&rest, ':');
	l->action = span_trim(text_field(&rest, ':'));
	l->offset = at + skip + (n - rest.n);
	l->process = span_trim(rest);
	return true;
}

static void run_inittab(struct boot *b, const struct tree_file *f)
{
	struct inittab_line l;
	struct span line;
	int level = 0;
	size_t pos = 0, at = 0;
	for (; span_line(f->bytes, &pos, &line); at = pos)
		if (inittab_line(line, at, &l) && span_eq_str(l.action, "initdefault") &&
		    l.levels.n)
			level = l.levels.p[0];
	pos = at = 0;
	for (int pass = 0; pass < 2; pass++) { /* sysinit goes first, wherever it stands */
		for (pos = at = 0; span_line(f->bytes, &pos, &line); at = pos)
			if (inittab_line(line, at, &l) && l.process.n && runs_at_boot(l.action) &&
			    in_level(l.levels, level) &&
			    span_eq_str(l.action, "sysinit") == (pass == 0))
				run_inittab_line(b, f, &l);
	}
}

/* What runs without an inittab: BusyBox init calls rcS and puts login shells on the consoles. */
static void run_without_inittab(struct boot *b)
{
	static const char *const scripts[] = {"etc/init.d/rcS", "etc_ro/rcS",	  "etc/rc.d/rcS",
					      "etc/rcS",	"etc/rc.sysinit", "etc/rc"};
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
		run_script(b, scripts[i], "");
}

static void run_init_scripts(struct boot *b)
{
	static const char *const scripts[] = {"init", "sbin/init", "linuxrc", "rdinit",
					      "etc/preinit"};
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
		run_script(b, scripts[i], "");
}

/* Without a table that says so, the links of SysV runlevels are run by a stock init. */
static void run_levels(struct boot *b)
{
	static const char *const folders[] = {"etc/rcS.d", "etc/rc2.d", "etc/rc3.d", "etc/rc5.d"};
	bool any = false;
	for (size_t i = 0; i < sizeof folders / sizeof *folders && (i < 2 || !any); i++)
		any = run_links(b, folders[i], "start") || (any && i);
	if (any)
		run_script(b, "etc/rc.local", "start");
}

/* Scripts that nothing leads to: what they would start. */
static void run_others(struct boot *b, bool (*wanted)(struct span))
{
	const struct tree *t = b->m.tree;
	b->started = false;
	b->how = "script";
	b->m.alone = true;
	b->m.budget = b->m.budget < 30000 ? 30000 : b->m.budget;
	for (size_t i = 0; i < t->count && b->m.bytes; i++) {
		const struct tree_file *f = &t->files[i];
		bool named = text_suffix(span_str(f->path), ".sh");
		if (b->m.visits[i] || f->type != TREE_FILE || !f->kept || !shell_is_script(f) ||
		    !(named || shell_script(f->bytes)))
			continue;
		if (wanted(f->bytes))
			shell_run_file(&b->m, f, NULL, 0);
	}
}

struct boot *boot_walk(const struct tree *t, struct arena *a, bool (*wanted)(struct span))
{
	struct boot *b = arena_alloc(a, sizeof *b);
	machine_init(&b->m, t, a);
	b->m.run = on_run;
	b->m.user = b;
	b->how = "rc";
	b->when = "";
	b->started = true;
	const struct tree_file *inittab = tree_find(t, "etc/inittab");
	run_init_scripts(b);
	if (inittab && inittab->kept)
		run_inittab(b, inittab);
	else
		run_without_inittab(b);
	b->how = "rc";
	if (!inittab)
		run_levels(b);
	boot_systemd(b);
	if (!inittab) /* where nothing else starts anything, the shell on the console does */
		run_profile(b, b->count ? at_login : "");
	boot_services(b);
	b->partial = !b->m.budget || !b->m.bytes;
	if (wanted)
		run_others(b, wanted);
	return b;
}
