/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/tree.h"

#include "base/mem.h"

enum { MAX_STEPS = 40, MAX_PATH = 4096 };

static int by_path(const void *a, const void *b)
{
	const struct tree_file *x = a, *y = b;
	int c = strcmp(x->path, y->path);
	return c ? c : x->id < y->id ? -1 : x->id > y->id;
}

struct tree tree_make(struct tree_file *files, size_t count)
{
	size_t n = 0;
	if (count)
		qsort(files, count, sizeof *files, by_path);
	for (size_t i = 0; i < count; i++) {
		if (n && strcmp(files[n - 1].path, files[i].path) == 0)
			n--;
		files[n++] = files[i];
	}
	return (struct tree){files, n};
}

static size_t lower_bound(const struct tree *t, const char *path)
{
	size_t lo = 0, hi = t->count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (strcmp(t->files[mid].path, path) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct tree_file *tree_at(const struct tree *t, const char *path)
{
	while (*path == '/')
		path++;
	size_t i = lower_bound(t, path);
	return i < t->count && strcmp(t->files[i].path, path) == 0 ? &t->files[i] : NULL;
}

/* Replace the first link on the way of `path` by its target; NULL when there is none. */
static char *follow_one(const struct tree *t, struct arena *a, const char *path)
{
	size_t n = strlen(path);
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != 0)
			continue;
		const char *head = arena_str(a, SPAN(path, i));
		const struct tree_file *f = tree_at(t, head);
		if (!f || f->type != TREE_LINK || !f->link)
			continue;
		const char *to = path_target(a, head, f->link);
		return path[i] ? arena_printf(a, "%s%s", to, path + i) : arena_dup(a, to);
	}
	return NULL;
}

const struct tree_file *tree_find(const struct tree *t, const char *path)
{
	struct arena a = {0};
	const struct tree_file *found = NULL;
	const char *now = path_clean(&a, span_str(path), NULL);
	for (int step = 0; step < MAX_STEPS && strlen(now) < MAX_PATH; step++) {
		const char *next = follow_one(t, &a, now);
		if (!next) {
			found = tree_at(t, now);
			break;
		}
		now = path_clean(&a, span_str(next), NULL);
	}
	arena_free(&a);
	return found;
}

const struct tree_file *tree_program(const struct tree *t, const char *name)
{
	static const char *const folders[] = {"sbin", "bin", "usr/sbin", "usr/bin", "usr/local/sbin",
					      "usr/local/bin"};
	if (strchr(name, '/'))
		return tree_find(t, name);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char path[MAX_PATH];
		if ((size_t)snprintf(path, sizeof path, "%s/%s", folders[i], name) >= sizeof path)
			break;
		const struct tree_file *f = tree_find(t, path);
		if (f && f->type == TREE_FILE)
			return f;
	}
	return NULL;
}

void tree_below(const struct tree *t, const char *folder, size_t *begin, size_t *end)
{
	char key[MAX_PATH];
	*begin = *end = 0;
	if ((size_t)snprintf(key, sizeof key, "%s/", folder) >= sizeof key - 1)
		return;
	*begin = lower_bound(t, key);
	key[strlen(key) - 1] = '/' + 1;
	*end = lower_bound(t, key);
}
