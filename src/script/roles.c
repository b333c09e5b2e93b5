/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What functions and variables of each language have to do with requests and commands.
 * References: the PHP, Perl and Lua manuals; LuCI's API; RFC 3875 (CGI) for the environment.
 */
#include "base/text.h"
#include "script/flow.h"

static const struct callee php[] = {
    {"system", ROLE_COMMAND, 0},
    {"exec", ROLE_COMMAND, 0},
    {"shell_exec", ROLE_COMMAND, 0},
    {"passthru", ROLE_COMMAND, 0},
    {"popen", ROLE_COMMAND, 0},
    {"proc_open", ROLE_COMMAND, 0},
    {"pcntl_exec", ROLE_COMMAND, 0},
    {"eval", ROLE_CODE, 0},
    {"assert", ROLE_CODE, 0},
    {"create_function", ROLE_CODE, 1},
    {"call_user_func", ROLE_CALLEE, 0},
    {"call_user_func_array", ROLE_CALLEE, 0},
    {"array_map", ROLE_CALLEE, 0},
    {"array_filter", ROLE_CALLEE, 1},
    {"usort", ROLE_CALLEE, 1},
    {"preg_replace", ROLE_REPLACE, 2},
    {"ereg_replace", ROLE_REPLACE, 2},
    {"str_replace", ROLE_REPLACE, 2},
    {"str_ireplace", ROLE_REPLACE, 2},
    {"getenv", ROLE_VARIABLE, 0},
    {"getallheaders", ROLE_INPUT, -1},
    {"filter_input", ROLE_CLEAN, 0},
    {"setcookie", ROLE_SESSION, 0},
    {"hash_equals", ROLE_SAME, 0},
    {"strcmp", ROLE_COMPARE, 0},
    {"strcasecmp", ROLE_COMPARE, 0},
    {"strncmp", ROLE_COMPARE, 0},
    {"strncasecmp", ROLE_COMPARE, 0},
    {"md5", ROLE_HASH, 0},
    {"sha1", ROLE_HASH, 0},
    {"crypt", ROLE_HASH, 0},
    {"hash", ROLE_HASH, 1},
    {"preg_match", ROLE_TEST, 0},
    {"preg_match_all", ROLE_TEST, 0},
    {"ereg", ROLE_TEST, 0},
    {"in_array", ROLE_TEST, 0},
    {"array_key_exists", ROLE_TEST, 0},
    {"is_numeric", ROLE_TEST, 0},
    {"is_int", ROLE_TEST, 0},
    {"ctype_digit", ROLE_TEST, 0},
    {"ctype_alnum", ROLE_TEST, 0},
    {"ctype_alpha", ROLE_TEST, 0},
    {"filter_var", ROLE_TEST, 0},
    {"file_exists", ROLE_TEST, 0},
    {"is_file", ROLE_TEST, 0},
    {"is_dir", ROLE_TEST, 0},
    {"strpos", ROLE_TEST, 0},
    {"stripos", ROLE_TEST, 0},
    {"function_exists", ROLE_TEST, 0},
    {"method_exists", ROLE_TEST, 0},
    {"is_callable", ROLE_TEST, 0},
    {"class_exists", ROLE_TEST, 0},
    {"ip2long", ROLE_TEST, 0},
    {"checkdate", ROLE_TEST, 0},
    {"sprintf", ROLE_FORMAT, 0},
    {"trim", ROLE_PASS, 0},
    {"ltrim", ROLE_PASS, 0},
    {"rtrim", ROLE_PASS, 0},
    {"chop", ROLE_PASS, 0},
    {"urldecode", ROLE_PASS, 0},
    {"rawurldecode", ROLE_PASS, 0},
    {"base64_decode", ROLE_PASS, 0},
    {"stripslashes", ROLE_PASS, 0},
    {"strtolower", ROLE_PASS, 0},
    {"strtoupper", ROLE_PASS, 0},
    {"ucfirst", ROLE_PASS, 0},
    {"substr", ROLE_PASS, 0},
    {"strrev", ROLE_PASS, 0},
    {"str_rot13", ROLE_PASS, 0},
    {"hex2bin", ROLE_PASS, 0},
    {"gzinflate", ROLE_PASS, 0},
    {"gzuncompress", ROLE_PASS, 0},
    {"gzdecode", ROLE_PASS, 0},
    {"addslashes", ROLE_PASS, 0},
    {"htmlspecialchars", ROLE_PASS, 0},
    {"html_entity_decode", ROLE_PASS, 0},
    {"strip_tags", ROLE_PASS, 0},
    {"nl2br", ROLE_PASS, 0},
    {"json_decode", ROLE_PASS, 0},
    {"implode", ROLE_PASS, 1},
    {"join", ROLE_PASS, 1},
    {"explode", ROLE_PASS, 1},
    {"split", ROLE_PASS, 1},
    {"current", ROLE_PASS, 0},
    {"reset", ROLE_PASS, 0},
    {"end", ROLE_PASS, 0},
    {"array_pop", ROLE_PASS, 0},
    {"array_shift", ROLE_PASS, 0},
    {"array_values", ROLE_PASS, 0},
    {"array_merge", ROLE_PASS, 0},
    {"stripcslashes", ROLE_PASS, 0},
    {"mb_convert_encoding", ROLE_PASS, 0},
    {"utf8_decode", ROLE_PASS, 0},
    {"chr", ROLE_PASS, 0},
    {"strval", ROLE_PASS, 0},
    {"array", ROLE_PASS, 0},
};

