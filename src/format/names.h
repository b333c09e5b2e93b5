/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of a file system: (folder number, name, inode number) gathered in any order and then
 * walked from the root as paths. It knows no format: loops, several names of one inode, folders
 * that lost their own name and names that stand twice are handled here, once for all of them.
 * Not recursive; depth and path length are bounded.
 */
#ifndef FORMAT_NAMES_H
#define FORMAT_NAMES_H

#include "format/unix.h"

struct name {
	uint64_t dir, ino;  /* numbers of the folder and of what stands in it; ino 0: a deletion */
	uint64_t version;   /* when a name stands twice in a folder, the highest counts */
	uint64_t at;        /* where the directory entry stands */
	struct span name;   /* borrowed: the input, or `text` below */
};

struct names_seen;
struct names {
	struct name *v;
	size_t n, cap;
	struct names_seen *seen;
	size_t seen_count;
	struct arena text;  /* for names that do not stand in the input as they are */
};

/*
 * Called for each path. `first` is an earlier path of the same inode (NULL: this is the first).
 * What has names under it is descended into after its first visit. A status other than ST_OK and
 * ST_SKIP ends the walk.
 */
struct walk {
	enum status (*visit)(struct walk *, const struct name *, const char *path,
			     const char *first);
	struct sink *sink;
};

void names_add(struct names *names, struct name name);
enum status names_walk(struct names *names, uint64_t root, struct walk *walk);
void names_free(struct names *names);

#endif
