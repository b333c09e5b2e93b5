/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dahua firmware: a ZIP archive whose first header says "DH" instead of "PK". Its members (*.img)
 * are U-Boot images. Reference: BotoX Dahua-Firmware-Mod-Kit; unblob and binwalk (dahua_zip).
 */
#include "format/part.h"

enum { LOCAL = 30 };

static int bid(struct span in, uint64_t *size)
{
	uint16_t version = span_le16(in, 4), method = span_le16(in, 8), name = span_le16(in, 26);
	*size = 0;
	if (in.n < LOCAL + 4 || !SPAN_IS(in, 0, "DH\3\4") || version > 99 ||
	    (method != 0 && method != 8) || name == 0 || name > 255 ||
	    !part_is_text(in, LOCAL, name, name))
		return 0;
	return 90;
}

static enum status dahua_open(struct span in, struct sink *out)
{
	struct entry e = {.path = "firmware.zip", .type = ENTRY_PART, .size = in.n};
	if (in.n < LOCAL)
		return ST_TRUNCATED;
	enum status st = out->begin(out, &e);
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	out->used = in.n;
	if ((st = out->write(out, "PK", 2)) == ST_OK)
		st = out->write(out, in.p + 2, in.n - 2);
	enum status ended = out->end(out, st);
	return st != ST_OK ? st : ended == ST_SKIP ? ST_OK : ended;
}

const struct format format_dahua = {
    .name = "dahua",
    .title = "Dahua firmware",
    .reference = "Dahua-Firmware-Mod-Kit",
    .tested = "Info-ZIP 3.0, changed",
    .magic = (const struct magic[]){MAGIC(0, "DH\3\4"), MAGIC_END},
    .flags = FORMAT_START,
    .bid = bid,
    .open = dahua_open,
};
