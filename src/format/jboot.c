/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel and root file system as D-Link's JBOOT wants them in flash, little endian:
 *
 *   0 mark(1) 04 24 2b  4 time(4)  8 length of kernel and the header at 16(4)  12 sum(2) sum(2)
 *   16 24 21  18 packing(1: 0 none, 1 jz, 2 gzip, 3 LZMA) 02  20 load(4)  24 kernel length(4)
 *   28 CRC-32(4)  32 entry(4)  36 rootfs at(4) length(4) CRC-32(4)  48 CRC-32 of this header(4)
 *   52 its length(2, 40 mostly) length of the command line(2)  then kernel and rootfs
 *
 * Factory images have a header of 80 bytes before that (see dlink-dlk.c).
 * Reference: OpenWrt firmware-utils mkdlinkfw.c.
 */
#include "base/hash.h"
#include "format/part.h"

enum { TAG = 16, HEADER = 40 };

static bool header_fits(struct span in)
{
	uint8_t h[256];
	uint16_t n = span_le16(in, TAG + 36);
	if (n < HEADER || n > sizeof h || !span_has(in, TAG, n))
		return false;
	memcpy(h, in.p + TAG, n);
	memset(h + 32, 0, 4);
	return hash_crc32(0, SPAN(h, n)) == span_le32(in, TAG + 32);
}

static bool rootfs_fits(struct span in, uint64_t at)
{
	uint32_t n = span_le32(in, TAG + 24);
	return n && span_has(in, at, n) &&
	       hash_crc32(0, span_cut(in, at, n)) == span_le32(in, TAG + 28);
}

static uint64_t kernel_end(struct span in)
{
	return TAG + (uint64_t)span_le16(in, TAG + 36) + span_le32(in, TAG + 8);
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (!SPAN_IS(in, 1, "\x04\x24\x2b") || !SPAN_IS(in, TAG, "\x24\x21") ||
	    span_le32(in, TAG + 8) == 0 || !header_fits(in))
		return 0;
	*size = kernel_end(in);
	if (rootfs_fits(in, *size))
		*size += span_le32(in, TAG + 24);
	return 96;
}

static enum status jboot_open(struct span in, struct sink *out)
{
	uint64_t size = 0, end = kernel_end(in);
	uint32_t n = span_le32(in, TAG + 8);
	if (!bid(in, &size))
		return ST_DAMAGED;
	if (span_has(in, end - n, n) &&
	    hash_crc32(0, span_cut(in, end - n, n)) != span_le32(in, TAG + 12))
		sink_note(out, TAG + 12, "checksum of the kernel is wrong");
	out->used = size < in.n ? size : in.n;
	enum status st = part_slice(out, in, "kernel", end - n, n);
	return st == ST_OK && size > end ? part_slice(out, in, "rootfs", end, size - end) : st;
}

const struct format format_jboot = {
    .name = "jboot",
    .title = "D-Link JBOOT kernel (SCH2)",
    .reference = "OpenWrt firmware-utils mkdlinkfw.c",
    .tested = "OpenWrt mkdlinkfw.c, followed in tests",
    .magic = (const struct magic[]){MAGIC(16, "\x24\x21\x00\x02"), MAGIC(16, "\x24\x21\x01\x02"),
				    MAGIC(16, "\x24\x21\x02\x02"), MAGIC(16, "\x24\x21\x03\x02"),
				    MAGIC_END},
    .bid = bid,
    .open = jboot_open,
};
