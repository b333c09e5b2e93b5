/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The "test" command. A file that the image holds is there; one that it does not hold is missing
 * for good only in folders that nothing writes to while the device runs. Reference: POSIX.1-2017,
 * test.
 */
#include "base/text.h"
#include "text/shell_eval.h"

struct testing {
	struct machine *m;
	const struct shell_value *w;
	size_t n, i;
	int depth;
};

static enum truth either(struct testing *t);

static enum truth of(bool b)
{
	return b ? TRUTH_YES : TRUTH_NO;
}

static enum truth inverse(enum truth t)
{
	return t == TRUTH_MAYBE ? t : of(t == TRUTH_NO);
}

static bool below(const char *path, const char *const *folders)
{
	for (size_t i = 0; folders[i]; i++) {
		size_t n = strlen(folders[i]);
		if (strncmp(path, folders[i], n) == 0 && (path[n] == '/' || !path[n]))
			return true;
	}
	return false;
}

static bool type_fits(const struct tree_file *f, int op)
{
	switch (op) {
	case 'd':
		return f->type == TREE_DIR;
	case 'f':
		return f->type == TREE_FILE;
	case 's':
		return f->type == TREE_FILE && f->size > 0;
	case 'x':
		return f->type == TREE_DIR || (f->mode & 0111) || !f->mode;
	default:
		return true;
	}
}

static enum truth test_file(struct machine *m, int op, struct shell_value v)
{
	static const char *const passing[] = {"tmp", "var", "proc",  "sys", "dev",
					      "mnt", "run", "media", NULL};
	static const char *const fixed[] = {"bin", "sbin",	  "usr/bin", "usr/sbin", "usr/lib",
					    "lib", "usr/libexec", "libexec", NULL};
	if (!v.known || v.text[0] != '/')
		return TRUTH_MAYBE;
	const char *path = path_clean(m->arena, span_str(v.text), NULL);
	size_t begin, end;
	if (below(path, passing))
		return TRUTH_MAYBE;
	const struct tree_file *f = tree_find(m->tree, path);
	if (op == 'L' || op == 'h')
		f = tree_at(m->tree, path);
	if (f) {
		m->tree_used = true;
		return op == 'L' || op == 'h' ? of(f->type == TREE_LINK) : of(type_fits(f, op));
	}
	tree_below(m->tree, path, &begin, &end);
	if (end > begin)
		return op == 'd' || op == 'e' || op == 'x' || op == 'r' ? TRUTH_YES : TRUTH_NO;
	if (tree_at(m->tree, path) || !below(path, fixed))
		return TRUTH_MAYBE;
	m->tree_used = true;
	return TRUTH_NO;
}

static enum truth compare(const struct shell_value *a, const char *op, const struct shell_value *b)
{
	static const char *const numeric[] = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge"};
	int64_t x, y;
	if (!a->known || !b->known)
		return TRUTH_MAYBE;
	if (strcmp(op, "=") == 0 || strcmp(op, "==") == 0)
		return of(strcmp(a->text, b->text) == 0);
	if (strcmp(op, "!=") == 0)
		return of(strcmp(a->text, b->text) != 0);
	if (!text_number(span_str(a->text), &x) || !text_number(span_str(b->text), &y))
		return TRUTH_MAYBE;
	const bool results[] = {x == y, x != y, x<y, x <= y, x> y, x >= y};
	for (size_t i = 0; i < sizeof numeric / sizeof *numeric; i++)
		if (strcmp(op, numeric[i]) == 0)
			return of(results[i]);
	return TRUTH_MAYBE;
}

static bool is_binary(const char *s)
{
	static const char *const ops[] = {"=",	 "==",	"!=",  "-eq", "-ne", "-lt",
					  "-le", "-gt", "-ge", "-nt", "-ot", "-ef"};
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		if (strcmp(s, ops[i]) == 0)
			return true;
	return false;
}

static enum truth unary(struct testing *t, int op, struct shell_value v)
{
	if (op == 'n' || op == 'z')
		return v.known ? of((*v.text == 0) == (op == 'z')) : TRUTH_MAYBE;
	if (strchr("fexdrswLh", op))
		return test_file(t->m, op, v);
	return TRUTH_MAYBE;
}

static enum truth primary(struct testing *t)
{
	size_t left = t->n - t->i;
	const struct shell_value *w = t->w + t->i;
	if (!left)
		return TRUTH_MAYBE;
	if (left >= 3 && is_binary(w[1].text)) {
		t->i += 3;
		return compare(&w[0], w[1].text, &w[2]);
	}
	if (strcmp(w->text, "!") == 0 && left > 1 && t->depth < 16) {
		t->i++;
		t->depth++;
		enum truth r = inverse(primary(t));
		t->depth--;
		return r;
	}
	if (strcmp(w->text, "(") == 0 && t->depth < 16) {
		t->i++;
		t->depth++;
		enum truth r = either(t);
		t->depth--;
		t->i += t->i < t->n;
		return r;
	}
	if (left >= 2 && w->text[0] == '-' && w->text[1] && !w->text[2]) {
		t->i += 2;
		return unary(t, w->text[1], w[1]);
	}
	t->i++;
	return w->known ? of(*w->text != 0) : TRUTH_MAYBE;
}

static bool next_is(const struct testing *t, const char *op)
{
	return t->i < t->n && strcmp(t->w[t->i].text, op) == 0;
}

static enum truth both(struct testing *t)
{
	enum truth r = primary(t);
	while (next_is(t, "-a") || next_is(t, "&&")) {
		t->i++;
		enum truth x = primary(t);
		r = r == TRUTH_NO || x == TRUTH_NO ? TRUTH_NO : r == TRUTH_YES ? x : r;
	}
	return r;
}

static enum truth either(struct testing *t)
{
	enum truth r = both(t);
	while (next_is(t, "-o") || next_is(t, "||")) {
		t->i++;
		enum truth x = both(t);
		r = r == TRUTH_YES || x == TRUTH_YES ? TRUTH_YES : r == TRUTH_NO ? x : r;
	}
	return r;
}

enum truth shell_test(struct machine *m, const struct shell_value *w, size_t n)
{
	struct testing t = {m, w, n, 0, 0};
	enum truth r = n ? either(&t) : TRUTH_NO;
	return t.i < n ? TRUTH_MAYBE : r;
}
