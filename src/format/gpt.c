/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GUID partition table. Little endian.
 *
 * sector 0  a protecting master boot record;  sector 1  header:
 *   "EFI PART" revision(4) header_size(4) crc(4, with itself as 0) 0(4) this(8) other(8)
 *   first(8) last(8) guid(16) table(8) entries(4) entry_size(4) table_crc(4)
 * entry: type(16) guid(16) first(8) last(8) flags(8) name(72, UTF-16)
 * the last sector repeats the header.
 *
 * Reference: UEFI specification 2.10, section 5.3.
 */
#include "format/part.h"
#include "format/unix.h"

#include "base/hash.h"

enum { MAX_ENTRIES = 1024 };

struct table {
	uint64_t sector, at, size; /* size: of the whole disk */
	uint32_t entries, entry_size;
};

static bool table_of(struct span in, struct table *t)
{
	for (uint64_t sector = 512; sector <= 4096; sector *= 8) {
		struct span h = span_cut(in, sector, sector);
		uint32_t n = span_le32(h, 12);
		uint8_t copy[512];
		if (!SPAN_IS(h, 0, "EFI PART\0\0\1\0") || n < 92 || n > sizeof copy || h.n < n)
			continue;
		memcpy(copy, h.p, n);
		memset(copy + 16, 0, 4);
		if (hash_crc32(0, SPAN(copy, n)) != span_le32(h, 16) || span_le64(h, 24) != 1)
			continue;
		*t = (struct table){.sector = sector, .entries = span_le32(h, 80),
				    .entry_size = span_le32(h, 84)};
		uint64_t at = span_le64(h, 72), last = span_le64(h, 32);
		if (at >> 40 || last >> 40 || t->entry_size < 128 || t->entry_size > 4096)
			return false;
		t->at = at * sector;
		t->size = (last + 1) * sector;
		return true;
	}
	return false;
}

static int bid(struct span in, uint64_t *size)
{
	struct table t;
	*size = 0;
	if (!table_of(in, &t))
		return 0;
	*size = t.size;
	return 98;
}

static enum status emit(struct sink *out, struct span in, const struct table *t, struct span e,
			struct arena *a)
{
	static const uint8_t unused[16];
	uint64_t first = span_le64(e, 32), last = span_le64(e, 40);
	char *name = utf16_text(a, span_cut(e, 56, 72), false);
	if (e.n < 128 || memcmp(e.p, unused, sizeof unused) == 0)
		return ST_OK;
	if (first > last || last >> 40) {
		sink_note(out, (uint64_t)(e.p - in.p), "partition '%s' ends before it begins", name);
		return ST_OK;
	}
	return part_slice(out, in, *name ? name : "partition", first * t->sector,
			  (last - first + 1) * t->sector);
}

static enum status gpt_open(struct span in, struct sink *out)
{
	struct table t;
	struct arena a = {0};
	enum status st = ST_OK;
	if (!table_of(in, &t))
		return ST_DAMAGED;
	out->used = t.size;
	struct span all = span_cut(in, t.at, (uint64_t)t.entries * t.entry_size);
	if (hash_crc32(0, all) != span_le32(in, t.sector + 88))
		sink_note(out, t.at, "checksum of the table is wrong");
	for (uint32_t i = 0; i < t.entries && i < MAX_ENTRIES && st == ST_OK; i++)
		st = emit(out, in, &t, span_cut(all, (uint64_t)i * t.entry_size, t.entry_size), &a);
	arena_free(&a);
	return st;
}

const struct format format_gpt = {
	.name = "gpt",
	.title = "disk with a GUID partition table",
	.reference = "UEFI specification 2.10, section 5.3",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(512, "EFI PART\0\0\1\0"),
					MAGIC(4096, "EFI PART\0\0\1\0"), MAGIC_END},
	.flags = FORMAT_SPLIT | FORMAT_START,
	.bid = bid,
	.open = gpt_open,
};
