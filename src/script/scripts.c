/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The observer of scripts that answer requests: PHP, Perl, Lua and shell CGI programs, LuCI
 * modules, and server pages. It reports requests that become commands, words that unlock something,
 * and passwords that stand in the code of a login. Scripts that take no request are not read.
 */
#include "base/text.h"
#include "script/flow.h"
#include "text/context.h"
#include "text/shell.h"

static bool ends_in(const char *path, const char *const *list)
{
	const char *dot = path ? strrchr(path_base(path), '.') : NULL;
	for (; dot && *list; list++)
		if (strcasecmp(dot + 1, *list) == 0)
			return true;
	return false;
}

static bool holds(struct span s, const char *word)
{
	return span_find(s, span_str(word), 0) != SIZE_MAX;
}

static bool first_line_holds(struct span s, const char *word)
{
	struct span line;
	size_t pos = 0;
	return SPAN_IS(s, 0, "#!") && span_line(s, &pos, &line) && holds(line, word);
}

struct script {
	enum script_language language;
	bool template;
};

static struct script kind_of(const struct artifact *a)
{
	static const char *const php[] = {"php",   "php3", "php4", "php5", "php7",
					  "phtml", "inc",  "phps", NULL};
	static const char *const perl[] = {"pl", "pm", "cgi", NULL};
	static const char *const lua[] = {"lua", "lp", NULL};
	static const char *const pages[] = {"asp", "ejs", "esp", "asa", NULL};
	static const char *const views[] = {"htm", "html", "lsp", NULL};
	static const char *const shells[] = {"sh", "cgi", NULL};
	struct span s = a->bytes;
	if (first_line_holds(s, "haserl"))
		return (struct script){first_line_holds(s, "lua") ? SCRIPT_LUA : SCRIPT_SHELL,
				       true};
	if (first_line_holds(s, "perl"))
		return (struct script){SCRIPT_PERL, false};
	if (first_line_holds(s, "php"))
		return (struct script){SCRIPT_PHP, true};
	if (first_line_holds(s, "lua"))
		return (struct script){SCRIPT_LUA, false};
	if (shell_script(s))
		return (struct script){SCRIPT_SHELL, false};
	if (SPAN_IS(s, 0, "#!"))
		return (struct script){SCRIPT_NONE, false};
	if (ends_in(a->path, php) || holds(span_cut(s, 0, 4096), "<?php"))
		return (struct script){holds(s, "<?") ? SCRIPT_PHP : SCRIPT_NONE, true};
	if (ends_in(a->path, lua))
		return (struct script){SCRIPT_LUA, holds(span_cut(s, 0, 4096), "<%")};
	if (ends_in(a->path, views) && holds(s, "<%"))
		return (struct script){SCRIPT_LUA, true};
	if (ends_in(a->path, pages) && holds(s, "<%"))
		return (struct script){SCRIPT_PAGE, true};
	if (ends_in(a->path, perl) &&
	    (holds(s, "use strict") || holds(s, "my $") || holds(s, "sub ")))
		return (struct script){SCRIPT_PERL, false};
	return (struct script){ends_in(a->path, shells) ? SCRIPT_SHELL : SCRIPT_NONE, false};
}

/* Does anything of a request stand in it, or does it judge logins? Keeps the work small. */
static bool takes_requests(struct span s, enum script_language language)
{
	static const char *const php[] = {"_GET",	   "_POST",   "_REQUEST",
					  "_COOKIE",	   "_SERVER", "php://input",
					  "getallheaders", "_VARS",   NULL};
	static const char *const perl[] = {"param",	     "QUERY_STRING", "HTTP_",
					   "CONTENT_LENGTH", "PATH_INFO",    NULL};
	static const char *const lua[] = {"formvalue",	  "getenv", "http.content", "ngx.",
					  "QUERY_STRING", "HTTP_",  "getcookie",    "heckpasswd",
					  "check_pass",	  "login",  "entry(",	    NULL};
	static const char *const shell[] = {
	    "QUERY_STRING", "REQUEST_METHOD", "HTTP_", "FORM_",	      "CONTENT_LENGTH",
	    "PATH_INFO",    "GET_",	      "POST_", "REQUEST_URI", NULL};
	static const char *const page[] = {"equest", "getParameter", "websGetVar",
					   "params", "getFormValue", NULL};
	static const char *const none = NULL;
	static const char *const *const all[] = {
	    [SCRIPT_PHP] = php,	    [SCRIPT_PERL] = perl, [SCRIPT_LUA] = lua,
	    [SCRIPT_SHELL] = shell, [SCRIPT_PAGE] = page, [SCRIPT_NONE] = &none};
	for (const char *const *w = all[language]; *w; w++)
		if (holds(s, *w))
			return true;
	return false;
}

