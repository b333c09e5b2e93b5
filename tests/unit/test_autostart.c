/* SPDX-License-Identifier: Apache-2.0 */
/* What boot starts: each init system with a case that counts and near misses that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collect.h"
#include "text/shell.h"

extern const struct observer observer_autostart;

#define ELF	     "\177ELF"
#define SEE(...)     collect_observe_tree(&c, &observer_autostart, __VA_ARGS__, NULL)
#define HAS(...)     assert_true(collect_has(&c, __VA_ARGS__, NULL))
#define HAS_NOT(...) assert_false(collect_has(&c, __VA_ARGS__, NULL))
#define BEGIN                                                                                      \
	struct collect_facts c;                                                                    \
	collect_facts_init(&c)
#define END collect_facts_free(&c)
#define AGAIN                                                                                      \
	collect_facts_free(&c);                                                                    \
	collect_facts_init(&c)

static void inittab_of_busybox(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/inittab",
	    "::sysinit:/etc/init.d/rcS\n#::once:/bin/telnetd\n::askfirst:-/bin/sh\n"
	    "ttyS0::respawn:/sbin/getty -L ttyS0 115200\n::shutdown:/bin/swapd\n",
	    "etc/init.d/rcS", "#!/bin/sh\n/bin/httpd &\n# /bin/ntpd\n", "bin/httpd", ELF, "bin/sh",
	    ELF, "sbin/getty", ELF, "bin/telnetd", ELF);
	HAS("program=/bin/httpd", "how=rc", "present=1", "chain=etc/inittab > etc/init.d/rcS",
	    "in etc/init.d/rcS @10+10");
	HAS("program=/bin/sh", "how=inittab", "terminal=console");
	HAS("program=/sbin/getty", "terminal=ttyS0");
	HAS_NOT("telnetd");
	HAS_NOT("ntpd");
	HAS_NOT("swapd");
	END;
}

static void inittab_of_sysvinit(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/inittab",
	    "id:3:initdefault:\nsi::sysinit:/etc/rc.sysinit\nl3:3:wait:/etc/rc 3\n"
	    "l5:5:wait:/bin/xserver\n",
	    "etc/rc", "for i in /etc/rc$1.d/S*; do\n $i start\ndone\n",
	    "etc/rc3.d/S10web -> ../init.d/web", "", "etc/rc3.d/K10old -> ../init.d/old", "",
	    "etc/init.d/old", "#!/bin/sh\n/bin/old\n", "etc/init.d/web",
	    "#!/bin/sh\ncase \"$1\" in\nstart)\n  httpd -p 80\n  ;;\nstop)\n  webstop\n ;;\nesac\n",
	    "usr/sbin/httpd", ELF, "bin/webstop", ELF);
	HAS("program=/usr/sbin/httpd", "arguments=-p 80", "in etc/init.d/web");
	HAS_NOT("webstop");
	HAS_NOT("/bin/old");
	HAS_NOT("xserver");
	END;
}

static void conditions(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/init.d/rcS",
	    "#!/bin/sh\nif [ -f /usr/sbin/telnetd ]; then\n telnetd\nfi\n"
	    "if [ -x /usr/sbin/webd ]; then webd; else otherd; fi\n"
	    "MODE=`nvram get mode`\n[ \"$MODE\" = ap ] && apd\n"
	    "[ \"$MODE\" = off ] && exit 0\nlated\n",
	    "usr/sbin/webd", ELF, "bin/otherd", ELF, "bin/apd", ELF, "bin/lated", ELF);
	HAS_NOT("telnetd");
	HAS("program=/usr/sbin/webd");
	HAS_NOT("program=/usr/sbin/webd", "when_");
	HAS_NOT("otherd");
	HAS("program=/bin/apd", "when_=[ \"$MODE\" = ap ]");
	HAS("program=/bin/lated", "when_=not ([ \"$MODE\" = off ])");
	END;
}

static void both_branches_is_always(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/init.d/rcS",
	    "#!/bin/sh\ngo() { webd; }\nif [ \"$X\" = 1 ]; then\n go\nelse\n go\nfi\n", "bin/webd",
	    ELF);
	HAS("program=/bin/webd");
	HAS_NOT("when_");
	END;
}

static void constants(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/init.d/rcS",
	    "#!/bin/sh\nsign=`cat /etc/config/sign`\nport=${PORT:-2323}\n"
	    "for d in alpha beta; do $d -p $port; done\n"
	    "login=\"User:$sign\" ; telnetd -u \"$login\" -i $lan\n",
	    "etc/config/sign", "wr01\n", "bin/alpha", ELF, "bin/beta", ELF, "usr/sbin/telnetd",
	    ELF);
	HAS("program=/bin/alpha", "arguments=-p 2323");
	HAS("program=/bin/beta", "arguments=-p 2323");
	HAS("program=/usr/sbin/telnetd", "arguments=-u User:wr01 -i $lan");
	END;
}

static void functions(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/init.d/rcS",
	    "#!/bin/sh\nup() {\n [ -n \"$2\" ] && $1 -i $2\n}\nnever_called() {\n ghostd\n}\nup "
	    "netd br0\n"
	    "cat << EOF\nheredocd\nEOF\necho \"docd &\"\n. /etc/more\n",
	    "etc/more", "sourced -x\n", "bin/netd", ELF, "bin/ghostd", ELF, "bin/heredocd", ELF,
	    "bin/sourced", ELF, "bin/docd", ELF);
	HAS("program=/bin/netd", "arguments=-i br0");
	HAS("program=/bin/sourced", "chain=etc/init.d/rcS > etc/more");
	HAS_NOT("ghostd");
	HAS_NOT("heredocd");
	HAS_NOT("docd");
	END;
}

static void procd(void **state)
{
	static const char service[] =
	    "#!/bin/sh /etc/rc.common\nSTART=50\nUSE_PROCD=1\n"
	    "one() {\n local on\n config_get_bool on \"$1\" enable 1\n [ $on -eq 0 ] && return 1\n"
	    " config_get port $1 Port 22\n procd_open_instance\n"
	    " procd_set_param command /usr/sbin/sshd -F\n procd_append_param command -p $port\n"
	    " procd_close_instance\n}\nstart_service() {\n config_load ssh\n config_foreach one "
	    "ssh\n}\n";
	(void)state;
	BEGIN;
	SEE("etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n", "etc/rc.d/S50ssh -> ../init.d/ssh",
	    "", "etc/init.d/ssh", service, "etc/init.d/telnet",
	    "#!/bin/sh /etc/rc.common\nstart() {\n telnetd\n}\n", "etc/config/ssh",
	    "config ssh\n\toption Port '2222'\nconfig ssh\n\toption enable '0'\n\toption Port 99\n",
	    "usr/sbin/sshd", ELF, "usr/sbin/telnetd", ELF);
	HAS("program=/usr/sbin/sshd", "arguments=-F -p 2222", "how=procd");
	HAS_NOT("when_", "sshd");
	HAS_NOT("telnetd"); /* not linked in rc.d */
	collect_facts_free(&c);
	collect_facts_init(&c);
	SEE("etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n", "etc/rc.d/S50ssh -> ../init.d/ssh",
	    "", "etc/init.d/ssh", service, "etc/config/ssh", "config ssh\n\toption enable '0'\n",
	    "usr/sbin/sshd", ELF);
	HAS_NOT("sshd");
	END;
}

