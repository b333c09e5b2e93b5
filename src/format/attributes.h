/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The extended attributes of one file, gathered by a file system's reader before it gives the file
 * away. Copies are kept until the next reset, no more than a file can have on Linux.
 */
#ifndef FORMAT_ATTRIBUTES_H
#define FORMAT_ATTRIBUTES_H

#include "base/arena.h"
#include "format/format.h"

enum { ATTRIBUTES_MAX = 64, ATTRIBUTE_BYTES = 64 * 1024 /* of all values of a file */ };

struct attributes {
	struct xattr list[ATTRIBUTES_MAX];
	size_t n, tried, bytes;
	struct arena arena;
};

void attributes_reset(struct attributes *a);
/* The name is `prefix` and `name`; one that is there already is not added again. False: no room. */
bool attributes_add(struct attributes *a, const char *prefix, struct span name, struct span value);
/* Lends them to the entry. */
void attributes_give(const struct attributes *a, struct entry *e);
void attributes_free(struct attributes *a);

/* The class by its number, as ext and EROFS write it; NULL: none that is known. */
const char *attributes_class(unsigned number);

#endif
