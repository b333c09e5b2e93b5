/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

char *path_clean(struct arena *a, struct span raw, bool *changed)
{
	char *out = arena_alloc(a, raw.n + 1);
	size_t n = 0;
	bool odd = raw.n && raw.p[0] == '/';
	for (size_t i = 0; i < raw.n;) {
		size_t end = i;
		while (end < raw.n && raw.p[end] != '/')
			end++;
		size_t len = end - i;
		if (len == 2 && raw.p[i] == '.' && raw.p[i + 1] == '.') {
			odd = true;
			while (n && out[n - 1] != '/')
				n--;
			if (n)
				n--;
		} else if (len && !(len == 1 && raw.p[i] == '.')) {
			if (n)
				out[n++] = '/';
			for (size_t k = i; k < end; k++) {
				uint8_t c = raw.p[k];
				out[n++] = (char)(c < 0x20 || c == 0x7f ? '_' : c);
			}
		}
		i = end + 1;
	}
	out[n] = 0;
	if (changed)
		*changed = odd;
	return out;
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

char *path_target(struct arena *a, const char *from, const char *target)
{
	if (target[0] == '/')
		return path_clean(a, span_str(target), NULL);
	size_t folder = (size_t)(path_base(from) - from);
	char *joined = arena_printf(a, "%.*s%s", (int)folder, from, target);
	return path_clean(a, span_str(joined), NULL);
}

bool path_match(const char *glob, const char *text)
{
	const char *star = NULL, *again = NULL;
	while (*text) {
		if (*glob == '*') {
			star = glob++;
			again = text;
		} else if (*glob == '?' || *glob == *text) {
			glob++;
			text++;
		} else if (star) {
			glob = star + 1;
			text = ++again;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == 0;
}