/* Folders whose files a web server hands out. */
static bool is_served(const char *path)
{
	static const char *const folders[] = {
	    "www",   "htdocs",	    "cgi-bin",	"web",	      "webroot",  "wwwroot",
	    "html",  "public_html", "webs",	"webpages",   "web_root", "httpd",
	    "webui", "cgi",	    "www-root", "webui-root", "home/web"};
	struct arena a = {0};
	char *in = path ? arena_printf(&a, "/%s", path) : NULL;
	bool served = false;
	for (size_t i = 0; in && i < sizeof folders / sizeof *folders; i++)
		served |= strstr(in, arena_printf(&a, "/%s/", folders[i])) != NULL;
	if (in && (strstr(in, "/share/") || strstr(in, "/doc/") || strstr(in, "/examples/")))
		served = false;
	arena_free(&a);
	return served;
}

/* A shell script answers requests itself when it reads their variables or writes their headers. */
static bool is_cgi(const struct artifact *a)
{
	return holds(a->bytes, "REQUEST_METHOD") || holds(a->bytes, "QUERY_STRING") ||
	       holds(a->bytes, "CONTENT_LENGTH") || holds(a->bytes, "ontent-type:") ||
	       holds(a->bytes, "ontent-Type:") || (a->path && strstr(a->path, "cgi-bin/"));
}

static struct node *read_script(struct maker *m, enum script_language language, struct span text)
{
	switch (language) {
	case SCRIPT_PHP:
		return php_read(m, text);
	case SCRIPT_PERL:
		return perl_read(m, text);
	case SCRIPT_LUA:
		return lua_read(m, text);
	case SCRIPT_SHELL:
		return shell_read(m, text);
	case SCRIPT_PAGE:
		return page_read(m, text);
	case SCRIPT_NONE:
		break;
	}
	return NULL;
}

static void observe(const struct artifact *a, struct facts *out)
{
	if (context_is_container(a) || context_is_document(a->path))
		return;
	struct script s = kind_of(a);
	bool asked =
	    takes_requests(a->bytes, s.language) || (s.language == SCRIPT_SHELL && is_cgi(a));
	if (s.language == SCRIPT_NONE || !asked)
		return;
	struct span text = s.template ? template_script(a->arena, s.language,
							span_cut(a->bytes, 0, SCRIPT_MAX_SIZE))
				      : a->bytes;
	struct maker m = {.arena = a->arena};
	struct node *script = read_script(&m, s.language, text);
	if (!script)
		return;
	struct flow *f = arena_alloc(a->arena, sizeof *f);
	f->file = a;
	f->out = out;
	f->arena = a->arena;
	f->language = s.language;
	f->bindings = arena_array(a->arena, FLOW_NAMES, sizeof *f->bindings);
	f->tests = arena_array(a->arena, FLOW_TESTS, sizeof *f->tests);
	f->functions = arena_array(a->arena, FLOW_FUNCTIONS, sizeof *f->functions);
	f->reported = arena_array(a->arena, 200, sizeof *f->reported);
	f->served = is_served(a->path);
	f->cgi = is_cgi(a);
	flow_run(f, script);
	if (f->capped || m.full || a->bytes.n > SCRIPT_MAX_SIZE)
		facts_note(out, (struct place){0},
			   "limit reached: part of the script was not followed");
}

const struct observer observer_scripts = {
    .name = "scripts",
    .title = "Requests that become commands, and words that unlock something, in scripts",
    .wants = WANTS_TEXT,
    .observe = observe,
};