static const struct callee lua[] = {
    {"luci.http.formvalue", ROLE_INPUT, 0},
    {".formvalue", ROLE_INPUT, 0},
    {"http.formvalue", ROLE_INPUT, 0},
    {"luci.http.formvaluetable", ROLE_INPUT, 0},
    {"luci.http.getcookie", ROLE_INPUT, 0},
    {".getcookie", ROLE_INPUT, 0},
    {"luci.http.content", ROLE_BODY, 0},
    {"http.content", ROLE_BODY, 0},
    {".get_body_data", ROLE_BODY, 0},
    {"luci.http.getenv", ROLE_VARIABLE, 0},
    {"http.getenv", ROLE_VARIABLE, 0},
    {"os.getenv", ROLE_VARIABLE, 0},
    {"ngx.req.get_uri_args", ROLE_INPUT, -1},
    {"ngx.req.get_post_args", ROLE_INPUT, -1},
    {"ngx.req.get_headers", ROLE_INPUT, -1},
    {"io.read", ROLE_BODY, 0},
    {"io.stdin.read", ROLE_BODY, 0},
    {"uhttpd.recv", ROLE_BODY, 0},
    {"os.execute", ROLE_COMMAND, 0},
    {"io.popen", ROLE_COMMAND, 0},
    {"luci.sys.call", ROLE_COMMAND, 0},
    {"luci.sys.exec", ROLE_COMMAND, 0},
    {"luci.util.exec", ROLE_COMMAND, 0},
    {"luci.util.execi", ROLE_COMMAND, 0},
    {"luci.util.execl", ROLE_COMMAND, 0},
    {"luci.sys.execi", ROLE_COMMAND, 0},
    {"luci.sys.execl", ROLE_COMMAND, 0},
    {"sys.call", ROLE_COMMAND, 0},
    {"sys.exec", ROLE_COMMAND, 0},
    {"util.exec", ROLE_COMMAND, 0},
    {".popen", ROLE_COMMAND, 0},
    {"loadstring", ROLE_CODE, 0},
    {"load", ROLE_CODE, 0},
    {"luci.http.redirect", ROLE_CLEAN, 0},
    {"tonumber", ROLE_CLEAN, 0},
    {"luci.util.shellquote", ROLE_CLEAN, 0},
    {".shellquote", ROLE_CLEAN, 0},
    {"luci.http.urlencode", ROLE_CLEAN, 0},
    {"tostring", ROLE_PASS, 0},
    {"luci.util.trim", ROLE_PASS, 0},
    {".urldecode", ROLE_PASS, 0},
    {"string.lower", ROLE_PASS, 0},
    {"string.upper", ROLE_PASS, 0},
    {"string.sub", ROLE_PASS, 0},
    {".lower", ROLE_PASS, -2},
    {".upper", ROLE_PASS, -2},
    {".sub", ROLE_PASS, -2},
    {".reverse", ROLE_PASS, -2},
    {".trim", ROLE_PASS, 0},
    {"string.format", ROLE_FORMAT, 0},
    {".format", ROLE_FORMAT, -2},
    {"string.gsub", ROLE_REPLACE, 0},
    {".gsub", ROLE_REPLACE, -2},
    {"string.match", ROLE_TEST, 0},
    {"string.find", ROLE_TEST, 0},
    {".match", ROLE_TEST, -2},
    {".find", ROLE_TEST, -2},
    {"table.concat", ROLE_PASS, 0},
    {"require", ROLE_REQUIRE, 0},
    {"assert", ROLE_PASS, 0},
    {"os.exit", ROLE_EXIT, 0},
    {"error", ROLE_EXIT, 0},
    {"luci.sauth.write", ROLE_SESSION, 0},
    {"luci.sauth.sdat", ROLE_SESSION, 0},
    {"sauth.write", ROLE_SESSION, 0},
    {".json_parse", ROLE_PASS, 0},
    {"json.decode", ROLE_PASS, 0},
    {"luci.util.strtrim", ROLE_PASS, 0},
    {"pcall", ROLE_PASS, 1},
};

