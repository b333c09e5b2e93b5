/* SPDX-License-Identifier: Apache-2.0 */
/* Servers by the names of their programs, and services by their names (IANA, etc/services). */
#include "base/text.h"
#include "text/listen.h"

static const struct daemon daemons[] = {
    {"telnetd", "telnet", "tcp", 23, "pb", NULL, false, "password"},
    {"utelnetd", "telnet", "tcp", 23, "p", NULL, false, "password"},
    {"in.telnetd", "telnet", "tcp", 23, "", NULL, true, "password"},
    {"dropbear", "ssh", "tcp", 22, "p", NULL, false, "password"},
    {"sshd", "ssh", "tcp", 22, "p", NULL, false, "password"},
    {"tinysshd", "ssh", "tcp", 22, "", NULL, true, "key"},
    {"ftpd", "ftp", "tcp", 21, "pP", NULL, false, "password"},
    {"vsftpd", "ftp", "tcp", 21, "", NULL, false, "password"},
    {"bftpd", "ftp", "tcp", 21, "", NULL, false, "password"},
    {"pure-ftpd", "ftp", "tcp", 21, "S", "--bind", false, "password"},
    {"proftpd", "ftp", "tcp", 21, "p", NULL, false, "password"},
    {"stupid-ftpd", "ftp", "tcp", 21, "p", NULL, false, "password"},
    {"stupid_ftpd", "ftp", "tcp", 21, "p", NULL, false, "password"},
    {"ftpd.sh", "ftp", "tcp", 21, "", NULL, true, NULL},
    {"tftpd", "tftp", "udp", 69, "p", "--port", false, "none"},
    {"in.tftpd", "tftp", "udp", 69, "a", "--address", false, "none"},
    {"atftpd", "tftp", "udp", 69, "", "--port", false, "none"},
    {"utftpd", "tftp", "udp", 69, "p", NULL, false, "none"},
    {"httpd", "http", "tcp", 80, "p", "--port", false, NULL},
    {"mini_httpd", "http", "tcp", 80, "p", NULL, false, NULL},
    {"mini_httpsd", "https", "tcp", 443, "p", NULL, false, NULL},
    {"thttpd", "http", "tcp", 80, "p", NULL, false, NULL},
    {"boa", "http", "tcp", 80, "p", NULL, false, NULL},
    {"lighttpd", "http", "tcp", 80, "", NULL, false, NULL},
    {"nginx", "http", "tcp", 80, "", NULL, false, NULL},
    {"uhttpd", "http", "tcp", 80, "p", NULL, false, NULL},
    {"goahead", "http", "tcp", 80, "p", NULL, false, NULL},
    {"webs", "http", "tcp", 80, "p", NULL, false, NULL},
    {"alphapd", "http", "tcp", 80, "p", NULL, false, NULL},
    {"axhttpd", "http", "tcp", 80, "p", NULL, false, NULL},
    {"micro_httpd", "http", "tcp", 80, "", NULL, true, NULL},
    {"jjhttpd", "http", "tcp", 80, "p", NULL, false, NULL},
    {"snmpd", "snmp", "udp", 161, "p", NULL, false, NULL},
    {"mini_snmpd", "snmp", "udp", 161, "p", "--udp-port", false, NULL},
    {"upnpd", "upnp", "udp", 1900, "", NULL, false, "none"},
    {"miniupnpd", "upnp", "udp", 1900, "", NULL, false, "none"},
    {"mini_upnpd", "upnp", "udp", 1900, "", NULL, false, "none"},
    {"minissdpd", "upnp", "udp", 1900, "", NULL, false, "none"},
    {"minidlna", "dlna", "tcp", 8200, "p", NULL, false, "none"},
    {"minidlnad", "dlna", "tcp", 8200, "p", NULL, false, "none"},
    {"dnsmasq", "dns", "udp", 53, "p", "--port", false, NULL},
    {"dnrd", "dns", "udp", 53, "", NULL, false, NULL},
    {"udhcpd", "dhcp", "udp", 67, "", NULL, false, NULL},
    {"dhcpd", "dhcp", "udp", 67, "p", NULL, false, NULL},
    {"smbd", "smb", "tcp", 445, "p", NULL, false, NULL},
    {"nmbd", "netbios", "udp", 137, "p", NULL, false, NULL},
    {"rpcbind", "rpcbind", "tcp", 111, "", NULL, false, NULL},
    {"portmap", "rpcbind", "tcp", 111, "", NULL, false, NULL},
    {"in.rlogind", "login", "tcp", 513, "", NULL, true, NULL},
    {"in.rshd", "shell", "tcp", 514, "", NULL, true, NULL},
    {"iperf3", "iperf", "tcp", 5201, "p", "--port", true, NULL},
    {"adbd", "debug", "tcp", 5555, "", NULL, false, "none"},
    {"lld2d", "lltd", "link", 0, "", NULL, true, NULL},
    {"mosquitto", "mqtt", "tcp", 1883, "p", "--port", false, NULL},
    {"openvpn", "vpn", "udp", 1194, "", "--port", true, "key"},
    {"xl2tpd", "l2tp", "udp", 1701, "p", NULL, true, NULL},
    {"pptpd", "pptp", "tcp", 1723, "", NULL, false, NULL},
    {"ser2net", "debug", "tcp", 0, "", NULL, true, NULL},
    {"zebra", "vty", "tcp", 2601, "P", "--vty_port", false, "password"},
};

