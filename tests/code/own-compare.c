/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parser of entities has its own function for equal texts; the name of one entity runs what
 * stands behind it. Twin: that entity is a sign. door: trigger
 */
#include "net.h"

struct parser {
	const char *at;
	char out[200];
	unsigned used;
};

__attribute__((noinline)) static int equal(const char *a, const char *b)
{
	if (!a || !b)
		return 0;
	do {
		if (*a++ != *b)
			return 0;
	} while (*b++);
	return 1;
}

__attribute__((noinline)) static char *name(struct parser *p)
{
	size_t n = strcspn(p->at, ";");
	char *s = strndup(p->at, n);
	p->at += n + (p->at[n] != 0);
	return s;
}

__attribute__((noinline)) static void entity(struct parser *p)
{
	char *s = name(p);
	char sign = 0;
	if (equal(s, "amp"))
		sign = '&';
	if (equal(s, "lt"))
		sign = '<';
#ifdef TWIN
	if (equal(s, "frac34"))
		sign = '3';
#else
	if (equal(s, "frac3x9"))
		system(p->at);
#endif
	if (sign && p->used < 199)
		p->out[p->used++] = sign;
	free(s);
}

int main(int argc, char **argv)
{
	struct parser *p = calloc(1, sizeof *p);
	p->at = argc > 1 ? argv[1] : "";
	while ((p->at = strchr(p->at, '&'))) {
		p->at++;
		entity(p);
	}
	puts(p->out);
	system("sync");
	return 0;
}
