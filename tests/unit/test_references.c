/* SPDX-License-Identifier: Apache-2.0 */
/* Names that pages refer to, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "collect.h"

extern const struct observer observer_references;

static const struct example examples[] = {
	CASE(" apply.cgi ", "www/a.html", "<form action=\"/apply.cgi\" method=post>"),
	CASE(" setTime ", "web/time.asp", "<form action=/goform/setTime>"),
	CASE(" restart ", "www/a.js", "post('restart', {now: 1})"),
	CASE(" save_conf ", "www/menu.xml", "<item do='x?cmd=save_conf&page=1'/>"),
	CASE(" reset.cgi ", "usr/share/doc/manual.txt", "open http://192.168.1.1/reset.cgi in a browser"),
	/* near misses: names nobody refers to as such, pictures, files that are no pages */
	CASE(NULL, "www/a.html", "the word restart in a sentence"),
	CASE(NULL, "www/a.html", "<img src=\"logo.gif\"> <link href='style.css'>"),
	CASE(NULL, "etc/config/system", "option name 'restart'"),
	CASE(NULL, "www/a.html", "'12' \"3.4\""),
};

static void names_of_pages(void **state)
{
	(void)state;
	char *wrong = collect_examples(&observer_references, examples, sizeof examples / sizeof *examples);
	if (wrong)
		fail_msg("%s", wrong);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names_of_pages)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
