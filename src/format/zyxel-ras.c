/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ZyXEL firmware of Linux routers ("ras.bin"), big endian: a header that is padded with ff to an
 * erase block (64 KiB mostly),
 *
 *   0 rootfs sum(4)  4 rootfs size(4)  8 version(32)  40 header sum(4)  44 model(64)
 *   108 kernel sum(4)  112 kernel size(4)  (both ff.. when there is none)
 *
 * then the rootfs, then the kernel. Sums: all bytes, folded to 16 bits as "sum -s" does; the
 * header's is over 2048 bytes with the rootfs' sum in its place.
 * Reference: OpenWrt firmware-utils mkrasimage.c.
 */
#include "format/part.h"

enum { SUMMED = 2048 };

static uint32_t fold(uint32_t s)
{
	uint32_t r = (s & 0xffff) + (s >> 16);
	return (r & 0xffff) + (r >> 16);
}

static bool header_fits(struct span in)
{
	struct span h = span_cut(in, 0, SUMMED);
	if (h.n < SUMMED || span_be32(in, 0) > 0xffff || span_be32(in, 40) > 0xffff)
		return false;
	uint32_t sum = part_sum8(h) - part_sum8(span_cut(h, 40, 4)) + part_sum8(span_cut(h, 0, 4));
	return fold(sum) == span_be32(in, 40);
}

/* The header's length: where the rootfs' sum comes out right; 0 when it does nowhere. */
static uint64_t header_length(struct span in)
{
	uint64_t n = span_be32(in, 4);
	for (uint64_t at = SUMMED; at <= 0x80000; at *= 2)
		if (span_has(in, at, n) && fold(part_sum8(span_cut(in, at, n))) == span_be32(in, 0))
			return at;
	return 0;
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < 2 * SUMMED || in.p[0] || in.p[1] || !part_is_text(in, 8, 32, 3) ||
	    !part_is_text(in, 44, 64, 2) || span_be32(in, 4) == 0 ||
	    !part_all(in, 116, SUMMED - 116, 0xff) || !header_fits(in))
		return 0;
	return 90;
}

static enum status ras_open(struct span in, struct sink *out)
{
	uint32_t rootfs = span_be32(in, 4), kernel = span_be32(in, 112);
	uint64_t at = header_length(in);
	if (at == 0) {
		sink_note(out, 0, "checksum of the root file system is wrong, or the image is cut");
		at = 0x10000;
	}
	enum status st = part_slice(out, in, "rootfs", at, rootfs);
	uint64_t end = at + rootfs;
	if (st == ST_OK && kernel && kernel != UINT32_MAX) {
		if (span_has(in, end, kernel) &&
		    fold(part_sum8(span_cut(in, end, kernel))) != span_be32(in, 108))
			sink_note(out, 108, "checksum of the kernel is wrong");
		st = part_slice(out, in, "kernel", end, kernel);
		end += kernel;
	}
	out->used = end < in.n ? end : in.n;
	return st;
}

static void ras_label(struct span in, struct label *out)
{
	char version[33], model[65];
	snprintf(out->text, sizeof out->text, "%s %s", part_text(in, 44, 64, model, sizeof model),
		 part_text(in, 8, 32, version, sizeof version));
}

const struct format format_zyxel_ras = {
	.name = "zyxel-ras",
	.title = "ZyXEL router firmware (ras.bin)",
	.reference = "OpenWrt firmware-utils mkrasimage.c",
	.tested = "generator in tests",
	.magic = NULL,
	.flags = FORMAT_START,
	.bid = bid,
	.open = ras_open,
	.label = ras_label,
};
