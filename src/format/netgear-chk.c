/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Netgear CHK, big endian:
 *
 *   0 "*#$^"  4 header length(4)  8 region and version(8)  16 kernel sum(4)  20 rootfs sum(4)
 *   24 kernel length(4)  28 rootfs length(4)  32 image sum(4)  36 header sum(4)  40 board id (text)
 *
 * The sums are two running 16-bit sums, the second over the first, folded.
 * Reference: OpenWrt firmware-utils mkchkimg.c.
 */
#include "format/part.h"

enum { HEADER = 40 };

/* `skip`: where a field of four bytes counts as zero (the header's own sum); 0: nowhere. */
static uint32_t netgear_sum(struct span s, size_t skip)
{
	uint32_t a = 0, b = 0;
	for (size_t i = 0; i < s.n; i++) {
		a += skip && i - skip < 4 ? 0 : s.p[i];
		b += a;
	}
	uint32_t x = (a & 0xffff) + (a >> 16), y = (b & 0xffff) + (b >> 16);
	a = ((x >> 16) + x) & 0xffff;
	b = ((y >> 16) + y) & 0xffff;
	return b << 16 | a;
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t header = span_be32(in, 4);
	*size = 0;
	if (!SPAN_IS(in, 0, "*#$^") || header < HEADER || header > HEADER + 64 || in.n < header)
		return 0;
	uint64_t data = (uint64_t)span_be32(in, 24) + span_be32(in, 28);
	if (data == 0)
		return 0;
	*size = header + data;
	if (netgear_sum(span_cut(in, 0, header), 36) == span_be32(in, 36))
		return 95;
	return header > HEADER && part_is_text(in, HEADER, header - HEADER, 3) && data <= in.n ? 60 : 0;
}

static enum status chk_open(struct span in, struct sink *out)
{
	uint32_t header = span_be32(in, 4), kernel = span_be32(in, 24), rootfs = span_be32(in, 28);
	uint64_t data = (uint64_t)kernel + rootfs;
	if (in.n < HEADER)
		return ST_TRUNCATED;
	if (netgear_sum(span_cut(in, 0, header), 36) != span_be32(in, 36))
		sink_note(out, 36, "header checksum is wrong");
	if (span_has(in, header, data) &&
	    netgear_sum(span_cut(in, header, data), 0) != span_be32(in, 32))
		sink_note(out, 32, "image checksum is wrong");
	out->used = header + data < in.n ? header + data : in.n;
	enum status st = kernel ? part_slice(out, in, "kernel", header, kernel) : ST_OK;
	if (st == ST_OK && rootfs)
		st = part_slice(out, in, "rootfs", (uint64_t)header + kernel, rootfs);
	return st;
}

static void chk_label(struct span in, struct label *out)
{
	char board[65];
	uint32_t n = span_be32(in, 4);
	n = n > HEADER && n <= HEADER + 64 ? n - HEADER : 0;
	snprintf(out->text, sizeof out->text, "board %s", part_text(in, HEADER, n, board, sizeof board));
}

const struct format format_netgear_chk = {
	.name = "netgear-chk",
	.title = "Netgear CHK firmware",
	.reference = "OpenWrt firmware-utils mkchkimg.c",
	.tested = "OpenWrt mkchkimg.c, followed in tests",
	.magic = (const struct magic[]){MAGIC(0, "*#$^"), MAGIC_END},
	.bid = bid,
	.open = chk_open,
	.label = chk_label,
};
