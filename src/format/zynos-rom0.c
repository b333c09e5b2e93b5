/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ZyNOS rom-0, the configuration of ZyXEL and TrendChip devices, big endian: directories, each at a
 * multiple of 8 KiB,
 *
 *   0 number(1)  1 ?(1)  2 entries(2)  4 size of the directory with its content(4)  8 entries:
 *       0 name(14)  14 room(4)  18 used(4)  22 offset from the directory(4)
 *
 * Content begins at 0x148. spt.dat (all settings, passwords among them) is packed:
 *
 *   0 ce ed db db  4 ?(2)  6 ?(2)  8 packed size(4)  then blocks: plain size(2) packed size(2) LZS
 *
 * LZS is that of RFC 1974: a bit 0 and a byte; or 1, an offset (1 and 7 bits, or 0 and 11) and a
 * length; offset 0 in 7 bits ends a block. The history of 2048 bytes goes on over blocks.
 * Reference: dev-zzo router-tools unrom0.py, RFC 1974 and RFC 2395.
 */
#include "format/part.h"

enum { HEADER = 8, ENTRY = 26, ALIGN = 0x2000, CONTENT = 0x148, MAX_DIRS = 64 };
enum { MAX_PLAIN = 4 << 20 };

struct bits {
	struct span s;
	uint64_t pos; /* in bits */
	bool bad;
};

static uint32_t take(struct bits *b, unsigned n)
{
	uint32_t v = 0;
	for (; n; n--, b->pos++) {
		if (b->pos / 8 >= b->s.n) {
			b->bad = true;
			return 0;
		}
		v = v << 1 | (b->s.p[b->pos / 8] >> (7 - b->pos % 8) & 1u);
	}
	return v;
}

static uint32_t take_length(struct bits *b)
{
	uint32_t v = take(b, 2);
	if (v < 3)
		return v + 2;
	v = take(b, 2);
	if (v < 3)
		return v + 5;
	uint32_t n = 8;
	while (!b->bad && (v = take(b, 4)) == 15)
		n += 15;
	return n + v;
}

/* One block, appended to what came before; ends at its mark. */
static enum status lzs_block(struct span in, struct buf *out)
{
	struct bits b = {.s = in};
	while (!b.bad) {
		if (!take(&b, 1)) {
			uint8_t c = (uint8_t)take(&b, 8);
			if (!b.bad && !buf_byte(out, c))
				return ST_LIMIT;
			continue;
		}
		uint32_t near = take(&b, 1), offset = take(&b, near ? 7 : 11);
		if (near && offset == 0)
			return b.bad ? ST_TRUNCATED : ST_OK;
		uint32_t n = take_length(&b);
		if (b.bad)
			break;
		if (offset == 0 || offset > out->n)
			return ST_DAMAGED;
		while (n--)
			if (!buf_byte(out, out->p[out->n - offset]))
				return ST_LIMIT;
	}
	return ST_TRUNCATED;
}

static enum status unpack(struct span in, struct buf *out)
{
	uint64_t at = 12;
	enum status st = ST_OK;
	while (st == ST_OK && span_has(in, at, 4)) {
		uint16_t plain = span_be16(in, at), packed = span_be16(in, at + 2);
		if (plain == 0 || packed == 0 || plain > 2048)
			break;
		size_t before = out->n;
		struct span block = span_cut(in, at + 4, packed);
		st = lzs_block(block, out);
		if (st == ST_OK && out->n - before != plain)
			st = ST_DAMAGED;
		if (block.n < packed)
			st = ST_TRUNCATED;
		at += 4 + (uint64_t)packed;
	}
	return st;
}

/* Is there a directory? *entries, *size of all it spans. */
static bool read_dir(struct span in, uint64_t at, unsigned *entries, uint32_t *size)
{
	*entries = span_be16(in, at + 2);
	*size = span_be32(in, at + 4);
	if (!span_has(in, at, HEADER + ENTRY) || *entries == 0 || *entries > (CONTENT - HEADER) / ENTRY ||
	    *size < CONTENT || *size > (16u << 20))
		return false;
	for (unsigned i = 0; i < *entries; i++) {
		uint64_t e = at + HEADER + (uint64_t)i * ENTRY;
		uint32_t room = span_be32(in, e + 14), used = span_be32(in, e + 18);
		uint32_t offset = span_be32(in, e + 22);
		if (!part_is_text(in, e, 14, 2) || used > room || offset < CONTENT ||
		    (uint64_t)offset + room > *size)
			return false;
	}
	return true;
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t at = 0, end = 0;
	unsigned entries;
	uint32_t n;
	*size = 0;
	if (in.n < CONTENT || in.p[0] == 0 || in.p[0] > 32)
		return 0;
	for (int i = 0; i < MAX_DIRS && read_dir(in, at, &entries, &n); i++) {
		at += ((uint64_t)n + ALIGN - 1) / ALIGN * ALIGN;
		end = at;
	}
	*size = end;
	return end ? 88 : 0;
}

static enum status open_entry(struct span in, uint64_t dir, uint64_t e, struct sink *out)
{
	char name[16], packed[24];
	uint32_t used = span_be32(in, e + 18);
	uint64_t at = dir + span_be32(in, e + 22);
	struct span data = span_cut(in, at, used);
	part_name(in, e, 14, name, sizeof name);
	if (used == 0)
		return ST_OK;
	if (!SPAN_IS(data, 0, "\xce\xed\xdb\xdb"))
		return part_slice(out, in, name, at, used);
	struct buf b = {.max = MAX_PLAIN};
	enum status member = unpack(data, &b);
	if (member != ST_OK)
		sink_note(out, at, "%s: packed content is %s", name, status_word(member));
	snprintf(packed, sizeof packed, "%s", name);
	enum status st = part_made(out, packed, at, buf_span(&b), member);
	buf_free(&b);
	return st;
}

static enum status rom0_open(struct span in, struct sink *out)
{
	uint64_t at = 0;
	unsigned entries;
	uint32_t n;
	enum status st = ST_OK;
	for (int i = 0; i < MAX_DIRS && st == ST_OK && read_dir(in, at, &entries, &n); i++) {
		for (unsigned k = 0; k < entries && st == ST_OK; k++)
			st = open_entry(in, at, at + HEADER + (uint64_t)k * ENTRY, out);
		at += ((uint64_t)n + ALIGN - 1) / ALIGN * ALIGN;
	}
	if (at == 0)
		return ST_DAMAGED;
	out->used = at < in.n ? at : in.n;
	return st;
}

static void rom0_label(struct span in, struct label *out)
{
	(void)in;
	out->type = "configuration";
}

const struct format format_zynos_rom0 = {
	.name = "zynos-rom0",
	.title = "ZyNOS rom-0 configuration",
	.reference = "dev-zzo router-tools unrom0.py, RFC 1974",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(8, "dbgarea\0"), MAGIC(8, "boot\0\0\0\0"), MAGIC_END},
	.bid = bid,
	.open = rom0_open,
	.label = rom0_label,
};
