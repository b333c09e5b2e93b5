/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Netgear DNI firmware: 128 bytes of text lines, NUL padded, then the content, then one byte that
 * makes the sum of all bytes 0xff:
 *
 *   "device:NAME\nversion:V1.0.0.1\nregion:\nhd_id:...\n" NUL ...   content   sum(1)
 *
 * The header has no length; the end is where the sum comes out right, which is the end of the file.
 * Reference: OpenWrt firmware-utils mkdniimg.c, mkbuffaloimg.c.
 */
#include "format/part.h"

enum { HEADER = 128 };

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n <= HEADER + 1 || !SPAN_IS(in, 0, "device:"))
		return 0;
	struct span head = span_cut(in, 0, HEADER);
	size_t text = 0;
	while (text < HEADER && (head.p[text] == '\n' || head.p[text] == '\r' ||
				 (head.p[text] >= 0x20 && head.p[text] < 0x7f)))
		text++;
	/* Buffalo's header of the same make ends with 12 32. */
	size_t end = SPAN_IS(head, HEADER - 2, "\x12\x32") ? HEADER - 2 : HEADER;
	if (text < 12 || text >= end || !part_all(head, text, end - text, 0))
		return 0;
	return span_find(head, SPAN_LIT("\nversion:"), 0) < text ? 85 : 0;
}

static enum status dni_open(struct span in, struct sink *out)
{
	if (in.n <= HEADER + 1)
		return ST_TRUNCATED;
	if ((part_sum8(in) & 0xff) != 0xff)
		sink_note(out, in.n - 1, "checksum is wrong");
	out->used = in.n;
	return part_slice(out, in, "data", HEADER, in.n - HEADER - 1);
}

static void dni_label(struct span in, struct label *out)
{
	struct span line;
	size_t pos = 0, used = 0;
	char text[64];
	out->text[0] = 0;
	while (span_line(span_cut(in, 0, HEADER), &pos, &line) && used + 2 < sizeof out->text) {
		if (!*part_text(line, 0, line.n, text, sizeof text))
			continue;
		int n = snprintf(out->text + used, sizeof out->text - used, "%s%s", used ? " " : "", text);
		used += n > 0 ? (size_t)n : 0;
	}
}

const struct format format_netgear_dni = {
	.name = "netgear-dni",
	.title = "Netgear DNI firmware (also Buffalo)",
	.reference = "OpenWrt firmware-utils mkdniimg.c, mkbuffaloimg.c",
	.tested = "OpenWrt mkdniimg.c, mkbuffaloimg.c, followed in tests",
	.magic = (const struct magic[]){MAGIC(0, "device:"), MAGIC_END},
	.bid = bid,
	.open = dni_open,
	.label = dni_label,
};
