/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts from password files, configuration, scripts and programs; each with what must stay
 * silent. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "collect.h"

extern const struct observer observer_accounts, observer_account_files, observer_account_strings;

/* Facts of one file; `parts` of a fact that must be there, NULL: nothing may be there. */
static void file(const char *path, const char *text, const char *one, const char *two,
		 const char *place)
{
	struct collect_facts c;
	collect_facts_init(&c);
	size_t n = collect_observe(&c, &observer_account_files, path, span_str(text));
	if (one ? !collect_has(&c, "account ", one, two, place, NULL) : n != 0)
		fail_msg("%s: %s %s %s in: %s", path, one ? one : "silence", two, place,
			 buf_text(&c.text));
	collect_facts_free(&c);
}

static void quiet(const char *path, const char *text)
{
	file(path, text, NULL, "", "");
}

static struct collect_facts tree_of(const char *passwd, const char *shadow)
{
	struct collect_facts c;
	collect_facts_init(&c);
	if (shadow)
		collect_observe_tree(&c, &observer_accounts, "etc/passwd", passwd, "etc/shadow",
				     shadow, NULL);
	else
		collect_observe_tree(&c, &observer_accounts, "etc/passwd", passwd, NULL);
	return c;
}

static void password_files(void **state)
{
	(void)state;
	struct collect_facts c =
	    tree_of("root:x:0:0:root:/root:/bin/ash\nAdmin:x:0:0::/:/bin/sh\n"
		    "daemon:*:1:1:daemon:/var:/bin/false\nopen::7:7::/:/bin/sh\n",
		    "root:$1$$zdlNHiCDxYDfeF4MZL.H3/:10933:0:99999:7:::\n"
		    "Admin:!:1:0:99999:7:::\ndaemon:*:0:0:99999:7:::\nghost::1:0:99999:7:::\n"
		    "sync:x:0:0:99999:7:::\n");
	assert_true(
	    collect_has(&c,
			"user=root uid=0 gid=0 shell=/bin/ash hash=$1$$zdlNHiCDxYDfeF4MZL.H3/ "
			"scheme=md5 password=5up state=password service=system in etc/shadow @0+",
			NULL));
	assert_true(
	    collect_has(&c, "user=Admin uid=0", "service=system in etc/passwd @31+22", NULL));
	assert_true(collect_has(&c, "user=Admin uid=0", "state=locked", "in etc/shadow", NULL));
	assert_true(
	    collect_has(&c, "user=open uid=7", "password= state=empty", "in etc/passwd", NULL));
	assert_true(collect_has(&c, "user=ghost", "state=empty", "in etc/shadow", NULL));
	assert_true(collect_has(&c, "user=sync", "state=locked", "in etc/shadow", NULL));
	assert_false(collect_has(&c, "user=root", "state=", "in etc/passwd", NULL));
	collect_facts_free(&c);
	/* x without a shadow file says nothing about the password */
	c = tree_of("john:x:500:500:J:/home/john:/bin/tcsh\n", NULL);
	assert_true(collect_has(&c, "user=john uid=500", NULL));
	assert_false(collect_has(&c, "state=", NULL));
	collect_facts_free(&c);
	/* passwords from one file open hashes in another; what is no password file is none */
	collect_facts_init(&c);
	collect_observe_tree(
	    &c, &observer_accounts, "etc/passwd-", "root:abSQTPcIskFGc:0:0:root:/:/bin/sh\n",
	    "usr/share/base-passwd/passwd.master", "root::0:0:root:/root:/bin/bash\n",
	    "usr/share/doc/x/passwd", "root::0:0:root:/root:/bin/bash\n", "bin/passwd.c",
	    "root::0:0:root:/root:/bin/bash\n", "etc/group", "root:x:0:\ntty::5:\n", "etc/passwd",
	    "# root::0:0:root:/root:/bin/bash\n+::0:0:::\nbad line\nx:y\n", NULL);
	assert_int_equal(c.count, 1);
	assert_true(collect_has(&c, "password=realtek state=password", "in etc/passwd-", NULL));
	collect_facts_free(&c);
}

