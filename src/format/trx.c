/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TRX, Broadcom's firmware image, little endian:
 *
 *   0 "HDR0" or another maker's word  4 length(4)  8 crc(4)  12 flags(2) version(2)  16 offsets(3 x
 * 4; version 2: 4 x 4)
 *
 * The checksum is CRC-32 without the final inversion over everything from byte 12 on. A part ends
 * where the next begins; the last at the length. An offset of zero is a part that is not there. The
 * last part of version 2 is a header of 32 bytes of which bytes 22 to 29 count as ff in the
 * checksum. Words of other makers are believed with a right checksum only. Reference: Linux
 * drivers/mtd/parsers/parser_trx.c, OpenWrt trx.c.
 */
#include "base/hash.h"
#include "format/part.h"

enum { HEADER = 28 };

static unsigned offset_count(struct span in)
{
	return span_le16(in, 14) == 2 ? 4 : 3;
}

static bool crc_fits(struct span in)
{
	static const uint8_t blank[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	uint32_t length = span_le32(in, 4), want = span_le32(in, 8);
	if (length < HEADER || length > in.n)
		return false;
	struct span image = span_cut(in, 0, length);
	if ((hash_crc32(0, span_from(image, 12)) ^ UINT32_MAX) == want)
		return true;
	uint64_t hole = (uint64_t)span_le32(in, 28) + 22;
	if (span_le16(in, 14) != 2 || !span_has(image, hole, 8))
		return false;
	uint32_t crc = hash_crc32(hash_crc32(0, span_cut(image, 12, hole - 12)), SPAN(blank, 8));
	return (hash_crc32(crc, span_from(image, hole + 8)) ^ UINT32_MAX) == want;
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t length = span_le32(in, 4), before = 0;
	uint16_t version = span_le16(in, 14);
	*size = 0;
	if (in.n < HEADER || (version != 1 && version != 2) || length < HEADER)
		return 0;
	for (unsigned i = 0; i < offset_count(in); i++) {
		uint32_t at = span_le32(in, 16 + 4 * i);
		if (at == 0)
			continue;
		if (at < HEADER || at > length || at < before)
			return 0;
		before = at;
	}
	if (!before || (!SPAN_IS(in, 0, "HDR0") && !crc_fits(in)))
		return 0;
	*size = length;
	return 85;
}

static enum status trx_open(struct span in, struct sink *out)
{
	static const char *const two[] = {"kernel", "rootfs", "data", "data-2"};
	static const char *const three[] = {"loader", "kernel", "rootfs", "data"};
	uint32_t length = span_le32(in, 4), at[5] = {0};
	unsigned n = 0;
	enum status st = ST_OK;
	for (unsigned i = 0; i < offset_count(in); i++)
		if (span_le32(in, 16 + 4 * i))
			at[n++] = span_le32(in, 16 + 4 * i);
	at[n] = length;
	if (length > in.n)
		sink_note(out, 4, "declared length runs past the end");
	else if (!crc_fits(in))
		sink_note(out, 8, "checksum is wrong");
	for (unsigned i = 0; i < n && st == ST_OK; i++)
		if (at[i + 1] >= at[i])
			st = part_slice(out, in, n > 2 ? three[i] : two[i], at[i],
					at[i + 1] - at[i]);
	out->used = length < in.n ? length : in.n;
	return st;
}

static void trx_label(struct span in, struct label *out)
{
	snprintf(out->text, sizeof out->text, "version %u, flags %u", span_le16(in, 14),
		 span_le16(in, 12));
}

const struct format format_trx = {
    .name = "trx",
    .title = "TRX firmware image (Broadcom)",
    .reference = "Linux drivers/mtd/parsers/parser_trx.c",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(0, "HDR0"), MAGIC(0, "DHP2"), MAGIC(0, "DHP3"),
				    MAGIC(0, "\x5c\x43\x6f\x74"), MAGIC_END},
    .bid = bid,
    .open = trx_open,
    .label = trx_label,
};
