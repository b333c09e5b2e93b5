/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd units that a target wants, the tables of cron, and the servers that inetd and xinetd
 * start. References: systemd.unit(5), systemd.service(5), crontab(5), inetd.conf(5),
 * xinetd.conf(5).
 */
#include "base/text.h"
#include "text/boot.h"

/* --- systemd --- */

static const char *const unit_folders[] = {"etc/systemd/system", "usr/lib/systemd/system",
					   "lib/systemd/system"};

/* The unit file of a link "x.wants/name": by its name, of "name@instance" the template. */
static const struct tree_file *unit_file(struct boot *b, const char *name)
{
	const char *sign = strchr(name, '@'), *dot = strrchr(name, '.');
	for (size_t i = 0; i < sizeof unit_folders / sizeof *unit_folders; i++) {
		const struct tree_file *f =
		    tree_find(b->m.tree, arena_printf(b->m.arena, "%s/%s", unit_folders[i], name));
		if (!f && sign && dot > sign)
			f = tree_find(b->m.tree,
				      arena_printf(b->m.arena, "%s/%.*s@%s", unit_folders[i],
						   (int)(sign - name), name, dot));
		if (f && f->type == TREE_FILE && f->kept)
			return f;
	}
	return NULL;
}

/* ExecStart= with %I and %i put in and the marks in front of the path taken off. */
static struct span exec_line(struct boot *b, struct span value, struct span instance)
{
	struct buf out = {.max = 4096};
	while (value.n && strchr("-@+!:", value.p[0]))
		value = span_from(value, 1);
	for (size_t i = 0; i < value.n; i++) {
		bool mark = value.p[i] == '%' && i + 1 < value.n && strchr("iI", value.p[i + 1]);
		if (mark)
			buf_add(&out, instance.p, instance.n);
		else
			buf_byte(&out, value.p[i]);
		i += mark;
	}
	struct span s = span_str(arena_str(b->m.arena, buf_span(&out)));
	buf_free(&out);
	return s;
}

/* The first ConditionX= line of a unit, "" when there is none. */
static const char *unit_condition(struct boot *b, const struct tree_file *f)
{
	struct span line;
	size_t pos = 0;
	while (span_line(f->bytes, &pos, &line))
		if (text_prefix(line, "Condition"))
			return arena_str(b->m.arena, span_cut(line, 0, 120));
	return "";
}

static void run_unit(struct boot *b, const char *name)
{
	const struct tree_file *f = unit_file(b, name);
	struct span rest = span_str(name), line, instance;
	size_t pos = 0, at = 0;
	if (!f || b->m.visits[f - b->m.tree->files] >= 8)
		return;
	b->m.visits[f - b->m.tree->files]++;
	text_field(&rest, '@');
	instance = span_cut(rest, 0, rest.n > 8 ? rest.n - 8 : 0); /* ".service" */
	b->terminal = text_prefix(instance, "tty") || text_prefix(instance, "console")
			  ? arena_str(b->m.arena, instance)
			  : NULL;
	for (; span_line(f->bytes, &pos, &line); at = pos) {
		struct span value = line, key = span_trim(text_field(&value, '='));
		if (!span_eq_str(key, "ExecStart") && !span_eq_str(key, "ExecStartPre") &&
		    !span_eq_str(key, "ExecStartPost"))
			continue;
		b->m.file = f;
		b->m.chain = f->path;
		b->when = unit_condition(b, f);
		shell_run_text(&b->m, exec_line(b, span_trim(value), instance), at, line.n);
	}
	b->m.file = NULL;
	b->m.chain = "";
	b->when = "";
	b->terminal = NULL;
}