/* What Debian installs: nobody can log in without an administrator's doing. */
static void stock_debian(void **state)
{
	(void)state;
	struct collect_facts c = tree_of(
	    "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
	    "sshd:x:100:65534::/run/sshd:/usr/sbin/nologin\nwww-data:x:33:33:www-data:/var/www:/"
	    "usr/sbin/nologin\n",
	    "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nsshd:!:19000::::::\nwww-data:*"
	    ":19000:0:99999:7:::\n");
	assert_false(collect_has(&c, "state=password", NULL));
	assert_false(collect_has(&c, "state=empty", NULL));
	assert_false(collect_has(&c, "state=hash", NULL));
	collect_facts_free(&c);
	quiet("etc/login.defs", "PASS_MAX_DAYS\t99999\nPASS_MIN_DAYS 0\nENCRYPT_METHOD SHA512\n");
	quiet("etc/ssh/sshd_config",
	      "#PermitRootLogin prohibit-password\nPasswordAuthentication yes\n");
	quiet("etc/lighttpd/lighttpd.conf",
	      "server.username = \"www-data\"\nserver.groupname = \"www-data\"\n");
	quiet("etc/ssl/openssl.cnf",
	      "# input_password = secret\nchallengePassword\t= A challenge password\n"
	      "challengePassword_min\t= 4\n");
	quiet("etc/default/dropbear", "#DROPBEAR_EXTRA_ARGS=\nNO_START=0\n");
	quiet("etc/nsswitch.conf", "passwd:         files\nshadow:         files\n");
	quiet("etc/pam.d/common-password",
	      "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\n");
}

static void key_value(void **state)
{
	(void)state;
	file("etc_ro/defaults", "Default\nLogin=admin\nPassword=admin\n", "user=admin",
	     "password=admin", "@8+26");
	file("a.conf", "x=1\nhttp_username = root\nhttp_passwd = \"pw 1\"\nhttp_passwd=pw1\n",
	     "user=root", "password=pw1 state=password service=web", "@");
	file("a.conf", "SUPER_NAME=boss\nSUPER_PASSWORD=s3cret\n", "user=boss", "password=s3cret",
	     "@0+");
	file("a.conf", "user2=b\npassword1=y\npassword2=z\nuser1=a\n", "user=a", "password=y", "@");
	file("a.conf", "[ftp]\nuser=ftpup\npass=upl0ad\n", "user=ftpup",
	     "password=upl0ad state=password service=ftp", "@6+");
	file("a.conf", "admin_password=$1$$zdlNHiCDxYDfeF4MZL.H3/\n", "user=admin", "scheme=md5",
	     "@0+");
	file("a.conf", "snmp_rocommunity=publ1c\n", "user=rocommunity",
	     "password=publ1c state=password service=snmp", "@0+23");
	quiet("a.conf", "http_username=admin\nhttp_passwd=\n");
	quiet("a.conf", "user=%s\npassword=%s\n");
	quiet("a.conf", "user=$USER\npassword=$PASS\n");
	quiet("a.conf", "#user=admin\n#password=admin\n;password=admin\n");
	quiet("a.conf", "user=user\npassword=password\n");
	quiet("a.conf", "wan_pppoe_user=pppoe_user\nwan_pppoe_pass=pppoe_passwd\n");
	file("a.conf", "acs_user=vendorusr\nacs_pass=vendorpwd\n", "user=vendorusr",
	     "password=vendorpwd", "@0+");
	quiet("a.conf", "wifi_name=home\nwifi_password=12345678\nssid_pass=x1234567\n");
	quiet("a.conf",
	      "fastcgi_pass=127.0.0.1:9000\nbypass=abc\npassword_enable=1\npassword=true\n");
	quiet("a.conf", "user=admin\npassword=<password>\n");
	quiet("www/lang/de.txt", "Login=Anmeldung\nPassword=Passwort\n");
	quiet("usr/share/doc/x/config.conf", "user=admin\npassword=admin\n");
	quiet("etc/app.conf.example", "user=admin\npassword=admin\n");
}

static void unified_configuration(void **state)
{
	(void)state;
	file("etc/config/system",
	     "config webauth 'weblogin'\n\toption username 'admin'\n\toption password 'YWRtaW4='\n",
	     "user=admin", "hash=YWRtaW4= scheme=base64 password=admin state=password service=web",
	     "@27+");
	file("etc/config/luci", "config internal x\n\toption webauth 'YWRtaW46c2VzYW1l'\n",
	     "user=admin", "password=sesame", "@19+");
	file("etc/config/cwmpd",
	     "config cwmpd 'c'\n\toption acs_user '00-X'\n\toption acs_pass 'pw12'\n", "user=00-X",
	     "password=pw12 state=password service=acs", "@18+");
	file("etc/config/web", "config user 'usr_a'\n\toption password 'opens3same'\n",
	     "user=usr_a", "password=opens3same", "@");
	file("etc/config/snmpd",
	     "config com2sec public\n\toption secname ro\n\toption community 's3cretcom'\n",
	     "password=s3cretcom", "service=snmp", "@");
	quiet("etc/config/rpcd",
	      "config login\n\toption username 'root'\n\toption password '$p$root'\n");
	quiet("etc/config/web",
	      "config user 'a'\n#\toption name 'usr'\n#\toption password 'x123'\n");
	quiet("etc/config/dropbear",
	      "config dropbear\n\toption PasswordAuth 'on'\n\toption RootPasswordAuth 'on'\n");
	quiet("etc/config/wireless",
	      "config wifi-iface\n\toption ssid 'x'\n\toption key 'abcdefgh'\n");
	/* two sections do not make a pair */
	quiet("etc/config/a",
	      "config a\n\toption username 'joe'\nconfig b\n\toption password 'pw123'\n");
}

