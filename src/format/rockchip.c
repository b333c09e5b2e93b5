/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rockchip images, little endian:
 *
 *   RKFW  0 "RKFW"  4 header length(2)  6 version(4)  10 code(4)  14 date(7)  21 chip(4)
 *         25 loader at(4)  29 length(4)  33 image at(4)  37 length(4) ...   MD5 as text(32) at the
 * end RKAF  0 "RKAF"  4 length(4)  8 model(34)  42 id(30)  72 maker(56)  128 ?(4)  132 version(4)
 *         136 files(4)  140 files of 112: name(32) path(60) room(4) at(4) flash(4) padded(4)
 * size(4) CRC(4) behind the length PARM  0 "PARM"  4 length(4)  text  crc(4): the parameter
 * partition
 *
 * Reference: neo-technologies rockchip-mkbootimg (rkrom.h, rkafp.h).
 */
#include "format/part.h"

enum { RKFW = 0x66, FILES = 140, ENTRY = 112, MAX_FILES = 64 };

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (SPAN_IS(in, 0, "RKFW")) {
		uint64_t end = (uint64_t)span_le32(in, 33) + span_le32(in, 37);
		if (in.n < RKFW || span_le16(in, 4) < RKFW ||
		    span_le32(in, 25) < span_le16(in, 4) || in.p[16] > 12 || in.p[17] > 31 ||
		    span_le32(in, 33) < span_le32(in, 25))
			return 0;
		*size = span_has(in, end, 32) && part_is_text(in, end, 32, 32) ? end + 32 : end;
		return 95;
	}
	if (SPAN_IS(in, 0, "RKAF")) {
		uint32_t files = span_le32(in, 136);
		if (in.n < FILES + ENTRY || files == 0 || files > MAX_FILES ||
		    !part_is_text(in, FILES, 32, 1) || !part_is_text(in, 8, 34, 0))
			return 0;
		*size = (uint64_t)span_le32(in, 4) + 4;
		return 95;
	}
	uint32_t text = span_le32(in, 4);
	if (!SPAN_IS(in, 0, "PARM") || text < 16 || text > 0x10000 ||
	    !span_has(in, 8, (uint64_t)text + 4))
		return 0;
	for (uint32_t i = 0; i < text; i++)
		if (in.p[8 + i] >= 0x7f || (in.p[8 + i] < 0x20 && in.p[8 + i] != '\n' &&
					    in.p[8 + i] != '\r' && in.p[8 + i] != '\t'))
			return 0;
	*size = 12 + (uint64_t)text;
	return 85;
}

static enum status give_files(struct span in, struct sink *out)
{
	enum status st = ST_OK;
	char name[61], path[61];
	for (uint32_t i = 0; i < span_le32(in, 136) && i < MAX_FILES && st == ST_OK; i++) {
		uint64_t e = FILES + (uint64_t)i * ENTRY, at = span_le32(in, e + 96);
		part_name(in, e, 32, name, sizeof name);
		part_text(in, e + 32, 60, path, sizeof path);
		/* the same file under two names, or a name without content ("RESERVED", "SELF") */
		if (strcmp(path, "RESERVED") == 0 || strcmp(path, "SELF") == 0 || at < FILES)
			continue;
		st = part_slice(out, in, *name ? name : "file", at, span_le32(in, e + 108));
	}
	return st;
}

static enum status rockchip_open(struct span in, struct sink *out)
{
	uint64_t end = 0;
	bid(in, &end);
	out->used = end < in.n ? end : in.n;
	if (SPAN_IS(in, 0, "RKAF"))
		return give_files(in, out);
	if (SPAN_IS(in, 0, "PARM"))
		return part_slice(out, in, "parameter", 8, span_le32(in, 4));
	enum status st = part_slice(out, in, "loader", span_le32(in, 25), span_le32(in, 29));
	return st != ST_OK ? st
			   : part_slice(out, in, "update", span_le32(in, 33), span_le32(in, 37));
}

static void label(struct span in, struct label *out)
{
	char model[35];
	if (SPAN_IS(in, 0, "RKAF"))
		snprintf(out->text, sizeof out->text, "model %s",
			 part_text(in, 8, 34, model, sizeof model));
	else if (SPAN_IS(in, 0, "RKFW") && in.n >= RKFW)
		snprintf(out->text, sizeof out->text, "version %u.%u, %u-%02u-%02u", in.p[9],
			 in.p[8], span_le16(in, 14), in.p[16], in.p[17]);
}

const struct format format_rockchip = {
    .name = "rockchip",
    .title = "Rockchip image (RKFW, RKAF, parameter)",
    .reference = "neo-technologies rockchip-mkbootimg, rkrom.h, rkafp.h",
    .tested = "generator in tests",
    .magic =
	(const struct magic[]){MAGIC(0, "RKFW"), MAGIC(0, "RKAF"), MAGIC(0, "PARM"), MAGIC_END},
    .bid = bid,
    .open = rockchip_open,
    .label = label,
};
