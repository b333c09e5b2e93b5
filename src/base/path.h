/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths that come from an image. A clean path is relative, '/'-separated, without empty, "." or
 * ".." components and without control bytes; it can be joined to a folder and never leaves it.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include "base/arena.h"

/*
 * A clean copy of a hostile path. ".." steps back inside and stops at the root; bytes below 0x20
 * and 0x7f become '_'. *changed (may be NULL) tells whether a ".." or an absolute path was met.
 * Never NULL; "" for the root.
 */
char *path_clean(struct arena *a, struct span raw, bool *changed);

/* The part behind the last '/'; a pointer into `path`. */
const char *path_base(const char *path);

/*
 * Where a symbolic link found at `from` (clean) leads: `target` relative to the folder of `from`,
 * or to the root when it starts with '/'. Clean; one step, not followed further.
 */
char *path_target(struct arena *a, const char *from, const char *target);

/* Does a glob with '*' and '?' (both may match '/') match the whole text? */
bool path_match(const char *glob, const char *text);

#endif
