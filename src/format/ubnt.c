/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ubiquiti firmware, big endian:
 *
 *   0 "UBNT", "OPEN" or "GEOS"  4 version(256)  260 crc(4, of the 260 bytes before)  264 pad(4)
 *   parts: "PART" or "EXEC"(4) name(16) pad(12) memory(4) index(4) base(4) entry(4) size(4)
 *          room(4), content, crc of header and content(4), pad(4)
 *   end:   "END." crc of all before(4) pad(4)   or   "ENDS" RSA signature(256) pad(4)
 *
 * Reference: OpenWrt firmware-utils mkfwimage.c, fw.h.
 */
#include "base/hash.h"
#include "format/part.h"

enum { HEADER = 268, PART = 56, CRC = 8, MAX_PARTS = 64 };

static bool is_part(struct span in, uint64_t at)
{
	return span_has(in, at, PART) && (SPAN_IS(in, at, "PART") || SPAN_IS(in, at, "EXEC"));
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t at = HEADER;
	*size = 0;
	if (in.n < HEADER || !part_is_text(in, 4, 256, 1) ||
	    (!SPAN_IS(in, 0, "UBNT") && !SPAN_IS(in, 0, "OPEN") && !SPAN_IS(in, 0, "GEOS")))
		return 0;
	bool fits = hash_crc32(0, span_cut(in, 0, 260)) == span_be32(in, 260);
	for (int i = 0; i < MAX_PARTS && is_part(in, at); i++)
		at += PART + (uint64_t)span_be32(in, at + 48) + CRC;
	if (SPAN_IS(in, at, "ENDS"))
		at += 264;
	else if (SPAN_IS(in, at, "END."))
		at += 12;
	*size = at;
	return fits ? 96 : at > HEADER ? 60 : 0;
}

static enum status open_part(struct span in, uint64_t at, struct sink *out)
{
	char name[17];
	uint32_t n = span_be32(in, at + 48);
	uint64_t crc = at + PART + n;
	struct span summed = span_cut(in, at, PART + (uint64_t)n);
	part_name(in, at + 4, 16, name, sizeof name);
	if (span_has(in, crc, CRC) && hash_crc32(0, summed) != span_be32(in, crc)) {
		sink_note(out, crc, "%s: checksum is wrong", name);
		return part_made(out, name, at + PART, span_from(summed, PART), ST_DAMAGED);
	}
	return part_slice(out, in, *name ? name : "part", at + PART, n);
}

static enum status ubnt_open(struct span in, struct sink *out)
{
	uint64_t at = HEADER, size = 0;
	enum status st = ST_OK;
	if (in.n < HEADER)
		return ST_TRUNCATED;
	if (hash_crc32(0, span_cut(in, 0, 260)) != span_be32(in, 260))
		sink_note(out, 260, "header checksum is wrong");
	for (int i = 0; i < MAX_PARTS && st == ST_OK && is_part(in, at); i++) {
		st = open_part(in, at, out);
		at += PART + (uint64_t)span_be32(in, at + 48) + CRC;
	}
	if (SPAN_IS(in, at, "END.") && hash_crc32(0, span_cut(in, 0, at)) != span_be32(in, at + 4))
		sink_note(out, at + 4, "checksum of the image is wrong");
	else if (SPAN_IS(in, at, "ENDS"))
		sink_note(out, at, part_all(in, at + 4, 256, 0) ? "signature is empty" : "image is signed");
	else if (!SPAN_IS(in, at, "END."))
		sink_note(out, at, "no end mark: cut or damaged");
	bid(in, &size);
	out->used = size && size < in.n ? size : in.n;
	return st;
}

static void ubnt_label(struct span in, struct label *out)
{
	char version[100];
	snprintf(out->text, sizeof out->text, "%s", part_text(in, 4, 256, version, sizeof version));
}

const struct format format_ubnt = {
	.name = "ubnt",
	.title = "Ubiquiti firmware",
	.reference = "OpenWrt firmware-utils mkfwimage.c",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "UBNT"), MAGIC(0, "OPEN"), MAGIC(0, "GEOS"), MAGIC_END},
	.bid = bid,
	.open = ubnt_open,
	.label = ubnt_label,
};
