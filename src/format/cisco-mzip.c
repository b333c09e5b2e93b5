/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cisco IOS, the packed image inside its self-extracting program, big endian:
 *
 *   0 fe ed fa ce  4 plain size(4)  8 packed size(4)  12 sum of packed(4)  16 sum of plain(4)
 *   20 ZIP archive with one member
 *
 * Reference: Muniz and Ortega, "Fuzzing and Debugging Cisco IOS" (2011); Thomas, "IOS image
 * structure".
 */
#include "format/part.h"

enum { HEADER = 20 };

static int bid(struct span in, uint64_t *size)
{
	uint32_t plain = span_be32(in, 4), packed = span_be32(in, 8);
	*size = 0;
	if (!SPAN_IS(in, 0, "\xfe\xed\xfa\xce") || !SPAN_IS(in, HEADER, "PK\3\4") || packed < 64 ||
	    plain < packed / 2)
		return 0;
	*size = HEADER + (uint64_t)packed;
	return 94;
}

static enum status mzip_open(struct span in, struct sink *out)
{
	uint32_t packed = span_be32(in, 8);
	if (in.n < HEADER)
		return ST_TRUNCATED;
	out->used = HEADER + (uint64_t)packed < in.n ? HEADER + (uint64_t)packed : in.n;
	return part_slice(out, in, "zip", HEADER, packed);
}

const struct format format_cisco_mzip = {
	.name = "cisco-mzip",
	.title = "Cisco IOS packed image",
	.reference = "Muniz and Ortega, Fuzzing and Debugging Cisco IOS (2011)",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "\xfe\xed\xfa\xce"), MAGIC_END},
	.bid = bid,
	.open = mzip_open,
};
