/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/bundle.h"

enum { MAX_ROOTS = 32 };

void bundle_add(struct outbox *o, const struct tree_file *f)
{
	put_str(o, f->path);
	put_str(o, f->link);
	put_str(o, f->format);
	put_str(o, f->arch);
	put_u64(o, f->size);
	put_u32(o, f->mode);
	put_u32(o, f->uid);
	put_u32(o, f->gid);
	put_u32(o, f->id);
	put_u8(o, (uint8_t)f->type);
	put_u8(o, f->kept);
	put_bytes(o, f->bytes);
}

static bool read_one(struct reader *r, struct arena *a, struct tree_file *f)
{
	*f = (struct tree_file){.path = get_str(r, a)};
	f->link = get_str(r, a);
	f->format = get_str(r, a);
	f->arch = get_str(r, a);
	f->size = read_u64(r);
	f->mode = read_u32(r);
	f->uid = read_u32(r);
	f->gid = read_u32(r);
	f->id = read_u32(r);
	f->type = (enum tree_type)read_u8(r);
	f->kept = read_u8(r);
	f->bytes = get_bytes(r);
	return !r->bad && f->path;
}

/* Length of the folder part before "etc/..." when the path has one as a whole component, else -1.
 */
static long prefix_of(const char *path, const char *folder)
{
	size_t n = strlen(folder);
	for (const char *p = path; p; p = strchr(p, '/'), p = p ? p + 1 : NULL)
		if (strncmp(p, folder, n) == 0 && (p[n] == '/' || p[n] == 0))
			return p - path;
	return -1;
}

struct root {
	const char *prefix; /* with its trailing '/', or "" */
	size_t n;
	bool etc, programs;
};

static void mark(struct root *roots, size_t *count, const char *path, struct arena *a,
		 const char *folder, bool etc)
{
	long n = prefix_of(path, folder);
	if (n < 0)
		return;
	size_t i = 0;
	while (i < *count &&
	       !(roots[i].n == (size_t)n && memcmp(roots[i].prefix, path, (size_t)n) == 0))
		i++;
	if (i == *count) {
		if (*count == MAX_ROOTS)
			return;
		roots[(*count)++] =
		    (struct root){arena_str(a, SPAN(path, (size_t)n)), (size_t)n, false, false};
	}
	roots[i].etc = roots[i].etc || etc;
	roots[i].programs = roots[i].programs || !etc;
}

/* Folders that hold both a configuration folder and programs, and lie in no other such folder. */
static size_t find_roots(const struct tree_file *files, size_t count, struct arena *a,
			 struct root *roots)
{
	static const char *const etc[] = {"etc", "etc_ro"};
	static const char *const programs[] = {"bin", "sbin", "usr"};
	size_t found = 0, kept = 0;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < 2; k++)
			mark(roots, &found, files[i].path, a, etc[k], true);
		for (size_t k = 0; k < 3; k++)
			mark(roots, &found, files[i].path, a, programs[k], false);
	}
	for (size_t i = 0; i < found; i++) {
		bool inner = !(roots[i].etc && roots[i].programs);
		for (size_t k = 0; k < found && !inner; k++)
			inner = k != i && roots[k].etc && roots[k].programs &&
				roots[k].n < roots[i].n &&
				memcmp(roots[k].prefix, roots[i].prefix, roots[k].n) == 0;
		if (!inner)
			roots[kept++] = roots[i];
	}
	return kept;
}

static struct tree tree_of(const struct tree_file *files, size_t count, const struct root *roots,
			   size_t root_count, size_t which, struct arena *a)
{
	struct tree_file *mine = arena_array(a, count + 1, sizeof *mine);
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		size_t home = 0;
		while (home < root_count &&
		       strncmp(files[i].path, roots[home].prefix, roots[home].n) != 0)
			home++;
		if (home != which)
			continue;
		mine[n] = files[i];
		if (home < root_count)
			mine[n].path += roots[home].n;
		if (mine[n].path[0])
			n++;
	}
	return tree_make(mine, n);
}

bool bundle_read(struct bundle *b, struct span in, struct arena *a)
{
	struct reader r = reader_of(in, false);
	struct root roots[MAX_ROOTS];
	size_t count = 0, cap = in.n / 40 + 1;
	struct tree_file *files = arena_array(a, cap, sizeof *files);
	b->container = read_u32(&r);
	while (!r.bad && r.pos < in.n && count < cap)
		if (read_one(&r, a, &files[count]))
			count++;
	if (r.bad)
		return false;
	size_t n = find_roots(files, count, a, roots);
	b->trees = arena_array(a, n + 1, sizeof *b->trees);
	b->count = 0;
	for (size_t i = 0; i <= n; i++) {
		struct tree t = tree_of(files, count, roots, n, i, a);
		if (t.count)
			b->trees[b->count++] = t;
	}
	return true;
}
