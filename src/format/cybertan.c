/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CyberTAN's header before a TRX image (Linksys WRT54G, Cisco and others), 32 bytes:
 *
 *   0 model's word(4)  4 another word or zeros(4)  8 date(3: year, month, day)  11 version(3)
 *   14 "U2ND"  18 hardware(1) ?(1) flags(2) zeros(10)  32 TRX, padded
 *
 * Reference: OpenWrt firmware-utils addpattern.c.
 */
#include "format/part.h"

enum { HEADER = 32 };

static int bid(struct span in, uint64_t *size)
{
	uint64_t n = span_le32(in, HEADER + 4);
	*size = 0;
	if (!SPAN_IS(in, 14, "U2ND") || !part_is_text(in, 0, 4, 4) ||
	    !SPAN_IS(in, HEADER, "HDR0") || n < 28 || span_cut(in, 9, 1).p[0] > 12)
		return 0;
	*size = HEADER + n;
	return 92;
}

static enum status cybertan_open(struct span in, struct sink *out)
{
	uint64_t size = 0;
	if (!bid(in, &size))
		return ST_DAMAGED;
	out->used = size < in.n ? size : in.n;
	return part_slice(out, in, "trx", HEADER, size - HEADER);
}

static void cybertan_label(struct span in, struct label *out)
{
	char model[5];
	if (in.n > HEADER)
		snprintf(out->text, sizeof out->text, "%s, version %u.%u.%u",
			 part_text(in, 0, 4, model, sizeof model), in.p[11], in.p[12], in.p[13]);
}

const struct format format_cybertan = {
    .name = "cybertan",
    .title = "Linksys firmware, CyberTAN header",
    .reference = "OpenWrt firmware-utils addpattern.c",
    .tested = "OpenWrt addpattern.c, trx.c, followed in tests",
    .magic = (const struct magic[]){MAGIC(14, "U2ND"), MAGIC_END},
    .bid = bid,
    .open = cybertan_open,
    .label = cybertan_label,
};
