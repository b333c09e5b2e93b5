/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DrayTek's packing of program and web pages in .all and .rst firmware: aa 1d 7f 50, then blocks of
 * a length (4, LE) and a raw LZ4 block that unpacks to 64 KiB, the last to less.
 * Reference: infobyte draytek-arsenal, compression.py.
 */
#include "format/part.h"

enum { HEAD = 4, BLOCK = 0x10000, MOST = BLOCK + BLOCK / 8 };

/* One block at `at`; *plain: what it unpacks to. */
static enum status unpack(struct span in, uint64_t at, uint8_t *out, size_t *plain, uint64_t *next)
{
	uint32_t n = span_le32(in, at);
	*plain = 0;
	if (!span_has(in, at, 4) || n == 0 || n > MOST)
		return ST_DAMAGED;
	struct span s = span_cut(in, at + 4, n);
	*next = at + 4 + s.n;
	enum status st = codec_block(CODEC_LZ4_BLOCK, s, out, BLOCK, plain);
	return s.n < n ? ST_TRUNCATED : st;
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t n = span_le32(in, HEAD);
	*size = 0;
	if (!SPAN_IS(in, 0, "\xaa\x1d\x7f\x50") || n < 16 || n > MOST || !span_has(in, HEAD + 4, 16))
		return 0;
	return 80;
}

static enum status draytek_open(struct span in, struct sink *out)
{
	struct entry e = {.path = "data", .type = ENTRY_PART, .at = HEAD};
	uint64_t at = HEAD, next = HEAD;
	size_t plain = 0;
	enum status st = out->begin(out, &e), member = ST_OK;
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	uint8_t *block = mem_alloc(BLOCK);
	do {
		member = unpack(in, at, block, &plain, &next);
		/* What follows the last block is no block, and does not belong here. */
		if (member == ST_DAMAGED && plain == 0 && at > HEAD) {
			member = ST_OK;
			break;
		}
		if (plain)
			st = out->write(out, block, plain);
		at = next;
	} while (st == ST_OK && member == ST_OK && plain == BLOCK);
	mem_free(block);
	if (member != ST_OK)
		sink_note(out, at, "packed block is %s", status_word(member));
	out->used = at < in.n ? at : in.n;
	enum status ended = out->end(out, st != ST_OK ? st : member);
	return st != ST_OK ? st : ended != ST_OK ? ended : member;
}

const struct format format_draytek_lz4 = {
	.name = "draytek-lz4",
	.title = "DrayTek packed program (LZ4 blocks)",
	.reference = "infobyte draytek-arsenal, compression.py",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "\xaa\x1d\x7f\x50"), MAGIC_END},
	.flags = FORMAT_STREAM,
	.bid = bid,
	.open = draytek_open,
};
