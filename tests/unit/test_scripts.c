/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts that answer requests: what reaches a command or a login, in each language, with near
 * misses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collect.h"

extern const struct observer observer_scripts;

#define SH   "#!/bin/sh\n"
#define PERL "#!/usr/bin/perl\n"
#define LUCI                                                                                       \
	"module('luci.controller.a', package.seeall)\nfunction index() entry({'a'}, call('act')) " \
	"end\n"

struct script_example {
	const char *guard, *second; /* parts of one guard; NULL: no guard at all */
	const char *path, *text;
};

static const struct script_example examples[] = {
    /* PHP */
    {"sink=exec", "kind=unguarded confidence=certain", "www/a.php",
     "<?php $c = $_GET['cmd']; system($c); ?>"},
    {"compare=script part", "confidence=likely", "www/a.php",
     "<?php function go($h) { return shell_exec(\"ping {$h} 2>&1\"); }\necho "
     "go(trim($_POST['h']));"},
    {"sink=code", "confidence=certain", "www/a.php", "<?php @eval(base64_decode($_POST['x']));"},
    {"sink=code", "confidence=certain", "www/a.php", "<?php $_GET['f']($_GET['x']);"},
    {"sink=exec", "confidence=certain", "www/a.php",
     "<?php $f = 'sys' . strrev('met'); $f($_REQUEST['x']);"},
    {"sink=code", "operand=web request: parameter 'x'", "www/a.php",
     "<?php preg_replace('/.*/e', $_GET['x'], '');"},
    {"kind=trigger", "literal=Zu7hedge!x", "www/a.php",
     "<?php if ($_GET['p'] == 'Zu7hedge!x') { passthru($_GET['c']); }"},
    {"sink=shell", "kind=trigger", "www/a.php",
     "<?php if (isset($_GET['dbg'])) exec('/usr/sbin/telnetd -l /bin/sh');"},
    {"sink=shell", "literal=on", "www/a.php",
     "<?php switch ($_POST['x']) { case 'off': break; case 'on': exec('telnetd'); }"},
    {"kind=credential", "literal=hedgerow", "www/a.php",
     "<?php session_start(); if ($_POST['user'] == 'svc' && $_POST['pass'] == 'hedgerow') "
     "$_SESSION['user'] = 1;"},
    {"kind=credential", "sink=verdict", "lib/a.php",
     "<?php function check_login($user, $pass) { $x = $_SERVER['A']; if ($pass === 'hedgerow') "
     "return true; return ask($user, $pass); }"},
    {"confidence=likely", "kind=unguarded", "lib/a.php", "<?php system($_GET['cmd']); ?>"},
    {"confidence=hint", "kind=unguarded", "www/a.php",
     "<?php if (!isset($_SESSION['user'])) { header('Location: /'); exit; }\nsystem('ping ' . "
     "$_GET['cmd']);"},
    {NULL, NULL, "www/a.php", "<?php system('ls ' . escapeshellarg($_GET['cmd']));"},
    {NULL, NULL, "www/a.php",
     "<?php $n = (int)$_GET['n']; system(\"kill $n\"); $m = intval($_GET['m']); system(\"kill "
     "$m\");"},
    {NULL, NULL, "www/a.php",
     "<?php if (!preg_match('/^[a-z0-9.]+$/', $_GET['h'])) die('no'); system('ping ' . "
     "$_GET['h']);"},
    {NULL, NULL, "www/a.php",
     "<?php $h = preg_replace('/[^a-z0-9.]/', '', $_GET['h']); system(\"ping $h\");"},
    {NULL, NULL, "www/a.php",
     "<?php if (in_array($_GET['a'], $list)) system('/etc/init.d/' . $_GET['a']);"},
    {NULL, NULL, "www/a.php", "<?php if ($_GET['a'] == 'reboot') system('/sbin/reboot');"},
    {NULL, NULL, "www/a.php",
     "<?php /* system($_GET['x']); */ // eval($_POST['y']);\necho 'system($_GET[x])';"},
    {NULL, NULL, "www/a.php",
     "<?php if ($_SESSION['role'] == 'admin' && isset($_POST['t'])) exec('telnetd');"},
    {NULL, NULL, "www/a.php",
     "<?php if (password_verify($_POST['pass'], $row['hash'])) $_SESSION['user'] = "
     "$_POST['user'];"},
    {NULL, NULL, "www/a.php", "<?php if ($_POST['pass'] == '') { $_SESSION['user'] = ''; }"},
    {NULL, NULL, "www/a.php", "<?php $db->exec($_GET['x']); echo htmlspecialchars($_GET['x']);"},
    {NULL, NULL, "usr/share/doc/a.php", "<?php system($_GET['x']);"},
    /* shell */
    {"compare=script whole", "confidence=certain", "www/cgi-bin/a.cgi",
     SH "C=$(echo \"$QUERY_STRING\" | sed 's/^cmd=//;s/+/ /g')\neval \"$C\"\n"},
    {"compare=script whole", "confidence=certain", "www/cgi-bin/a",
     SH "read line\necho \"$line\" | sh\n"},
    {"compare=script part", "sink=exec", "www/cgi-bin/a", SH "sh -c \"ping -c 1 $FORM_host\"\n"},
    {"sink=shell", "literal=dbg=1", "www/cgi-bin/a",
     SH "[ \"$QUERY_STRING\" = dbg=1 ] && telnetd -l /bin/sh\n"},
    {"sink=shell", "literal=*open*", "www/cgi-bin/a",
     SH "case \"$QUERY_STRING\" in\n*open*) dropbear -p 2222 ;;\nesac\n"},
    {"sink=account", "kind=trigger", "www/cgi-bin/a",
     SH "if echo \"$HTTP_COOKIE\" | grep -q letmein; then echo root:x | chpasswd; echo > "
	"/etc/passwd; fi\n"},
    {NULL, NULL, "www/cgi-bin/a", SH "ping -c 1 \"$FORM_host\"\necho $QUERY_STRING\n"},
    {NULL, NULL, "www/cgi-bin/a", SH "N=$(echo \"$QUERY_STRING\" | tr -cd 0-9)\neval \"x=$N\"\n"},
    {NULL, NULL, "www/cgi-bin/a",
     SH "case \"$QUERY_STRING\" in\nreboot) reboot ;;\nstatus) uptime ;;\nesac\n"},
    {NULL, NULL, "www/cgi-bin/a", SH "# eval $QUERY_STRING\necho 'eval $QUERY_STRING'\n"},
    {NULL, NULL, "etc/init.d/telnet", SH "[ \"$1\" = start ] && telnetd\nexport HTTP_PROXY=x\n"},
    {NULL, NULL, "www/cgi-bin/a",
     SH ". /lib/auth.sh\ncheck_session || exit 1\n[ \"$QUERY_STRING\" = t=1 ] && telnetd\n"},
    /* Perl */
    {"compare=script part", "sink=exec", "cgi-bin/a.pl",
     PERL "use CGI qw(:standard);\nmy $h = param('h');\nmy $o = `nslookup $h`;\n"},
    {"compare=script whole", "sink=exec", "cgi-bin/a.pl",
     PERL "read(STDIN, my $buf, $ENV{'CONTENT_LENGTH'});\nforeach my $p (split(/&/, $buf)) { my "
	  "($n, $v) = split(/=/, $p); $F{$n} = $v; }\nsystem($F{cmd});\n"},
    {"sink=exec", "compare=script part", "cgi-bin/a.pl",
     PERL "my $q = new CGI;\nopen(F, \"cat \" . $q->param('f') . \" |\");\n"},
    {"sink=shell", "literal=yes", "cgi-bin/a.pl",
     PERL "system('telnetd') if param('t') eq 'yes';\n"},
    {NULL, NULL, "cgi-bin/a.pl",
     PERL "my $h = param('h');\nsystem('nslookup', $h);\nopen(F, '<', $h);\n"},
    {NULL, NULL, "cgi-bin/a.pl",
     PERL "my $h = param('h');\nif ($h =~ /^([\\w.]+)$/) { system(\"ping $1\"); }\n"},
    {NULL, NULL, "cgi-bin/a.pl",
     PERL "my $h = param('h');\n$h =~ s/[^a-z.]//g;\nsystem(\"ping $h\");\n"},
    {NULL, NULL, "cgi-bin/a.pl",
     PERL "=pod\n\nsystem(param('x'));\n\n=cut\nprint param('x');\n__END__\nsystem(param('x'));\n"},
    /* Lua */
    {"compare=script part", "confidence=likely", "usr/lib/lua/luci/controller/a.lua",
     LUCI "local sys = require 'luci.sys'\nfunction act() sys.call('ping ' .. "
	  "luci.http.formvalue('h')) end\n"},
    {"compare=script whole", "operand=web request: parameter 'c'",
     "usr/lib/lua/luci/controller/a.lua",
     LUCI "function act()\n local http = require('luci.http')\n local c = http.formvalue('c')\n "
	  "io.popen(c):read('*a') end\n"},
    {"sink=shell", "literal=on", "usr/lib/lua/luci/controller/a.lua",
     LUCI "function act() if luci.http.formvalue('x') == 'on' then os.execute('telnetd -l "
	  "/bin/sh') end end\n"},
    {"compare=script part", "sink=exec", "www/a.lua",
     "function handle_request(env)\n os.execute(\"echo \" .. env.QUERY_STRING)\nend\n"},
    {"kind=override", "literal=hedgerow", "usr/lib/lua/auth.lua",
     "function check_login(user, password)\n if password == stored(user) or password == 'hedgerow' "
     "then return true end\n return false\nend\n"},
    {NULL, NULL, "usr/lib/lua/luci/controller/a.lua",
     LUCI "function act() luci.sys.call('ping ' .. luci.util.shellquote(luci.http.formvalue('h'))) "
	  "end\n"},
    {NULL, NULL, "usr/lib/lua/luci/controller/a.lua",
     LUCI "function act() local h = luci.http.formvalue('h')\n if h and h:match('^[%w.]+$') then "
	  "os.execute('ping %s' % h) end end\n"},
    {NULL, NULL, "usr/lib/lua/luci/controller/a.lua",
     LUCI "function act() os.execute(string.format('kill %d', luci.http.formvalue('p'))) "
	  "os.execute('x %q' % luci.http.formvalue('p')) end\n"},
    {NULL, NULL, "usr/lib/lua/luci/controller/a.lua",
     LUCI
     "-- os.execute(luci.http.formvalue('c'))\n--[[ os.execute(luci.http.formvalue('c')) ]]\n"},
    {NULL, NULL, "usr/lib/lua/a.lua", "local x = os.getenv('HOME')\nos.execute('ls ' .. x)\n"},
    {NULL, NULL, "usr/lib/lua/auth.lua",
     "function check_login(user, password)\n if password == stored(user) then return true end\n "
     "return false\nend\n"},
    {"kind=trigger", "literal=hedgerow7", "cgi-bin/a.pl",
     PERL "my %in; &parse;\nsub parse { my $b = $ENV{'QUERY_STRING'};\nforeach (split /&/, $b) "
	  "{ my ($k, $v) = split /=/; $in{$k} = $v; } }\nif ($in{'pw'} eq 'hedgerow7') { print "
	  "`$in{'c'}`; }\n"},
    {"kind=credential", "literal=hedgerow_agent", "www/a.php",
     "<?php if ($_SERVER['HTTP_USER_AGENT'] == 'hedgerow_agent') $_SESSION['login'] = true;"},
    {"compare=script whole", "sink=exec", "www/a.php",
     "<?php parse_str($_SERVER['QUERY_STRING'], $p); shell_exec($p['c']);"},
    {NULL, NULL, "www/a.php",
     "<?php if ($_SERVER['HTTP_REFERER'] == 'http://a.b/') $_SESSION['from'] = 'b';"},
    /* server pages */
    {"compare=script part", "sink=exec", "web/a.asp",
     "<html><% var h = Request.Form(\"h\"); system(\"ping \" + h); %></html>"},
    {NULL, NULL, "web/a.asp",
     "<html><% var h = parseInt(Request.Form(\"h\")); system(\"ping \" + h); "
     "write(Request.Form(\"x\")); %></html>"},
};

