/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ZyXEL Keenetic and NBG firmware: the image, then 60 bytes at its very end, little endian:
 *
 *   0 "ZNBG"  4 device(4)  8 version(48)  56 crc(4: CRC-32 without the final inversion)
 *
 * Reference: OpenWrt firmware-utils zyimage.c.
 */
#include "base/hash.h"
#include "format/part.h"

enum { TRAILER = 60 };

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n <= TRAILER)
		return 0;
	uint64_t at = in.n - TRAILER;
	if (!SPAN_IS(in, at, "ZNBG") || !part_is_text(in, at + 8, 48, 1))
		return 0;
	*size = in.n;
	return 98; /* the image before the trailer is of a kind of its own */
}

static enum status zyimage_open(struct span in, struct sink *out)
{
	if (in.n <= TRAILER)
		return ST_TRUNCATED;
	uint64_t at = in.n - TRAILER;
	if ((hash_crc32(0, span_cut(in, 0, at)) ^ UINT32_MAX) != span_le32(in, at + 56))
		sink_note(out, at + 56, "checksum is wrong");
	out->used = in.n;
	return part_slice(out, in, "firmware", 0, at);
}

static void zyimage_label(struct span in, struct label *out)
{
	char version[49];
	uint64_t at = in.n > TRAILER ? in.n - TRAILER : 0;
	snprintf(out->text, sizeof out->text, "device %08x, version %s", span_le32(in, at + 4),
		 part_text(in, at + 8, 48, version, sizeof version));
}

const struct format format_zyimage = {
	.name = "zyimage",
	.title = "ZyXEL firmware with ZNBG trailer",
	.reference = "OpenWrt firmware-utils zyimage.c",
	.tested = "generator in tests",
	.magic = NULL,
	.flags = FORMAT_START,
	.bid = bid,
	.open = zyimage_open,
	.label = zyimage_label,
};
