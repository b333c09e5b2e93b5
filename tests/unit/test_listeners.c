/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners from command lines and configuration files, and what must not become one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collect.h"

extern const struct observer observer_listeners, observer_config_services;

#define ELF	     "\177ELF"
#define SEE(...)     collect_observe_tree(&c, &observer_listeners, __VA_ARGS__, NULL)
#define HAS(...)     assert_true(collect_has(&c, __VA_ARGS__, NULL))
#define HAS_NOT(...) assert_false(collect_has(&c, __VA_ARGS__, NULL))
#define BEGIN                                                                                      \
	struct collect_facts c;                                                                    \
	collect_facts_init(&c)
#define END collect_facts_free(&c)
#define AGAIN                                                                                      \
	collect_facts_free(&c);                                                                    \
	collect_facts_init(&c)

static void telnet(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/init.d/rcS",
	    "sign=`cat /etc/sign`\nif [ -f /usr/sbin/login ]; then\n"
	    "telnetd -l /usr/sbin/login -u Vendor:$sign -i br0 &\nfi\n",
	    "etc/sign", "wr01_build\n", "usr/sbin/login", ELF, "usr/sbin/telnetd", ELF);
	HAS("listener", "protocol=tcp", "port=23", "program=/usr/sbin/telnetd", "login=fixed",
	    "start=boot", "present=1", "in etc/init.d/rcS @53+49");
	HAS("account", "user=Vendor", "password=wr01_build", "service=telnet");
	AGAIN;
	SEE("etc/init.d/rcS", "telnetd -p 2323 -l /bin/sh\n", "usr/sbin/telnetd", ELF);
	HAS("port=2323", "login=none");
	HAS_NOT("account");
	AGAIN;
	SEE("etc/init.d/rcS", "telnetd -l /bin/login.sh -b 127.0.0.1:24\n", "bin/login.sh",
	    "#!/bin/sh\n# exec /bin/ash --login\nexec /bin/login\n", "usr/sbin/telnetd", ELF);
	HAS("port=24", "address=127.0.0.1", "login=password");
	AGAIN;
	SEE("etc/init.d/rcS", "telnetd -u Vendor:$sign -p $port\n", "usr/sbin/telnetd", ELF);
	HAS("listener", "login=fixed");
	HAS_NOT("account"); /* the password is not known */
	HAS_NOT("port=");
	END;
}

static void how_it_is_started(void **state)
{
	(void)state;
	BEGIN;
	SEE("custom/extapp.sh", "#!/bin/sh\n/bin/busybox telnetd -F &\n#utelnetd &\n");
	HAS("port=23", "program=/bin/busybox telnetd", "start=manual", "present=0");
	HAS_NOT("utelnetd");
	AGAIN;
	SEE("etc/init.d/rcS",
	    "[ -f /usr/sbin/telnetd ] && telnetd\nnvram get x | grep 1 && utelnetd -p 99\n",
	    "bin/utelnetd", ELF);
	HAS("program=telnetd", "start=manual", "when_=does not hold: [ -f /usr/sbin/telnetd ]",
	    "present=0");
	HAS("program=/bin/utelnetd", "port=99", "start=condition");
	AGAIN;
	SEE("etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n", "etc/init.d/telnet",
	    "#!/bin/sh /etc/rc.common\nstart() {\n telnetd\n}\nhidden() {\n utelnetd\n}\n",
	    "usr/sbin/telnetd", ELF);
	HAS("program=/usr/sbin/telnetd", "start=manual");
	HAS_NOT("utelnetd");
	END;
}

static void not_listeners(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/services", "telnet 23/tcp\nftp 21/tcp\n", "usr/share/doc/README.sh.txt",
	    "telnetd -l /bin/sh\n", "etc/init.d/rcS",
	    "echo start telnetd\nkillall telnetd\nps | grep ftpd\ndropbear -i\nnc host 99\n"
	    "/usr/bin/telnetd.old\nsocat - TCP:host:1\n",
	    "usr/sbin/telnetd", ELF, "usr/sbin/dropbear", ELF, "etc/lighttpd/lighttpd.conf",
	    "server.port = 80\n");
	assert_int_equal(c.count, 0);
	END;
}

