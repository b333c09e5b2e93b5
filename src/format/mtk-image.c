/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MediaTek image header, 512 bytes, little endian: 0 88 16 88 58  4 size(4)  8 name(32)
 * 40 ff padding (in most)  512 content.
 * Reference: Binary Analysis Next Generation mtk_image.ksy; mkmtkbootimg bootimg.h.
 */
#include "format/part.h"

enum { HEADER = 512 };

static int bid(struct span in, uint64_t *size)
{
	uint32_t n = span_le32(in, 4);
	*size = 0;
	if (!SPAN_IS(in, 0, "\x88\x16\x88\x58") || in.n < HEADER || n == 0 || n > (1u << 30) ||
	    !part_is_text(in, 8, 32, 2))
		return 0;
	*size = HEADER + (uint64_t)n;
	return 90;
}

static enum status mtk_open(struct span in, struct sink *out)
{
	char name[33];
	uint32_t n = span_le32(in, 4);
	if (in.n < HEADER)
		return ST_TRUNCATED;
	part_name(in, 8, 32, name, sizeof name);
	out->used = HEADER + (uint64_t)n < in.n ? HEADER + (uint64_t)n : in.n;
	return part_slice(out, in, *name ? name : "data", HEADER, n);
}

const struct format format_mtk_image = {
	.name = "mtk-image",
	.title = "MediaTek image",
	.reference = "Binary Analysis Next Generation mtk_image.ksy",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "\x88\x16\x88\x58"), MAGIC_END},
	.bid = bid,
	.open = mtk_open,
};
