/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ZyNOS image (ZyXEL "RAS"), big endian: a header of 48 bytes before each object,
 *
 *   0 load address(4)  4 ?(2)  6 "SIG"  9 type(1)  10 plain size(4)  14 packed size(4)
 *   18 flags(1: 0x40 plain sum, 0x20 packed sum, 0x80 packed)  20 plain sum(2)  22 packed sum(2)
 *   24 version(15)  39 address of the memory map(4)  43 ?(5)
 *
 * and somewhere in the outer object (type 3) the memory map:
 *
 *   0 objects(2)  2 user data from(4) to(4)  10 sum(2)  12 ?(12)  24 objects:
 *       0 type(1)  1 name(8)  10 address(4)  16 length(4)  20 kind(4)
 *
 * The sums are of 16-bit words with the carry added back. The image's first byte behind the header
 * is the object BootExt: its address ties all others to offsets.
 * Reference: OpenWrt firmware-utils zynos.h, mkzynfw.c; dev-zzo router-tools zynos.py.
 */
#include "format/part.h"

enum { HEADER = 48, MAP_HEADER = 24, OBJECT = 24, MAX_OBJECTS = 256 };
enum { HAS_PLAIN_SUM = 0x40, HAS_PACKED_SUM = 0x20, PACKED = 0x80 };

static uint16_t zyxel_sum(struct span s)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < s.n; i += 2) {
		sum += (uint32_t)s.p[i] << 8 | (i + 1 < s.n ? s.p[i + 1] : 0u);
		if (sum > 0xffff)
			sum = (sum + 1) & 0xffff;
	}
	return (uint16_t)sum;
}

static uint32_t stored_size(struct span in)
{
	return in.p[18] & PACKED ? span_be32(in, 14) : span_be32(in, 10);
}

static bool sum_fits(struct span in)
{
	struct span s = span_cut(in, HEADER, stored_size(in));
	uint8_t flags = in.p[18];
	if (s.n < stored_size(in))
		return false;
	if (flags & PACKED)
		return (flags & HAS_PACKED_SUM) && zyxel_sum(s) == span_be16(in, 22);
	return (flags & HAS_PLAIN_SUM) && zyxel_sum(s) == span_be16(in, 20);
}

/*
 * A whole image that counts only its first word, and whose last word makes the sum of all the same
 * as that of the first: so do the public makers, and the size is that of the file.
 */
static bool is_whole(struct span in)
{
	return in.n >= HEADER + 64 && SPAN_IS(in, 6, "SIG\3") && in.p[18] == HAS_PLAIN_SUM &&
	       span_be32(in, 10) == 2 && span_be32(in, 39) && part_all(in, 24, 15, 0) &&
	       span_be16(in, 20) == span_be16(in, HEADER) && span_be16(in, 4) == 0 &&
	       span_be32(in, 14) == 0 && span_be32(in, 43) == 0;
}

static bool is_whole_sum(struct span in)
{
	return zyxel_sum(span_from(in, HEADER)) == span_be16(in, 20);
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < HEADER || !SPAN_IS(in, 6, "SIG") || in.p[9] == 0 || in.p[9] > 7 || (in.p[18] & 0x1f) ||
	    !part_is_text(in, 24, 15, 0))
		return 0;
	uint32_t n = stored_size(in);
	if (is_whole(in)) {
		*size = in.n;
		return is_whole_sum(in) ? 92 : 60;
	}
	if (n < 16 || n > (64u << 20))
		return 0;
	*size = HEADER + (uint64_t)n;
	if (sum_fits(in))
		return 92;
	bool summed = in.p[18] & (in.p[18] & PACKED ? HAS_PACKED_SUM : HAS_PLAIN_SUM);
	return summed && span_be32(in, 43) == 0 && span_be16(in, 4) == 0 ? 45 : 0;
}

/* The memory map of an outer object: its offset, 0 when there is none. */
static uint64_t find_map(struct span in)
{
	uint32_t address = span_be32(in, 39);
	for (uint64_t at = HEADER; address && span_has(in, at, MAP_HEADER); at += 4) {
		uint16_t count = span_be16(in, at);
		uint32_t from = span_be32(in, at + 2), to = span_be32(in, at + 6);
		if (count == 0 || count > MAX_OBJECTS || to < from ||
		    from - address != (count + 1u) * OBJECT)
			continue;
		uint64_t n = (uint64_t)to - address - MAP_HEADER;
		if (zyxel_sum(span_cut(in, at + MAP_HEADER, n)) == span_be16(in, at + 10) ||
		    zyxel_sum(span_cut(in, at + MAP_HEADER, n + 1)) == span_be16(in, at + 10))
			return at;
	}
	return 0;
}

