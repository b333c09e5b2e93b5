/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listeners that a super-server holds open for others: inetd.conf, xinetd.d and systemd's sockets.
 * References: inetd.conf(5), xinetd.conf(5), systemd.socket(5).
 */
#include "base/text.h"
#include "text/listen.h"

/* Started like the super-server is; without one, nobody opens the port. */
static void start_like(struct listening *l, struct fact_listener *f, const char *server)
{
	const struct boot_run *r = boot_started(l->boot, server);
	f->start = !r ? "manual" : *r->when ? "condition" : "boot";
	f->when_ = r && *r->when ? r->when : NULL;
}

static struct span next_word(struct span *rest)
{
	while (rest->n && (rest->p[0] == ' ' || rest->p[0] == '\t'))
		*rest = span_from(*rest, 1);
	size_t n = 0;
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	struct span w = span_cut(*rest, 0, n);
	*rest = span_from(*rest, n);
	return w;
}

/* The login of a server behind inetd: telnetd -l PROGRAM, else what its kind asks for. */
static const char *login_behind(struct listening *l, const char *program, struct span args)
{
	const struct daemon *d = daemon_named(path_base(program));
	while (args.n) {
		struct span w = next_word(&args);
		if (span_eq_str(w, "-l") && d && strcmp(d->service, "telnet") == 0)
			return listen_login(l, arena_str(l->arena, next_word(&args)));
	}
	return d ? d->login : NULL;
}

static void inetd_line(struct listening *l, const struct tree_file *file, struct span line,
		       uint64_t at)
{
	struct span rest = line, service = next_word(&rest), type = next_word(&rest),
		    protocol = next_word(&rest);
	const char *address = NULL, *name;
	uint16_t port;
	next_word(&rest);
	next_word(&rest);
	struct span program = next_word(&rest);
	if (!program.n || !(span_eq_str(type, "stream") || span_eq_str(type, "dgram")))
		return;
	if (memchr(service.p, ':', service.n))
		address = arena_str(l->arena, text_field(&service, ':'));
	if (!service_port(service, &name, &port))
		return; /* a name that only the device's own table knows */
	struct fact_listener f = {.at = {.file = file, .offset = at, .length = line.n},
				  .port = NUM(port),
				  .protocol = text_prefix(protocol, "udp") ? "udp" : "tcp",
				  .address = address,
				  .origin = "config",
				  .service = name};
	bool present = span_eq_str(program, "internal");
	f.program = arena_str(l->arena, program);
	if (!present)
		f.program = boot_program(l->boot, f.program, &present);
	f.present = NUM(present);
	next_word(&rest);
	f.login = login_behind(l, f.program, rest);
	start_like(l, &f, "inetd");
	fact_listener(l->out, &f);
}

/* --- xinetd.d: service NAME { disable = no; port = 23; server = /usr/sbin/in.telnetd } --- */

struct xinetd {
	struct span name, protocol, port, server, args, address;
	bool disabled;
	uint64_t offset, length;
};

static void xinetd_end(struct listening *l, const struct tree_file *file, const struct xinetd *x)
{
	const char *name = NULL, *other;
	uint16_t port;
	bool present;
	if (x->disabled || !x->server.n ||
	    !(service_port(x->port, &name, &port) || service_port(x->name, &name, &port)))
		return;
	uint16_t unused;
	if (service_port(x->name, &other, &unused) && other)
		name = other;
	struct fact_listener f = {.at = {.file = file, .offset = x->offset, .length = x->length},
				  .port = NUM(port),
				  .protocol = text_prefix(x->protocol, "udp") ? "udp" : "tcp",
				  .origin = "config",
				  .service = name,
				  .address = x->address.n ? arena_str(l->arena, x->address) : NULL};
	f.program = boot_program(l->boot, arena_str(l->arena, x->server), &present);
	f.present = NUM(present);
	f.login = login_behind(l, f.program, x->args);
	start_like(l, &f, "xinetd");
	fact_listener(l->out, &f);
}

