/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of program this is, and what programs of that kind do. The kind is seen from the words
 * of a protocol or format that stand in it and from the functions that it offers; its name counts
 * for nothing, since names are free. What a kind does was learned from packages:
 * data/program-kinds.tsv.
 */
#ifndef CODE_KIND_H
#define CODE_KIND_H

#include "code/elf_image.h"

enum { KIND_CAPABILITIES = 9 };

struct kind {
	const char *name;		/* "image library" */
	unsigned programs;		/* that were looked at */
	uint8_t has[KIND_CAPABILITIES]; /* of a hundred programs; in the order of kind_capability */
};

extern const struct kind kinds[]; /* made from the table */
extern const size_t kind_count;
extern const char *const kind_capability[KIND_CAPABILITIES];

/* The kind of a program; NULL: not known. */
const struct kind *kind_of(const struct elf_image *img);

/* Of a hundred programs of the kind, how many do this? -1: not known. */
int kind_share(const struct kind *k, const char *what);

#endif
