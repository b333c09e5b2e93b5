/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TP-Link image tag for raw NAND (header version 3 of xDSL and GPON routers), 512 bytes, little
 * endian:
 *
 *   0 03 00 00 03  4 hardware(16) firmware(16) maker(16) ids  52 product(4) version(4) extra(4)
 *   64 MD5 of the content(16) zero(4)  84 fixed pattern(20)  104 kernel load(4) entry(4)
 *   112 length(4)  116 kernel at(4) size(4)  124 rootfs at(4) size(4)  132 boot at(4) size(4)
 *   140 revision(4) platform(4) special(4)  152 CRC-32 of the content(4)  156 ...  512 content
 *
 * Offsets count from the content. Reference: OpenWrt scripts/tplink-mkimage-2024.py.
 */
#include "base/hash.h"
#include "format/part.h"

enum { TAG = 512 };

static const char pattern[] =
    "\x55\xaa\x55\xaa\xf1\xe2\xd3\xc4\xe5\xa6\x6a\x5e\x4c\x3d\x2e\x1f\xaa\x55\xaa\x55";

static const struct {
	const char *name;
	unsigned at;
} parts[] = {{"bootloader", 132}, {"kernel", 116}, {"rootfs", 124}};

static int bid(struct span in, uint64_t *size)
{
	uint64_t length = span_le32(in, 112);
	*size = 0;
	if (in.n <= TAG || !span_is(in, 84, pattern, 20) || length <= TAG)
		return 0;
	for (size_t i = 0; i < 3; i++)
		if (TAG + (uint64_t)span_le32(in, parts[i].at) + span_le32(in, parts[i].at + 4) >
		    length)
			return 0;
	*size = length;
	return 95;
}

static enum status nand_open(struct span in, struct sink *out)
{
	uint64_t length = span_le32(in, 112);
	enum status st = ST_OK;
	if (in.n <= TAG)
		return ST_TRUNCATED;
	struct span image = span_cut(in, 0, length);
	out->used = image.n;
	if (image.n < length)
		sink_note(out, 112, "declared length runs past the end");
	else if (hash_crc32(0, span_from(image, TAG)) != span_le32(in, 152))
		sink_note(out, 152, "checksum of the content is wrong");
	for (size_t i = 0; i < 3 && st == ST_OK; i++)
		if (span_le32(in, parts[i].at + 4))
			st = part_slice(out, image, parts[i].name,
					TAG + (uint64_t)span_le32(in, parts[i].at),
					span_le32(in, parts[i].at + 4));
	return st;
}

static void nand_label(struct span in, struct label *out)
{
	snprintf(out->text, sizeof out->text, "product %08x, version %08x", span_le32(in, 52),
		 span_le32(in, 56));
}

const struct format format_tplink_nand = {
    .name = "tplink-nand",
    .title = "TP-Link firmware for NAND (image tag)",
    .reference = "OpenWrt scripts/tplink-mkimage-2024.py",
    .tested = "OpenWrt tplink-mkimage-2024.py, followed in tests",
    .magic = (const struct magic[]){MAGIC(84, "\x55\xaa\x55\xaa\xf1\xe2\xd3\xc4"), MAGIC_END},
    .bid = bid,
    .open = nand_open,
    .label = nand_label,
};
