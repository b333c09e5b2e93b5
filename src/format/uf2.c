/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UF2: blocks of 512 bytes, little endian:
 *
 *   0 "UF2\n"  4 9e5d5157  8 flags(4)  12 address(4)  16 size(4)  20 block(4)  24 blocks(4)
 *   28 family or file size(4)  32 data(476)  508 0ab16f30
 *
 * flags: 1 not for the main flash, 0x1000 a piece of a file, 0x2000 family is there. Memory comes
 * out as a sparse map (records.h). Reference: microsoft/uf2 README.
 */
#include "format/records.h"

enum { BLOCK = 512, DATA = 476 };

static bool is_block(struct span in, uint64_t at)
{
	return SPAN_IS(in, at, "UF2\n\x57\x51\x5d\x9e") && SPAN_IS(in, at + 508, "\x30\x6f\xb1\x0a") &&
	       span_le32(in, at + 16) <= DATA;
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (!is_block(in, 0) || span_le32(in, 24) == 0 || span_le32(in, 20) >= span_le32(in, 24))
		return 0;
	uint64_t n = 0;
	while (n < span_le32(in, 24) && is_block(in, n * BLOCK))
		n++;
	*size = n * BLOCK;
	return 95;
}

static enum status uf2_open(struct span in, struct sink *out)
{
	struct memory_map r = {.out = out};
	uint32_t blocks = span_le32(in, 24), other = 0;
	uint64_t at = 0;
	enum status st = ST_OK;
	for (uint32_t n = 0; n < blocks && st == ST_OK && is_block(in, at); n++, at += BLOCK) {
		if (span_le32(in, at + 8) & 1)
			other++;
		else
			st = memory_put(&r, span_le32(in, at + 12), in.p + at + 32,
					  span_le32(in, at + 16), at);
	}
	bool cut = st == ST_OK && at < (uint64_t)blocks * BLOCK;
	if (cut)
		sink_note(out, at, "%llu of %u blocks are here", (unsigned long long)(at / BLOCK), blocks);
	if (other)
		sink_note(out, 0, "%u blocks are not for the main flash", other);
	enum status ended = memory_end(&r, st != ST_OK ? st : cut ? ST_TRUNCATED : ST_OK);
	out->used = at;
	return st != ST_OK ? st : ended;
}

static void uf2_label(struct span in, struct label *out)
{
	if (span_le32(in, 8) & 0x2000)
		snprintf(out->text, sizeof out->text, "family %08x", span_le32(in, 28));
}

const struct format format_uf2 = {
	.name = "uf2",
	.title = "UF2 flashing image",
	.reference = "microsoft/uf2 README",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "UF2\n\x57\x51\x5d\x9e"), MAGIC_END},
	.bid = bid,
	.open = uf2_open,
	.label = uf2_label,
};
