/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts, addresses and URLs: what counts, what does not, and every purpose with its near miss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "collect.h"
#include "text/host.h"
#include "text/purpose.h"

extern const struct observer observer_endpoints;

#define ELF "\177ELF\1\1\1\0\0\0\0\0\0\0\0\0"

static const struct example examples[] = {
	/* where names and addresses count */
	CASE("host=clock.maker.net purpose=ntp context=list server @14+15", "etc/config/system",
	     "\tlist server 'clock.maker.net'\n"),
	CASE("host=acs.maker.com port=7547 url=http://acs.maker.com:7547/x purpose=acs", "etc/tr.conf",
	     "url=http://acs.maker.com:7547/x\n"),
	CASE("host=time.maker.com purpose=ntp", "bin/a", ELF "\0time.maker.com\0"),
	CASE("host=www.maker.com.tw", "bin/a", ELF "\0ping -c 1 www.maker.com.tw >/tmp/x\0"),
	CASE("address=203.208.40.10 purpose=cloud context=relay", "bin/a", ELF "\0relay\0" "203.208.40.10\0"),
	CASE("address=9.8.7.6 port=53", "etc/x.conf", "nameserver 9.8.7.6:53\n"),
	CASE("host=mx.maker.de", "etc/mail.conf", "mailserver = mx.maker.de\n"),
	CASE("host=ocsp.maker.com url=http://ocsp.maker.com purpose=certificate @18+21", "bin/a",
	     ELF "\x86\x15http://ocsp.maker.com0"),
	CASE("url=http://%s:%d/x.bin purpose=update", "bin/a", ELF "\0http://%s:%d/x.bin\0"),
	/* and where they do not */
	CASE(NULL, "bin/a", ELF "\0libc.so.6\0index.php\0run.sh\0main.py\0a.pl\0setup.md\0"),
	CASE(NULL, "bin/a", ELF "\0org.freedesktop.net\0com.maker.app.net\0"),
	CASE(NULL, "bin/a", ELF "\0version 1.2.3.4\0" "2.6.36.4\0" "1.3.6.1\0"),
	CASE(NULL, "etc/version", "1.2.3.4\n"),
	CASE(NULL, "bin/a", ELF "\0$Id: gethost.c,v 1.6.2.1 $\0"),
	CASE(NULL, "etc/x.conf", "firmware version=V80.90.100.110\n"),
	CASE(NULL, "etc/x.conf", "oid 1.3.6.1.4.1.99\n"),
	CASE(NULL, "www/a.js", "var t=e.target.id;this.host.name=o.to;window.top.location=x.in\n"),
	CASE(NULL, "etc/rc.local", "#!/bin/sh\n. /lib/functions.sh\nrm a.pl b.so c.com\n"),
	CASE(NULL, "etc/x.conf", "user=me@maker.com\n"),
	CASE(NULL, "etc/x.conf", "file:///usr/lib/x\nlog=/var/log/www.maker.log\n"),
	CASE(NULL, "pic.png", "\x89PNG\0http://www.maker.org\0"),
	CASE(NULL, "bin/a", "\1\2\3://\4\5http://\0"),
};

static void what_counts(void **state)
{
	(void)state;
	char *wrong = collect_examples(&observer_endpoints, examples, sizeof examples / sizeof *examples);
	if (wrong)
		fail_msg("%s", wrong);
}

