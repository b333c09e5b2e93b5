/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arcadyan's obfuscated LZMA: in the first bytes two blocks of 32 have changed places, and one of
 * them is scrambled.
 *
 *   stored    0 head(4)  4 block A(32)  36 middle(68)  104 block B(32)  136 rest
 *   restored  0 head(4)  4 B': nibbles of each byte swapped, then bytes of each pair swapped(32)
 *             36 middle(68)  104 A(32)  136 rest; from 4 on it is an .lzma file
 *
 * 00 d5 08 00 at 104 are the scrambled 5d 00 00 80 of the LZMA header.
 * Reference: binwalk src/extractors/arcadyan.rs (after DCShoes and devttys0).
 */
#include "format/part.h"

enum { BLOCK = 32, A = 4, B = 104, REST = 136 };

/* The scrambled block put right. */
static void restore(struct span in, uint8_t out[BLOCK])
{
	for (size_t i = 0; i < BLOCK; i++) {
		uint8_t v = in.p[B + (i ^ 1)];
		out[i] = (uint8_t)(v << 4 | v >> 4);
	}
}

static int bid(struct span in, uint64_t *size)
{
	uint8_t head[BLOCK];
	*size = 0;
	if (in.n < REST + 64 || !SPAN_IS(in, B, "\x00\xd5\x08\x00"))
		return 0;
	restore(in, head);
	uint64_t plain = span_le64(SPAN(head, BLOCK), 5);
	/* Properties 5d, a dictionary of 8 MiB, a plain size that is sane, and no end mark: the first
	   byte of the coder's data is always zero. */
	if (head[0] != 0x5d || span_le32(SPAN(head, BLOCK), 1) != 0x800000 || head[13] != 0)
		return 0;
	return plain == UINT64_MAX || (plain > 64 && plain < (64u << 20)) ? 75 : 0;
}

static enum status arcadyan_open(struct span in, struct sink *out)
{
	uint8_t head[BLOCK];
	struct entry e = {.path = "lzma", .type = ENTRY_PART, .at = A, .size = in.n - A};
	if (in.n < REST)
		return ST_TRUNCATED;
	restore(in, head);
	enum status st = out->begin(out, &e);
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	st = out->write(out, head, BLOCK);
	if (st == ST_OK)
		st = out->write(out, in.p + A + BLOCK, B - A - BLOCK);
	if (st == ST_OK)
		st = out->write(out, in.p + A, BLOCK);
	if (st == ST_OK && in.n > REST)
		st = out->write(out, in.p + REST, in.n - REST);
	enum status ended = out->end(out, st);
	out->used = in.n;
	return st != ST_OK ? st : ended;
}

const struct format format_arcadyan = {
	.name = "arcadyan",
	.title = "Arcadyan obfuscated LZMA",
	.reference = "binwalk src/extractors/arcadyan.rs",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(B, "\x00\xd5\x08\x00"), MAGIC_END},
	.bid = bid,
	.open = arcadyan_open,
};
