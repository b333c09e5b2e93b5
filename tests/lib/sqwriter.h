/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small writer of SquashFS images that no tool of today makes: versions 1 to 3, big endian,
 * vendor magics, LZMA with and without headers. For tests; the input is trusted.
 */
#ifndef TESTS_SQWRITER_H
#define TESTS_SQWRITER_H

#include "base/buf.h"

enum packing {
	PACK_STORED,
	PACK_ZLIB,
	PACK_XZ,
	PACK_LZMA_ALONE, /* 13 bytes of header */
	PACK_LZMA_SHORT, /* 5 bytes of header */
	PACK_LZMA_RAW,	 /* none */
};

struct sq_options {
	unsigned major; /* 1 to 4 */
	const char *magic;
	enum packing data, meta;
	unsigned lc, lp, pb; /* LZMA; lc = 0, lp = 0, pb = 0 stand for 3, 0, 2 */
	uint32_t block_log;  /* 12 to 20; version 1: up to 15 */
	bool big_endian, checked, no_fragments, large;
	uint16_t compression; /* version 4: what the superblock says */
};

/* Parents stand before their children; `type` as in the basic inodes (1 folder, 2 file, 3 link
 * ...). */
struct sq_source {
	const char *path;
	unsigned type;
	const char *link;     /* target of a symbolic link */
	const uint8_t *bytes; /* of a file */
	size_t n;
	uint32_t mode, uid, gid, mtime, device; /* device: major << 8 | minor */
	unsigned same_as; /* hard link: 1 + index of the source with the inode */
};

void sq_write(struct buf *out, const struct sq_options *o, const struct sq_source *list, size_t n);

#endif
