/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Broadcom ProgramStore, firmware of cable modems, big endian:
 *
 *   0 signature(2)  2 control(2: low bits packing)  4 major(2) minor(2)  8 build time(4)
 *   12 length(4)  16 load address(4)  20 file name(48)  68 zeros(8)  76 length of part 1(4)
 *   80 of part 2(4)  84 header sum(2)  86 ?(2)  88 crc(4)  92 content
 *
 * The header sum is CRC-16-CCITT over 84 bytes, inverted. Packing: 0 none, 1 LZ, 2 LZO, 4 NRV2B,
 * 5 LZMA. No magic: names, zeros, lengths and the sum must all agree.
 * Reference: Broadcom aeolus ProgramStore.h; jclehner bcm2-utils.
 */
#include "format/part.h"

enum { HEADER = 92, SUMMED = 84 };

static uint16_t crc16(struct span s)
{
	uint16_t crc = 0xffff;
	for (size_t i = 0; i < s.n; i++) {
		crc ^= (uint16_t)(s.p[i] << 8);
		for (int b = 0; b < 8; b++)
			crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0));
	}
	return (uint16_t)~crc;
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t n = span_be32(in, 12), one = span_be32(in, 76), two = span_be32(in, 80);
	*size = 0;
	if (in.n < HEADER + 16 || n < 16 || n > (256u << 20) || !part_all(in, 68, 8, 0) ||
	    !part_is_text(in, 20, 48, 3) || (span_be16(in, 2) & 0xff) > 5 || in.p[2] > 1)
		return 0;
	if ((in.p[2] && (uint64_t)one + two > n + 16) || (!in.p[2] && two))
		return 0;
	if (crc16(span_cut(in, 0, SUMMED)) != span_be16(in, SUMMED))
		return 0;
	*size = HEADER + (uint64_t)n;
	return 90;
}

static enum status store_open(struct span in, struct sink *out)
{
	uint32_t n = span_be32(in, 12), one = span_be32(in, 76), two = span_be32(in, 80);
	if (in.n < HEADER)
		return ST_TRUNCATED;
	out->used = HEADER + (uint64_t)n < in.n ? HEADER + (uint64_t)n : in.n;
	if (!in.p[2])
		return part_slice(out, in, "program", HEADER, n);
	enum status st = part_slice(out, in, "program-1", HEADER, one);
	return st != ST_OK ? st : part_slice(out, in, "program-2", HEADER + (uint64_t)one, two);
}

static void store_label(struct span in, struct label *out)
{
	static const char *const packings[] = {"plain", "LZ", "LZO", "?", "NRV2B", "LZMA"};
	char name[49];
	unsigned packing = span_be16(in, 2) & 0xff;
	snprintf(out->text, sizeof out->text, "%s, %s, load %08x, version %u.%u",
		 part_text(in, 20, 48, name, sizeof name), packing < 6 ? packings[packing] : "?",
		 span_be32(in, 16), span_be16(in, 4), span_be16(in, 6));
}

const struct format format_bcm_programstore = {
	.name = "bcm-programstore",
	.title = "Broadcom ProgramStore (cable modem)",
	.reference = "Broadcom aeolus ProgramStore.h",
	.tested = "generator in tests",
	.magic = NULL,
	.flags = FORMAT_START,
	.bid = bid,
	.open = store_open,
	.label = store_label,
};
