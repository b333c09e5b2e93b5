/* SPDX-License-Identifier: Apache-2.0 */
/* Private to tar: what stands outside of the plain header (pax records) and files with holes. */
#ifndef FORMAT_TAR_H
#define FORMAT_TAR_H

#include "base/arena.h"
#include "format/format.h"

struct tar_piece {
	uint64_t at, n;     /* a run of content, by its offset in the file */
};

/* What extensions say about the next member; strings live in the arena they were read into. */
struct tar_extra {
	const char *path, *link;
	uint64_t size, uid, gid, sparse_real, sparse_major, sparse_minor;
	int64_t mtime;
	bool has_size, has_uid, has_gid, has_mtime;
	struct tar_piece *pieces; /* sparse map of pax versions 0.0 and 0.1 */
	size_t piece_count, piece_cap;
	struct xattr *xattrs;
	size_t xattr_count, xattr_cap;
};

struct tar_sparse {
	struct tar_piece *pieces;
	size_t count, cap;
	uint64_t real;      /* size of the file with its holes */
	bool bad;           /* the map cannot be right */
};

/* Read pax records; false when one is malformed (what stands before it is kept). */
bool tar_pax(struct span records, struct arena *a, struct tar_extra *extra);

/* Where the content of an old GNU sparse member starts (behind its map blocks). */
uint64_t tar_sparse_data(struct span in, uint64_t header);

/* The map of a sparse member; *content becomes its packed content. */
bool tar_sparse_old(struct span in, uint64_t header, struct span *content, struct arena *a,
		    struct tar_sparse *map);
bool tar_sparse_pax(const struct tar_extra *extra, struct span *content, struct arena *a,
		    struct tar_sparse *map);

/* Give the file with its holes filled; *st is the status so far and becomes that of the member. */
enum status tar_sparse_give(struct sink *out, const struct entry *e, struct span content,
			    const struct tar_sparse *map, enum status *st);

#endif
