/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file tree of one root file system, as tree observers see it. Paths are clean and relative to
 * the root of the device ("etc/passwd"), whatever folder of an archive the root was found in.
 * Content is there for small text files (configuration, scripts) and empty for all others.
 */
#ifndef FACT_TREE_H
#define FACT_TREE_H

#include "base/arena.h"
#include "base/path.h"

enum tree_type { TREE_FILE, TREE_DIR, TREE_LINK, TREE_DEVICE };

struct tree_file {
	const char *path;     /* "usr/sbin/telnetd" */
	const char *link;     /* target of a symbolic link, else NULL */
	const char *format;   /* "elf", or NULL when nothing special */
	const char *arch;     /* of an ELF file, or NULL */
	struct span bytes;    /* content where it is kept, else empty */
	uint64_t size;
	uint32_t mode, uid, gid;
	uint32_t id;          /* the engine's number of the artifact */
	enum tree_type type;
	bool kept;            /* bytes hold the whole content */
};

struct tree {
	const struct tree_file *files; /* sorted by path (strcmp), unique */
	size_t count;
};

/* The entry at exactly this path (a leading '/' is ignored); links are not followed. NULL: none. */
const struct tree_file *tree_at(const struct tree *t, const char *path);

/*
 * The file that a path leads to, through symbolic links in every component (absolute targets start
 * at the root again; at most 40 steps). NULL: nothing there.
 */
const struct tree_file *tree_find(const struct tree *t, const char *path);

/* The program that a shell would run: tree_find when it holds a '/', else the usual PATH folders. */
const struct tree_file *tree_program(const struct tree *t, const char *name);

/* Index of the first file whose path is not below `folder` + "/" lies at *end: a range of files. */
void tree_below(const struct tree *t, const char *folder, size_t *begin, size_t *end);

/* Put files into order and drop doubles (the later one wins); `files` is changed in place. */
struct tree tree_make(struct tree_file *files, size_t count);

#endif