const struct daemon *daemon_named(const char *name)
{
	for (size_t i = 0; i < sizeof daemons / sizeof *daemons; i++)
		if (strcmp(daemons[i].name, name) == 0)
			return &daemons[i];
	return NULL;
}

static bool is_server(const char *name)
{
	static const char *const others[] = {"socat",	  "nc",	    "netcat", "ncat",
					     "gdbserver", "tcpsvd", "udpsvd", "rsync"};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(others[i], name) == 0)
			return true;
	return daemon_named(name) != NULL;
}

bool daemon_in_text(struct span text)
{
	char word[20];
	size_t n = 0;
	for (size_t i = 0; i <= text.n; i++) {
		uint8_t c = i < text.n ? text.p[i] : 0, low = c | 0x20;
		bool part = (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
			    c == '-' || c == '.';
		if (part) {
			if (n < sizeof word)
				word[n] = (char)c;
			n++;
			continue;
		}
		if (n > 1 && n < sizeof word) {
			word[n] = 0;
			if (is_server(word))
				return true;
		}
		n = 0;
	}
	return false;
}

bool service_port(struct span name, const char **service, uint16_t *port)
{
	static const struct {
		const char *name, *service;
		uint16_t port;
	} table[] = {
	    {"telnet", "telnet", 23},
	    {"telnets", "telnet", 992},
	    {"ftp", "ftp", 21},
	    {"ssh", "ssh", 22},
	    {"tftp", "tftp", 69},
	    {"http", "http", 80},
	    {"www", "http", 80},
	    {"https", "https", 443},
	    {"shell", "shell", 514},
	    {"login", "login", 513},
	    {"exec", "exec", 512},
	    {"finger", "finger", 79},
	    {"rsync", "rsync", 873},
	    {"swat", "http", 901},
	    {"time", "time", 37},
	    {"daytime", "daytime", 13},
	    {"echo", "echo", 7},
	    {"discard", "discard", 9},
	    {"chargen", "chargen", 19},
	    {"netbios-ssn", "smb", 139},
	    {"netbios-ns", "netbios", 137},
	    {"microsoft-ds", "smb", 445},
	    {"snmp", "snmp", 161},
	    {"smtp", "smtp", 25},
	    {"pop3", "pop3", 110},
	    {"imap", "imap", 143},
	    {"domain", "dns", 53},
	    {"bootps", "dhcp", 67},
	    {"ntp", "ntp", 123},
	    {"printer", "lpd", 515},
	    {"ident", "ident", 113},
	    {"auth", "ident", 113},
	    {"klogin", "login", 543},
	    {"kshell", "shell", 544},
	    {"git", "git", 9418},
	    {"nntp", "nntp", 119},
	};
	int64_t number;
	*service = NULL;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (span_eq_str(name, table[i].name)) {
			*service = table[i].service;
			*port = table[i].port;
			return true;
		}
	if (!text_number(name, &number) || number < 1 || number > 65535)
		return false;
	*port = (uint16_t)number;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].port == *port) {
			*service = table[i].service;
			break;
		}
	return true;
}

bool listen_address(struct arena *a, const char *text, const char **address, uint16_t *port)
{
	struct span s = span_trim(span_str(text));
	size_t colon = s.n;
	int64_t n;
	*address = "";
	while (s.n && (s.p[s.n - 1] == ';' || s.p[s.n - 1] == '"'))
		s.n--;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ':' || s.p[i] == ',')
			colon = i;
	if (colon >= s.n)
		colon = SIZE_MAX;
	struct span number = colon == SIZE_MAX ? s : span_from(s, colon + 1);
	if (!number.n || number.p[0] < '0' || number.p[0] > '9' || !text_number(number, &n) ||
	    n < 1 || n > 65535)
		return false;
	*port = (uint16_t)n;
	struct span host = colon == SIZE_MAX ? SPAN(s.p, 0) : span_cut(s, 0, colon);
	if (span_eq_str(host, "0.0.0.0") || span_eq_str(host, "[::]") || span_eq_str(host, "*") ||
	    span_eq_str(host, "::"))
		host.n = 0;
	*address = arena_str(a, host);
	return true;
}
