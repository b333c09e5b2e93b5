/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listeners that the configuration files of servers give: lighttpd, nginx (and its renamed builds),
 * boa, mini_httpd, thttpd, sshd, vsftpd, bftpd, proftpd, snmpd. Each line is read as "key value".
 */
#include "base/text.h"
#include "text/listen.h"

struct config {
	struct listening *l;
	const struct tree_file *file;
	const char *program;
	uint64_t offset, length; /* of the line */
};

static void emit(const struct config *c, const char *service, const char *protocol,
		 const char *text, const char *login)
{
	const char *address;
	uint16_t port;
	if (!listen_address(c->l->arena, text, &address, &port))
		return;
	struct fact_listener f = {.at = {.file = c->file, .offset = c->offset, .length = c->length},
				  .protocol = protocol,
				  .port = NUM(port),
				  .origin = "config",
				  .address = *address ? address : NULL,
				  .login = login,
				  .service = service};
	if (listen_program(c->l, &f, c->program))
		fact_listener(c->l->out, &f);
}

/* Next line without its comment; its place goes into the config. */
static bool next_line(struct config *c, size_t *pos, struct span *line)
{
	size_t at = *pos;
	if (!span_line(c->file->bytes, pos, line))
		return false;
	size_t lead = 0;
	while (lead < line->n && (line->p[lead] == ' ' || line->p[lead] == '\t'))
		lead++;
	*line = span_trim(*line);
	c->offset = at + lead;
	c->length = line->n;
	if (line->n && (line->p[0] == '#' || line->p[0] == ';'))
		line->n = 0;
	return true;
}

/* The first word, and what stands behind blanks, '=' and an opening quote. */
static struct span key_value(struct span line, struct span *value)
{
	size_t n = 0;
	while (n < line.n && !strchr(" \t=", line.p[n]))
		n++;
	struct span key = span_cut(line, 0, n), rest = span_from(line, n);
	while (rest.n && strchr(" \t=\"'", rest.p[0]))
		rest = span_from(rest, 1);
	while (rest.n && strchr(" \t;\"'", rest.p[rest.n - 1]))
		rest.n--;
	*value = rest;
	return key;
}

static bool same_word(struct arena *a, struct span s, const char *word)
{
	return s.n == strlen(word) && strcmp(text_lower(a, s), word) == 0;
}

/* --- lighttpd: server.port = 80, $SERVER["socket"] == ":443" { ssl.engine = "enable" } --- */

static void lighttpd(struct config *c)
{
	struct span line, value;
	size_t pos = 0;
	bool any = false;
	const char *bound = "";
	while (next_line(c, &pos, &line)) {
		struct span key = key_value(line, &value);
		if (span_eq_str(key, "server.bind")) {
			bound = arena_str(c->l->arena, value);
		} else if (span_eq_str(key, "server.port")) {
			emit(c, "http", "tcp",
			     arena_printf(c->l->arena, "%s:%s", bound,
					  arena_str(c->l->arena, value)),
			     NULL);
			any = true;
		} else if (text_prefix(line, "$SERVER[\"socket\"]")) {
			struct span rest = line;
			text_field(&rest, '=');
			text_field(&rest, '"');
			const char *text = arena_str(c->l->arena, text_field(&rest, '"'));
			size_t next = pos;
			struct span inside;
			bool tls = false;
			for (int i = 0; i < 8 && span_line(c->file->bytes, &next, &inside); i++)
				tls = tls || (text_prefix(span_trim(inside), "ssl.engine") &&
					      span_find(inside, SPAN_LIT("enable"), 0) != SIZE_MAX);
			emit(c, tls ? "https" : "http", "tcp", text, NULL);
		}
	}
	if (any)
		listen_configured(c->l, "lighttpd");
}

/* --- nginx: server { listen 80; listen [::]:443 ssl; } --- */

static void nginx(struct config *c)
{
	struct span line, value;
	size_t pos = 0;
	while (next_line(c, &pos, &line)) {
		struct span key = key_value(line, &value);
		if (!span_eq_str(key, "listen") || !memchr(line.p, ';', line.n))
			continue;
		struct span rest = value, where = text_field(&rest, ' ');
		where = text_field(&where, ';');
		bool tls = span_find(rest, SPAN_LIT("ssl"), 0) != SIZE_MAX;
		const char *text = arena_str(c->l->arena, where), *address;
		uint16_t port;
		bool ok = listen_address(c->l->arena, text, &address, &port);
		emit(c, tls || (ok && port == 443) ? "https" : "http", "tcp", text, NULL);
		listen_configured(c->l, c->program);
	}
}

/* A renamed nginx keeps its configuration under its own name. */
static bool is_nginx(const struct config *c)
{
	return span_find(c->file->bytes, SPAN_LIT("server {"), 0) != SIZE_MAX &&
	       span_find(c->file->bytes, SPAN_LIT("listen"), 0) != SIZE_MAX;
}

/* --- one port in a line: "Port 80", "port=80", "listen_port=21", "PORT=\"21\"" --- */

static void one_port(struct config *c, const char *key_name, const char *service, const char *login)
{
	struct span line, value;
	size_t pos = 0;
	while (next_line(c, &pos, &line)) {
		struct span key = key_value(line, &value);
		if (!same_word(c->l->arena, key, key_name))
			continue;
		emit(c, service, "tcp", arena_str(c->l->arena, value), login);
		listen_configured(c->l, c->program);
		return;
	}
}