void boot_systemd(struct boot *b)
{
	const struct tree *t = b->m.tree;
	b->how = "systemd";
	for (size_t k = 0; k < sizeof unit_folders / sizeof *unit_folders; k++) {
		size_t begin, end;
		tree_below(t, unit_folders[k], &begin, &end);
		for (size_t i = begin; i < end; i++) {
			const char *name = path_base(t->files[i].path);
			bool wanted = strstr(t->files[i].path, ".wants/") ||
				      strstr(t->files[i].path, ".requires/");
			if (wanted && text_suffix(span_str(name), ".service"))
				run_unit(b, name);
		}
	}
	b->how = "rc";
}

/* --- cron --- */

/* The command of a crontab line, behind five fields (or "@reboot") and, in etc, the user. */
static struct span cron_command(struct span line, size_t fields)
{
	struct span s = line;
	size_t i = 0;
	if (s.n && s.p[0] == '@')
		fields -= 4;
	for (size_t k = 0; k < fields; k++) {
		while (i < s.n && s.p[i] != ' ' && s.p[i] != '\t')
			i++;
		while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
			i++;
	}
	return span_from(s, i);
}

static void run_crontab(struct boot *b, const struct tree_file *f, size_t fields)
{
	struct span line;
	size_t pos = 0, at = 0;
	if (!f->kept || !text_looks(f->bytes))
		return;
	for (; span_line(f->bytes, &pos, &line); at = pos) {
		bool time = line.n && (line.p[0] == '*' || line.p[0] == '@' ||
				       (line.p[0] >= '0' && line.p[0] <= '9'));
		struct span command = cron_command(line, fields);
		if (!time || !command.n)
			continue;
		b->when = arena_printf(
		    b->m.arena, "cron %.60s",
		    arena_str(b->m.arena, span_trim(span_cut(line, 0, line.n - command.n))));
		boot_command(b, f, command, at + (line.n - command.n));
		b->when = "";
	}
}

static void run_cron(struct boot *b)
{
	static const struct {
		const char *folder;
		size_t fields;
	} folders[] = {{"etc/crontabs", 5}, {"var/spool/cron", 5}, {"etc/cron.d", 6}};
	const struct tree *t = b->m.tree;
	const struct tree_file *table = tree_find(t, "etc/crontab");
	b->how = "cron";
	if (table && table->type == TREE_FILE)
		run_crontab(b, table, 6);
	for (size_t k = 0; k < sizeof folders / sizeof *folders; k++) {
		size_t begin, end;
		tree_below(t, folders[k].folder, &begin, &end);
		for (size_t i = begin; i < end; i++)
			if (t->files[i].type == TREE_FILE)
				run_crontab(b, &t->files[i], folders[k].fields);
	}
	b->how = "rc";
}

/* --- inetd: "service type protocol wait user program arguments" --- */

static void run_inetd(struct boot *b, const struct tree_file *f)
{
	struct span line;
	size_t pos = 0, at = 0;
	b->how = "inetd";
	for (; span_line(f->bytes, &pos, &line); at = pos) {
		struct span program = cron_command(line, 5);
		struct span rest = program, path = text_field(&rest, ' ');
		if (!line.n || line.p[0] == '#' || !program.n || program.p[0] != '/')
			continue;
		path = span_cut(path, 0, path.n);
		struct span args = cron_command(program, 2); /* the second word is argv[0] */
		char *command = arena_printf(
		    b->m.arena, "%s %s",
		    arena_str(b->m.arena,
			      span_cut(program, 0, program.n - cron_command(program, 1).n)),
		    arena_str(b->m.arena, args));
		b->m.file = f;
		b->m.chain = f->path;
		shell_run_text(&b->m, span_str(command), at, line.n);
	}
	b->m.file = NULL;
	b->m.chain = "";
	b->how = "rc";
}

void boot_services(struct boot *b)
{
	const struct tree_file *f = tree_find(b->m.tree, "etc/inetd.conf");
	const struct boot_run *inetd = boot_started(b, "inetd");
	if (inetd && f && f->type == TREE_FILE && f->kept) {
		b->when = inetd->when;
		run_inetd(b, f);
		b->when = "";
	}
	if (boot_started(b, "crond") || boot_started(b, "cron"))
		run_cron(b);
}
