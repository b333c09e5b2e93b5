/* SPDX-License-Identifier: Apache-2.0 */
#include "format/attributes.h"

enum { NAME_MAX_BYTES = 255 };

void attributes_reset(struct attributes *a)
{
	if (a->tried)
		arena_reset(&a->arena);
	a->n = a->tried = a->bytes = 0;
}

bool attributes_add(struct attributes *a, const char *prefix, struct span name, struct span value)
{
	if (a->n == ATTRIBUTES_MAX || a->tried++ == 4 * ATTRIBUTES_MAX ||
	    name.n > NAME_MAX_BYTES || value.n > ATTRIBUTE_BYTES - a->bytes)
		return false;
	const char *full =
	    arena_printf(&a->arena, "%s%.*s", prefix, (int)name.n, (const char *)name.p);
	a->bytes += value.n;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->list[i].name, full) == 0)
			return true;
	uint8_t *copy = arena_alloc(&a->arena, value.n + 1);
	if (value.n)
		memcpy(copy, value.p, value.n);
	a->list[a->n++] = (struct xattr){full, SPAN(copy, value.n)};
	return true;
}

void attributes_give(const struct attributes *a, struct entry *e)
{
	e->xattrs = a->list;
	e->xattr_count = a->n;
}

void attributes_free(struct attributes *a)
{
	arena_free(&a->arena);
	a->n = 0;
}

const char *attributes_class(unsigned number)
{
	static const char *const classes[] = {
	    [1] = "user.",     [2] = "system.posix_acl_access",
	    [3] = "system.posix_acl_default", [4] = "trusted.",
	    [5] = "lustre.",   [6] = "security.",
	    [7] = "system.",   [8] = "system.richacl",
	};
	return number < sizeof classes / sizeof *classes ? classes[number] : NULL;
}
