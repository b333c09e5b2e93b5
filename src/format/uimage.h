/* SPDX-License-Identifier: Apache-2.0 */
/* What uimage.c lends to uimage-vendor.c: opening and describing do not look at the magic. */
#ifndef FORMAT_UIMAGE_H
#define FORMAT_UIMAGE_H

#include "format/format.h"

enum status uimage_open(struct span in, struct sink *out);
void uimage_label(struct span in, struct label *out);

#endif