static void boa(struct config *c)
{
	struct span line, value;
	size_t pos = 0;
	while (next_line(c, &pos, &line)) {
		struct span key = key_value(line, &value);
		bool tls = same_word(c->l->arena, key, "sslport");
		if (!tls && !same_word(c->l->arena, key, "port"))
			continue;
		emit(c, tls ? "https" : "http", "tcp", arena_str(c->l->arena, value), NULL);
		listen_configured(c->l, "boa");
	}
}

/* --- sshd_config --- */

static bool says(struct config *c, const char *key_name, const char *word)
{
	struct span line, value;
	size_t pos = 0;
	struct config keep = *c;
	bool found = false;
	while (!found && next_line(c, &pos, &line)) {
		struct span key = key_value(line, &value);
		if (same_word(c->l->arena, key, "match"))
			break;
		if (same_word(c->l->arena, key, key_name)) {
			found = same_word(c->l->arena, value, word);
			break;
		}
	}
	*c = keep;
	return found;
}

static void sshd(struct config *c)
{
	const char *login = says(c, "passwordauthentication", "no") ? "key" : "password";
	struct span line, value;
	size_t pos = 0, ports = 0;
	const char *bound = "";
	while (next_line(c, &pos, &line)) {
		struct span key = key_value(line, &value);
		if (same_word(c->l->arena, key, "listenaddress") && !memchr(value.p, ':', value.n))
			bound = arena_str(c->l->arena, value);
	}
	for (pos = 0; next_line(c, &pos, &line);) {
		struct span key = key_value(line, &value);
		if (!same_word(c->l->arena, key, "port"))
			continue;
		emit(c, "ssh", "tcp",
		     arena_printf(c->l->arena, "%s:%s", bound, arena_str(c->l->arena, value)),
		     login);
		ports++;
	}
	c->offset = c->length = 0;
	if (!ports)
		emit(c, "ssh", "tcp", arena_printf(c->l->arena, "%s:22", bound), login);
	listen_configured(c->l, "sshd");
}

static void vsftpd(struct config *c)
{
	const char *login = says(c, "anonymous_enable", "yes") ? "none" : "password";
	struct config start = *c;
	one_port(c, "listen_port", "ftp", login);
	if (listen_is_configured(c->l, "vsftpd") ||
	    !(says(c, "listen", "yes") || says(c, "listen_ipv6", "yes")))
		return;
	start.l = c->l;
	emit(&start, "ftp", "tcp", "21", login);
	listen_configured(c->l, "vsftpd");
}

/* agentaddress udp:161,udp6:[::1]:161 */
static void snmpd(struct config *c)
{
	struct span line, value;
	size_t pos = 0;
	while (next_line(c, &pos, &line)) {
		struct span key = key_value(line, &value);
		if (!same_word(c->l->arena, key, "agentaddress"))
			continue;
		listen_configured(c->l, "snmpd");
		while (value.n) {
			struct span one = text_field(&value, ',');
			bool tcp = text_prefix(one, "tcp");
			if (tcp || text_prefix(one, "udp"))
				text_field(&one, ':');
			emit(c, "snmp", tcp ? "tcp" : "udp", arena_str(c->l->arena, one), NULL);
		}
	}
}

static const char *nginx_program(struct listening *l, const char *base)
{
	struct span name = span_str(base);
	bool present;
	name.n -= name.n > 5 && text_suffix(name, ".conf") ? 5 : 0;
	const char *program = arena_str(l->arena, name);
	boot_program(l->boot, program, &present);
	return present ? program : "nginx";
}

static void one_file(struct config *c)
{
	const char *base = path_base(c->file->path);
	static const struct {
		const char *name, *program;
		void (*read)(struct config *);
	} table[] = {
	    {"lighttpd.conf", "lighttpd", lighttpd}, {"boa.conf", "boa", boa},
	    {"sshd_config", "sshd", sshd},	     {"vsftpd.conf", "vsftpd", vsftpd},
	    {"snmpd.conf", "snmpd", snmpd},
	};
	static const struct {
		const char *name, *program, *key, *service, *login;
	} ports[] = {
	    {"mini_httpd.conf", "mini_httpd", "port", "http", NULL},
	    {"thttpd.conf", "thttpd", "port", "http", NULL},
	    {"bftpd.conf", "bftpd", "port", "ftp", "password"},
	    {"proftpd.conf", "proftpd", "port", "ftp", "password"},
	    {"stupid-ftpd.conf", "stupid-ftpd", "port", "ftp", "password"},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(base, table[i].name) == 0) {
			c->program = table[i].program;
			table[i].read(c);
			return;
		}
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
		if (strcmp(base, ports[i].name) == 0) {
			c->program = ports[i].program;
			one_port(c, ports[i].key, ports[i].service, ports[i].login);
			return;
		}
	if (text_suffix(span_str(base), ".conf") && is_nginx(c)) {
		c->program = nginx_program(c->l, base);
		nginx(c);
	}
}

void listen_files(struct listening *l)
{
	for (size_t i = 0; i < l->tree->count; i++) {
		const struct tree_file *f = &l->tree->files[i];
		struct span path = span_str(f->path);
		bool documentation = text_prefix(path, "usr/share/doc") ||
				     text_prefix(path, "usr/share/man") ||
				     text_suffix(path, ".example") || text_suffix(path, ".sample");
		bool config = text_suffix(path, ".conf") || text_suffix(path, "sshd_config");
		if (f->type != TREE_FILE || !f->kept || !config || documentation ||
		    f->bytes.n > 1 << 20)
			continue;
		struct config c = {.l = l, .file = f};
		one_file(&c);
	}
}