static void markup(void **state)
{
	(void)state;
	file("cfg.xml",
	     "<?xml version=\"1.0\"?><c><u UserName=\"admin\" Password=\"a&amp;b\"/></c>",
	     "user=admin", "password=a&b", "@27+35");
	file("cfg.xml",
	     "<c><ManagementServer><Username>acs</Username><Password>s3cr</Password>"
	     "<ConnectionRequestUsername>cr</ConnectionRequestUsername>"
	     "<ConnectionRequestPassword>crp</ConnectionRequestPassword></ManagementServer></c>",
	     "user=cr", "password=crp state=password service=acs", "@");
	file("cfg.xml",
	     "<Tbl name=\"DevAuthInfo\"><Row No=\"0\"><DM name=\"User\" val=\"op\"/><DM "
	     "name=\"Pass\" val=\"pw77\"/>"
	     "</Row></Tbl>",
	     "user=op", "password=pw77 state=password service=web", "@36+54");
	file("cfg.xml",
	     "<c><param name=\"http_username\">u1</param><param "
	     "name=\"http_passwd\">p1x</param></c>",
	     "user=u1", "password=p1x", "@3+");
	file("a.json",
	     "{\"web\": {\"user\": \"admin\", \"pass\\u0020\": 1, \"password\": \"j\\\"son\"}}",
	     "user=admin", "password=j\"son state=password service=web", "@9+");
	quiet("cfg.xml", "<c><User><Name>a</Name></User><User><Password>b77</Password></User></c>");
	quiet("cfg.xml", "<!-- <u UserName=\"admin\" Password=\"admin\"/> --><c/>");
	quiet(
	    "cfg.xml",
	    "<c><UserName Notify=\"2\"/><Password></Password><u UserName=\"\" Password=\"\"/></c>");
	quiet("index.xml", "<html><form><input name=\"username\" value=\"admin\"><input "
			   "name=\"password\" value=\"admin\"></form></html>");
	quiet("login.html", "<u UserName=\"admin\" Password=\"admin\"/>");
	quiet("strings.xml", "<resources><string name=\"username\">Benutzer</string><string "
			     "name=\"password\">Kennwort</string></resources>");
	quiet("a.json", "[{\"username\": \"joe\"}, {\"password\": \"pw123\"}]");
	quiet("package.json", "{\"dependencies\": {\"minipass\": \"^4.0.0\"}}");
}

static void scripts(void **state)
{
	(void)state;
	file("bin/x.sh", "#!/bin/sh\necho \"factory:factory:0:0:root:/:/bin/sh\" >> $P\n",
	     "user=factory uid=0", "scheme=plain password=factory state=password", "@10+");
	file("bin/x.sh",
	     "U=boss\nH='abSQTPcIskFGc'\necho \"${U}:$H:0:0::/:/bin/sh\" > /etc/passwd\n",
	     "user=boss uid=0", "scheme=des password=realtek", "@");
	file("etc/rcS", "cat > /etc/passwd <<E\nroot::0:0:Root User,,,:/:/bin/sh\nE\n",
	     "user=root uid=0", "state=empty", "@22+");
	file("x.sh", "echo 'root:s3same' | /usr/sbin/chpasswd\n", "user=root", "password=s3same",
	     "@0+");
	file("x.sh", "(echo s3same; sleep 1; echo s3same) | passwd root\n", "user=root",
	     "password=s3same", "@0+");
	file("x.sh", "echo -e \"s3same\\ns3same\" | passwd admin > /dev/null\n", "user=admin",
	     "password=s3same", "@");
	file("x.sh", "htpasswd -bc /etc/htpasswd web w3b\n", "user=web",
	     "password=w3b state=password service=web", "@");
	file("x.sh", "uci set cwmpd.a.acs_user=fw\nuci set cwmpd.a.acs_pass=\"fwpw\"\n", "user=fw",
	     "password=fwpw state=password service=acs", "@");
	file("x.sh", "nvram set http_username=admin\nnvram set http_passwd=adm1\n", "user=admin",
	     "password=adm1", "@");
	file("x.sh", "\techo \"rwcommunity    Hidden7\" >> $CONF\n", "user=rwcommunity",
	     "password=Hidden7 state=password service=snmp", "@1+");
	file("etc/snmp/snmpd.conf", "# x\nrocommunity public default\ncom2sec local default Sec7\n",
	     "user=local", "password=Sec7", "@");
	quiet("x.sh", "echo \"$U:$P:0:0:root:/:/bin/sh\" > /var/passwd\n");
	quiet("x.sh", "P=a\nP=`flash get X`\nU=u\nread U\necho \"$U:$P:0:0:root:/:/bin/sh\"\n");
	quiet("x.sh", "#echo \"root:abSQTPcIskFGc:0:0:root:/:/bin/sh\" >> $p\n");
	quiet("x.sh", "echo \"$user:$pass\" | chpasswd\ngrep '^root:' /etc/passwd | cut -d: -f2\n");
	quiet("x.sh", "echo \"enter password:\" ; passwd root\nnvram set http_passwd=$1\n");
	quiet("x.sh", "echo \"rocommunity $RO\" > $CONF\nuci set a.b.password=\"$pw\"\n");
}

