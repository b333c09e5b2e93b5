/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a worker's task works on, mapped read-only. One mapping at a time. Pages of a large mapping
 * are given back again and again while the worker runs, so that memory does not grow with the
 * image; who needs one again gets it from the page cache.
 */
#ifndef ENGINE_MAPPING_H
#define ENGINE_MAPPING_H

#include "base/span.h"

void mapping_init(void); /* once, before the sandbox */

/* The bytes of `fd` in [offset, offset + size), as far as there are any. Aborts without memory. */
struct span mapping_open(int fd, uint64_t offset, uint64_t size);
void mapping_close(void);

#endif
