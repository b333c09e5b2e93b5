/* SPDX-License-Identifier: Apache-2.0 */
/* What yaffs.c lends to yaffs-dump.c and flash-nand.c. */
#ifndef FORMAT_YAFFS_H
#define FORMAT_YAFFS_H

#include "format/format.h"

/* A YAFFS that begins with content and has its first header further on? *size: its length. */
bool yaffs_later(struct span in, uint64_t *size);

enum status yaffs_open(struct span in, struct sink *out);
void yaffs_label(struct span in, struct label *out);

#endif