/* What the addresses in the map count from, by the object that stands right behind the header. */
static bool image_base(struct span in, uint64_t map, uint32_t *base)
{
	for (unsigned i = 0; i < span_be16(in, map); i++) {
		uint64_t at = map + MAP_HEADER + (uint64_t)i * OBJECT;
		if (span_has(in, at, OBJECT) && in.p[at] == 1 && SPAN_IS(in, at + 1, "BootExt")) {
			*base = span_be32(in, at + 10) - HEADER;
			return true;
		}
	}
	return false;
}

static enum status open_objects(struct span in, uint64_t map, struct sink *out)
{
	uint32_t base;
	char name[16];
	enum status st = ST_OK;
	if (!image_base(in, map, &base)) {
		sink_note(out, map, "memory map without BootExt: objects cannot be placed");
		return part_slice(out, in, "data", HEADER, stored_size(in));
	}
	for (unsigned i = 0; i < span_be16(in, map) && st == ST_OK; i++) {
		uint64_t at = map + MAP_HEADER + (uint64_t)i * OBJECT;
		if (!span_has(in, at, OBJECT))
			return ST_TRUNCATED;
		uint32_t address = span_be32(in, at + 10), n = span_be32(in, at + 16);
		if ((in.p[at] & 0x80) || address < base || address - base >= in.n || n == 0)
			continue; /* in memory or in a part of the flash that is not here */
		part_name(in, at + 1, 8, name, sizeof name);
		struct span object = span_from(in, address - base);
		st = part_slice(out, in, *name ? name : "object", address - base,
				n < object.n ? n : object.n);
	}
	return st;
}

static enum status zynos_open(struct span in, struct sink *out)
{
	if (in.n < HEADER)
		return ST_TRUNCATED;
	uint32_t n = stored_size(in);
	if (is_whole(in)) {
		if (!is_whole_sum(in))
			sink_note(out, 20, "checksum is wrong, or more follows the image");
		out->used = in.n;
		return part_slice(out, in, "data", HEADER, in.n - HEADER);
	}
	out->used = HEADER + (uint64_t)n < in.n ? HEADER + (uint64_t)n : in.n;
	if (span_has(in, HEADER, n) && (in.p[18] & (HAS_PLAIN_SUM | HAS_PACKED_SUM)) && !sum_fits(in))
		sink_note(out, 20, "checksum is wrong");
	uint64_t map = in.p[18] & PACKED ? 0 : find_map(span_cut(in, 0, HEADER + (uint64_t)n));
	if (map)
		return open_objects(span_cut(in, 0, HEADER + (uint64_t)n), map, out);
	/* Some LZMA streams stand behind three NULs. */
	unsigned skip = (in.p[18] & PACKED) && SPAN_IS(in, HEADER, "\0\0\0\x5d") ? 3 : 0;
	return part_slice(out, in, "data", HEADER + skip, n > skip ? n - skip : 0);
}

static void zynos_label(struct span in, struct label *out)
{
	static const char *const types[] = {"", "rom image", "rom boot", "boot extension", "rom binary",
					    "rom directory", "rom 68k", "rom map"};
	char version[16];
	if (in.n < HEADER)
		return;
	out->type = in.p[9] < 8 ? types[in.p[9]] : NULL;
	snprintf(out->text, sizeof out->text, "load %08x%s %s", span_be32(in, 0),
		 in.p[18] & PACKED ? ", packed" : "", part_text(in, 24, 15, version, sizeof version));
}

const struct format format_zynos = {
	.name = "zynos",
	.title = "ZyNOS image (ZyXEL RAS)",
	.reference = "OpenWrt firmware-utils zynos.h",
	.tested = "OpenWrt mkzynfw.c, followed in tests; generator in tests",
	.magic = (const struct magic[]){MAGIC(6, "SIG\x01"), MAGIC(6, "SIG\x02"), MAGIC(6, "SIG\x03"),
					MAGIC(6, "SIG\x04"), MAGIC(6, "SIG\x05"), MAGIC(6, "SIG\x07"),
					MAGIC_END},
	.bid = bid,
	.open = zynos_open,
	.label = zynos_label,
};
