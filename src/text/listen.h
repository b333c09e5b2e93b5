/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listeners of a file tree, from the command lines of its scripts and from the servers'
 * configuration files. Internal to the observer "listeners".
 */
#ifndef TEXT_LISTEN_H
#define TEXT_LISTEN_H

#include "fact/observer.h"
#include "text/boot.h"

enum { LISTEN_NAMES = 64 };

struct listening {
	const struct tree *tree;
	struct arena *arena;
	struct facts *out;
	const struct boot *boot;
	const char
	    *configured[LISTEN_NAMES]; /* programs whose listeners a configuration file gave */
	size_t configured_count;
	struct {
		const char *program, *login;
	} logins[16]; /* login scripts that were read */
	size_t login_count;
};

/* What serves on a well-known port, by the name of the program or of the service in inetd.conf. */
struct daemon {
	const char *name, *service, *protocol;
	uint16_t port;		  /* default */
	const char *port_options; /* letters of options whose argument is a port or address:port */
	const char *long_option;  /* "--port", or NULL */
	bool only_with_port;	  /* listens only when an option says where */
	const char *login;	  /* of the program by itself, or NULL */
};

const struct daemon *daemon_named(const char *name);

/* Does a word of the text name a server? */
bool daemon_in_text(struct span text);

/* Name and port of etc/services; false when it is not a service that we know. */
bool service_port(struct span name, const char **service, uint16_t *port);

/* "80", "0.0.0.0:80", "[::]:80", "*:80": the port, and the address ("" for any). */
bool listen_address(struct arena *a, const char *text, const char **address, uint16_t *port);

/* Is this program configured by a file already? Or note that it is. */
bool listen_is_configured(const struct listening *l, const char *name);
void listen_configured(struct listening *l, const char *name);

/* How the program is started, and whether it is there, into a fact. */
void listen_start(struct fact_listener *f, const struct boot_run *r);

/*
 * The same for a configuration file: by the program's name. False when the image neither holds the
 * program nor has a command that starts it: then the file configures nothing.
 */
bool listen_program(struct listening *l, struct fact_listener *f, const char *name);

void listen_command(struct listening *l, const struct boot_run *r);
void listen_uci(struct listening *l);
void listen_files(struct listening *l);
void listen_inetd(struct listening *l);

/* "password", "none" or NULL: what the program behind a telnet server asks for. */
const char *listen_login(struct listening *l, const char *program);

#endif