static const struct callee perl[] = {
    {"param", ROLE_INPUT, 0},	   {".param", ROLE_INPUT, 0},
    {"url_param", ROLE_INPUT, 0},  {".url_param", ROLE_INPUT, 0},
    {"cookie", ROLE_INPUT, 0},	   {".cookie", ROLE_INPUT, 0},
    {"path_info", ROLE_INPUT, -1}, {".path_info", ROLE_INPUT, -1},
    {".Vars", ROLE_INPUT, -1},	   {".query_string", ROLE_INPUT, -1},
    {"system", ROLE_COMMAND, 0},   {"exec", ROLE_COMMAND, 0},
    {"eval", ROLE_CODE, 0},	   {"open", ROLE_OPEN, 1},
    {"read", ROLE_READ, 1},	   {"sysread", ROLE_READ, 1},
    {"quotemeta", ROLE_CLEAN, 0},  {"int", ROLE_CLEAN, 0},
    {"uri_escape", ROLE_CLEAN, 0}, {"length", ROLE_CLEAN, 0},
    {"lc", ROLE_PASS, 0},	   {"uc", ROLE_PASS, 0},
    {"split", ROLE_PASS, 1},	   {"join", ROLE_PASS, 1},
    {"substr", ROLE_PASS, 0},	   {"sprintf", ROLE_FORMAT, 0},
    {"reverse", ROLE_PASS, 0},	   {"uri_unescape", ROLE_PASS, 0},
    {"url_decode", ROLE_PASS, 0},  {"decode_base64", ROLE_PASS, 0},
    {"pack", ROLE_PASS, 1},	   {"md5_hex", ROLE_HASH, 0},
    {"sha1_hex", ROLE_HASH, 0},	   {"crypt", ROLE_HASH, 0},
    {"grep", ROLE_TEST, 1},	   {"exists", ROLE_TEST, 0},
    {"shift", ROLE_PASS, 0},	   {"pop", ROLE_PASS, 0},
    {"e", ROLE_TEST, 0},	   {"d", ROLE_TEST, 0},
    {"f", ROLE_TEST, 0},	   {"r", ROLE_TEST, 0},
    {"w", ROLE_TEST, 0},	   {"x", ROLE_TEST, 0},
};

static const struct callee page[] = {
    {"Request.Form", ROLE_INPUT, 0},
    {"Request.QueryString", ROLE_INPUT, 0},
    {"Request", ROLE_INPUT, 0},
    {"Request.Cookies", ROLE_INPUT, 0},
    {"request.getParameter", ROLE_INPUT, 0},
    {"getParameter", ROLE_INPUT, 0},
    {"websGetVar", ROLE_INPUT, 1},
    {"getFormValue", ROLE_INPUT, 0},
    {"getQueryParam", ROLE_INPUT, 0},
    {"system", ROLE_COMMAND, 0},
    {"exec", ROLE_COMMAND, 0},
    {"popen", ROLE_COMMAND, 0},
    {"Cmd.run", ROLE_COMMAND, 0},
    {"Cmd.sh", ROLE_COMMAND, 0},
    {"doSystem", ROLE_COMMAND, 0},
    {".Run", ROLE_COMMAND, 0},
    {".Exec", ROLE_COMMAND, 0},
    {"eval", ROLE_CODE, 0},
    {"execute", ROLE_CODE, 0},
    {"parseInt", ROLE_CLEAN, 0},
    {"Number", ROLE_CLEAN, 0},
    {"unescape", ROLE_PASS, 0},
    {"decodeURIComponent", ROLE_PASS, 0},
    {"String", ROLE_PASS, 0},
    {".toString", ROLE_PASS, -2},
    {".toLowerCase", ROLE_PASS, -2},
    {".trim", ROLE_PASS, -2},
    {".substring", ROLE_PASS, -2},
    {".substr", ROLE_PASS, -2},
};

