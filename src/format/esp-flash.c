/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole ESP32 flash: the partition table at 0x8000 cuts it into parts. Rows of 32 bytes, little
 * endian:
 *
 *   0 aa 50  2 type(1)  3 subtype(1)  4 offset(4)  8 size(4)  12 label(16)  28 flags(4: 1 encrypted)
 *   eb eb ff ... 16 MD5 of the rows before (optional)
 *
 * Reference: ESP-IDF programming guide, "Partition Tables".
 */
#include "base/hash.h"
#include "format/part.h"

enum { TABLE = 0x8000, ROW = 32, MAX_ROWS = 95, SECTOR = 0x1000 };

static bool is_row(struct span in, uint64_t at)
{
	return SPAN_IS(in, at, "\xaa\x50") && span_has(in, at, ROW) && part_is_text(in, at + 12, 16, 1) &&
	       span_le32(in, at + 4) >= TABLE && span_le32(in, at + 4) % SECTOR == 0 &&
	       span_le32(in, at + 8) > 0 && span_le32(in, at + 8) % 256 == 0 &&
	       span_le32(in, at + 28) <= 3;
}

static unsigned row_count(struct span in)
{
	unsigned n = 0;
	while (n < MAX_ROWS && is_row(in, TABLE + (uint64_t)n * ROW))
		n++;
	return n;
}

/* The table ends with its MD5 or with erased flash. */
static bool end_fits(struct span in, unsigned n)
{
	uint64_t at = TABLE + (uint64_t)n * ROW;
	uint8_t md5[16];
	if (!SPAN_IS(in, at, "\xeb\xeb\xff\xff"))
		return part_all(in, at, ROW, 0xff);
	hash_md5(span_cut(in, TABLE, (uint64_t)n * ROW), md5);
	return span_is(in, at + 16, md5, 16);
}

static int bid(struct span in, uint64_t *size)
{
	unsigned n = row_count(in);
	*size = 0;
	if (n == 0)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		uint64_t at = TABLE + (uint64_t)i * ROW;
		uint64_t end = (uint64_t)span_le32(in, at + 4) + span_le32(in, at + 8);
		if (end > *size)
			*size = end;
	}
	return end_fits(in, n) ? 93 : n >= 3 ? 55 : 0;
}

static enum status flash_open(struct span in, struct sink *out)
{
	unsigned n = row_count(in);
	char name[17];
	uint64_t end = 0;
	enum status st = part_slice(out, in, "bootloader", 0, TABLE);
	if (n && !end_fits(in, n))
		sink_note(out, TABLE, "MD5 of the partition table is wrong");
	for (unsigned i = 0; i < n && st == ST_OK; i++) {
		uint64_t at = TABLE + (uint64_t)i * ROW;
		uint32_t from = span_le32(in, at + 4), size = span_le32(in, at + 8);
		part_name(in, at + 12, 16, name, sizeof name);
		if (span_le32(in, at + 28) & 1)
			sink_note(out, at, "%s: encrypted by the flash controller", name);
		st = part_slice(out, in, name, from, size);
		if (from + (uint64_t)size > end)
			end = from + (uint64_t)size;
	}
	out->used = end < in.n ? end : in.n;
	return st;
}

const struct format format_esp_flash = {
	.name = "esp-flash",
	.title = "ESP32 flash with partition table",
	.reference = "ESP-IDF programming guide, Partition Tables",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(TABLE, "\xaa\x50\x00"), MAGIC(TABLE, "\xaa\x50\x01"),
					MAGIC_END},
	.bid = bid,
	.open = flash_open,
};