static void purposes(void **state)
{
	static const struct {
		const char *purpose;
		struct purpose_words w;
	} cases[] = {
		{"local", {"device.lan", "", "server", ""}},
		{"other", {"lanmaker.com", "", "", ""}},
		{"example", {"www.example.com", "/x", "", ""}},
		{"namespace", {"www.w3.org", "/1999/xhtml", "", ""}},
		{"namespace", {"maker.com", "/device.xsd", "", ""}},
		{"other", {"maker.com", "/xsdevice", "", ""}},
		{"certificate", {"crl.maker.com", "/root.crl", "", ""}},
		{"other", {"maker.com", "/crlist", "", ""}},
		{"licence", {"www.gnux.org", "/licenses/", "", ""}},
		{"source", {"github.com", "/a/b", "", ""}},
		{"update", {"files.maker.com", "/fw/r1.bin", "", ""}},
		{"update", {"fota.maker.com", "/", "", ""}},
		{"update", {"maker.com", "/x", "option firmware_url", ""}},
		{"other", {"maker.com", "/binary", "", ""}},
		{"acs", {"acs.maker.com", "/", "", ""}},
		{"acs", {"maker.com", "/", "option acs_url", ""}},
		{"other", {"backs.maker.com", "/", "", ""}},
		{"ntp", {"maker.com", "", "ntp_server", ""}},
		{"ntp", {"pool.ntp.org", "", "", ""}},
		{"ntp", {"ntp-tr069-1.maker.it", "", "system.ntp.server", ""}},
		{"other", {"sometimes.maker.com", "", "", ""}},
		{"ddns", {"dynupdate.no-ip.com", "/nic/update", "", ""}},
		{"dns", {"8.8.8.8", "", "nameserver", ""}},
		{"stun", {"stun.maker.com", "", "", ""}},
		{"voip", {"sip.maker.com", "", "", ""}},
		{"mail", {"smtp.maker.com", "", "", ""}},
		{"telemetry", {"stat.maker.com", "/x", "", ""}},
		{"other", {"statue.maker.com", "/x", "", ""}},
		{"probe", {"maker.com", "/generate_204", "", ""}},
		{"cdn", {"cdn.maker.com", "/a.js", "", ""}},
		{"docs", {"www.maker.com", "/support", "", ""}},
		{"docs", {"www.maker.com", "", "<a href", ""}},
		{"docs", {"www.maker.com", "", "firmware upgrade <a href", ""}},
		{"cloud", {"mqtt.maker.com", "", "", ""}},
		{"template", {"%s", "/x", "", ""}},
		{"other", {"maker.com", "/x", "", ""}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (strcmp(purpose_of(&cases[i].w), cases[i].purpose) != 0)
			fail_msg("%s %s: %s, not %s", cases[i].w.host, cases[i].w.path,
				 purpose_of(&cases[i].w), cases[i].purpose);
}

static void urls(void **state)
{
	(void)state;
	struct url u;
	struct span s = SPAN_LIT("see (https://me:pw@[fe80::1]:8443/a?b=c), or xhttp://h.com. ftpx://q");
	assert_true(url_at(s, 10, &u));
	assert_true(span_eq_str(u.whole, "https://me:pw@[fe80::1]:8443/a?b=c"));
	assert_true(span_eq_str(u.host, "[fe80::1]") && span_eq_str(u.user, "me:pw") && u.port == 8443);
	assert_true(span_eq_str(u.path, "/a?b=c"));
	assert_true(url_at(s, span_find(s, SPAN_LIT("://"), 12), &u));
	assert_true(span_eq_str(u.whole, "http://h.com"));
	assert_false(url_at(s, span_find(s, SPAN_LIT("ftpx"), 0) + 4, &u));
	assert_false(url_at(SPAN_LIT("://"), 0, &u));
	assert_false(url_at(SPAN_LIT("http://"), 4, &u));
	assert_true(url_at(SPAN_LIT("http://a:99999/"), 4, &u) && u.port == 0);
}

static void hosts(void **state)
{
	(void)state;
	uint32_t v4;
	assert_int_equal(host_zone(SPAN_LIT("a.com")), HOST_ZONE_COMMON);
	assert_int_equal(host_zone(SPAN_LIT("a.DE")), HOST_ZONE_COUNTRY);
	assert_int_equal(host_zone(SPAN_LIT("a.sh")), HOST_ZONE_FILE);
	assert_int_equal(host_zone(SPAN_LIT("a.qq")), HOST_ZONE_NONE);
	assert_int_equal(host_zone(SPAN_LIT("a..com")), HOST_ZONE_NONE);
	assert_int_equal(host_zone(SPAN_LIT("-a.com")), HOST_ZONE_NONE);
	assert_int_equal(host_zone(SPAN_LIT("a.com.")), HOST_ZONE_NONE);
	assert_true(host_address(SPAN_LIT("1.2.3.4"), &v4) && v4 == 0x01020304);
	assert_false(host_address(SPAN_LIT("1.2.3.256"), &v4));
	assert_false(host_address(SPAN_LIT("1.2.3.04"), &v4));
	assert_false(host_address(SPAN_LIT("1.2.3.4.5"), &v4));
	assert_true(host_address_local(0xc0a80101) && !host_address_local(0x08080808));
	assert_true(host_address_example(0xc0000201));
}

/* A file with more names than are kept says so, and each name stands once. */
static void bounded(void **state)
{
	(void)state;
	struct collect_facts c;
	struct buf b = {0};
	collect_facts_init(&c);
	for (int i = 0; i < 2000; i++)
		buf_printf(&b, "server h%d.maker.com\nserver h%d.maker.com\n", i, i);
	assert_int_equal(collect_observe(&c, &observer_endpoints, "etc/x.conf", buf_span(&b)), 512);
	assert_true(collect_has(&c, "note more hosts and addresses", NULL));
	collect_facts_free(&c);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_counts), cmocka_unit_test(purposes), cmocka_unit_test(urls),
		cmocka_unit_test(hosts),       cmocka_unit_test(bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
