/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Broadcom BCM63xx image tag (CFE), 256 bytes, numbers as decimal text:
 *
 *   0 tag version(4)  4 maker(20)  24 maker, second(14)  38 chip(6)  44 board(16)  60 endian(2)
 *   62 total length(10)  72 cfe address(12)  84 cfe length(10)  94 flash address of rootfs(12)
 *   106 rootfs length(10)  116 kernel address(12)  128 kernel length(10)  138 ...
 *   216 image crc(4)  220 rootfs crc(4)  224 kernel crc(4)  236 header crc(4, of 236 bytes)
 *
 * The checksums are CRC-32 without the final inversion. Behind the tag stand CFE (if any), rootfs
 * and kernel as their addresses order them.
 * Reference: Linux include/linux/bcm963xx_tag.h, drivers/mtd/parsers/bcm63xxpart; OpenWrt imagetag.c.
 */
#include "base/hash.h"
#include "base/text.h"
#include "format/part.h"

enum { TAG = 256, SUMMED = 236 };

static bool number(struct span in, uint64_t at, size_t n, uint64_t *out)
{
	char text[16];
	int64_t v;
	part_text(in, at, n < sizeof text ? n : sizeof text - 1, text, sizeof text);
	if (!*text || !text_number(span_trim(span_str(text)), &v) || v < 0)
		return false;
	*out = (uint64_t)v;
	return true;
}

struct tag {
	uint64_t total, cfe, rootfs, kernel, rootfs_at, kernel_at;
};

static bool read_tag(struct span in, struct tag *t)
{
	return in.n >= TAG && part_is_text(in, 0, 4, 1) && part_is_text(in, 4, 20, 4) &&
	       part_is_text(in, 38, 6, 3) && part_is_text(in, 44, 16, 1) &&
	       (in.p[60] == '0' || in.p[60] == '1') && number(in, 62, 10, &t->total) &&
	       number(in, 84, 10, &t->cfe) && number(in, 94, 12, &t->rootfs_at) &&
	       number(in, 106, 10, &t->rootfs) && number(in, 116, 12, &t->kernel_at) &&
	       number(in, 128, 10, &t->kernel) && t->total > 0 && t->total < (1u << 30);
}

static bool header_fits(struct span in)
{
	return (hash_crc32(0, span_cut(in, 0, SUMMED)) ^ UINT32_MAX) == span_be32(in, SUMMED);
}

static int bid(struct span in, uint64_t *size)
{
	struct tag t;
	*size = 0;
	if (!read_tag(in, &t))
		return 0;
	*size = TAG + t.total;
	if (header_fits(in))
		return 96;
	return t.rootfs + t.kernel <= t.total + 64 && t.kernel ? 55 : 0;
}

static enum status tag_open(struct span in, struct sink *out)
{
	struct tag t;
	if (!read_tag(in, &t))
		return ST_DAMAGED;
	uint64_t end = TAG + t.total, at = TAG;
	struct span image = span_cut(in, TAG, t.total);
	enum status st = ST_OK;
	if (!header_fits(in))
		sink_note(out, SUMMED, "header checksum is wrong");
	if (image.n == t.total && (hash_crc32(0, image) ^ UINT32_MAX) != span_be32(in, 216))
		sink_note(out, 216, "image checksum is wrong");
	out->used = end < in.n ? end : in.n;
	if (t.cfe)
		st = part_slice(out, in, "cfe", at, t.cfe);
	at += t.cfe;
	/* Images for flashing have the root file system first; some devices the kernel. */
	bool kernel_first = t.rootfs && t.kernel_at < t.rootfs_at;
	for (int i = 0; i < 2 && st == ST_OK; i++) {
		bool kernel = kernel_first == (i == 0);
		uint64_t n = kernel ? t.kernel : t.rootfs;
		if (n)
			st = part_slice(out, in, kernel ? "kernel" : "rootfs", at, n);
		at += n;
	}
	if (st == ST_OK && at < end && at < in.n)
		st = part_slice(out, in, "data", at, end - at < in.n - at ? end - at : in.n - at);
	return st;
}

static void tag_label(struct span in, struct label *out)
{
	char maker[21], chip[7], board[17];
	snprintf(out->text, sizeof out->text, "%s, chip %s, board %s",
		 part_text(in, 4, 20, maker, sizeof maker), part_text(in, 38, 6, chip, sizeof chip),
		 part_text(in, 44, 16, board, sizeof board));
}

const struct format format_bcm_tag = {
	.name = "bcm-tag",
	.title = "Broadcom BCM63xx image (CFE tag)",
	.reference = "Linux include/linux/bcm963xx_tag.h",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(4, "Broadcom Corporatio"), MAGIC(24, "ver. 2.0"), MAGIC_END},
	.bid = bid,
	.open = tag_open,
	.label = tag_label,
};
