/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sercomm firmware (Netgear and others): a header of 512 bytes before a ZIP archive:
 *
 *   0 "sErCoMm"(7)  7 version(4)  11 hardware id(32)  45 hardware version  55 software version(4)
 *   63 "sErCoMm"(7)  511 a byte that makes the sum of all bytes zero  512 archive
 *
 * Images for flash have the same 70 bytes, the hardware's id in binary and its version at 45, as a
 * mark alone, before a table of images ("Ser", see sercomm-table.c) or behind a root file system.
 * Reference: OpenWrt firmware-utils mksercommfw.c, scripts/sercomm-factory-wrap.py.
 */
#include "format/part.h"

enum { HEADER = 512, MARK = 70 };

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (!SPAN_IS(in, 0, "sErCoMm") || !SPAN_IS(in, 63, "sErCoMm"))
		return 0;
	if (in.n > HEADER && part_is_text(in, 11, 32, 0) && SPAN_IS(in, HEADER, "PK\3\4"))
		return 90;
	*size = MARK;
	return 90;
}

static enum status sercomm_open(struct span in, struct sink *out)
{
	uint64_t size;
	if (!bid(in, &size))
		return ST_DAMAGED;
	out->used = MARK;
	if (size)
		return part_slice(out, in, "id", 11, 52);
	if (part_sum8(in) & 0xff)
		sink_note(out, 511, "checksum is wrong");
	out->used = in.n;
	return part_slice(out, in, "data", HEADER, in.n - HEADER);
}

static void sercomm_label(struct span in, struct label *out)
{
	char id[33], hw[11];
	snprintf(out->text, sizeof out->text, "hardware %s version %s",
		 part_text(in, 11, 32, id, sizeof id), part_text(in, 45, 10, hw, sizeof hw));
}

const struct format format_sercomm = {
	.name = "sercomm",
	.title = "Sercomm firmware",
	.reference = "OpenWrt firmware-utils mksercommfw.c",
	.tested = "OpenWrt mksercommfw.c, followed in tests",
	.magic = (const struct magic[]){MAGIC(0, "sErCoMm"), MAGIC_END},
	.bid = bid,
	.open = sercomm_open,
	.label = sercomm_label,
};