static void openwrt(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/config/dropbear",
	    "config dropbear\n\toption Port '2222'\n\toption PasswordAuth 'off'\n"
	    "config dropbear\n\toption enable '0'\n\toption Port '99'\n",
	    "etc/config/uhttpd",
	    "config uhttpd main\n\tlist listen_http 0.0.0.0:80\n"
	    "#\tlist listen_http 0.0.0.0:81\n\tlist listen_https '[::]:443'\n",
	    "etc/config/socat",
	    "config socat 'http'\n\toption enable '0'\n\toption SocatOptions "
	    "'TCP6-LISTEN:8000,fork TCP4:h:80'\n"
	    "config socat 'b'\n\toption enable '1'\n\toption SocatOptions 'TCP4-LISTEN:8001,fork "
	    "TCP4:h:80'\n",
	    "etc/config/cwmp", "config cwmp\n\toption port '7547'\n", "usr/sbin/dropbear", ELF,
	    "usr/sbin/uhttpd", ELF, "usr/bin/socat", ELF, "usr/sbin/cwmpd", ELF);
	HAS("port=2222", "service=ssh", "login=key", "in etc/config/dropbear @17+18");
	HAS_NOT("port=99");
	HAS("port=80", "service=http", "program=/usr/sbin/uhttpd");
	HAS("port=443", "service=https");
	HAS_NOT("port=81");
	HAS_NOT("port=8000");
	HAS("port=8001", "protocol=tcp");
	HAS("port=7547", "service=cwmp");
	AGAIN;
	SEE("etc/config/dropbear", "config dropbear\n\toption Port '22'\n"); /* no such program */
	assert_int_equal(c.count, 0);
	END;
}

static void configuration_files(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/init.d/rcS",
	    "lighttpd -f /etc/lighttpd/lighttpd.conf\nboa\nsshd\nsnmpd -c "
	    "/etc/snmpd.conf\nmini_httpd -C /etc/mini_httpd.conf\n",
	    "etc/lighttpd/lighttpd.conf",
	    "# server.port = 81\nserver.port = 8088\n$SERVER[\"socket\"] == \":4443\" {\n "
	    "ssl.engine = \"enable\"\n}\n",
	    "etc/boa/boa.conf", "#Port 82\nPort 8081\n", "etc/ssh/sshd_config",
	    "#Port 22\nPort 2022\nListenAddress 10.0.0.1\nPasswordAuthentication no\n",
	    "etc/snmpd.conf", "agentaddress udp:1161\n", "etc/mini_httpd.conf", "port=8083\n",
	    "etc/vendor/vendorhttpd.conf",
	    "http {\n server {\n  listen 8098;\n  listen [::]:8443 ssl;\n  # listen 83;\n  listen "
	    "unix:/x;\n }\n}\n",
	    "usr/sbin/vendorhttpd", ELF, "usr/sbin/lighttpd", ELF, "bin/boa", ELF, "usr/sbin/sshd",
	    ELF, "usr/sbin/snmpd", ELF, "usr/sbin/mini_httpd", ELF);
	HAS("port=8088", "program=/usr/sbin/lighttpd", "start=boot",
	    "in etc/lighttpd/lighttpd.conf @19+18");
	HAS("port=4443", "service=https");
	HAS("port=8081", "program=/bin/boa");
	HAS("port=2022", "address=10.0.0.1", "login=key");
	HAS("port=1161", "protocol=udp", "service=snmp");
	HAS("port=8083");
	HAS("port=8098", "program=/usr/sbin/vendorhttpd");
	HAS("port=8443", "service=https");
	for (int port = 80; port <= 83; port++) {
		char text[16];
		snprintf(text, sizeof text, "port=%d ", port);
		HAS_NOT(text);
	}
	HAS_NOT("port=22 ");
	HAS_NOT("port=161 ");
	END;
}