static void secrets(void **state)
{
	(void)state;
	file("etc/ppp/chap-secrets", "# a * b *\n\"user1\" * 'pw 1' *\n", "user=user1",
	     "password=pw 1 state=password service=ppp", "@10+");
	file("etc/htpasswd", "admin:abSQTPcIskFGc\n", "user=admin",
	     "password=realtek state=password service=web", "@0+19");
	file("etc/boa/.htpasswd", "joe:cleartext\n", "user=joe", "password=cleartext", "@0+");
	file("etc/x.htdigest", "admin:Login:0123456789abcdef0123456789abcdef\n", "user=admin",
	     "scheme=digest state=hash", "@0+");
	file("etc/httpd.conf", "A:*\n/cgi-bin:admin:sesame\n", "user=admin",
	     "password=sesame state=password service=web", "@4+");
	file("etc/vsftpd.conf", "anonymous_enable=YES\n", "user=anonymous",
	     "state=empty service=ftp", "@0+20");
	file("etc/samba/smbpasswd",
	     "joe:0:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:209C6174DA490CAEB422F3FA5A7AE634:[U  "
	     "]:LCT-0:\n",
	     "user=joe", "scheme=nt password=admin", "@0+");
	file("auth.txt", "role name=a\nuser name=joe password=s3same roles=a\n", "user=joe",
	     "password=s3same", "@12+");
	file("etc/ppp/peers/isp", "user \"me@isp\"\npassword \"pw1\"\n", "user=me@isp",
	     "password=pw1", "@14+");
	quiet("etc/ppp/pap-secrets", "# INBOUND\n*\t*\t*\t*\n* hostname \"*\" -\n");
	quiet("etc/vsftpd.conf", "anonymous_enable=NO\n#anonymous_enable=YES\n");
	quiet("etc/httpd.conf", "/cgi-bin:root:$p$root\nI:index.html\n*.php:/bin/php\n");
	file("shadow", "root:abSQTPcIskFGc:1:0:99999:7:::\n", "user=root", "password=realtek",
	     "@0+");
}

static void strings(const char *bytes, size_t n, const char *one, const char *two)
{
	struct collect_facts c;
	collect_facts_init(&c);
	size_t count = collect_observe(&c, &observer_account_strings, "usr/sbin/x", SPAN(bytes, n));
	if (one ? !collect_has(&c, one, two, NULL) : count != 0)
		fail_msg("%s: %s", one ? one : "silence", buf_text(&c.text));
	collect_facts_free(&c);
}

#define ELF(s_) "\177ELF\1\1\1\0\0\0" s_, sizeof("\177ELF\1\1\1\0\0\0" s_) - 1

static void programs(void **state)
{
	(void)state;
	strings(ELF("abc\0root:abSQTPcIskFGc:0:0:root:/:/bin/sh\n\0"), "user=root uid=0",
		"password=realtek");
	strings(ELF("abc\0%s:%s:0:0:root:/:/bin/sh\0"), "account uid=0", "@14+24");
	strings(ELF("abc\0echo %s:%s:0:0:root:/:/bin/sh > /var/passwd\0"), "account uid=0",
		"shell=/bin/sh ");
	strings(ELF("abc\0echo 'root:s3same' | chpasswd\0"), "user=root", "password=s3same");
	strings(ELF("abc\0/bin/sh\0PATH=/sbin:/bin/sh\0usage: chpasswd [-e]\0chpasswd: %s\0"), NULL,
		"");
	strings(
	    "\0\0a=1\0b=2\0c=3\0d=4\0e=5\0f=6\0http_username=root\0http_passwd=r00t\0g=1\0\0\377",
	    71, "user=root", "password=r00t");
	strings("\0\0http_passwd=%s\0\0\377\377", 20, NULL, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(password_files), cmocka_unit_test(stock_debian),
	    cmocka_unit_test(key_value),      cmocka_unit_test(unified_configuration),
	    cmocka_unit_test(markup),	      cmocka_unit_test(scripts),
	    cmocka_unit_test(secrets),	      cmocka_unit_test(programs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
