/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes as facts: capabilities are spelled, text stays text, the rest is hex. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect.h"

extern const struct observer observer_attributes;

static void look(struct collect_facts *c, const struct xattr *list, size_t n)
{
	struct arena arena = {0};
	struct artifact a = {.path = "usr/bin/ping", .arena = &arena, .xattrs = list, .xattr_count = n};
	collect_facts_init(c);
	observer_attributes.observe(&a, &c->facts);
	arena_free(&arena);
}

#define CAPS(lit_) {"security.capability", {(const uint8_t *)(lit_), sizeof(lit_) - 1}}

static void spells_capabilities(void **state)
{
	(void)state;
	static const struct {
		struct xattr x;
		const char *want;
	} cases[] = {
		{CAPS("\1\0\0\2\0\x30\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "meaning=cap_net_admin,cap_net_raw=ep"},
		{CAPS("\0\0\0\2\0\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0"), "meaning=cap_sys_admin=p"},
		{CAPS("\1\0\0\1\1\0\0\0\3\0\0\0"), "meaning=cap_chown=eip cap_dac_override=ei"},
		{CAPS("\1\0\0\3\0\0\0\0\0\0\0\0\x81\0\0\0\0\0\0\0\xe8\3\0\0"),
		 "meaning=cap_mac_override,cap_bpf=ep [rootid=1000]"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct collect_facts c;
		look(&c, &cases[i].x, 1);
		if (!collect_has(&c, "name=security.capability", cases[i].want, NULL))
			fail_msg("%s", buf_text(&c.text));
		collect_facts_free(&c);
	}
}

static void bears_nonsense(void **state)
{
	(void)state;
	struct collect_facts c;
	const struct xattr list[] = {CAPS("\1\0\0\2\0"), CAPS(""), CAPS("\1\0\0\7\0\0\0\0\0\0\0\0")};
	look(&c, list, 3);
	assert_int_equal(c.count, 3);
	assert_false(collect_has(&c, "meaning", NULL));
	collect_facts_free(&c);
}

static void keeps_values(void **state)
{
	(void)state;
	static uint8_t many[3000];
	struct collect_facts c;
	const struct xattr list[] = {{"user.note", SPAN_LIT("hello")},
				     {"security.selinux", SPAN_LIT("a:b:c\0")},
				     {"user.bytes", SPAN_LIT("\0\1\xfe")},
				     {"user.long", {many, sizeof many}}};
	look(&c, list, 4);
	assert_int_equal(c.count, 4);
	assert_true(collect_has(&c, "name=user.note", "value=hello", "size=5", NULL));
	assert_true(collect_has(&c, "name=security.selinux", "value=a:b:c", "size=6", NULL));
	assert_true(collect_has(&c, "name=user.bytes", "value=0001fe", NULL));
	assert_true(collect_has(&c, "name=user.long", "size=3000", NULL));
	collect_facts_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spells_capabilities),
		cmocka_unit_test(bears_nonsense),
		cmocka_unit_test(keeps_values),
	};
	return cmocka_run_group_tests_name("attributes", tests, NULL, NULL);
}
