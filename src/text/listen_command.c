/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines of servers: port, address and login from their options.
 * References: the options as documented by BusyBox, dropbear, OpenSSH, uhttpd, socat and netcat;
 * "telnetd -u user:password" is an addition of router vendors.
 */
#include "base/text.h"
#include "text/listen.h"

struct command {
	struct listening *l;
	const struct boot_run *r;
	const struct daemon *d;
};

static void emit(const struct command *c, const char *protocol, const char *service,
		 struct num port, const char *address, const char *login)
{
	struct fact_listener f = {
	    .at = {.file = c->r->file, .offset = c->r->offset, .length = c->r->length},
	    .protocol = protocol,
	    .port = port,
	    .program = c->r->program,
	    .origin = "config",
	    .service = service,
	    .login = login,
	    .address = address && *address ? address : NULL};
	listen_start(&f, c->r);
	fact_listener(c->l->out, &f);
}

/* The argument of a short option at word i ("-p 23", "-p23"); NULL when it is another option. */
static const struct shell_value *option(const struct boot_run *r, size_t *i, char letter,
					struct shell_value *glued)
{
	const char *w = r->words[*i].text;
	if (w[0] != '-' || w[1] != letter)
		return NULL;
	if (w[2]) {
		*glued = (struct shell_value){w + 2, r->words[*i].known};
		return glued;
	}
	return *i + 1 < r->count ? &r->words[++*i] : NULL;
}

static const struct shell_value *find_option(const struct boot_run *r, char letter,
					     struct shell_value *glued)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct shell_value *v = option(r, &i, letter, glued);
		if (v)
			return v;
	}
	return NULL;
}

static bool has_word(const struct boot_run *r, const char *word)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->words[i].text, word) == 0)
			return true;
	return false;
}

/* --- telnet --- */

struct login_seen {
	bool shell, login;
};

static void on_login_run(struct machine *m, const struct shell_run *r)
{
	struct login_seen *seen = m->user;
	const char *base = path_base(r->words[0].text);
	if (strcmp(base, "busybox") == 0 && r->count > 1)
		base = r->words[1].text;
	struct span s = span_str(base);
	if (text_suffix(s, "login"))
		seen->login = true;
	else if (span_eq_str(s, "sh") || span_eq_str(s, "ash") || span_eq_str(s, "bash"))
		seen->shell = true;
}

const char *listen_login(struct listening *l, const char *program)
{
	struct span base = span_str(path_base(program));
	if (text_suffix(base, "login"))
		return "password";
	if (span_eq_str(base, "sh") || span_eq_str(base, "ash") || span_eq_str(base, "bash"))
		return "none";
	const struct tree_file *f = tree_find(l->tree, program);
	if (!shell_is_script(f))
		return NULL;
	const size_t max = sizeof l->logins / sizeof *l->logins;
	for (size_t i = 0; i < l->login_count; i++)
		if (strcmp(l->logins[i].program, f->path) == 0)
			return l->logins[i].login;
	if (l->login_count >= max)
		return NULL;
	struct machine m;
	struct login_seen seen = {false, false};
	machine_init(&m, l->tree, l->arena);
	m.run = on_login_run;
	m.user = &seen;
	m.alone = true;
	m.budget = 500;
	m.bytes = 1 << 20;
	shell_run_file(&m, f, NULL, 0);
	const char *login = seen.login == seen.shell ? NULL : seen.login ? "password" : "none";
	l->logins[l->login_count].program = f->path;
	l->logins[l->login_count++].login = login;
	return login;
}

/* -u user:password fixes one account in the command line. */
static bool fixed_account(const struct command *c)
{
	struct shell_value glued;
	const struct shell_value *v = find_option(c->r, 'u', &glued);
	struct span rest, user;
	if (!v)
		return false;
	rest = span_str(v->text);
	user = text_field(&rest, ':');
	if (!user.n || !strchr(v->text, ':') || user.p[0] == '$')
		return false;
	if (v->known)
		fact_account(
		    c->l->out,
		    &(struct fact_account){
			.at = {.file = c->r->file, .offset = c->r->offset, .length = c->r->length},
			.user = arena_str(c->l->arena, user),
			.password = arena_str(c->l->arena, rest),
			.scheme = "plain",
			.state = rest.n ? "password" : "empty",
			.service = "telnet"});
	return true;
}

static const char *telnet_login(const struct command *c)
{
	struct shell_value glued;
	if (fixed_account(c))
		return "fixed";
	const struct shell_value *v = find_option(c->r, 'l', &glued);
	if (!v)
		return c->d->login;
	return v->known ? listen_login(c->l, v->text) : NULL;
}

