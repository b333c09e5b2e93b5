/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First loaders as the ROM of a chip wants them, little endian:
 *
 * Allwinner: 0 branch(4)  4 "eGON.BT0" or "eGON.BT1"  12 sum(4)  16 length of all(4).
 *   The sum is that of all 32-bit words, with 0x5f0a6c39 in its own place.
 * STM32MP:   0 "STM2"  4 signature(64)  68 sum of the bytes behind the header(4)
 *   72 version (the major one at 74)  76 length behind the header(4)  80 entry(4)  88 load(4)
 *   Version 1: header of 256 bytes; 100 options, bit 0: not signed.
 *   Version 2: 100 which extensions, bit 0: signed, bit 1: encrypted; 104 size of the extensions,
 *   that follow the first 128 bytes.
 * TI OMAP:   0 table of contents, rows of 32 bytes: offset(4) size(4) unused(12) name(12), then
 *   0xff; 64 0xc0c0c0c1; 512 size of what follows, these 8 bytes included(4)  load(4)
 *
 * References: u-boot include/sunxi_image.h and tools/sunxi_egon.c; tools/stm32image.c;
 * tools/omapimage.[ch] and tools/gpheader.h.
 */
#include "format/part.h"

enum {
	EGON_HEADER = 64, EGON_STAMP = 0x5f0a6c39, EGON_MOST = 4 << 20,
	STM_V1 = 256, STM_V2 = 128, STM_MOST = 64 << 20,
	TI_HEADER = 512, TI_GP = 8, TI_MOST = 16 << 20
};

enum kind { NONE, EGON, STM32, TI };

struct spl {
	enum kind kind;
	uint64_t from, size; /* the code; it ends the image */
	bool sum_ok, is_encrypted, is_signed;
};

static bool egon_sum_ok(struct span in, uint32_t length)
{
	uint32_t sum = EGON_STAMP;
	if (!span_has(in, 0, length))
		return false;
	for (uint32_t at = 0; at < length; at += 4)
		if (at != 12)
			sum += span_le32(in, at);
	return sum == span_le32(in, 12);
}

static bool read_egon(struct span in, struct spl *s)
{
	uint32_t length = span_le32(in, 16);
	if ((!SPAN_IS(in, 4, "eGON.BT0") && !SPAN_IS(in, 4, "eGON.BT1")) || length < EGON_HEADER ||
	    length % 4 || length > EGON_MOST)
		return false;
	*s = (struct spl){.kind = EGON, .size = length, .sum_ok = egon_sum_ok(in, length)};
	return true;
}

static bool read_stm32(struct span in, struct spl *s)
{
	uint32_t size = span_le32(in, 76), options = span_le32(in, 100), more = span_le32(in, 104);
	uint8_t version = span_has(in, 74, 1) ? in.p[74] : 0;
	if (!SPAN_IS(in, 0, "STM2") || in.n < STM_V1 || size == 0 || size > STM_MOST)
		return false;
	if (version == 1 && part_all(in, 172, 80, 0) && span_le32(in, 84) == 0)
		*s = (struct spl){.from = STM_V1, .is_signed = !(options & 1)};
	else if (version == 2 && more % 4 == 0 && more <= 4096)
		*s = (struct spl){.from = STM_V2 + more, .is_signed = options & 1,
				  .is_encrypted = options & 2};
	else
		return false;
	s->kind = STM32;
	s->size = size;
	s->sum_ok = span_has(in, s->from, size) &&
		    part_sum8(span_cut(in, s->from, size)) == span_le32(in, 68);
	return true;
}

static bool read_ti(struct span in, struct spl *s)
{
	uint32_t size = span_le32(in, TI_HEADER);
	if (!SPAN_IS(in, 20, "CHSETTINGS\0\0") || span_le32(in, 0) != 64 || span_le32(in, 4) != 12 ||
	    !part_all(in, 32, 32, 0xff) || span_le32(in, 64) != 0xc0c0c0c1 || size <= TI_GP ||
	    size > TI_MOST)
		return false;
	*s = (struct spl){.kind = TI, .from = TI_HEADER + TI_GP, .size = size - TI_GP, .sum_ok = true};
	return true;
}

static bool read_spl(struct span in, struct spl *s)
{
	*s = (struct spl){0};
	return read_egon(in, s) || read_stm32(in, s) || read_ti(in, s);
}

static int bid(struct span in, uint64_t *size)
{
	struct spl s;
	*size = 0;
	if (!read_spl(in, &s))
		return 0;
	*size = s.from + s.size;
	return s.sum_ok ? 96 : 60;
}

static void spl_label(struct span in, struct label *out)
{
	struct spl s;
	if (!read_spl(in, &s))
		return;
	snprintf(out->text, sizeof out->text, "%s",
		 s.kind == EGON	  ? "Allwinner"
		 : s.kind == TI	  ? "TI OMAP"
		 : s.is_encrypted ? "STM32MP, encrypted"
		 : s.is_signed	  ? "STM32MP, signed"
				  : "STM32MP, not signed");
}

static enum status spl_open(struct span in, struct sink *out)
{
	struct spl s;
	enum status st;
	if (!read_spl(in, &s))
		return ST_DAMAGED;
	uint64_t end = s.from + s.size;
	out->used = end < in.n ? end : in.n;
	if (s.is_encrypted)
		return part_encrypted(out, in, "loader", s.from, s.size);
	st = part_slice(out, in, "loader", s.from, s.size);
	if (end > in.n || s.sum_ok)
		return st;
	sink_note(out, 0, "checksum is wrong");
	return st == ST_OK ? ST_DAMAGED : st;
}

const struct format format_spl = {
	.name = "spl",
	.title = "first loader with the header of its chip's ROM",
	.reference = "u-boot tools/sunxi_egon.c, tools/stm32image.c, tools/omapimage.c",
	.tested = "generator in tests, u-boot builds",
	.magic = (const struct magic[]){MAGIC(4, "eGON.BT0"), MAGIC(4, "eGON.BT1"),
					MAGIC(0, "STM2"), MAGIC(20, "CHSETTINGS\x00\x00"),
					MAGIC_END},
	.bid = bid,
	.label = spl_label,
	.open = spl_open,
};
