/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of term of the catalogue of known doors: one case that must be met, and near misses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "collect.h"
#include "fact/known_doors.h"

extern const struct observer observer_known_doors;

#define ELF "\177ELF\1\1\1\0\0\0\0\0\0\0\0\0"

struct sample {
	const char *door; /* NULL: must stay silent */
	const char *path;
	const char *bytes;
	size_t n;
};
#define SAMPLE(door_, path_, lit_) {door_, path_, lit_, sizeof(lit_) - 1}

static const struct sample examples[] = {
	/* string: a whole string of a program, a whole word of a script */
	SAMPLE("KD001", "bin/webs", ELF "\0xmlset_roodkcableoj28840ybtide\0"),
	SAMPLE(NULL, "bin/webs", ELF "\0xmlset_roodkcableoj28840ybtid\0"),
	SAMPLE(NULL, "bin/webs", ELF "\0Axmlset_roodkcableoj28840ybtide\0"),
	SAMPLE("KD039", "etc/init.d/x", "#!/bin/sh\n[ \"$1\" = \"hel,xasf\" ] && run\n"),
	SAMPLE(NULL, "etc/init.d/x", "#!/bin/sh\n# [ \"$1\" = \"hel,xasf\" ] && run\n"),
	SAMPLE(NULL, "usr/share/doc/x/README", "send hel,xasf to open it\n"),
	SAMPLE(NULL, "usr/share/list.txt", "hel,xasf\n"),
	SAMPLE(NULL, "bin/scan", ELF "\0hel,xasf\0CVE-2015-9550\0"),
	SAMPLE(NULL, "etc/ids.rules", "alert tcp any any (content:\"hel,xasf\";)\n"),
	/* part: inside of a string */
	SAMPLE("KD055", "bin/dvr", ELF "\0x OpenTelnet:OpenOnce %s\0"),
	SAMPLE(NULL, "bin/dvr", ELF "\0OpenTelnet:\0OpenOnce\0"),
	SAMPLE("KD008", "img", "\1\2\0<<< %s(un='%s') = %u\0"),
	/* several terms: all of them */
	SAMPLE("KD025", "bin/appmgr", ELF "\0HELODBG\0/sbin/telnetd -l /bin/sh\0"),
	SAMPLE(NULL, "bin/appmgr", ELF "\0HELODBG\0"),
	SAMPLE(NULL, "lib/a.so", ELF "\0/data2/\0/httpsd\0/authd\0"),
	/* bytes, hex */
	SAMPLE("KD104", "bin/lina", ELF "\x48\x8D\x5E\x20\x48\x8D\x3D\xBB\xFF\xFF\xFF\xBA\x20\0\0\0"),
	SAMPLE(NULL, "bin/lina", ELF "\x48\x8D\x5E\x20\x48\x8D\x3D\xBB\xFF\xFF\xFF\xBA\x21\0\0\0"),
	SAMPLE("KD009", "screenos",
	     "\0" "9585320eeaf81044f20d55030a035b11bece81c785e6c933e4a8a131f6578107\0"),
	SAMPLE(NULL, "screenos",
	     "\0" "9585320eeaf81044f20d55030a035b11bece81c785e6c933e4a8a131f6578108\0"),
	/* url and page */
	SAMPLE("KD021", "bin/httpd", ELF "\0/web_shell_cmd.gch\0"),
	SAMPLE("KD144", "www/a.js", "$.get('/goform/telnet', f)\n"),
	SAMPLE(NULL, "www/a.js", "$.get('/goform/telnetSettings', f)\n"),
	SAMPLE(NULL, "bin/httpd", ELF "\0my_web_shell_cmd.gch\0"),
	SAMPLE("KD034", "web/userRpm/DebugResultRpm.htm", "<html></html>\n"),
	SAMPLE("KD034", "bin/httpd", ELF "\0/userRpm/DebugResultRpm.htm\0osteam\0"),
	SAMPLE(NULL, "bin/httpd", ELF "\0/userRpm/DebugResultRpm.htm\0"),
	SAMPLE(NULL, "web/userRpm/DiagnosticRpm.htm", "<html></html>\n"),
	/* program: a program file of that name, and its other indicator */
	SAMPLE("KD033", "bin/igdmptd", ELF "\0Login:\0"),
	SAMPLE(NULL, "bin/igdmptd", ELF "\0nothing\0"),
	SAMPLE(NULL, "bin/other", ELF "\0igdmptd\0Login:\0"),
	SAMPLE(NULL, "etc/rc", "#!/bin/sh\nigdmptd &\n"),
	SAMPLE("KD108", "usr/sbin/tp240dvr", ELF "\0"),
	SAMPLE(NULL, "usr/share/tp240dvr", "words only\n"),
	/* hash */
	SAMPLE("KD064", "etc/passwd", "root:$1$ybdHbPDn$ii9aEIFNiolBbM9QxW9mr0:0:0::/root:/bin/sh\n"),
	SAMPLE(NULL, "etc/passwd", "root:$1$ybdHbPDn$ii9aEIFNiolBbM9QxW9mr1:0:0::/root:/bin/sh\n"),
	SAMPLE(NULL, "wordlist.txt.md", "$1$ybdHbPDn$ii9aEIFNiolBbM9QxW9mr0\n"),
	/* credentials: both halves */
	SAMPLE("KD137", "etc/x.sh", "#!/bin/sh\nstart -u telecomadmin:admintelecom\n"),
	SAMPLE("KD137", "bin/web", ELF "\0telecomadmin\0admintelecom\0"),
	SAMPLE(NULL, "bin/web", ELF "\0telecomadmin\0password\0"),
	SAMPLE(NULL, "bin/web", ELF "\0admintelecom\0"),
	SAMPLE(NULL, "bin/web", ELF "\0root\0hi3518\0"),
	SAMPLE(NULL, "bin/web", ELF "\0true\0true\0"),
	SAMPLE("KD028", "etc/init.d/t", "#!/bin/sh\ntelnetd -l /usr/sbin/login -u Alphanetworks:$i &\n"),
	SAMPLE(NULL, "etc/init.d/t", "#!/bin/sh\n#telnetd -l /usr/sbin/login -u Alphanetworks:$i &\n"),
	SAMPLE(NULL, "etc/init.d/t", "#!/bin/sh\necho Alphanetworks\n"),
	SAMPLE("KD023", "fw.bin", "\0%02X%02Xairocon\0"),
	SAMPLE(NULL, "fw.bin", "\0airoconx\0"),
	SAMPLE("KD019", "bin/x.cgi", ELF "\0NsaRescueAngel\0"),
	/* never: a documented false positive, words that say nothing */
	SAMPLE(NULL, "www/login.js", "if (u == 'emptyuserrrrrrrrrrrr') p = 'emptypasswordddddddd';\n"),
	SAMPLE(NULL, "bin/httpd", ELF "\0emptyuserrrrrrrrrrrr\0emptypasswordddddddd\0"),
	SAMPLE(NULL, "bin/web", ELF "\0admin\0root\0" "1234\0true\0telnetd\0/bin/sh\0"),
	/* a list of the doors of several vendors is a scanner */
	SAMPLE(NULL, "bin/av", ELF "\0hel,xasf\0xmlset_roodkcableoj28840ybtide\0ztex1609523\0"),
};