static void super_servers(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/init.d/rcS", "inetd\n", "etc/inetd.conf",
	    "telnet\tstream\ttcp\tnowait\troot\t/usr/sbin/telnetd telnetd -i -l /bin/sh\n"
	    "#ftp\tstream\ttcp\tnowait\troot\t/usr/sbin/ftpd "
	    "ftpd\nown\tdgram\tudp\twait\troot\t/bin/own own\n",
	    "etc/xinetd.d/tftp",
	    "service tftp\n{\n protocol = udp\n server = /usr/sbin/in.tftpd\n disable = no\n}\n",
	    "etc/xinetd.d/ftp", "service ftp\n{\n server = /usr/sbin/ftpd\n disable = yes\n}\n",
	    "usr/sbin/inetd", ELF, "usr/sbin/telnetd", ELF, "usr/sbin/in.tftpd", ELF);
	HAS("port=23", "start=boot", "login=none", "in etc/inetd.conf @0+");
	HAS("port=69", "protocol=udp", "start=manual"); /* nobody starts xinetd */
	HAS_NOT("port=21");
	HAS_NOT("own");
	END;
}

static void other_commands(void **state)
{
	(void)state;
	BEGIN;
	SEE("etc/init.d/rcS",
	    "socat TCP-LISTEN:4444,fork EXEC:/bin/sh &\nnc -l -p 5555 -e /bin/sh &\ngdbserver "
	    ":6666 /bin/x &\n"
	    "tcpsvd -vE 0.0.0.0 2121 ftpd -w / &\nrsync --daemon\nuhttpd -p 0.0.0.0:8080 -s "
	    "8443\ndropbear -s -p 10.1.1.1:222\n"
	    "tftpd\nsnmpd\nminiupnpd -f /x\nadbd &\n",
	    "usr/sbin/uhttpd", ELF);
	HAS("port=4444", "service=debug", "login=none");
	HAS("port=5555", "service=debug", "login=none");
	HAS("port=6666", "service=debug");
	HAS("port=2121", "service=ftp");
	HAS("port=873", "service=rsync");
	HAS("port=8080", "service=http ");
	HAS("port=8443", "service=https");
	HAS("port=222", "address=10.1.1.1", "login=key");
	HAS("port=69", "protocol=udp");
	HAS("port=161", "protocol=udp");
	HAS("port=1900", "service=upnp");
	HAS("port=5555", "program=adbd");
	END;
}

static void vendor_xml(void **state)
{
	static const char text[] =
	    "<Config>\n<AclServices HTTPLanEnable=\"1\" FTPLanEnable=\"0\" TELNETLanEnable=\"1\" "
	    "TELNETWanEnable=\"0\" TELNETPORT=\"2323\" HTTPPORT=\"80\"/>\n"
	    "<X_VN_ALG FtpEnable=\"1\" FtpPort=\"21\" TftpEnable=\"1\"/>\n"
	    "<X_VN_ServiceManage FtpEnable=\"0\" FtpPort=\"21\"/>\n"
	    "<!-- <A SSHLanEnable=\"1\"/> -->\n<Sftp SftpEnable=\"0\" SftpLANEnable=\"1\"/>\n"
	    "<X_CLITelnetAccess Access=\"1\" TelnetPort=\"24\" OutTelnetPort=\"25\"/>\n"
	    "<Tbl name=\"TelnetCfg\"><Row No=\"0\"><DM name=\"TS_Enable\" val=\"1\"/>"
	    "<DM name=\"TS_Port\" "
	    "val=\"26\"/></Row></Tbl>\n<SnmpEnabled>1</SnmpEnabled>\n</Config>\n";
	(void)state;
	BEGIN;
	collect_observe(&c, &observer_config_services, "ctree.xml", SPAN_LIT(text));
	HAS("protocol=tcp", "port=2323", "origin=config", "service=telnet",
	    "when_=AclServices TELNETLanEnable=1");
	HAS("port=80", "service=http");
	HAS("port=24", "service=telnet", "when_=X_CLITelnetAccess Access=1");
	HAS("port=26", "service=telnet");
	HAS("port=161", "service=snmp");
	assert_int_equal(c.count, 5);
	AGAIN;
	collect_observe(&c, &observer_config_services, "x.html",
			SPAN_LIT("<html><input name=\"telnet\" TelnetEnable=\"1\"></html>"));
	assert_int_equal(c.count, 0);
	END;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(telnet),
	    cmocka_unit_test(how_it_is_started),
	    cmocka_unit_test(not_listeners),
	    cmocka_unit_test(openwrt),
	    cmocka_unit_test(configuration_files),
	    cmocka_unit_test(super_servers),
	    cmocka_unit_test(other_commands),
	    cmocka_unit_test(vendor_xml),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