static bool names(const struct callee *c, enum script_language language, struct span path)
{
	size_t n = strlen(c->name);
	if (c->name[0] == '.')
		return path.n > n && span_is(path, path.n - n, c->name, n);
	if (language == SCRIPT_PHP)
		return path.n == n && strncasecmp((const char *)path.p, c->name, n) == 0;
	return span_eq_str(path, c->name);
}

const struct callee *role_of_call(enum script_language language, struct span path)
{
	static const struct {
		const struct callee *list;
		size_t n;
	} all[] = {[SCRIPT_PHP] = {php, sizeof php / sizeof *php},
		   [SCRIPT_PERL] = {perl, sizeof perl / sizeof *perl},
		   [SCRIPT_LUA] = {lua, sizeof lua / sizeof *lua},
		   [SCRIPT_SHELL] = {NULL, 0},
		   [SCRIPT_PAGE] = {page, sizeof page / sizeof *page}};
	for (size_t i = 0; i < all[language].n && path.n; i++)
		if (names(&all[language].list[i], language, path))
			return &all[language].list[i];
	return NULL;
}

bool role_request_variable(struct span name)
{
	static const char *const list[] = {"QUERY_STRING",  "REQUEST_URI", "PATH_INFO",
					   "SCRIPT_URI",    "POST_DATA",   "QUERY_STRING_UNESCAPED",
					   "PHP_AUTH_USER", "PHP_AUTH_PW", "REQUEST_PARAMS"};
	static const char *const starts[] = {"HTTP_", "FORM_", "GET_", "POST_", "COOKIE_"};
	if (span_eq_str(name, "HTTP_HOME") || span_eq_str(name, "HTTP_PORT") ||
	    span_eq_str(name, "POST_MAX_SIZE"))
		return false;
	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (span_eq_str(name, list[i]))
			return true;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (text_prefix(name, starts[i]) && name.n > strlen(starts[i]))
			return true;
	return false;
}

/* "$_GET.cmd" begins with "$_GET": the part behind, or NULL. */
static bool below(struct span path, const char *base, struct span *rest)
{
	size_t n = strlen(base);
	if (!text_prefix(path, base) || (path.n > n && path.p[n] != '.'))
		return false;
	*rest = path.n > n ? span_from(path, n + 1) : SPAN_LIT("");
	return true;
}

const char *role_of_name(enum script_language language, struct span path)
{
	static const char *const php_names[] = {
	    "$_GET",	      "$_POST",		 "$_REQUEST",		"$_COOKIE",
	    "$HTTP_GET_VARS", "$HTTP_POST_VARS", "$HTTP_RAW_POST_DATA", "$HTTP_COOKIE_VARS"};
	static const char *const page_names[] = {"request.form", "request.query", "Request.Form",
						 "params", "Request.QueryString"};
	struct span rest;
	if (language == SCRIPT_PHP) {
		for (size_t i = 0; i < sizeof php_names / sizeof *php_names; i++)
			if (below(path, php_names[i], &rest))
				return "parameter";
		if (below(path, "$_SERVER", &rest) || below(path, "$_ENV", &rest) ||
		    below(path, "$HTTP_SERVER_VARS", &rest))
			return role_request_variable(rest) ? "variable" : NULL;
	} else if (language == SCRIPT_PERL) {
		return below(path, "$ENV", &rest) && role_request_variable(rest) ? "variable"
										 : NULL;
	} else if (language == SCRIPT_LUA) {
		if (below(path, "env.headers", &rest) && rest.n)
			return "header";
		if (below(path, "env", &rest) && role_request_variable(rest))
			return "variable";
		if (text_prefix(path, "ngx.var.arg_") || text_prefix(path, "ngx.var.cookie_"))
			return "parameter";
	} else if (language == SCRIPT_SHELL) {
		return path.n > 1 && path.p[0] == '$' && role_request_variable(span_from(path, 1))
			   ? "variable"
			   : NULL;
	} else {
		for (size_t i = 0; i < sizeof page_names / sizeof *page_names; i++)
			if (below(path, page_names[i], &rest) && rest.n)
				return "parameter";
	}
	return NULL;
}

