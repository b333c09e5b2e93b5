/* SPDX-License-Identifier: Apache-2.0 */
/*
 * H3C package (access points, routers), big endian:
 *
 *   0 version(4)  4 files(4)  8 product(4)  12 device(4)  16 date(8)  24 sum of the package(2)
 *   26 flag(2)  28 length behind this header(4)  32 128 files of 24: type(4) at(4) length(4) sum(4)
 *   version(4) mask(4)  3104 signature(3072)  6176 header sum(4)
 *   file: 0 ?(4)  4 header sum(4)  8 type(4) ...  24 length(4) ...  104 description(224)
 *   328 padded length(4)  332 sum(4)  336 packing(4: 2 is 7z)  340 content
 *
 * The sums are CRC-16 (XMODEM); makers leave rubbish in their upper halves.
 * Reference: OpenWrt firmware-utils mkh3cimg.c.
 */
#include "format/part.h"

enum { HEADER = 6180, SUMMED = 6176, FILES = 32, ENTRY = 24, MAX_FILES = 128, FILE_HEADER = 340 };

static uint16_t crc16(struct span s)
{
	uint32_t crc = 0;
	for (size_t i = 0; i < s.n; i++) {
		crc ^= (uint32_t)s.p[i] << 8;
		for (int b = 0; b < 8; b++)
			crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
	}
	return (uint16_t)crc;
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t files = span_be32(in, 4), length = span_be32(in, 28);
	*size = 0;
	if (in.n < HEADER || span_be32(in, 0) != 1 || files == 0 || files > MAX_FILES ||
	    length < FILE_HEADER || in.p[18] == 0 || in.p[18] > 12 || in.p[19] > 31 ||
	    span_be32(in, FILES + 4) != HEADER)
		return 0;
	if (crc16(span_cut(in, 0, SUMMED)) != span_be16(in, SUMMED + 2))
		return 0;
	*size = HEADER + (uint64_t)length;
	return 94;
}

static enum status h3c_open(struct span in, struct sink *out)
{
	uint64_t end = HEADER + (uint64_t)span_be32(in, 28);
	enum status st = ST_OK;
	char name[24];
	for (uint32_t i = 0; i < span_be32(in, 4) && i < MAX_FILES && st == ST_OK; i++) {
		uint64_t e = FILES + (uint64_t)i * ENTRY, at = span_be32(in, e + 4);
		uint32_t n = span_be32(in, at + 24), padded = span_be32(in, at + 328);
		if (at < HEADER || !span_has(in, at, FILE_HEADER)) {
			sink_note(out, e, "file %u: stands past the end", i);
			continue;
		}
		struct span data = span_cut(in, at + FILE_HEADER, padded);
		if (data.n == padded && crc16(data) != span_be16(in, at + 334))
			sink_note(out, at + 332, "file %u: checksum is wrong", i);
		snprintf(name, sizeof name, "%02x-%u", span_be32(in, e) >> 24, i);
		st = part_slice(out, in, name, at + FILE_HEADER, n);
	}
	out->used = end < in.n ? end : in.n;
	return st;
}

static void label(struct span in, struct label *out)
{
	char text[80];
	snprintf(out->text, sizeof out->text, "product %08x, %s", span_be32(in, 8),
		 part_text(in, HEADER + 104, 224, text, sizeof text));
}

const struct format format_h3c = {
    .name = "h3c",
    .title = "H3C package",
    .reference = "OpenWrt firmware-utils mkh3cimg.c",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(FILES + 4, "\x00\x00\x18\x24"), MAGIC_END},
    .bid = bid,
    .open = h3c_open,
    .label = label,
};
