/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Observers: code that looks at one artifact, or at a whole file tree, and emits facts. An observer
 * is a pure function: same bytes, same facts, same order. It runs in a sandboxed worker, opens
 * nothing, prints nothing and keeps nothing between calls.
 *
 * To add one: write src/ROOM/NAME.c with `const struct observer observer_NAME`, add the source to
 * that room's meson.build and NAME to src/fact/observers.list.
 */
#ifndef FACT_OBSERVER_H
#define FACT_OBSERVER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"
#include "base/xattr.h"
#include "fact/fact.h"
#include "fact/tree.h"

enum {
	WANTS_BYTES = 1,  /* every file and part */
	WANTS_TEXT = 2,   /* files that look like text */
	WANTS_ELF = 4,    /* ELF files */
	WANTS_HITS = 8,   /* only artifacts in which one of its patterns was found */
	WANTS_TREE = 16,  /* observe_tree: once per root file system */
	WANTS_CODE = 32,  /* ELF files and raw code; may take long: runs under a CPU budget */
	WANTS_XATTRS = 128, /* whatever has extended attributes, folders and links too: they alone */
	USES_KNOWN = 64,  /* matches the catalogue of known doors: left out with --no-known */
};

/* A literal that the engine's one scan over an artifact looks for. A list ends with text == NULL. */
struct pattern {
	const char *text;
	size_t n;         /* length; 0: strlen(text) */
	bool any_case;    /* ASCII letters match in either case */
};

/* A place where a pattern of this observer ends. Sorted by offset, then pattern. */
struct hit {
	uint32_t pattern;  /* index into the observer's list */
	uint64_t offset;   /* where the match begins */
};

/* Takes places that an observer's `find` saw. False: enough, the rest is not wanted. */
struct finder {
	bool (*add)(struct finder *, uint64_t at);
};

struct artifact {
	struct span bytes;
	const char *path;     /* inside its container: "etc/passwd"; a part: its name */
	const char *format;   /* format's name, or NULL */
	const char *arch;     /* or NULL */
	uint32_t mode;
	bool text;            /* looks like text */
	bool named;           /* a file with a path (not a part of an image) */
	const struct hit *hits;
	size_t hit_count;     /* the scan keeps at most 4096 hits per observer and artifact */
	const uint64_t *found; /* what the observer's `find` added, in its order */
	size_t found_count;
	bool found_all;       /* `find` was never told that it is enough */
	const struct xattr *xattrs; /* extended attributes, for those who want them */
	size_t xattr_count;
	struct arena *arena;  /* scratch memory until observe returns */
};

struct observer {
	const char *name, *title;
	unsigned wants;
	const struct pattern *patterns; /* NULL: none */
	/*
	 * For what a literal cannot say: called for one window [from, to) of the artifact after the
	 * other, while it is in the cache, so that nobody has to go over the bytes again. What is found
	 * must not depend on where windows end. NULL: nothing to look for.
	 */
	void (*find)(struct span in, uint64_t from, uint64_t to, struct finder *out);
	void (*observe)(const struct artifact *, struct facts *out);
	void (*observe_tree)(const struct tree *, struct arena *, struct facts *out);
	/*
	 * For a reader who checks by hand: text about places of the artifact, as the observer's own
	 * facts name them ("... at 0xADDRESS > ... at 0xADDRESS"). NULL: nothing to add to bytes.
	 */
	void (*explain)(const struct artifact *, struct span places, struct buf *out);
};

extern const struct observer *const observers[];
extern const size_t observer_count;

#endif
