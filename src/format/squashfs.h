/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the SquashFS reader share; nobody else includes this.
 *
 *   squashfs.c        the format: bid, walk, order, entries
 *   squashfs_super.c  superblocks of versions 1 to 4, both byte orders
 *   squashfs_block.c  which compressor it really is; metadata and fragment blocks, small caches
 *   squashfs_inode.c  inodes, directories, owners and the fragment table of every version
 *   squashfs_data.c   the content of a file
 *   squashfs_xattr.c  extended attributes
 */
#ifndef FORMAT_SQUASHFS_H
#define FORMAT_SQUASHFS_H

#include "format/attributes.h"

enum {
	SQ_META = 8192, /* decoded size of a metadata block */
	SQ_META_SLOTS = 256,
	SQ_FRAGMENTS = 4, /* decoded fragment blocks kept */
	SQ_NONE = -1,
	SQ_STORED = 1 << 24, /* in the size of a data block: not packed */
};

struct sq_super {
	uint64_t root; /* block << 16 | offset, relative to the inode table */
	uint64_t bytes_used;
	uint64_t uids_at, gids_at, inodes_at, dirs_at, fragments_at;
	uint64_t xattrs_at; /* version 4; all ones: no file has extended attributes */
	uint32_t inodes, block_size, fragments, mtime;
	uint32_t uids, gids; /* how many; version 4 has one table (uids) for both */
	uint16_t major, minor, compression, flags, block_log;
	bool big_endian, checked; /* checked: a marker byte follows each metadata length */
};

/* How blocks are packed: a codec, and LZMA properties where the stream has no header. */
struct sq_method {
	enum codec codec;
	int props; /* SQ_NONE, or 0..224 */
};

/* A place in a run of metadata blocks; `block` is relative to the span. */
struct sq_at {
	uint64_t block;
	uint32_t offset;
};

struct sq_meta {
	uint64_t at, next;
	size_t n;
	uint8_t bytes[SQ_META];
};

struct sq_fragment {
	uint64_t at;
	uint64_t used; /* when it was asked for last */
	size_t n;
	enum status status;
	uint8_t *bytes;
};

struct sq {
	struct span in;
	struct sq_super s;
	struct sink *out;
	struct sq_method method; /* what worked last */
	struct sq_method worked[8];
	size_t worked_count;
	bool fixed;	 /* the method is on trial: no other is tried */
	unsigned trials; /* blocks for which every method was tried in vain */
	struct sq_meta *meta[SQ_META_SLOTS];
	struct sq_fragment fragments[SQ_FRAGMENTS];
	uint64_t clock;
	uint8_t *block;	   /* one decoded data block */
	uint8_t *prefixed; /* a stream with LZMA properties put in front */
	size_t prefixed_cap;
	uint32_t *ids;
	size_t id_count;
};

#define SQ_NO_FRAGMENT UINT32_MAX
#define SQ_NO_XATTRS   UINT32_MAX

enum sq_type { SQ_DIR = 1, SQ_FILE, SQ_SYMLINK, SQ_BLOCK, SQ_CHAR, SQ_FIFO, SQ_SOCKET };

struct sq_inode {
	enum sq_type type;
	uint32_t mode, uid, gid, mtime;
	uint32_t device; /* major << 20 | minor */
	uint64_t size;	 /* of a file or link; bytes of a directory's listing */
	uint64_t start;	 /* first data block */
	uint32_t fragment, fragment_offset;
	uint32_t xattrs;      /* number of a set */
	struct sq_at listing; /* of a directory */
	struct sq_at rest;    /* where block lists and link targets begin */
};

struct sq_name {
	uint64_t inode; /* block << 16 | offset */
	size_t n;
	char text[257];
};

/* A listing being read: entries stand in groups that share an inode block. */
struct sq_listing {
	struct sq_at at;
	uint64_t left; /* bytes */
	uint32_t group, block;
};

bool sq_super_read(struct span in, struct sq_super *s);

/* Finds out the compressor by reading the root folder; false when none fits. */
bool sq_detect(struct sq *fs);
void sq_free(struct sq *fs);

/* One block of at most `cap` bytes; `want` is its exact size where that is known, else 0. */
enum status sq_decode(struct sq *fs, struct span in, uint8_t *to, size_t cap, size_t want,
		      size_t *n);
enum status sq_read(struct sq *fs, struct sq_at *at, void *to, size_t n);
const struct sq_fragment *sq_fragment_block(struct sq *fs, uint64_t at, uint32_t size);

enum status sq_inode_read(struct sq *fs, uint64_t ref, struct sq_inode *i);
enum status sq_listing_next(struct sq *fs, struct sq_listing *l, struct sq_name *name, bool *end);
enum status sq_fragment_find(struct sq *fs, uint32_t index, uint64_t *at, uint32_t *size);
void sq_ids_read(struct sq *fs);

/* The attributes of a set; what could be read is there when the status is bad. */
enum status sq_xattrs(struct sq *fs, uint32_t set, struct attributes *out);

/* begin has been called: write the content. The file's own status goes to *st. */
enum status sq_data(struct sq *fs, const struct sq_inode *i, enum status *st);

#endif
