/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xiaomi router firmware, little endian:
 *
 *   HDR1: 0 magic  4 signature at(4)  8 crc(4)  12 ?(2)  14 device(2)  16 eight offsets(4 each)
 *   HDR2: 0 magic  4 signature at(4)  8 crc(4)  12 ?(4)  16 device(8)  24 region(8)  32 ?(16)
 *         48 eight offsets
 *   blob: 0 be ba 00 00  4 flash address(4)  8 size(4)  12 type(2)  14 ?(2)  16 name(32)  content
 *   signature: size(4) pad(12) 256 bytes
 *
 * The checksum is CRC-32 without the final inversion over everything from byte 12 on.
 * Reference: OpenWrt firmware-utils xiaomifw.c, unblob xiaomi/hdr.py.
 */
#include "base/hash.h"
#include "format/part.h"

enum { BLOBS = 8, BLOB = 48, SIGNATURE = 272 };

static uint64_t offsets_at(struct span in)
{
	return SPAN_IS(in, 0, "HDR2") ? 48 : 16;
}

static bool is_blob(struct span in, uint64_t at)
{
	return SPAN_IS(in, at, "\xbe\xba\x00\x00") && part_is_text(in, at + 16, 32, 1);
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t signature = span_le32(in, 4), first = span_le32(in, offsets_at(in));
	*size = 0;
	if ((!SPAN_IS(in, 0, "HDR1") && !SPAN_IS(in, 0, "HDR2")) || first < offsets_at(in) + 4 * BLOBS ||
	    signature <= first || !is_blob(in, first))
		return 0;
	*size = (uint64_t)signature + SIGNATURE;
	return 93;
}

static enum status xiaomi_open(struct span in, struct sink *out)
{
	uint64_t end = (uint64_t)span_le32(in, 4) + SIGNATURE;
	char name[33];
	enum status st = ST_OK;
	if (end > in.n)
		sink_note(out, 4, "declared length runs past the end");
	else if ((hash_crc32(0, span_cut(in, 12, end - 12)) ^ UINT32_MAX) != span_le32(in, 8))
		sink_note(out, 8, "checksum is wrong");
	for (unsigned i = 0; i < BLOBS && st == ST_OK; i++) {
		uint32_t at = span_le32(in, offsets_at(in) + 4 * i);
		if (at == 0)
			break;
		if (!is_blob(in, at)) {
			sink_note(out, offsets_at(in) + 4 * i, "no part stands where one is declared");
			continue;
		}
		part_name(in, (uint64_t)at + 16, 32, name, sizeof name);
		st = part_slice(out, in, name, (uint64_t)at + BLOB, span_le32(in, (uint64_t)at + 8));
	}
	out->used = end < in.n ? end : in.n;
	return st;
}

static void xiaomi_label(struct span in, struct label *out)
{
	char device[9] = "";
	if (SPAN_IS(in, 0, "HDR2"))
		snprintf(out->text, sizeof out->text, "device %s", part_text(in, 16, 8, device, sizeof device));
	else
		snprintf(out->text, sizeof out->text, "device %04x", span_le16(in, 14));
}

const struct format format_xiaomi = {
	.name = "xiaomi",
	.title = "Xiaomi firmware (HDR1, HDR2)",
	.reference = "OpenWrt firmware-utils xiaomifw.c",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "HDR1"), MAGIC(0, "HDR2"), MAGIC_END},
	.bid = bid,
	.open = xiaomi_open,
	.label = xiaomi_label,
};
