/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Master boot record: code(446), 4 entries of 16 bytes, 55 aa. Little endian, sectors of 512.
 *
 * entry: active(1: 00 or 80) first_chs(3) type(1) last_chs(3) first_sector(4) sectors(4)
 * types 05, 0f, 85: an extended partition holds a chain of such sectors; in each the first entry is
 *   a partition (counted from that sector), the second the next sector (from the extended one).
 *
 * Reference: UEFI specification 2.10, section 5.2; Linux block/partitions/msdos.c.
 */
#include "format/format.h"
#include "format/part.h"

enum { SECTOR = 512, TABLE = 446, MAX_LOGICAL = 128, TYPE_GPT = 0xee };

struct slot {
	uint64_t first, count;
	uint8_t active, type;
};

static struct slot slot_at(struct span in, uint64_t sector, unsigned i)
{
	struct span e = span_cut(in, sector * SECTOR + TABLE + 16U * i, 16);
	if (e.n < 16)
		return (struct slot){.active = 1};
	return (struct slot){span_le32(e, 8), span_le32(e, 12), e.p[0], e.p[4]};
}

static bool extended(uint8_t type)
{
	return type == 5 || type == 0x0f || type == 0x85;
}

/*
 * The table at sector 0 makes sense: at least one entry, none outside of what a disk has, none
 * reaches into another. The end is that of the last partition.
 */
static int bid(struct span in, uint64_t *size)
{
	struct slot s[4];
	uint64_t end = 0;
	unsigned used = 0;
	*size = 0;
	if (in.n < 2 * SECTOR || !SPAN_IS(in, 510, "\x55\xaa"))
		return 0;
	for (unsigned i = 0; i < 4; i++) {
		s[i] = slot_at(in, 0, i);
		if ((s[i].active & 0x7f) || s[i].type == TYPE_GPT)
			return 0;
		if (!s[i].type) {
			if (s[i].first || s[i].count)
				return 0;
			continue;
		}
		if (!s[i].first || !s[i].count)
			return 0;
		for (unsigned k = 0; k < i; k++)
			if (s[k].type && s[k].first < s[i].first + s[i].count &&
			    s[i].first < s[k].first + s[k].count)
				return 0;
		if (s[i].first * SECTOR >= in.n)
			return 0;
		if (s[i].first + s[i].count > end)
			end = s[i].first + s[i].count;
		used++;
	}
	/* Much more than there is: a table of another disk, or no table. */
	if (!used || end * SECTOR / 16 > in.n)
		return 0;
	*size = end * SECTOR;
	return used > 1 ? 80 : 60;
}

static enum status emit(struct sink *out, struct span in, unsigned number, struct slot s,
			uint64_t base)
{
	char name[40];
	snprintf(name, sizeof name, "partition-%u", number);
	return part_slice(out, in, name, (base + s.first) * SECTOR, s.count * SECTOR);
}

/* The chain of an extended partition; each sector must lie behind the one before. */
static enum status open_extended(struct sink *out, struct span in, struct slot whole)
{
	uint64_t at = whole.first;
	enum status st = ST_OK;
	for (unsigned n = 5; n < 5 + MAX_LOGICAL && st == ST_OK; n++) {
		struct slot s = slot_at(in, at, 0), next = slot_at(in, at, 1);
		if (!SPAN_IS(in, at * SECTOR + 510, "\x55\xaa")) {
			sink_note(out, at * SECTOR, "chain of logical partitions is broken");
			break;
		}
		if (s.type && s.count)
			st = emit(out, in, n, s, at);
		if (!extended(next.type) || whole.first + next.first <= at)
			break;
		at = whole.first + next.first;
	}
	return st;
}

static enum status mbr_open(struct span in, struct sink *out)
{
	enum status st = ST_OK;
	uint64_t size;
	if (!bid(in, &size))
		return ST_DAMAGED;
	out->used = size;
	for (unsigned i = 0; i < 4 && st == ST_OK; i++) {
		struct slot s = slot_at(in, 0, i);
		if (extended(s.type))
			st = open_extended(out, in, s);
		else if (s.type)
			st = emit(out, in, i + 1, s, 0);
	}
	return st;
}

const struct format format_mbr = {
	.name = "mbr",
	.title = "disk with a master boot record",
	.reference = "UEFI specification 2.10, section 5.2",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(510, "\x55\xaa"), MAGIC_END},
	.flags = FORMAT_SPLIT | FORMAT_START,
	.bid = bid,
	.open = mbr_open,
};
