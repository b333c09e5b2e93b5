/* SPDX-License-Identifier: Apache-2.0 */
/* Ways by which code comes to the device: commands, addresses and feeds, with near misses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "collect.h"

extern const struct observer observer_updates;

#define ELF "\177ELF\1\1\1\0\0\0\0\0\0\0\0\0"
#define SH "#!/bin/sh\n"

static const struct example examples[] = {
	CASE("url=http://u.maker.com/a.bin transport=http verified=0 program=bin/up @10+41", "bin/up",
	     SH "wget -O /tmp/a http://u.maker.com/a.bin &\n"),
	CASE("url=https://u.maker.com/a.sh transport=https verified=0", "etc/x",
	     SH "curl -s https://u.maker.com/a.sh | sh\n"),
	CASE("url=http://u.maker.com/get transport=http verified=0", "etc/x",
	     SH "curl -s http://u.maker.com/get | sh\n"),
	CASE("url=http://u.maker.com/fw/r.img transport=http verified=1", "bin/up",
	     SH "S=http://u.maker.com\nU=\"$S/fw\"\nwget ${U}/r.img\nopenssl dgst -sha256 -verify k f\n"),
	CASE("url=http://u.maker.com/fw/r.img transport=http verified=0", "bin/up",
	     SH "wget http://u.maker.com/fw/r.img\n#openssl dgst -verify k f\nmd5sum r.img\n"),
	CASE("url=tftp://192.168.1.9/r.img transport=tftp verified=0", "bin/up",
	     SH "tftp -g -r r.img -l /tmp/r 192.168.1.9\n"),
	CASE("url=ftp://u.maker.com/far.tgz transport=ftp verified=0", "bin/up",
	     SH "ftpget -u a -p b u.maker.com /tmp/x far.tgz\n"),
	CASE("url=http://u.maker.com/q transport=http verified=0", "bin/up",
	     SH "/usr/bin/wget http://u.maker.com/q -O /tmp/q\nmtd write /tmp/q linux\n"),
	CASE("url=http://fota.maker.com/list.bin transport=http program=etc/config/fota", "etc/config/fota",
	     "option fota_url 'http://fota.maker.com/list.bin'\n"),
	CASE("url=http://u.maker.com/firmware/%s transport=http program=bin/a", "bin/a",
	     ELF "\0http://u.maker.com/firmware/%s\0"),
	/* near misses */
	CASE(NULL, "bin/up", SH "# wget http://u.maker.com/a.bin\n"),
	CASE(NULL, "bin/up", SH "wget http://u.maker.com/weather.txt\n"),
	CASE(NULL, "bin/up", SH "wget -q -O /dev/null http://u.maker.com/a.bin\n"),
	CASE(NULL, "bin/up", SH "wget --spider http://u.maker.com/a.bin\n"),
	CASE(NULL, "bin/up", SH "tftp -p -l /tmp/log 192.168.1.9\n"),
	CASE(NULL, "bin/up", SH "echo use wget to get it\n"),
	CASE(NULL, "bin/up", SH "mywget http://u.maker.com/a.txt\n"),
	CASE(NULL, "usr/share/doc/x.txt", "wget http://u.maker.com/a.bin\n"),
	CASE(NULL, "bin/a", ELF "\0http://www.maker.com/index.html\0wget\0"),
	CASE(NULL, "etc/config/ddns", "option update_url 'http://members.maker.com/nic/update'\n"),
	CASE(NULL, "www/a.php", "before a firmware upgrade <a href=\"http://support.maker.com\">x</a>\n"),
	CASE(NULL, "www/a.html", "<a href=\"http://u.maker.com/firmware/a.bin\">firmware</a>\n"),
};

static void scripts_and_addresses(void **state)
{
	(void)state;
	char *wrong = collect_examples(&observer_updates, examples, sizeof examples / sizeof *examples);
	if (wrong)
		fail_msg("%s", wrong);
}

static void feeds(void **state)
{
	(void)state;
	struct collect_facts c;
	const char *feed = "src/gz base http://feeds.maker.com/base\n#src/gz x http://y.com/z\n";
	collect_facts_init(&c);
	assert_int_equal(collect_observe_tree(&c, &observer_updates, "etc/opkg.conf",
					      "dest root /\noption check_signature\n",
					      "etc/opkg/distfeeds.conf", feed, NULL), 1);
	assert_true(collect_has(&c, "url=http://feeds.maker.com/base transport=http verified=1 program=opkg",
				"in etc/opkg/distfeeds.conf @0+39", NULL));
	collect_facts_free(&c);
	collect_facts_init(&c);
	collect_observe_tree(&c, &observer_updates, "etc/opkg.conf", feed, NULL);
	assert_true(collect_has(&c, "verified=0", NULL));
	collect_facts_free(&c);
	collect_facts_init(&c);
	collect_observe_tree(&c, &observer_updates, "etc/opkg.conf", "#option check_signature\n",
			     "etc/opkg/a.conf", feed, NULL);
	assert_true(collect_has(&c, "verified=0", NULL));
	assert_int_equal(collect_observe_tree(&c, &observer_updates, "usr/share/opkg.conf", feed, NULL), 0);
	collect_facts_free(&c);
}

/* Variables that name themselves end. */
static void nested(void **state)
{
	(void)state;
	struct collect_facts c;
	collect_facts_init(&c);
	collect_observe(&c, &observer_updates, "bin/up",
			SPAN_LIT(SH "A=$A$A$A$A$A$A$A$A\nwget http://$A/x.bin\nwget http://$B/x.bin\n"));
	assert_true(collect_has(&c, "url=http://$B/x.bin", NULL));
	collect_facts_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scripts_and_addresses),
		cmocka_unit_test(feeds),
		cmocka_unit_test(nested),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
