/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ZyXEL firmware of mobile routers (NR, LTE), a header of 380 bytes, big endian:
 *
 *   0 "0RDH"  4 header length(4)  8 total length(4)  12 crc of the content(4)  16 versions(32 + 32)
 *   80 content length(4)  96 code(164)  260 chip(8)  268 board(16)  284 model(4)  296 version(32)
 *   328 version(32) ...  372 crc of the header(4)
 *
 * The checksums are CRC-32 without the final inversion.
 * Reference: OpenWrt firmware-utils zytrx.c.
 */
#include "base/hash.h"
#include "format/part.h"

enum { HEADER = 380 };

static int bid(struct span in, uint64_t *size)
{
	uint32_t header = span_be32(in, 4), total = span_be32(in, 8), n = span_be32(in, 80);
	*size = 0;
	if (!SPAN_IS(in, 0, "0RDH") || in.n < HEADER || header < HEADER || header > 4096 ||
	    n == 0 || total != (uint64_t)header + n || !part_is_text(in, 260, 8, 2) ||
	    !part_is_text(in, 296, 32, 1))
		return 0;
	*size = total;
	return 93;
}

static enum status zytrx_open(struct span in, struct sink *out)
{
	uint32_t header = span_be32(in, 4), n = span_be32(in, 80);
	struct span data = span_cut(in, header, n);
	if (in.n < HEADER)
		return ST_TRUNCATED;
	if (data.n == n && (hash_crc32(0, data) ^ UINT32_MAX) != span_be32(in, 12))
		sink_note(out, 12, "checksum is wrong");
	out->used = header + data.n;
	return part_slice(out, in, "firmware", header, n);
}

static void label(struct span in, struct label *out)
{
	char chip[9], board[17], version[33];
	snprintf(out->text, sizeof out->text, "chip %s, board %s, version %s",
		 part_text(in, 260, 8, chip, sizeof chip),
		 part_text(in, 268, 16, board, sizeof board),
		 part_text(in, 296, 32, version, sizeof version));
}

const struct format format_zyxel_trx = {
    .name = "zyxel-trx",
    .title = "ZyXEL firmware of mobile routers",
    .reference = "OpenWrt firmware-utils zytrx.c",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(0, "0RDH"), MAGIC_END},
    .bid = bid,
    .open = zytrx_open,
    .label = label,
};
