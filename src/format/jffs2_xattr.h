/* SPDX-License-Identifier: Apache-2.0 */
/* Private to jffs2: nodes with extended attributes are gathered in any order, then asked for by inode. */
#ifndef FORMAT_JFFS2_XATTR_H
#define FORMAT_JFFS2_XATTR_H

#include "format/attributes.h"

struct xattr_node {
	uint32_t number, version;
	size_t at;
};

struct xref {
	uint32_t ino, number, sequence;
};

struct jffs2_xattrs {
	struct span in;
	struct sink *sink;
	struct xattr_node *nodes;
	struct xref *refs;
	size_t node_count, node_cap, ref_count, ref_cap;
	struct attributes attributes; /* of the inode that is being visited */
	bool big_endian;
};

void jffs2_take_xattr(struct jffs2_xattrs *x, uint64_t at, uint32_t len);
void jffs2_take_xref(struct jffs2_xattrs *x, uint64_t at, uint32_t len);
void jffs2_xattrs_sort(struct jffs2_xattrs *x);
void jffs2_xattrs_give(struct jffs2_xattrs *x, uint64_t ino, struct entry *e);
void jffs2_xattrs_free(struct jffs2_xattrs *x);

#endif
