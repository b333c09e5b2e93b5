/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file tree on its way to a worker: all members of one container with the text that was kept,
 * and in the worker the root file systems found among them.
 */
#ifndef ENGINE_BUNDLE_H
#define ENGINE_BUNDLE_H

#include "engine/pipe.h"
#include "fact/tree.h"

/* Parent: one member. `f->path` is the path inside the container. Integers little endian. */
void bundle_add(struct outbox *o, const struct tree_file *f);

struct bundle {
	uint32_t container; /* the engine's number of the container */
	struct tree *trees; /* one per root of a device; what lies outside all roots comes last */
	size_t count;
};

/* Worker: read a bundle (container u32, then members). Everything lives in the arena and in `in`.
 */
bool bundle_read(struct bundle *b, struct span in, struct arena *a);

#endif
