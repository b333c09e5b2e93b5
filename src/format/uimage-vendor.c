/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A U-Boot legacy image whose first word is a maker's own: all else is as in uimage.c. There is no
 * magic to search for; at the start of an image or of a partition the checksum of the header, which
 * covers that word, is proof enough.
 * Reference: U-Boot include/image.h; OpenWrt target/linux makefiles (UIMAGE_MAGIC).
 */
#include "base/hash.h"
#include "format/uimage.h"

enum { HEADER = 64 };

static int bid(struct span in, uint64_t *size)
{
	uint8_t h[HEADER];
	*size = 0;
	if (in.n <= HEADER || SPAN_IS(in, 0, "\x27\x05\x19\x56") || in.p[28] < 1 || in.p[28] > 40 ||
	    in.p[29] < 1 || in.p[29] > 40 || in.p[30] < 1 || in.p[30] > 60 || in.p[31] > 10 ||
	    span_be32(in, 12) == 0)
		return 0;
	memcpy(h, in.p, HEADER);
	memset(h + 4, 0, 4);
	if (hash_crc32(0, SPAN(h, HEADER)) != span_be32(in, 4))
		return 0;
	*size = HEADER + (uint64_t)span_be32(in, 12);
	return 93;
}

const struct format format_uimage_vendor = {
    .name = "uimage-vendor",
    .title = "U-Boot legacy image with a maker's magic",
    .reference = "U-Boot include/image.h",
    .tested = "mkimage 2023.01, changed",
    .magic = NULL,
    .flags = FORMAT_START,
    .bid = bid,
    .open = uimage_open,
    .label = uimage_label,
};