/* --- listeners without a table entry of their own --- */

/* socat ... TCP-LISTEN:8000,fork ... */
static void socat(const struct command *c, const char *word, const char *all)
{
	static const struct {
		const char *prefix, *protocol;
	} kinds[] = {{"TCP-LISTEN:", "tcp"},  {"TCP4-LISTEN:", "tcp"}, {"TCP6-LISTEN:", "tcp"},
		     {"TCP-L:", "tcp"},	      {"TCP4-L:", "tcp"},      {"OPENSSL-LISTEN:", "tcp"},
		     {"UDP-LISTEN:", "udp"},  {"UDP4-LISTEN:", "udp"}, {"UDP6-LISTEN:", "udp"},
		     {"UDP-RECVFROM:", "udp"}};
	struct span s = span_str(text_lower(c->l->arena, span_str(word)));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const char *prefix = text_lower(c->l->arena, span_str(kinds[i].prefix));
		int64_t n;
		if (!text_prefix(s, prefix))
			continue;
		struct span rest = span_from(s, strlen(prefix)), port = text_field(&rest, ',');
		bool runs = span_find(span_str(all), SPAN_LIT("EXEC:"), 0) != SIZE_MAX ||
			    span_find(span_str(all), SPAN_LIT("SYSTEM:"), 0) != SIZE_MAX;
		bool ok = text_number(port, &n) && n > 0 && n < 65536;
		emit(c, kinds[i].protocol, runs ? "debug" : "relay",
		     ok ? NUM(n) : (struct num){0, false}, NULL, runs ? "none" : NULL);
		return;
	}
}

/* nc -l -p 9999 -e /bin/sh; nc -l 9999 */
static void netcat(const struct command *c)
{
	const struct boot_run *r = c->r;
	const char *number = NULL, *address;
	bool listens = false, udp = false, runs = false;
	uint16_t port;
	for (size_t i = 0; i < r->count; i++) {
		const char *w = r->words[i].text;
		if (w[0] == '-' && w[1] != '-') {
			listens = listens || strchr(w, 'l');
			udp = udp || strchr(w, 'u');
			runs = runs || strchr(w, 'e');
			if (w[strlen(w) - 1] == 'p' && i + 1 < r->count)
				number = r->words[i + 1].text;
			if (w[strlen(w) - 1] == 'e')
				break;
		} else if (!number && listens) {
			number = w;
		}
	}
	if (!listens)
		return;
	bool ok = number && listen_address(c->l->arena, number, &address, &port);
	emit(c, udp ? "udp" : "tcp", "debug", ok ? NUM(port) : (struct num){0, false}, NULL,
	     runs ? "none" : NULL);
}

/* gdbserver [HOST]:PORT PROGRAM; tcpsvd ADDRESS PORT PROGRAM */
static bool special(const struct command *c)
{
	const struct boot_run *r = c->r;
	const char *address;
	uint16_t port;
	if (strcmp(r->name, "socat") == 0) {
		for (size_t i = 0; i < r->count; i++)
			socat(c, r->words[i].text, r->arguments);
	} else if (strcmp(r->name, "nc") == 0 || strcmp(r->name, "netcat") == 0 ||
		   strcmp(r->name, "ncat") == 0) {
		netcat(c);
	} else if (strcmp(r->name, "gdbserver") == 0) {
		for (size_t i = 0; i < r->count; i++)
			if (strchr(r->words[i].text, ':') &&
			    listen_address(c->l->arena, r->words[i].text, &address, &port)) {
				emit(c, "tcp", "debug", NUM(port), address, "none");
				break;
			}
	} else if (strcmp(r->name, "tcpsvd") == 0 || strcmp(r->name, "udpsvd") == 0) {
		size_t i = 0;
		while (i < r->count && r->words[i].text[0] == '-')
			i += strchr("cCbtu", r->words[i].text[1]) && r->words[i].text[1] ? 2 : 1;
		const struct daemon *d =
		    i + 2 < r->count ? daemon_named(path_base(r->words[i + 2].text)) : NULL;
		if (i + 1 < r->count &&
		    listen_address(c->l->arena, r->words[i + 1].text, &address, &port))
			emit(c, r->name[0] == 't' ? "tcp" : "udp", d ? d->service : NULL, NUM(port),
			     strcmp(r->words[i].text, "0") && strcmp(r->words[i].text, "0.0.0.0")
				 ? r->words[i].text
				 : NULL,
			     d ? d->login : NULL);
	} else if (strcmp(r->name, "rsync") == 0) {
		if (has_word(r, "--daemon"))
			emit(c, "tcp", "rsync", NUM(873), NULL, NULL);
	} else {
		return false;
	}
	return true;
}

