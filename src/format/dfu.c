/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USB device firmware upgrade file: the image, then at the very end, little endian,
 *
 *   0 version(2) product(2) vendor(2) specification(2)  8 "UFD"  11 length of the suffix(1, >= 16)
 *   12 crc(4: CRC-32 without the final inversion of all before it)
 *
 * ST's DfuSe (specification 011a) has the image in targets and elements:
 *   "DfuSe" version(1) size(4) targets(1);  "Target" setting(1) named(4) name(255) size(4)
 *   elements(4);  address(4) size(4) content
 *
 * Reference: USB DFU 1.1, appendix B; ST UM0391.
 */
#include "base/hash.h"
#include "format/part.h"

enum { SUFFIX = 16, PREFIX = 11, TARGET = 274, ELEMENT = 8 };

static bool suffix_fits(struct span in)
{
	return in.n > SUFFIX + 16 && SPAN_IS(in, in.n - 8, "UFD") && in.p[in.n - 5] >= SUFFIX &&
	       in.p[in.n - 5] < in.n &&
	       (hash_crc32(0, span_cut(in, 0, in.n - 4)) ^ UINT32_MAX) == span_le32(in, in.n - 4);
}

static bool is_dfuse(struct span in)
{
	return SPAN_IS(in, 0, "DfuSe\x01") && SPAN_IS(in, PREFIX, "Target") && in.n > PREFIX + TARGET;
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n > SUFFIX + 16 && SPAN_IS(in, in.n - 8, "UFD") && suffix_fits(in)) {
		*size = in.n;
		return 98; /* what stands before the suffix is of a kind of its own */
	}
	return is_dfuse(in) ? 85 : 0;
}

static enum status open_targets(struct span in, struct sink *out)
{
	uint64_t at = PREFIX;
	char name[64];
	enum status st = ST_OK;
	for (unsigned t = 0; t < in.p[10] && st == ST_OK; t++) {
		if (!SPAN_IS(in, at, "Target") || !span_has(in, at, TARGET)) {
			sink_note(out, at, "target %u is missing", t);
			return ST_DAMAGED;
		}
		uint32_t elements = span_le32(in, at + 270);
		uint8_t setting = in.p[at + 6];
		at += TARGET;
		for (uint32_t i = 0; i < elements && st == ST_OK && span_has(in, at, ELEMENT); i++) {
			uint32_t n = span_le32(in, at + 4);
			snprintf(name, sizeof name, "%u-%08x", setting, span_le32(in, at));
			st = part_slice(out, in, name, at + ELEMENT, n);
			at += ELEMENT + (uint64_t)n;
		}
	}
	return st;
}

static enum status dfu_open(struct span in, struct sink *out)
{
	bool fits = suffix_fits(in);
	struct span image = span_cut(in, 0, fits ? in.n - in.p[in.n - 5] : in.n);
	out->used = in.n;
	if (!fits)
		sink_note(out, in.n, "suffix is missing or its checksum is wrong");
	if (is_dfuse(in))
		return open_targets(image, out);
	return part_slice(out, in, "firmware", 0, image.n);
}

static void dfu_label(struct span in, struct label *out)
{
	if (suffix_fits(in))
		snprintf(out->text, sizeof out->text, "usb %04x:%04x", span_le16(in, in.n - 12),
			 span_le16(in, in.n - 14));
}

const struct format format_dfu = {
	.name = "dfu",
	.title = "USB device firmware upgrade file (DFU, DfuSe)",
	.reference = "USB DFU 1.1 appendix B, ST UM0391",
	.tested = "generator in tests",
	.magic = NULL,
	.flags = FORMAT_START,
	.bid = bid,
	.open = dfu_open,
	.label = dfu_label,
};
