/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edimax firmware headers.
 *
 * eDiMaX, big endian, sums are bytes added up and xor-ed with 0xb9:
 *   0 "eDiMaX"(16)  16 model(32)  48 force(1)  49 header sum(1)  50 data sum(1)  51 data size(4)
 *   55 start(4)  59 end(4)  63 version(14)  77 type(1)  78 name of the flash partition(16)
 * CSYS, either byte order; the 16-bit words of the content with its last word sum up to zero:
 *   0 "CSYS"  4 start(4)  8 flash(4)  12 model(4)  16 size(4)  20 content
 * Reference: OpenWrt firmware-utils edimax_fw_header.c, mkedimaximg.c.
 */
#include "format/part.h"

enum { LONG = 94, SHORT = 20 };

static bool is_long(struct span in)
{
	return in.n >= LONG && SPAN_IS(in, 0, "eDiMaX") && part_is_text(in, 16, 32, 1) &&
	       part_is_text(in, 78, 16, 0);
}

static bool long_header_fits(struct span in)
{
	uint8_t sum = (uint8_t)(part_sum8(span_cut(in, 0, LONG)) - in.p[49]);
	return (sum ^ 0xb9) == in.p[49];
}

/* Both byte orders are tried; the sum decides. The last byte of an odd content is not summed. */
static bool short_size(struct span in, uint32_t *n)
{
	for (int big = 0; big < 2; big++) {
		*n = span_u32(in, 16, big);
		if (*n < 4 || !span_has(in, SHORT, *n) || *n % 2)
			continue;
		uint16_t sum = (uint16_t)part_sum16(span_cut(in, SHORT, *n), big);
		uint16_t odd = span_u16(in, SHORT + *n - 4, big);
		if (sum == 0 || (sum == odd && (odd & (big ? 0xff : 0xff00)) == 0))
			return true;
	}
	return false;
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t n;
	*size = 0;
	if (is_long(in)) {
		*size = LONG + (uint64_t)span_be32(in, 51);
		return long_header_fits(in) ? 90 : 40;
	}
	if (!SPAN_IS(in, 0, "CSYS") || !part_is_text(in, 12, 4, 4) || !short_size(in, &n) ||
	    part_all(in, SHORT, n, 0))
		return 0;
	*size = SHORT + (uint64_t)n;
	return 80;
}

static enum status edimax_open(struct span in, struct sink *out)
{
	uint32_t n = 0;
	if (!is_long(in)) {
		if (!short_size(in, &n))
			return ST_DAMAGED;
		out->used = SHORT + (uint64_t)n;
		return part_slice(out, in, "data", SHORT, n - 2);
	}
	char name[17];
	n = span_be32(in, 51);
	struct span data = span_cut(in, LONG, n);
	if (!long_header_fits(in))
		sink_note(out, 49, "header checksum is wrong");
	if (data.n == n && ((part_sum8(data) & 0xff) ^ 0xb9) != in.p[50])
		sink_note(out, 50, "data checksum is wrong");
	part_name(in, 78, 16, name, sizeof name);
	out->used = LONG + data.n;
	return part_slice(out, in, *name ? name : "data", LONG, n);
}

static void edimax_label(struct span in, struct label *out)
{
	char model[33], version[15];
	bool l = is_long(in);
	snprintf(out->text, sizeof out->text, "model %s %s",
		 part_text(in, l ? 16 : 12, l ? 32 : 4, model, sizeof model),
		 l ? part_text(in, 63, 14, version, sizeof version) : "");
}

const struct format format_edimax = {
	.name = "edimax",
	.title = "Edimax firmware",
	.reference = "OpenWrt firmware-utils edimax_fw_header.c, mkedimaximg.c",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "eDiMaX"), MAGIC(0, "CSYS"), MAGIC_END},
	.bid = bid,
	.open = edimax_open,
	.label = edimax_label,
};
