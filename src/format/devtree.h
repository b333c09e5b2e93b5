/* SPDX-License-Identifier: Apache-2.0 */
/* A flattened device tree that libfdt may be let loose on; shared by the formats dtb and fit. */
#ifndef FORMAT_DEVTREE_H
#define FORMAT_DEVTREE_H

#include "base/span.h"

/*
 * The tree at the front of `in`, whole and sound. libfdt wants it at a multiple of eight bytes: where
 * it stands elsewhere it is copied, so offsets count from `fdt`. Close what was opened.
 */
struct devtree {
	const void *fdt;
	uint8_t *copy;
};
bool devtree_open(struct span in, struct devtree *tree);
void devtree_close(struct devtree *tree);

#endif
