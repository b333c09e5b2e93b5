/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that a script starts: what is wrapped around it (nohup, start-stop-daemon ...) is taken
 * off, scripts are followed, and the rest is told to the machine's receiver.
 */
#include "text/shell_eval.h"

/* Plain tools: files, text, set-up of the kernel. `true` part: they are taken to succeed. */
static const char *const doers[] = {
    "echo",
    "printf",
    "mkdir",
    "rmdir",
    "cp",
    "mv",
    "ln",
    "rm",
    "chmod",
    "chown",
    "chgrp",
    "touch",
    "cd",
    "pwd",
    "mount",
    "umount",
    "mknod",
    "sleep",
    "usleep",
    "sync",
    "trap",
    "umask",
    "alias",
    "unalias",
    "wait",
    "ulimit",
    "hash",
    "kill",
    "jobs",
    "let",
    "logger",
    "insmod",
    "modprobe",
    "rmmod",
    "hostname",
    "date",
    "hwclock",
    "stty",
    "clear",
    "reset",
    "tar",
    "gzip",
    "gunzip",
    "dd",
    "swapon",
    "swapoff",
    "depmod",
    "mkfifo",
    "domainname",
    "sysctl",
    "setconsole",
    "loadkmap",
    "tee",
    "procd_add_reload_trigger",
    "procd_add_validation",
    "procd_add_reload_interface_trigger",
    "procd_add_interface_trigger",
    "procd_open_trigger",
    "procd_close_trigger",
    "procd_open_service",
    "procd_close_service",
    "procd_kill",
    "procd_send_signal",
    "config_set",
    "config_list_foreach",
    "service_stop",
    "service_reload",
    "service_check",
    "include",
    "poweroff",
    "lock",
    "unlock",
    "chroot",
    "fsync",
    "mdev",
    "true",
};
static const char *const askers[] = {
    "cat",	   "grep",	"egrep",	"fgrep",     "sed",	    "awk",
    "cut",	   "head",	"tail",		"tr",	     "sort",	    "uniq",
    "wc",	   "ls",	"find",		"xargs",     "ps",	    "pidof",
    "pgrep",	   "killall",	"pkill",	"ifconfig",  "route",	    "ip",
    "iptables",	   "ip6tables", "ebtables",	"brctl",     "vconfig",	    "arp",
    "ipset",	   "tc",	"iwconfig",	"iwpriv",    "nvram",	    "nvram_get",
    "nvram_set",   "uci",	"uci_get",	"rgdb",	     "xmldbc",	    "devdata",
    "cmp",	   "diff",	"md5sum",	"sha256sum", "expr",	    "seq",
    "basename",	   "dirname",	"which",	"type",	     "getopts",	    "stat",
    "df",	   "du",	"free",		"uname",     "id",	    "uptime",
    "mountpoint",  "ping",	"cmd",		"more",	     "less",	    "strings",
    "hexdump",	   "od",	"readlink",	"losetup",   "fw_printenv", "fw_setenv",
    "flash_erase", "mtd",	"ubiattach",	"ubinfo",    "ubus",	    "jsonfilter",
    "flash",	   "event",	"json_get_var", "json_load", "start_help",  "reboot",
    "halt",	   "passwd",	"adduser",	"addgroup",  "openssl",	    "dropbearkey",
    "ssh-keygen",  "sha1sum",	"base64",	"mktemp",    "install",	    "vi",
    "rev",	   "tty",	"who",		"dmesg",     "lsmod",	    "enabled",
};