static void uci_decides(void **state)
{
	static const char service[] =
	    "#!/bin/sh /etc/rc.common\nstart() {\n on=$(uci get remote.remote.on)\n"
	    " [ $on == 0 ] && return\n remoted\n}\n";
	(void)state;
	BEGIN;
	SEE("etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n", "etc/rc.d/S60r -> ../init.d/r", "",
	    "etc/init.d/r", service, "etc/config/remote",
	    "config remote 'remote'\n option on '0'\n", "bin/remoted", ELF);
	HAS_NOT("remoted");
	SEE("etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n", "etc/rc.d/S60r -> ../init.d/r", "",
	    "etc/init.d/r", service, "etc/config/remote",
	    "config remote 'remote'\n option on '1'\n", "bin/remoted", ELF);
	HAS("program=/bin/remoted");
	END;
}

static void profile(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/inittab", "::respawn:-/bin/sh\n", "etc/profile", "webs &\n#telnetd &\n",
	    "bin/webs", ELF, "bin/sh", ELF, "bin/telnetd", ELF);
	HAS("program=/bin/webs", "how=profile");
	HAS_NOT("webs", "when_");
	HAS_NOT("telnetd");
	collect_facts_free(&c);
	collect_facts_init(&c);
	SEE("etc/inittab", "::respawn:/sbin/getty 9600 ttyS0\n", "etc/profile", "webs &\n",
	    "bin/webs", ELF);
	HAS_NOT("webs"); /* only who logs in runs it */
	AGAIN;
	SEE("etc/profile", "webs &\n", "bin/webs", ELF); /* nothing else starts anything */
	HAS("program=/bin/webs", "how=profile");
	HAS_NOT("when_");
	AGAIN;
	SEE("etc/profile", "webs &\n", "etc/systemd/system/x.target.wants/y.service -> z", "",
	    "lib/systemd/system/y.service", "[Service]\nExecStart=/bin/y\n", "bin/webs", ELF);
	HAS("program=/bin/webs", "when_=a login shell on the console");
	END;
}

