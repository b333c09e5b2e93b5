/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lzop file: 89 "LZO" 00 0d 0a 1a 0a, version(2, BE) library(2) [needed(2)] method(1) [level(1)]
 * flags(4) [filter(4)] mode(4) mtime(4) [mtime high(4)] name length(1) name; see codec/lzop.c.
 */
#include "format/format.h"

enum { FILTER = 0x800, VERSION_NEW = 0x940, TRIAL_IN = 300 * 1024, TRIAL_OUT = 4096 };
#define MAGIC_BYTES "\x89LZO\0\r\n\x1a\n"

static int bid(struct span in, uint64_t *size)
{
	uint8_t made[TRIAL_OUT];
	size_t n = 0;
	uint16_t version = span_be16(in, 9);
	*size = 0;
	if (in.n < 38 || !SPAN_IS(in, 0, MAGIC_BYTES))
		return 0;
	if (version < 0x900 || version >= 0x2000)
		return 0;
	/* the header has a checksum, which the codec looks at */
	enum status st = codec_block(CODEC_LZOP, span_cut(in, 0, TRIAL_IN), made, TRIAL_OUT, &n);
	return st != ST_DAMAGED || n ? 95 : 0;
}

static enum status lzop_open(struct span in, struct sink *out)
{
	char name[256] = "data";
	struct reader r = reader_of(in, true);
	struct entry e = {.path = name, .type = ENTRY_PART};
	read_skip(&r, sizeof MAGIC_BYTES - 1);
	uint16_t version = read_u16(&r);
	bool modern = version >= VERSION_NEW;
	read_skip(&r, modern ? 6 : 3);
	uint32_t flags = read_u32(&r);
	read_skip(&r, flags & FILTER ? 8 : 4);
	e.mtime = read_u32(&r);
	read_skip(&r, modern ? 4 : 0);
	struct span stored = read_bytes(&r, read_u8(&r));
	if (!r.bad && stored.n)
		snprintf(name, sizeof name, "%.*s", (int)stored.n, (const char *)stored.p);
	return sink_stream(out, &e, CODEC_LZOP, in, &out->used);
}

const struct format format_lzop = {
	.name = "lzop",
	.title = "lzop file",
	.reference = "Linux lib/decompress_unlzo.c",
	.tested = "lzop",
	.magic = (const struct magic[]){MAGIC(0, MAGIC_BYTES), MAGIC_END},
	.flags = FORMAT_STREAM,
	.bid = bid,
	.open = lzop_open,
};
