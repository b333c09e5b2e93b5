/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lha: members, each header and content, then a zero byte.
 *
 *   0 size(1) 1 sum(1) 2 method "-lh5-" 7 packed(4) 11 size(4) 15 time(4) 19 attributes 20 level
 *   level 0, 1: the header is size + 2 bytes, sum is over the bytes behind it; the extended headers
 *   of level 1 count as packed; level 2: the header's length is the word at 0, extended headers
 *   included; level 3: the length is the long word at 24.
 *
 * The headers are walked here to know the end; members are read by libarchive.
 * Reference: LHA header document of LHa for UNIX (header.doc).
 */
#include "format/archive_adapter.h"

#include <archive.h>

enum { MIN_HEADER = 22 };

static bool method(struct span in, uint64_t at)
{
	if (!span_has(in, at, MIN_HEADER) || !SPAN_IS(in, at + 2, "-l") || in.p[at + 6] != '-')
		return false;
	uint8_t kind = in.p[at + 4], n = in.p[at + 5];
	if (kind == 'h')
		return (n >= '0' && n <= '9') || n == 'd' || n == 'x';
	return kind == 'z' && (n == 's' || n == '4' || n == '5');
}

static bool sum_is_right(struct span in, uint64_t at)
{
	struct span body = span_cut(in, at + 2, in.p[at]);
	uint8_t sum = 0;
	for (size_t i = 0; i < body.n; i++)
		sum = (uint8_t)(sum + body.p[i]);
	return body.n == in.p[at] && sum == in.p[at + 1];
}

/* A header at `at`; *next: behind its content, which may be past the end. */
static bool header(struct span in, uint64_t at, uint64_t *next)
{
	uint64_t packed = span_le32(in, at + 7), size;
	/* "-lh5-": the two bytes in front of it and the level tell the header's length */
	if (!method(in, at))
		return false;
	switch (in.p[at + 20]) {
	case 0:
	case 1:
		size = in.p[at] + 2u;
		if (size < MIN_HEADER || !sum_is_right(in, at))
			return false;
		break;
	case 2:
		size = span_le16(in, at);
		if (size < 26)
			return false;
		break;
	case 3:
		size = span_le32(in, at + 24);
		if (span_le16(in, at) != 4 || size < 32 || size > 1 << 20)
			return false;
		break;
	default:
		return false;
	}
	*next = at + size + packed;
	return true;
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t next, more;
	*size = 0;
	if (!header(in, 0, &next))
		return 0;
	if (in.p[20] < 2)
		return 85;
	/* without a sum, what follows must fit */
	if (next < in.n)
		return in.p[next] == 0 || header(in, next, &more) ? 75 : 0;
	return next == in.n ? 75 : 50;
}

static enum status lha_open(struct span in, struct sink *out)
{
	uint64_t end = 0, next;
	enum status walk = ST_TRUNCATED, st;
	while (end < in.n && header(in, end, &next))
		end = next;
	if (end == 0)
		return ST_DAMAGED;
	if (end < in.n && in.p[end] == 0)
		end++;
	if (end <= in.n) /* many makers leave the zero byte out */
		walk = ST_OK;
	out->used = end < in.n ? end : in.n;
	if (walk != ST_OK)
		out->note(out, in.n, "cut off inside of a member");
	st = archive_members(span_cut(in, 0, end), out, archive_read_support_format_lha);
	return st == ST_OK ? walk : st;
}

const struct format format_lha = {
	.name = "lha",
	.title = "LHA archive",
	.reference = "header.doc of LHa for UNIX",
	.tested = "generator in tests (levels 0 to 2, stored); read by libarchive",
	.magic = (const struct magic[]){MAGIC(2, "-lh"), MAGIC(2, "-lz"), MAGIC_END},
	.flags = FORMAT_TREE,
	.bid = bid,
	.open = lha_open,
};
