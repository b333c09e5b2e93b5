/* SPDX-License-Identifier: Apache-2.0 */
/*
 * D-Link firmware of the Eagle and Aquila series, decrypted, little endian:
 *
 *   [0 "MH01"  4 length of the partitions(4)  8 length of the signature(4) ...](16)
 *   partitions, each:  0 "DLK" maker's text(12)  14 sum(2)  32 erase at(4) length(4)  40 write
 * at(4) 44 length(4)  64 "BH" ...  80 content [signature]
 *
 * Reference: OpenWrt firmware-utils dlink-ai-firmware-tool.c.
 */
#include "format/part.h"

enum { OUTER = 16, HEADER = 80, MAX_PARTS = 32 };

static bool is_part(struct span in, uint64_t at)
{
	return span_has(in, at, HEADER) && SPAN_IS(in, at, "DLK") && SPAN_IS(in, at + 64, "BH") &&
	       part_is_text(in, at, 12, 8) && part_all(in, at + 48, 16, 0) &&
	       span_le32(in, at + 44) > 0;
}

static uint64_t first_at(struct span in)
{
	return SPAN_IS(in, 0, "MH01") ? OUTER : 0;
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t at = first_at(in);
	*size = 0;
	for (int i = 0; i < MAX_PARTS && is_part(in, at); i++)
		at += HEADER + (uint64_t)span_le32(in, at + 44);
	if (at <= OUTER)
		return 0;
	uint64_t whole = OUTER + (uint64_t)span_le32(in, 4) + span_le32(in, 8);
	*size = first_at(in) && whole > at && whole <= in.n ? whole : at;
	return 93;
}

static enum status dlk_open(struct span in, struct sink *out)
{
	uint64_t size = 0, at = first_at(in);
	char name[16];
	enum status st = ST_OK;
	if (!bid(in, &size))
		return ST_DAMAGED;
	for (unsigned i = 1; i <= MAX_PARTS && st == ST_OK && is_part(in, at); i++) {
		uint32_t n = span_le32(in, at + 44);
		snprintf(name, sizeof name, i > 1 ? "firmware-%u" : "firmware", i);
		st = part_slice(out, in, name, at + HEADER, n);
		at += HEADER + (uint64_t)n;
	}
	out->used = size < in.n ? size : in.n;
	return st;
}

static void dlk_label(struct span in, struct label *out)
{
	char text[13];
	snprintf(out->text, sizeof out->text, "%s",
		 part_text(in, first_at(in), 12, text, sizeof text));
}

const struct format format_dlink_dlk = {
    .name = "dlink-dlk",
    .title = "D-Link DLK partitions (Eagle Pro AI, Aquila)",
    .reference = "OpenWrt firmware-utils dlink-ai-firmware-tool.c",
    .tested = "OpenWrt dlink-ai-firmware-tool.c, followed in tests",
    .magic = (const struct magic[]){MAGIC(0, "DLK6E"), MAGIC(16, "DLK6E"), MAGIC_END},
    .bid = bid,
    .open = dlk_open,
    .label = dlk_label,
};
