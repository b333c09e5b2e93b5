/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAFFS as dumped from a device: what was written last may stand anywhere, so the dump may begin
 * with content and has no magic at its front (yaffs.c has the layout, and finds the geometry at the
 * first header). Reference: yaffs2 (Aleph One): yaffs_guts.h.
 */
#include "format/yaffs.h"

static int bid(struct span in, uint64_t *size)
{
	return yaffs_later(in, size) ? 86 : 0;
}

const struct format format_yaffs_dump = {
    .name = "yaffs-dump",
    .title = "YAFFS file system that begins with content",
    .reference = "yaffs2 (Aleph One): yaffs_guts.h, yaffs_packedtags2.h",
    .tested = "generator in tests",
    .magic = NULL,
    .flags = FORMAT_TREE | FORMAT_SPLIT | FORMAT_START,
    .bid = bid,
    .open = yaffs_open,
    .label = yaffs_label,
};