/* --- the table's servers --- */

static const char *login_of(const struct command *c)
{
	if (strcmp(c->d->service, "telnet") == 0)
		return telnet_login(c);
	if (strcmp(c->d->name, "dropbear") == 0 && has_word(c->r, "-s"))
		return "key";
	return c->d->login;
}

/* uhttpd -p and -s, mini_httpd -S: TLS */
static const char *service_of(const struct command *c, uint16_t port)
{
	bool tls = strcmp(c->d->service, "http") == 0 &&
		   (port == 443 || (strcmp(c->d->name, "mini_httpd") == 0 && has_word(c->r, "-S")));
	return tls ? "https" : c->d->service;
}

/* One value of a port option. */
static void at_port(const struct command *c, const struct shell_value *v, const char *login,
		    bool tls)
{
	const char *address = "";
	uint16_t port = 0;
	if (listen_address(c->l->arena, v->text, &address, &port))
		emit(c, c->d->protocol, tls ? "https" : service_of(c, port), NUM(port), address,
		     login);
	else if (v->known && c->d->port && strchr("0123456789[*", v->text[0]) &&
		 strchr(v->text, '.'))
		emit(c, c->d->protocol, c->d->service, NUM(c->d->port), v->text,
		     login); /* -b ADDRESS */
	else if (!v->known)
		emit(c, c->d->protocol, c->d->service, (struct num){0, false}, NULL, login);
}

static size_t long_port(const struct command *c, size_t i, const char *login)
{
	struct span w = span_str(c->r->words[i].text);
	struct shell_value v;
	if (!c->d->long_option || !text_prefix(w, c->d->long_option))
		return 0;
	struct span rest = span_from(w, strlen(c->d->long_option));
	if (rest.n && rest.p[0] == '=')
		v = (struct shell_value){arena_str(c->l->arena, span_from(rest, 1)), true};
	else if (!rest.n && i + 1 < c->r->count)
		v = c->r->words[i + 1];
	else
		return 0;
	at_port(c, &v, login, false);
	return 1;
}

static size_t ports_of(const struct command *c, const char *login)
{
	size_t found = 0;
	struct shell_value glued;
	bool uhttpd = strcmp(c->d->name, "uhttpd") == 0;
	for (size_t i = 0; i < c->r->count && found < 32; i++) {
		const struct shell_value *v = NULL;
		size_t at = i;
		for (const char *o = c->d->port_options; *o && !v; o++)
			v = option(c->r, &i, *o, &glued);
		bool tls = !v && uhttpd && (v = option(c->r, &i, 's', &glued));
		if (v) {
			at_port(c, v, login, tls);
			found++;
		} else {
			found += long_port(c, at, login);
		}
	}
	return found;
}

/* snmpd's listening addresses are words: "udp:161", "127.0.0.1:161" */
static bool only_local(const struct command *c)
{
	return strcmp(c->d->name, "snmpd") == 0 && c->r->count &&
	       text_prefix(span_str(c->r->words[c->r->count - 1].text), "127.0.0.1");
}

void listen_command(struct listening *l, const struct boot_run *r)
{
	struct command c = {l, r, daemon_named(r->name)};
	if (strcmp(r->how, "inetd") == 0 || r->script || strstr(r->program, "/init.d/"))
		return; /* the table of inetd says where; a script's own commands say it */
	if (special(&c) || !c.d || listen_is_configured(l, r->name))
		return;
	bool dropbear = strcmp(c.d->name, "dropbear") == 0 || strcmp(c.d->name, "sshd") == 0;
	bool from_inetd = has_word(r, "-i") && (dropbear || strcmp(c.d->name, "in.tftpd") == 0);
	bool asks = has_word(r, "-t") && (strcmp(c.d->name, "nginx") == 0 || dropbear);
	if (from_inetd || (asks && r->count <= 3) || has_word(r, "--help") ||
	    has_word(r, "--version"))
		return;
	const char *login = login_of(&c);
	if (ports_of(&c, login) || c.d->only_with_port || has_word(r, "--inetd"))
		return;
	emit(&c, c.d->protocol, service_of(&c, c.d->port), NUM(c.d->port),
	     only_local(&c) ? "127.0.0.1" : NULL, login);
}
