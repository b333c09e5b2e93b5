/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xz stream:  fd "7zXZ" 00  flags(2: 00, kind of check)  CRC-32 of the flags(4, LE), blocks, index,
 * footer.
 */
#include "base/hash.h"
#include "format/format.h"

enum { HEADER = 12, CHECK_MAX = 15 };

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < 32 || !SPAN_IS(in, 0, "\xfd" "7zXZ\0") || in.p[6] != 0 || in.p[7] > CHECK_MAX)
		return 0;
	return hash_crc32(0, span_cut(in, 6, 2)) == span_le32(in, 8) ? 95 : 0;
}

static enum status xz_open(struct span in, struct sink *out)
{
	struct entry e = {.path = "data", .type = ENTRY_PART};
	return sink_stream(out, &e, CODEC_XZ, in, &out->used);
}

const struct format format_xz = {
	.name = "xz",
	.title = "xz stream",
	.reference = "The .xz File Format (tukaani.org/xz/xz-file-format.txt)",
	.tested = "xz",
	.magic = (const struct magic[]){MAGIC(0, "\xfd" "7zXZ\0"), MAGIC_END},
	.flags = FORMAT_STREAM | FORMAT_ALERT,
	.bid = bid,
	.open = xz_open,
};