static bool among(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

bool shell_is_quiet(const char *name, bool *succeeds)
{
	const char *base = path_base(name);
	if (base != name && strncmp(name, "/bin/", 5) != 0 && strncmp(name, "/sbin/", 6) != 0 &&
	    strncmp(name, "/usr/", 5) != 0)
		return false;
	*succeeds = among(base, doers, sizeof doers / sizeof *doers);
	return *succeeds || among(base, askers, sizeof askers / sizeof *askers);
}

struct words {
	const struct shell_value *v;
	size_t n;
};

static void drop(struct words *w, size_t n)
{
	n = n < w->n ? n : w->n;
	w->v += n;
	w->n -= n;
}

static bool base_is(const struct words *w, const char *name)
{
	return w->n && strcmp(path_base(w->v[0].text), name) == 0;
}

static bool is_shell(const struct words *w)
{
	static const char *const names[] = {"sh", "ash", "bash", "dash"};
	return w->n && among(path_base(w->v[0].text), names, sizeof names / sizeof *names);
}

/* start-stop-daemon -S [-b] -p FILE -x PROGRAM [-- ARGUMENT...]; false when nothing is started */
static bool unwrap_start_stop(struct machine *m, struct words *w)
{
	struct shell_words out = {0};
	bool starts = false;
	size_t i = 1;
	for (; i < w->n && strcmp(w->v[i].text, "--") != 0; i++) {
		const char *o = w->v[i].text;
		bool two = o[0] == '-' && o[1] == '-';
		size_t last = strlen(o) ? strlen(o) - 1 : 0;
		if (o[0] != '-')
			continue;
		if (strcmp(o, "--stop") == 0 || (!two && strchr(o, 'K')))
			return false;
		starts = starts || strcmp(o, "--start") == 0 || (!two && strchr(o, 'S'));
		bool exec = strcmp(o, "--exec") == 0 || strcmp(o, "--startas") == 0 ||
			    (!two && (o[last] == 'x' || o[last] == 'a'));
		if (exec && i + 1 < w->n && !out.n)
			shell_push(m, &out, w->v[i + 1].text, w->v[i + 1].known);
		if (exec || (!two && strchr("pnucdrNIP", o[last])) || strcmp(o, "--pidfile") == 0 ||
		    strcmp(o, "--name") == 0 || strcmp(o, "--user") == 0 ||
		    strcmp(o, "--chuid") == 0)
			i++;
	}
	for (i++; i < w->n; i++)
		shell_push(m, &out, w->v[i].text, w->v[i].known);
	*w = (struct words){out.v, out.n};
	return starts && out.n;
}

/* A wrapper's own words; 0 when the first word is no wrapper. */
static size_t wrapper(const struct words *w)
{
	static const char *const plain[] = {"nohup", "setsid",	  "time",   "sudo",    "exec",
					    "nice",  "ionice",	  "chrt",   "taskset", "timeout",
					    "env",   "softlimit", "unshare"};
	bool counted = base_is(w, "taskset") || base_is(w, "timeout") || base_is(w, "chrt");
	size_t i = 1;
	if (!w->n || !among(path_base(w->v[0].text), plain, sizeof plain / sizeof *plain))
		return 0;
	for (; i < w->n; i++) {
		const char *o = w->v[i].text;
		if (strcmp(o, "-n") == 0 || strcmp(o, "-c") == 0 || strcmp(o, "-u") == 0)
			i++;
		else if (o[0] != '-' && !(base_is(w, "env") && strchr(o, '=')))
			break;
	}
	return i + counted;
}

static bool unwrap(struct machine *m, struct words *w)
{
	for (int turn = 0; turn < 8 && w->n; turn++) {
		if (base_is(w, "start-stop-daemon")) {
			if (!unwrap_start_stop(m, w))
				return false;
			continue;
		}
		size_t n = wrapper(w);
		if (n)
			drop(w, n);
		else
			return true;
	}
	return w->n > 0;
}

static void tell(struct machine *m, const struct words *w, bool procd, bool as_shell)
{
	struct shell_run r = {.file = m->file,
			      .offset = m->offset,
			      .length = m->length,
			      .words = w->v,
			      .count = w->n,
			      .chain = m->chain,
			      .never = m->never,
			      .procd = procd,
			      .as_shell = as_shell,
			      .conditions = m->conditions,
			      .condition_count = m->condition_count};
	m->run(m, &r);
}

/* sh -c TEXT, sh FILE; true when it was dealt with. */
static bool run_shell(struct machine *m, struct words *w, bool procd)
{
	size_t i = 1;
	while (i < w->n && w->v[i].text[0] == '-') {
		if (strchr(w->v[i].text, 'c') && w->v[i].text[1] != '-' && i + 1 < w->n) {
			if (w->v[i + 1].known)
				shell_run_text(m, span_str(w->v[i + 1].text), m->offset, m->length);
			return true;
		}
		i++;
	}
	if (i >= w->n)
		return m->piped; /* it runs what it reads */
	drop(w, i);
	const struct tree_file *f = w->v[0].known ? tree_find(m->tree, w->v[0].text) : NULL;
	bool follow = shell_is_script(f) && !m->alone;
	tell(m, w, procd, follow);
	if (follow && !m->never)
		shell_run_file(m, f, w->v + 1, w->n - 1);
	return true;
}

void shell_program(struct machine *m, const struct shell_value *v, size_t n, bool procd)
{
	struct words w = {v, n};
	bool succeeds;
	if (!unwrap(m, &w) || !w.v[0].text[0] || w.v[0].text[0] == '$' || w.v[0].text[0] == '`' ||
	    (w.v[0].known && shell_is_quiet(w.v[0].text, &succeeds)))
		return;
	if (base_is(&w, "busybox") && w.n > 1 && shell_is_quiet(w.v[1].text, &succeeds))
		return;
	if (is_shell(&w) && run_shell(m, &w, procd))
		return;
	const struct tree_file *f = w.v[0].known ? tree_program(m->tree, w.v[0].text) : NULL;
	bool follow = shell_is_script(f) && !m->alone, rc = follow && shell_is_rc(f);
	if (rc && !(w.n > 1 && (shell_is(w.v[1], "start") || shell_is(w.v[1], "boot"))))
		return; /* stop, enable ... */
	tell(m, &w, procd, follow);
	if (follow && !m->never)
		shell_run_file(m, f, w.v + 1, w.n - 1);
}
