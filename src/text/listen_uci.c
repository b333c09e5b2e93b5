/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners that OpenWrt's configuration (etc/config) gives: dropbear, uhttpd, socat, CWMP clients.
 */
#include "base/text.h"
#include "text/listen.h"

static const char *value_of(const struct uci_section *s, const char *name)
{
	const struct uci_option *o = uci_option(s, name);
	return o ? o->value : NULL;
}

/* Is the section switched off by "enable", "enabled" or "disabled"? */
static bool is_off(const struct uci_section *s)
{
	return !uci_bool(value_of(s, "enable"), true) || !uci_bool(value_of(s, "enabled"), true) ||
	       uci_bool(value_of(s, "disabled"), false);
}

static void dropbear_section(struct listening *l, const struct uci *u, const struct uci_section *s)
{
	const struct uci_option *port = uci_option(s, "Port");
	const char *address = "";
	uint16_t number = 22;
	if (port && !listen_address(l->arena, port->value, &address, &number))
		return;
	struct fact_listener f = {.at = {.file = u->file,
					 .offset = port ? port->offset : s->offset,
					 .length = port ? port->length : s->length},
				  .protocol = "tcp",
				  .port = NUM(number),
				  .origin = "config",
				  .service = "ssh",
				  .login = uci_bool(value_of(s, "PasswordAuth"), true) ? "password"
										       : "key"};
	if (listen_program(l, &f, "dropbear"))
		fact_listener(l->out, &f);
}

static void dropbear(struct listening *l)
{
	const struct uci *u = uci_load(l->tree, l->arena, "dropbear");
	for (size_t i = 0; u && i < u->count; i++) {
		if (strcmp(u->sections[i].type, "dropbear") != 0)
			continue;
		listen_configured(l, "dropbear");
		if (!is_off(&u->sections[i]))
			dropbear_section(l, u, &u->sections[i]);
	}
}

static void uhttpd_value(struct listening *l, const struct uci *u, const struct uci_option *o,
			 bool tls)
{
	struct span rest = span_str(o->value);
	while (rest.n) {
		const char *address;
		uint16_t port;
		struct span one = text_field(&rest, ' ');
		if (!listen_address(l->arena, arena_str(l->arena, one), &address, &port))
			continue;
		struct fact_listener f = {
		    .at = {.file = u->file, .offset = o->offset, .length = o->length},
		    .protocol = "tcp",
		    .port = NUM(port),
		    .address = *address ? address : NULL,
		    .origin = "config",
		    .service = tls ? "https" : "http"};
		if (listen_program(l, &f, "uhttpd"))
			fact_listener(l->out, &f);
	}
}

static void uhttpd(struct listening *l)
{
	const struct uci *u = uci_load(l->tree, l->arena, "uhttpd");
	for (size_t i = 0; u && i < u->count; i++) {
		const struct uci_section *s = &u->sections[i];
		if (strcmp(s->type, "uhttpd") != 0)
			continue;
		listen_configured(l, "uhttpd");
		for (size_t k = 0; k < s->count && !is_off(s); k++) {
			bool tls = strcmp(s->options[k].name, "listen_https") == 0;
			if (tls || strcmp(s->options[k].name, "listen_http") == 0)
				uhttpd_value(l, u, &s->options[k], tls);
		}
	}
}

/* option SocatOptions '-d TCP6-LISTEN:8000,fork TCP4:192.0.2.1:80' */
static void socat(struct listening *l)
{
	const struct uci *u = uci_load(l->tree, l->arena, "socat");
	for (size_t i = 0; u && i < u->count; i++) {
		const struct uci_section *s = &u->sections[i];
		const struct uci_option *o = uci_option(s, "SocatOptions");
		const struct boot_run *found = boot_started(l->boot, "socat");
		struct shell_words w = {0};
		if (!o || is_off(s) || !uci_bool(value_of(s, "enable"), false))
			continue;
		for (struct span rest = span_str(o->value); rest.n && w.n < 64;) {
			struct span one = text_field(&rest, ' ');
			struct shell_value *v = arena_array(l->arena, w.n + 1, sizeof *v);
			if (w.n)
				memcpy(v, w.v, w.n * sizeof *v);
			v[w.n] = (struct shell_value){arena_str(l->arena, one), true};
			w.v = v;
			w.n++;
		}
		struct boot_run r = {.file = u->file,
				     .offset = o->offset,
				     .length = o->length,
				     .name = "socat",
				     .how = "procd",
				     .words = w.v,
				     .count = w.n,
				     .arguments = o->value,
				     .when = found ? found->when : "",
				     .started = found != NULL};
		r.program = boot_program(l->boot, "socat", &r.present);
		listen_command(l, &r);
	}
}

/* The port of the connection request, where a client of TR-069 is configured with one. */
static void cwmp(struct listening *l)
{
	static const char *const files[] = {"cwmpd", "cwmp",  "easycwmp",  "freecwmp",
					    "icwmp", "tr069", "cwmpclient"};
	static const char *const names[] = {"connectionrequest_port", "connection_request_port",
					    "conn_port", "cr_port", "port"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		const struct uci *u = uci_load(l->tree, l->arena, files[i]);
		for (size_t k = 0; u && k < u->count; k++) {
			const struct uci_option *o = NULL;
			const char *address;
			uint16_t port;
			for (size_t n = 0; !o && n < sizeof names / sizeof *names; n++)
				o = uci_option(&u->sections[k], names[n]);
			if (!o || is_off(&u->sections[k]) ||
			    strcmp(u->sections[k].type, "acs") == 0 ||
			    !uci_bool(value_of(&u->sections[k], "state"), true) ||
			    !listen_address(l->arena, o->value, &address, &port))
				continue;
			struct fact_listener f = {
			    .at = {.file = u->file, .offset = o->offset, .length = o->length},
			    .protocol = "tcp",
			    .port = NUM(port),
			    .origin = "config",
			    .service = "cwmp"};
			if (listen_program(l, &f, files[i]) ||
			    (strcmp(files[i], "cwmpd") != 0 && listen_program(l, &f, "cwmpd")) ||
			    listen_program(l, &f, arena_printf(l->arena, "%sd", files[i])))
				fact_listener(l->out, &f);
		}
	}
}

void listen_uci(struct listening *l)
{
	dropbear(l);
	uhttpd(l);
	socat(l);
	cwmp(l);
}
