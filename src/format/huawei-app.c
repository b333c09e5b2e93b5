/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Huawei UPDATE.APP: often 92 zero bytes, then entries at multiples of four, little endian:
 *
 *   0 55 aa 5a a5  4 header length(4)  8 1(4)  12 hardware id(8)  20 sequence(4)  24 length(4)
 *   28 date(16)  44 time(16)  60 name(16)  76 ?(16)  92 header sum(2)  94 block size(2)  96 ?(2)
 *   98 CRC-16 of each block of the content; then the content
 *
 * Reference: HuaweiUpdateLibrary FileHeader; ZeBadger and McSpoon, split_updata.pl.
 */
#include "format/part.h"

enum { FIXED = 98, LEAD = 92, MAX_ENTRIES = 1024 };

struct entry_header {
	uint64_t content, next;
	uint32_t header, size;
};

static bool read_entry(struct span in, uint64_t at, struct entry_header *e)
{
	if (!SPAN_IS(in, at, "\x55\xaa\x5a\xa5") || !span_has(in, at, FIXED))
		return false;
	e->header = span_le32(in, at + 4);
	e->size = span_le32(in, at + 24);
	uint32_t block = span_le16(in, at + 94);
	if (e->header < FIXED || e->header > (16u << 20) || !part_is_text(in, at + 60, 16, 1))
		return false;
	/* The table of sums has one for each block. */
	if (block && e->header - FIXED != ((uint64_t)e->size + block - 1) / block * 2)
		return false;
	e->content = at + e->header;
	e->next = (e->content + e->size + 3) & ~UINT64_C(3);
	return true;
}

static uint64_t first_entry(struct span in)
{
	return part_all(in, 0, LEAD, 0) ? LEAD : 0;
}

static int bid(struct span in, uint64_t *size)
{
	struct entry_header e;
	uint64_t at = first_entry(in), end = 0;
	int n = 0;
	while (n < MAX_ENTRIES && read_entry(in, at, &e)) {
		end = e.content + e.size;
		at = e.next;
		n++;
	}
	*size = end;
	return n > 1 ? 93 : n ? 70 : 0;
}

/* CRC-16 as X.25 has it. */
static uint16_t crc16(struct span s)
{
	uint16_t crc = 0xffff;
	for (size_t i = 0; i < s.n; i++) {
		crc ^= s.p[i];
		for (int b = 0; b < 8; b++)
			crc = (uint16_t)(crc >> 1 ^ (crc & 1 ? 0x8408 : 0));
	}
	return (uint16_t)~crc;
}

/* Blocks whose sum is wrong, and of how many. */
static void check_blocks(struct span in, uint64_t at, const struct entry_header *e, const char *name,
			 struct sink *out)
{
	uint32_t block = span_le16(in, at + 94), bad = 0, n = 0;
	for (uint64_t k = 0; block && k < e->size && span_has(in, e->content + k, 1); k += block, n++) {
		uint64_t left = e->size - k;
		struct span s = span_cut(in, e->content + k, left < block ? left : block);
		bad += crc16(s) != span_le16(in, at + FIXED + 2 * (uint64_t)n);
	}
	if (bad)
		sink_note(out, at + FIXED, "%s: %u of %u block checksums are wrong", name, bad, n);
}

static enum status app_open(struct span in, struct sink *out)
{
	struct entry_header e;
	uint64_t at = first_entry(in), end = 0;
	char name[17];
	enum status st = ST_OK;
	for (int n = 0; n < MAX_ENTRIES && st == ST_OK && read_entry(in, at, &e); n++) {
		part_name(in, at + 60, 16, name, sizeof name);
		check_blocks(in, at, &e, name, out);
		st = part_slice(out, in, name, e.content, e.size);
		end = e.content + e.size;
		at = e.next;
	}
	out->used = end < in.n ? end : in.n;
	return end ? st : ST_DAMAGED;
}

const struct format format_huawei_app = {
	.name = "huawei-app",
	.title = "Huawei UPDATE.APP",
	.reference = "HuaweiUpdateLibrary, split_updata.pl",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "\x55\xaa\x5a\xa5"), MAGIC(LEAD, "\x55\xaa\x5a\xa5"),
					MAGIC_END},
	.bid = bid,
	.open = app_open,
};
