/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 7z:  "7z\xbc\xaf\x27\x1c" version(2) CRC of what follows(4) next header: offset(8) size(8) CRC(4),
 *      packed streams, next header. The whole is 32 + offset + size bytes.
 * The members are read by libarchive.
 * Reference: 7zFormat.txt of the LZMA SDK.
 */
#include "format/archive_adapter.h"

#include <archive.h>

#include "base/hash.h"

enum { START = 32, ID_HEADER = 1, ID_PACKED_HEADER = 0x17 };

static bool extent(struct span in, uint64_t *end)
{
	uint64_t offset = span_le64(in, 12), size = span_le64(in, 20);
	if (in.n < START || !SPAN_IS(in, 0, "7z\xbc\xaf\x27\x1c") ||
	    hash_crc32(0, span_cut(in, 12, 20)) != span_le32(in, 8))
		return false;
	return !__builtin_add_overflow(offset, size, end) &&
	       !__builtin_add_overflow(*end, (uint64_t)START, end);
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	return extent(in, size) ? 95 : 0;
}

static enum status open_7z(struct span in, struct sink *out)
{
	uint64_t end, offset = span_le64(in, 12);
	if (!extent(in, &end))
		return ST_DAMAGED;
	out->used = end < in.n ? end : in.n;
	if (end > in.n) {
		out->note(out, in.n, "cut off: the list of members stands at the end and is missing");
		return ST_TRUNCATED;
	}
	struct span header = span_cut(in, START + offset, span_le64(in, 20));
	if (hash_crc32(0, header) != span_le32(in, 28)) {
		out->note(out, START + offset, "the checksum of the list of members is wrong");
		return ST_DAMAGED;
	}
	return archive_members(span_cut(in, 0, end), out, archive_read_support_format_7zip);
}

const struct format format_7z = {
	.name = "7z",
	.title = "7z archive",
	.reference = "7zFormat.txt of the LZMA SDK",
	.tested = "p7zip (lzma, lzma2, bzip2, ppmd, copy, encrypted); read by libarchive",
	.magic = (const struct magic[]){MAGIC(0, "7z\xbc\xaf\x27\x1c"), MAGIC_END},
	.flags = FORMAT_TREE,
	.bid = bid,
	.open = open_7z,
};
