/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LZMA-alone (lzma-file-format.txt of XZ Utils):
 *   properties(1: (pb * 5 + lp) * 9 + lc)  dictionary(4, LE)  content size(8, LE; all ones: unknown)
 *   range coder: 00, first four bytes of code, ...
 *
 * There is no magic. The bid wants a header as encoders write it and then decodes the beginning:
 * what is not LZMA runs into an impossible distance within a few dozen symbols.
 */
#include "format/format.h"

enum {
	HEADER = 13,
	LEAST_IN = HEADER + 11,
	LEAST_OUT = 64,
	TRIAL_IN = 80 * 1024,
	TRIAL_OUT = 64 * 1024,
	TRIAL_CUT = 8 * 1024, /* enough when the input ends before the trial does */
	DICT_MAX = 1 << 30,
};
#define SIZE_MAX_SANE (UINT64_C(1) << 31)

/* 2^n or 2^n + 2^(n-1), as all encoders round it; or all ones. */
static bool dictionary_is_sane(uint32_t dict)
{
	if (dict == UINT32_MAX)
		return true;
	if (dict < 4096 || dict > DICT_MAX)
		return false;
	uint32_t top = 1u << (31 - __builtin_clz(dict));
	return dict == top || dict == top + top / 2;
}

static bool header_is_sane(struct span in)
{
	uint64_t size = span_le64(in, 5);
	if (in.n < LEAST_IN || in.p[0] >= 225 || in.p[HEADER] != 0)
		return false;
	if (!dictionary_is_sane(span_le32(in, 1)))
		return false;
	if (size != UINT64_MAX && (size < LEAST_OUT || size > SIZE_MAX_SANE))
		return false;
	/* a code of all zeros or all ones: flash that was never written, not a stream */
	uint32_t code = span_be32(in, HEADER + 1);
	return code != 0 && code != UINT32_MAX;
}

static int bid(struct span in, uint64_t *size)
{
	uint8_t made[TRIAL_OUT];
	size_t n = 0;
	*size = 0;
	if (!header_is_sane(in))
		return 0;
	uint64_t declared = span_le64(in, 5);
	enum status st = codec_block(CODEC_LZMA_ALONE, span_cut(in, 0, TRIAL_IN), made, TRIAL_OUT, &n);
	if (n == TRIAL_OUT && declared != n)
		return 70;
	if (st == ST_OK)
		return n >= LEAST_OUT ? 70 : 0;
	return st == ST_TRUNCATED && n >= TRIAL_CUT ? 40 : 0;
}

static enum status lzma_open(struct span in, struct sink *out)
{
	struct entry e = {.path = "data", .type = ENTRY_PART};
	if (!header_is_sane(in))
		return ST_DAMAGED;
	e.size = span_le64(in, 5) == UINT64_MAX ? 0 : span_le64(in, 5);
	return sink_stream(out, &e, CODEC_LZMA_ALONE, in, &out->used);
}

static void label(struct span in, struct label *out)
{
	unsigned props = in.p[0];
	snprintf(out->text, sizeof out->text, "lc=%u lp=%u pb=%u dictionary=%u%s", props % 9,
		 props / 9 % 5, props / 45, span_le32(in, 1),
		 span_le64(in, 5) == UINT64_MAX ? ", size unknown" : "");
}

/* Properties of common encoders, with the dictionary's low bytes; others only at an artifact's start. */
const struct format format_lzma = {
	.name = "lzma",
	.title = "LZMA stream (.lzma)",
	.reference = "lzma-file-format.txt (XZ Utils)",
	.tested = "xz --format=lzma",
	.magic = (const struct magic[]){MAGIC(0, "\x5d\0\0"), MAGIC(0, "\x6d\0\0"), MAGIC(0, "\x5e\0\0"),
					MAGIC(0, "\x6c\0\0"), MAGIC(0, "\x5a\0\0"), MAGIC(0, "\x66\0\0"),
					MAGIC(0, "\x65\0\0"), MAGIC(0, "\x5c\0\0"),
					MAGIC(0, "\x5d\0\x80\0"), MAGIC(0, "\x6d\0\x80\0"),
					MAGIC(0, "\x5d\0\x40\0"), MAGIC(0, "\x5d\0\x20\0"),
					MAGIC(0, "\x5d\0\x10\0"), MAGIC(0, "\x5d\0\xc0\0"),
					MAGIC(0, "\x5d\xff\xff\xff\xff"), MAGIC_END},
	.flags = FORMAT_STREAM,
	.bid = bid,
	.open = lzma_open,
	.label = label,
};