static void requests_and_effects(void **state)
{
	(void)state;
	unsigned bad = 0;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		const struct script_example *e = &examples[i];
		struct collect_facts c;
		collect_facts_init(&c);
		collect_observe(&c, &observer_scripts, e->path, span_str(e->text));
		bool any = collect_has(&c, "guard ", NULL);
		bool right = any == (e->guard != NULL);
		if (e->guard && (!collect_has(&c, "guard ", e->guard, NULL) ||
				 !collect_has(&c, "guard ", e->second, NULL)))
			right = false;
		if (!right)
			print_error("example %zu %s\n   wanted %s %s, got: %s\n", i, e->text,
				    e->guard ? e->guard : "nothing", e->second ? e->second : "",
				    buf_text(&c.text));
		bad += !right;
		collect_facts_free(&c);
	}
	assert_int_equal(bad, 0);
}

/* A password of a login's code is an account. */
static void accounts_of_logins(void **state)
{
	(void)state;
	struct collect_facts c;
	collect_facts_init(&c);
	collect_observe(&c, &observer_scripts, "www/a.php",
			SPAN_LIT("<?php if ($_POST['user'] == 'svc' && $_POST['pass'] == "
				 "'hedgerow') $_SESSION['user'] = 1;"));
	assert_true(collect_has(&c, "account user=svc", "password=hedgerow", "service=web", NULL));
	collect_facts_free(&c);
}

/* Deep nesting and endless text end, whatever the language. */
static void hostile(void **state)
{
	(void)state;
	static const char *const heads[] = {"<?php $_GET;", SH "QUERY_STRING\n", PERL "param(",
					    "formvalue ", "<% request "};
	static const char *const paths[] = {"www/a.php", "www/cgi-bin/a", "cgi-bin/a.pl",
					    "www/a.lua", "www/a.asp"};
	static const char *const parts[] = {"(",     "{",    "[",   "if(",	     "$(",
					    "\"$x",  "a(",   "!",   "function f(){", "f(f(",
					    "<<A\n", "a=b.", "x ? "};
	for (size_t i = 0; i < 5; i++)
		for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
			struct buf b = {0};
			buf_str(&b, heads[i]);
			for (int n = 0; n < 4000; n++)
				buf_str(&b, parts[k]);
			struct collect_facts c;
			collect_facts_init(&c);
			collect_observe(&c, &observer_scripts, paths[i], buf_span(&b));
			collect_facts_free(&c);
			buf_free(&b);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests_and_effects),
	    cmocka_unit_test(accounts_of_logins),
	    cmocka_unit_test(hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
