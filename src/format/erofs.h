/* SPDX-License-Identifier: Apache-2.0 */
/* What erofs.c (names, inodes, plain content) and erofs_packed.c (packed content) share. */
#ifndef FORMAT_EROFS_H
#define FORMAT_EROFS_H

#include "format/attributes.h"
#include "format/names.h"

enum erofs_layout { EROFS_PLAIN, EROFS_PACKED_FULL, EROFS_INLINE, EROFS_PACKED, EROFS_CHUNKS };

struct erofs {
	struct walk walk;
	struct names names;
	struct span in;
	uint32_t block, block_bits, incompat;
	uint64_t meta; /* inodes */
	uint64_t size;
	uint64_t shared; /* attributes that several files have */
	struct attributes attributes; /* of the inode that is being visited */
};

struct erofs_inode {
	uint64_t size, mtime, behind; /* behind: what follows the inode and its attributes */
	uint64_t xattrs;	      /* where they begin */
	uint32_t mode, uid, gid, where;
	enum erofs_layout layout;
};

/* The content of a packed file, to the sink between begin and end; *own: its status. */
enum status erofs_unpack(struct erofs *fs, const struct erofs_inode *i, enum status *own);

#endif