static void systemd(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/systemd/system/multi-user.target.wants/web.service -> "
	    "/lib/systemd/system/web.service",
	    "", "lib/systemd/system/web.service",
	    "[Service]\nExecStartPre=-/bin/mkdir x\nExecStart=/usr/sbin/webd -f\n",
	    "lib/systemd/system/ftp.service",
	    "[Service]\nExecStart=/usr/sbin/ftpd\n[Install]\nWantedBy=multi-user.target\n",
	    "etc/systemd/system/getty.target.wants/getty@ttyS0.service -> "
	    "/lib/systemd/system/getty@.service",
	    "", "lib/systemd/system/getty@.service",
	    "[Service]\nExecStart=-/sbin/agetty --noclear %I\n", "usr/sbin/webd", ELF,
	    "usr/sbin/ftpd", ELF);
	HAS("program=/usr/sbin/webd", "arguments=-f", "how=systemd");
	HAS("program=/sbin/agetty", "terminal=ttyS0");
	HAS_NOT("ftpd");
	END;
}

static void inetd_and_cron(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/init.d/rcS", "inetd\ncrond -c /etc/crontabs\n", "etc/inetd.conf",
	    "telnet stream tcp nowait root /usr/sbin/telnetd telnetd -i\n#ftp stream tcp nowait "
	    "root /usr/sbin/ftpd ftpd\n",
	    "etc/crontabs/root", "*/5 * * * * /bin/report -q\n# 1 * * * * /bin/oldjob\n",
	    "usr/sbin/telnetd", ELF, "usr/sbin/inetd", ELF, "usr/sbin/crond", ELF, "bin/report",
	    ELF, "bin/oldjob", ELF);
	HAS("program=/usr/sbin/telnetd", "how=inetd", "arguments=-i");
	HAS("program=/bin/report", "how=cron", "when_=cron */5 * * * *");
	HAS_NOT("ftpd");
	HAS_NOT("oldjob");
	collect_facts_free(&c);
	collect_facts_init(&c);
	SEE("etc/init.d/rcS", "httpd\n", "etc/inetd.conf",
	    "telnet stream tcp nowait root /usr/sbin/telnetd telnetd\n", "usr/sbin/telnetd", ELF);
	HAS_NOT("telnetd"); /* nobody starts inetd */
	END;
}

static void wrappers(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/init.d/rcS",
	    "start-stop-daemon -S -b -x /usr/sbin/sshd -- -p 22\nstart-stop-daemon -K -x "
	    "/usr/sbin/oldd\n"
	    "nohup nice -n 5 webd -x &\nbusybox telnetd -F\nsh -c 'innerd -q'\nsh /etc/sub.sh "
	    "one\n",
	    "etc/sub.sh", "subd $1\n", "usr/sbin/sshd", ELF, "bin/busybox", ELF, "bin/webd", ELF);
	HAS("program=/usr/sbin/sshd", "arguments=-p 22");
	HAS("program=/bin/webd", "arguments=-x");
	HAS("program=/bin/busybox telnetd", "arguments=-F", "present=1");
	HAS("program=innerd", "arguments=-q");
	HAS("program=subd", "arguments=one", "present=0");
	HAS_NOT("oldd");
	END;
}

static void garbage_ends(void **state)
{
	static const char *const texts[] = {
	    "if then else fi done esac ;; ) } ((((",
	    "case x in a) b",
	    "\"`$(${'",
	    "a() { a; }; a",
	    "while true; do x; done",
	    "f() { g; }; g() { f; }; f",
	    "<<A <<B <<C\n",
	    "$($($($($(",
	    "a && || ; | & b",
	    "x=\"$x$x$x$x$x$x$x$x\"; x=\"a$x$x$x$x$x$x$x$x\"; for i in 1 2 3 4 5 6 7 8 9; do "
	    "x=$x$x$x$x$x; done; $x",
	};
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		BEGIN;
		SEE("etc/init.d/rcS", texts[i]);
		END;
	}
}

static void patterns(void **state)
{
	(void)state;
	assert_true(shell_match(SPAN_LIT("S??*"), SPAN_LIT("S10web")));
	assert_false(shell_match(SPAN_LIT("S??*"), SPAN_LIT("S1")));
	assert_true(shell_match(SPAN_LIT("S[0-9][0-9]*"), SPAN_LIT("S01udev")));
	assert_false(shell_match(SPAN_LIT("[!a-c]x"), SPAN_LIT("bx")));
	assert_true(shell_match(SPAN_LIT("*a*b"), SPAN_LIT("xaaabab")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(inittab_of_busybox),
	    cmocka_unit_test(inittab_of_sysvinit),
	    cmocka_unit_test(conditions),
	    cmocka_unit_test(both_branches_is_always),
	    cmocka_unit_test(constants),
	    cmocka_unit_test(functions),
	    cmocka_unit_test(procd),
	    cmocka_unit_test(uci_decides),
	    cmocka_unit_test(profile),
	    cmocka_unit_test(systemd),
	    cmocka_unit_test(inetd_and_cron),
	    cmocka_unit_test(wrappers),
	    cmocka_unit_test(garbage_ends),
	    cmocka_unit_test(patterns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
