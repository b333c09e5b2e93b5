/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <crypt.h>

#include "key/catalogue.h"
#include "key/passwd_hash.h"

static enum field_kind kind(const char *s)
{
	return passwd_field_of(span_str(s)).kind;
}

static const char *scheme(const char *s)
{
	const char *name = passwd_field_of(span_str(s)).scheme;
	return name ? name : "-";
}

static void forms(void **state)
{
	(void)state;
	assert_int_equal(kind(""), FIELD_EMPTY);
	assert_int_equal(kind("x"), FIELD_SHADOWED);
	static const char *const locked[] = {
	    "*", "!", "!!", "!*", "*LK*", "NP", "!$1$ab$0123456789012345678901"};
	for (size_t i = 0; i < sizeof locked / sizeof *locked; i++)
		assert_int_equal(kind(locked[i]), FIELD_LOCKED);
	assert_string_equal(scheme("$1$$zdlNHiCDxYDfeF4MZL.H3/"), "md5");
	assert_string_equal(scheme("$1$a$zdlNHiCDxYDfeF4MZL.H3/"), "md5");
	assert_string_equal(scheme("$1$abcdefghi$zdlNHiCDxYDfeF4MZL.H3/"), "other");
	assert_string_equal(scheme("$apr1$abcdefgh$zdlNHiCDxYDfeF4MZL.H3/"), "apr1");
	assert_string_equal(scheme("_J9..K0AyUubDrfOgO4s"), "bsdi");
	assert_string_equal(scheme("$2b$05$abcdefghijklmnopqrstuuyl7TIdJnyZ9gBzWnui5ksV3rKF.wEpC"),
			    "bcrypt");
	assert_string_equal(scheme("$sha1$1000$abcd$n44l37/pK/YYQn.EiTeDTpfB2bDR"), "sha1");
	assert_string_equal(scheme("$3$$61f26a62f7b6562cfc5fb7fdfee96b7c"), "nt");
	assert_string_equal(scheme("$2$0000000000000000000000000000000000000000"), "other");
	/* 13 letters are a hash only when the last one can be */
	assert_string_equal(scheme("administrator"), "-");
	assert_string_equal(scheme("hello"), "-");
	assert_int_equal(kind("hello"), FIELD_OTHER);
}

/* A hash of `password` made here, and whether it is opened for `user`. */
static void opened(const char *setting, const char *user, const char *password, const char *want)
{
	struct arena a = {0};
	struct crypt_data *d = calloc(1, sizeof *d);
	const char *hash = crypt_r(password, setting, d);
	assert_non_null(hash);
	struct cracker *c = cracker_new(&a);
	const char *got = cracker_try(c, user, span_str(hash));
	if (want)
		assert_string_equal(got ? got : "(nothing)", want);
	else
		assert_null(got);
	cracker_free(c);
	arena_free(&a);
	free(d);
}

static void cracked(void **state)
{
	(void)state;
	opened("ab", "root", "1234", "1234");
	opened("$1$abcdefgh$", "root", "toor", "toor");
	opened("$1$$", "admin", "admin", "admin");
	opened("$1$ab$", "nobody", "", "");
	opened("$5$saltsalt$", "ubnt", "ubnt", "ubnt");
	opened("$6$saltsalt$", "root", "xc3511", "xc3511");
	opened("_J9..K0Ay", "guest", "guest", "guest");
	opened("$2b$05$abcdefghijklmnopqrstuu", "root", "root", "root");
	opened("$y$j9T$F5Jx5fExrKuPp53xLKQ..1$", "admin", "admin", "admin");
	opened("$sha1$1000$abcdefgh$", "root", "root", "root");
	opened("$3$", "root", "admin", "admin");
}

static void not_cracked(void **state)
{
	(void)state;
	opened("ab", "root", "dLw8.Qz1", NULL);
	opened("$1$abcdefgh$", "root", "dLw8.Qz1", NULL);
	opened("$6$rounds=900000$saltsalt$", "root", "root", NULL); /* asks for too much work */
}

static void apache(void **state)
{
	(void)state;
	struct arena a = {0};
	struct cracker *c = cracker_new(&a);
	/* `openssl passwd -apr1 -salt saltsalt admin` and `-salt ab 12345678` */
	assert_string_equal(
	    cracker_try(c, "admin", SPAN_LIT("$apr1$saltsalt$9c0WR0Se3z5lfIgYnltHf1")), "admin");
	assert_string_equal(cracker_try(c, "web", SPAN_LIT("$apr1$ab$gOvqKiiWYaATxkoXVxeqN1")),
			    "12345678");
	cracker_free(c);
	arena_free(&a);
}

static void memory_and_hints(void **state)
{
	(void)state;
	struct arena a = {0};
	struct cracker *c = cracker_new(&a);
	struct crypt_data *d = calloc(1, sizeof *d);
	char hash[64];
	snprintf(hash, sizeof hash, "%s", crypt_r("dLw8.Qz1", "$1$abc$", d));
	assert_null(cracker_try(c, "root", span_str(hash)));
	cracker_hint(c, SPAN_LIT("dLw8.Qz1"));
	assert_null(cracker_try(c, "root", span_str(hash))); /* the pair was settled */
	assert_string_equal(cracker_try(c, "admin", span_str(hash)), "dLw8.Qz1");
	assert_string_equal(cracker_try(c, "third", span_str(hash)), "dLw8.Qz1");
	assert_false(cracker_spent(c));
	/* many hard hashes: the total ends it, and says so */
	for (int i = 0; i < 200 && !cracker_spent(c); i++) {
		snprintf(hash, sizeof hash, "%s", crypt_r("dLw8.Qz2", "$1$abc$", d));
		hash[4] = (char)('a' + i % 26);
		hash[5] = (char)('a' + i / 26);
		cracker_try(c, "root", span_str(hash));
	}
	assert_true(cracker_spent(c));
	free(d);
	cracker_free(c);
	arena_free(&a);
}

static void catalogue_is_ordered(void **state)
{
	(void)state;
	assert_true(catalogue_defaults_count > 2000 && catalogue_known_count > 40);
	for (size_t i = 1; i < catalogue_defaults_count; i++)
		assert_true(strcmp(catalogue_defaults[i - 1].user, catalogue_defaults[i].user) <=
			    0);
	assert_string_equal(catalogue_passwords[0], "");
	assert_true(catalogue_communities_count > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forms),
	    cmocka_unit_test(cracked),
	    cmocka_unit_test(not_cracked),
	    cmocka_unit_test(apache),
	    cmocka_unit_test(memory_and_hints),
	    cmocka_unit_test(catalogue_is_ordered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
