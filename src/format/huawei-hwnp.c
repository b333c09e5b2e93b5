/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Huawei HWNP, firmware of optical network terminals, little endian but for the length:
 *
 *   0 "HWNP"  4 length of file - 76 (big endian)  8 crc of all from 12 on  12 header length
 *   16 crc of the header from 20 on  20 items(4)  24 ?(2)  26 product list size(2)
 *   28 item size(4, = 360)  32 reserved(4)  36 product list  then the items:
 *       0 number  4 crc  8 data at  12 data size  16 name(256)  272 section(16)
 *       288 version(64)  352 policy  356 reserved
 *
 * Names look like "file:/var/UpgradeCheck.xml" or "flash:rootfs". The header length counts the
 * first 36 bytes or does not.
 * Reference: hwnp.ksy of Binary Analysis Next Generation, HuaweiFirmwareTool huawei_header.h.
 */
#include "base/hash.h"
#include "format/part.h"

enum { HEADER = 36, ITEM = 360, NAME = 256, BEHIND = 76 };

struct table {
	uint64_t items, end; /* where the items begin and end */
	uint32_t count;
};

static bool read_table(struct span in, struct table *t)
{
	if (in.n < HEADER || !SPAN_IS(in, 0, "HWNP") || span_le32(in, 28) != ITEM)
		return false;
	t->count = span_le32(in, 20);
	t->items = HEADER + (uint64_t)span_le16(in, 26);
	t->end = t->items + (uint64_t)t->count * ITEM;
	return t->count > 0 && t->count <= 4096 &&
	       (span_le32(in, 12) == t->end || span_le32(in, 12) == t->end - HEADER);
}

static bool header_crc_fits(struct span in, const struct table *t)
{
	return t->end <= in.n && hash_crc32(0, span_cut(in, 20, t->end - 20)) == span_le32(in, 16);
}

static int bid(struct span in, uint64_t *size)
{
	struct table t;
	*size = 0;
	if (!read_table(in, &t))
		return 0;
	*size = t.end;
	for (uint32_t i = 0; i < t.count && span_has(in, t.items + (uint64_t)i * ITEM, ITEM); i++) {
		uint64_t at = t.items + (uint64_t)i * ITEM;
		uint64_t end = (uint64_t)span_le32(in, at + 8) + span_le32(in, at + 12);
		if (!part_is_text(in, at + 16, NAME, 1))
			return header_crc_fits(in, &t) ? 90 : 0;
		if (end > *size)
			*size = end;
	}
	return header_crc_fits(in, &t) ? 97 : 75;
}

static enum status open_item(struct span in, uint64_t at, struct sink *out)
{
	char name[NAME + 1];
	uint32_t data = span_le32(in, at + 8), size = span_le32(in, at + 12);
	part_text(in, at + 16, NAME, name, sizeof name);
	const char *colon = strchr(name, ':');
	const char *path = colon && colon[1] ? colon + 1 : *name ? name : "item";
	struct span bytes = span_cut(in, data, size);
	if (bytes.n == size && size && hash_crc32(0, bytes) != span_le32(in, at + 4)) {
		sink_note(out, data, "%s: checksum is wrong", path);
		return part_made(out, path, data, bytes, ST_DAMAGED);
	}
	return part_slice(out, in, path, data, size);
}

static enum status hwnp_open(struct span in, struct sink *out)
{
	struct table t;
	enum status st = ST_OK;
	uint64_t size = 0;
	if (!read_table(in, &t))
		return ST_DAMAGED;
	if (!header_crc_fits(in, &t))
		sink_note(out, 16, "header checksum is wrong");
	uint64_t whole = (uint64_t)span_be32(in, 4) + BEHIND;
	if (whole <= in.n && whole > t.end && hash_crc32(0, span_cut(in, 12, whole - 12)) != span_le32(in, 8))
		sink_note(out, 8, "checksum of the image is wrong");
	for (uint32_t i = 0; i < t.count && st == ST_OK; i++) {
		uint64_t at = t.items + (uint64_t)i * ITEM;
		if (!span_has(in, at, ITEM)) {
			sink_note(out, at, "table of items runs past the end");
			st = ST_TRUNCATED;
			break;
		}
		st = open_item(in, at, out);
	}
	bid(in, &size);
	out->used = size < in.n ? size : in.n;
	return st;
}

static void hwnp_label(struct span in, struct label *out)
{
	char list[100];
	struct table t;
	if (!read_table(in, &t))
		return;
	snprintf(out->text, sizeof out->text, "%u items, products %s", t.count,
		 part_text(in, HEADER, t.items - HEADER, list, sizeof list));
}

const struct format format_huawei_hwnp = {
	.name = "huawei-hwnp",
	.title = "Huawei HWNP firmware (ONT)",
	.reference = "Binary Analysis Next Generation hwnp.ksy",
	.tested = "HuaweiFirmwareTool hw_fmw, followed in tests; generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "HWNP"), MAGIC_END},
	.bid = bid,
	.open = hwnp_open,
	.label = hwnp_label,
};