static void xinetd_file(struct listening *l, const struct tree_file *file)
{
	struct xinetd x = {0};
	struct span line;
	size_t pos = 0, at = 0;
	for (; span_line(file->bytes, &pos, &line); at = pos) {
		struct span rest = span_trim(line), value = rest;
		struct span key = span_trim(text_field(&value, '='));
		value = span_trim(value);
		if (text_prefix(rest, "service ")) {
			x = (struct xinetd){
			    .name = span_trim(span_from(rest, 8)), .offset = at, .length = line.n};
			if (text_suffix(x.name, "{"))
				x.name = span_trim(span_cut(x.name, 0, x.name.n - 1));
		} else if (span_eq_str(key, "disable")) {
			x.disabled = span_eq_str(value, "yes");
		} else if (span_eq_str(key, "protocol")) {
			x.protocol = value;
		} else if (span_eq_str(key, "port")) {
			x.port = value;
		} else if (span_eq_str(key, "server")) {
			x.server = value;
		} else if (span_eq_str(key, "server_args")) {
			x.args = value;
		} else if (span_eq_str(key, "bind") || span_eq_str(key, "interface")) {
			x.address = value;
		} else if (span_eq_str(rest, "}")) {
			xinetd_end(l, file, &x);
			x = (struct xinetd){0};
		}
	}
}

/* --- systemd sockets that a target wants --- */

static void socket_unit(struct listening *l, const char *name)
{
	static const char *const folders[] = {"etc/systemd/system", "usr/lib/systemd/system",
					      "lib/systemd/system"};
	const struct tree_file *f = NULL;
	struct span line;
	size_t pos = 0, at = 0;
	for (size_t i = 0; i < 3 && !f; i++)
		f = tree_find(l->tree, arena_printf(l->arena, "%s/%s", folders[i], name));
	for (; f && f->kept && span_line(f->bytes, &pos, &line); at = pos) {
		struct span value = line, key = span_trim(text_field(&value, '='));
		bool stream = span_eq_str(key, "ListenStream");
		const char *address, *service = NULL;
		uint16_t port;
		struct span number;
		if ((!stream && !span_eq_str(key, "ListenDatagram")) ||
		    !listen_address(l->arena, arena_str(l->arena, value), &address, &port))
			continue;
		number = span_str(arena_printf(l->arena, "%u", port));
		service_port(number, &service, &port);
		struct span base = span_cut(span_str(name), 0, strlen(name) - 7); /* ".socket" */
		fact_listener(l->out, &(struct fact_listener){
					  .at = {.file = f, .offset = at, .length = line.n},
					  .port = NUM(port),
					  .protocol = stream ? "tcp" : "udp",
					  .address = *address ? address : NULL,
					  .program = arena_str(l->arena, base),
					  .origin = "config",
					  .service = service,
					  .start = "boot",
					  .present = NUM(1)});
	}
}

static void sockets(struct listening *l)
{
	for (size_t i = 0; i < l->tree->count; i++) {
		const char *path = l->tree->files[i].path, *name = path_base(path);
		if (strstr(path, "systemd/system/") && strstr(path, ".wants/") &&
		    text_suffix(span_str(name), ".socket"))
			socket_unit(l, name);
	}
}

void listen_inetd(struct listening *l)
{
	const struct tree_file *f = tree_find(l->tree, "etc/inetd.conf");
	struct span line;
	size_t pos = 0, at = 0, begin, end;
	for (; f && f->kept && span_line(f->bytes, &pos, &line); at = pos)
		if (line.n && line.p[0] != '#')
			inetd_line(l, f, line, at);
	f = tree_find(l->tree, "etc/xinetd.conf");
	if (f && f->kept && f->type == TREE_FILE)
		xinetd_file(l, f);
	tree_below(l->tree, "etc/xinetd.d", &begin, &end);
	for (size_t i = begin; i < end; i++)
		if (l->tree->files[i].type == TREE_FILE && l->tree->files[i].kept)
			xinetd_file(l, &l->tree->files[i]);
	sockets(l);
}
