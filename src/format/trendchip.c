/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Firmware of TrendChip and EcoNet (MediaTek) modems and optical terminals, "tclinux.bin", also
 * DrayTek Vigor 167; big endian with "2RDH", little endian with "HDR2":
 *
 *   0 magic  4 header length(4, = 256)  8 length(4)  12 sum(4)  16 version(32)  48 maker's
 * version(32) 80 kernel length(4)  84 rootfs length(4)  88 settings length(4)  92 model(32)  256
 * kernel, rootfs, settings DrayTek: then "DrayTekImageMD5", line end, MD5 of all before in hex
 * digits, line end
 *
 * The sum is a CRC-32 without the final inversion of all behind the header.
 * Reference: q3k vraytekdigor, build/fwtool/fwimage.go.
 */
#include "base/hash.h"
#include "format/part.h"

enum { HEADER = 256, MARK = 16, FOOTER = 49 };

struct layout {
	bool big;
	uint64_t length;
	uint32_t sizes[3];
};

static bool read_layout(struct span in, struct layout *l)
{
	l->big = SPAN_IS(in, 0, "2RDH");
	if (in.n <= HEADER || (!l->big && !SPAN_IS(in, 0, "HDR2")) ||
	    span_u32(in, 4, l->big) != HEADER)
		return false;
	l->length = span_u32(in, 8, l->big);
	uint64_t parts = HEADER;
	for (unsigned i = 0; i < 3; i++) {
		l->sizes[i] = span_u32(in, 80 + 4 * i, l->big);
		parts += l->sizes[i];
	}
	/* Not all makers use the third field, or as a length. */
	if (parts > l->length) {
		parts -= l->sizes[2];
		l->sizes[2] = 0;
	}
	return l->sizes[0] && parts <= l->length && l->length - parts <= 0x100000;
}

static bool has_footer(struct span in, const struct layout *l)
{
	return span_has(in, l->length, FOOTER) && SPAN_IS(in, l->length, "DrayTekImageMD5\n");
}

static int bid(struct span in, uint64_t *size)
{
	struct layout l;
	*size = 0;
	if (!read_layout(in, &l))
		return 0;
	*size = l.length + (has_footer(in, &l) ? FOOTER : 0);
	return 93;
}

static void check_sums(struct span in, const struct layout *l, struct sink *out)
{
	uint8_t md5[16];
	char hex[33];
	struct span data = span_cut(in, HEADER, l->length - HEADER);
	if (l->length > in.n)
		sink_note(out, 8, "declared length runs past the end");
	else if ((hash_crc32(0, data) ^ UINT32_MAX) != span_u32(in, 12, l->big))
		sink_note(out, 12, "checksum is wrong");
	if (!has_footer(in, l))
		return;
	hash_md5(span_cut(in, 0, l->length), md5);
	hash_hex(md5, sizeof md5, hex);
	if (!span_is(in, l->length + MARK, hex, 32))
		sink_note(out, l->length + MARK, "MD5 is wrong");
}

static enum status trendchip_open(struct span in, struct sink *out)
{
	static const char *const names[] = {"kernel", "rootfs", "settings"};
	struct layout l;
	uint64_t size = 0, at = HEADER;
	enum status st = ST_OK;
	if (!read_layout(in, &l) || !bid(in, &size))
		return ST_DAMAGED;
	check_sums(in, &l, out);
	out->used = size < in.n ? size : in.n;
	for (unsigned i = 0; i < 3 && st == ST_OK; i++) {
		if (l.sizes[i])
			st = part_slice(out, in, names[i], at, l.sizes[i]);
		at += l.sizes[i];
	}
	return st == ST_OK && at < l.length ? part_slice(out, in, "data", at, l.length - at) : st;
}

static void trendchip_label(struct span in, struct label *out)
{
	char version[33], own[33], model[33];
	snprintf(
	    out->text, sizeof out->text, "%s %s %s", part_text(in, 92, 32, model, sizeof model),
	    part_text(in, 16, 32, version, sizeof version), part_text(in, 48, 32, own, sizeof own));
}

const struct format format_trendchip = {
    .name = "trendchip",
    .title = "TrendChip or EcoNet firmware (2RDH; also DrayTek Vigor 167)",
    .reference = "q3k vraytekdigor fwtool, fwimage.go",
    .tested = "q3k fwtool, followed in tests",
    .magic = (const struct magic[]){MAGIC(0, "2RDH\0\0\1\0"), MAGIC(0, "HDR2\0\1\0\0"), MAGIC_END},
    .bid = bid,
    .open = trendchip_open,
    .label = trendchip_label,
};
