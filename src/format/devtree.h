/* SPDX-License-Identifier: Apache-2.0 */
/* A flattened device tree that libfdt may be let loose on; shared by the formats dtb and fit. */
#ifndef FORMAT_DEVTREE_H
#define FORMAT_DEVTREE_H

#include "base/span.h"

/* The tree at the front of `in` when it is whole and sound, else NULL; borrowed from `in`. */
const void *devtree_of(struct span in);

#endif