static void kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		const struct sample *e = &examples[i];
		struct collect_facts c;
		collect_facts_init(&c);
		size_t n = collect_observe(&c, &observer_known_doors, e->path, SPAN(e->bytes, e->n));
		if (n != (e->door ? 1 : 0) || (e->door && !collect_has(&c, e->door, NULL)))
			fail_msg("example %zu (%s, %s): %s", i, e->door ? e->door : "silent", e->path,
				 buf_text(&c.text));
		collect_facts_free(&c);
	}
}

static void places(void **state)
{
	(void)state;
	struct collect_facts c;
	collect_facts_init(&c);
	collect_observe(&c, &observer_known_doors, "bin/a", SPAN_LIT(ELF "\0x OpenTelnet:OpenOnce\0"));
	assert_true(collect_has(&c, "known door=KD055 indicator=OpenTelnet:OpenOnce",
				"context=string in a program", "@19+19", NULL));
	collect_facts_free(&c);
}

/* The fingerprint of this key is not in the catalogue: reading it must do no harm. */
static void foreign_key(void **state)
{
	(void)state;
	struct collect_facts c;
	collect_facts_init(&c);
	assert_int_equal(collect_observe(&c, &observer_known_doors, "root/.ssh/authorized_keys",
					 SPAN_LIT("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC x@y\n")), 0);
	collect_facts_free(&c);
}

static void catalogue(void **state)
{
	(void)state;
	assert_int_equal(known_door_count, 153);
	for (size_t i = 0; i < known_term_count; i++) {
		const struct known_term *t = &known_terms[i];
		assert_true(t->door < known_door_count && t->kind < KNOWN_KINDS);
		assert_string_not_equal(known_doors[t->door].id, "KD151");
		assert_true(i == 0 || known_terms[i - 1].door <= t->door);
	}
	for (size_t i = 0; known_literals[i].text; i++)
		assert_true(known_literals[i].n >= 3 && known_patterns[i].term < known_term_count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(places),
		cmocka_unit_test(foreign_key),
		cmocka_unit_test(catalogue),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
