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

/*
 * Where kernel and rootfs stand: the first behind tag and CFE, the second as far behind it as their
 * addresses are apart when that leaves room for the first and a gap of an erase block at most.
 */
static void places(const struct tag *t, uint64_t *kernel, uint64_t *rootfs)
{
	bool kernel_first = t->rootfs && t->kernel_at < t->rootfs_at;
	uint64_t one = kernel_first ? t->kernel_at : t->rootfs_at;
	uint64_t two = kernel_first ? t->rootfs_at : t->kernel_at;
	uint64_t first = kernel_first ? t->kernel : t->rootfs, apart = two - one;
	if (!t->rootfs || two < one || apart < first || apart > first + 0x10000)
		apart = first;
	*(kernel_first ? kernel : rootfs) = TAG + t->cfe;
	*(kernel_first ? rootfs : kernel) = TAG + t->cfe + apart;
}

/* Some makers do not count the gap before the second part. */
static uint64_t end_of(const struct tag *t)
{
	uint64_t kernel, rootfs, end = TAG + t->total;
	places(t, &kernel, &rootfs);
	end = t->kernel && kernel + t->kernel > end ? kernel + t->kernel : end;
	return t->rootfs && rootfs + t->rootfs > end ? rootfs + t->rootfs : end;
}

/* The sum covers all behind the tag, or the kernel alone. */
static bool image_fits(struct span in, const struct tag *t)
{
	uint64_t kernel, rootfs;
	places(t, &kernel, &rootfs);
	uint32_t want = span_be32(in, 216);
	return (hash_crc32(0, span_cut(in, TAG, t->total)) ^ UINT32_MAX) == want ||
	       (hash_crc32(0, span_cut(in, kernel, t->kernel)) ^ UINT32_MAX) == want;
}

static int bid(struct span in, uint64_t *size)
{
	struct tag t;
	*size = 0;
	if (!read_tag(in, &t))
		return 0;
	*size = end_of(&t);
	if (header_fits(in))
		return 96;
	return t.rootfs + t.kernel <= t.total + 64 && t.kernel ? 55 : 0;
}

static enum status tag_open(struct span in, struct sink *out)
{
	struct tag t;
	if (!read_tag(in, &t))
		return ST_DAMAGED;
	uint64_t end = end_of(&t), kernel, rootfs;
	enum status st = ST_OK;
	places(&t, &kernel, &rootfs);
	if (!header_fits(in))
		sink_note(out, SUMMED, "header checksum is wrong");
	if (span_has(in, TAG, t.total) && !image_fits(in, &t))
		sink_note(out, 216, "image checksum is wrong");
	out->used = end < in.n ? end : in.n;
	if (t.cfe)
		st = part_slice(out, in, "cfe", TAG, t.cfe);
	for (int i = 0; i < 2 && st == ST_OK; i++) {
		bool is_kernel = (kernel < rootfs) == (i == 0);
		uint64_t at = is_kernel ? kernel : rootfs, n = is_kernel ? t.kernel : t.rootfs;
		if (n)
			st = part_slice(out, in, is_kernel ? "kernel" : "rootfs", at, n);
	}
	uint64_t last = kernel + t.kernel > rootfs + t.rootfs ? kernel + t.kernel : rootfs + t.rootfs;
	if (st == ST_OK && last < end && last < in.n)
		st = part_slice(out, in, "data", last, end - last < in.n - last ? end - last : in.n - last);
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
	.tested = "OpenWrt imagetag.c, followed in tests; generator in tests",
	.magic = (const struct magic[]){MAGIC(4, "Broadcom Corporatio"), MAGIC(24, "ver. 2.0"),
					MAGIC(4, "OpenWRT BCM963xx"), MAGIC_END},
	.bid = bid,
	.open = tag_open,
	.label = tag_label,
};