static bool holds(struct span s, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; n <= s.n && i <= s.n - n; i++)
		if (strncasecmp((const char *)s.p + i, word, n) == 0)
			return true;
	return false;
}

bool words_of_login(struct span name)
{
	static const char *const words[] = {
	    "auth",	 "login",      "logged",    "session",	 "permission",	"privilege",
	    "access",	 "isadmin",    "is_admin",  "nonce",	 "csrf",	"current_user",
	    "user_can",	 "allowed",    "verify",    "token",	 "checkuser",	"check_user",
	    "checkpass", "check_pass", "checkPerm", "sid",	 "REMOTE_USER", "capab",
	    "permit",	 "authori",    "is_user",   "acl",	 "restrict",	"require_admin",
	    "loged",	 "signin",     "sign_in",   "credential"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (holds(name, words[i]))
			return true;
	return false;
}

bool words_of_password(const char *name)
{
	static const char *const words[] = {"pass",  "pwd",   "passwd", "secret",
					    "token", "magic", "psw",	"passcode"};
	static const char *const whole[] = {"key", "pw", "k", "p", "code", "auth"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(name, words[i]))
			return true;
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (strcmp(name, whole[i]) == 0)
			return true;
	return false;
}

bool words_of_shell(struct span c)
{
	static const char *const words[] = {"telnetd",	  "dropbear",	"/bin/sh -i", "bash -i",
					    "nc -l",	  "ncat -l",	"nc -e",      "/dev/tcp/",
					    "sshd start", "-l /bin/sh", "-e /bin/sh"};
	if (holds(c, "kill") || holds(c, "stop") || holds(c, "disable") || holds(c, "grep") ||
	    holds(c, "pidof"))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (holds(c, words[i]))
			return true;
	return false;
}

bool words_of_account(struct span c)
{
	return holds(c, "chpasswd") || holds(c, "> /etc/passwd") || holds(c, ">/etc/passwd") ||
	       holds(c, "> /etc/shadow") || holds(c, ">/etc/shadow") ||
	       holds(c, "passwd -d root") || holds(c, "authorized_keys");
}

/* From behind "[": does the set name what is allowed (ranges, classes), or what is dangerous? */
static bool set_restricts(struct span p, size_t i)
{
	bool negative = i < p.n && (p.p[i] == '^' || p.p[i] == '!');
	for (size_t k = i + negative; k < p.n && (p.p[k] != ']' || k == i + negative); k++) {
		uint8_t c = p.p[k], d = k + 1 < p.n ? p.p[k + 1] : 0;
		if (negative && (d == '-' || (c == '[' && d == ':') ||
				 ((c == '\\' || c == '%') && d && strchr("wdaxu", d))))
			return true;
		if (!negative && (c == ';' || c == '`' || c == '|' || c == '$'))
			return true;
	}
	return false;
}

bool pattern_restricts(struct span p)
{
	static const char *const parts[] = {"\\W", "\\D", "%W", "%D", "%c", "%p"};
	for (size_t i = 0; i < p.n; i++)
		if (p.p[i] == '[' && set_restricts(p, i + 1))
			return true;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (span_find(p, span_str(parts[i]), 0) != SIZE_MAX)
			return true;
	return p.n <= 2 && p.n &&
	       (p.p[0] == ';' || p.p[0] == '`' || p.p[0] == '\'' || p.p[0] == '"');
}

bool words_of_session(struct span name)
{
	static const char *const starts[] = {"$_SESSION.", "$HTTP_SESSION_VARS.", "$session.",
					     "session."};
	static const char *const quiet[] = {"lang",  "csrf",  "error",	 "message", "msg",
					    "theme", "token", "attempt", "time"};
	for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++)
		if (holds(name, quiet[i]))
			return false;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (text_prefix(name, starts[i]))
			return true;
	return false;
}
