/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First loader as the ROM of MediaTek's chips wants it, little endian:
 *
 *   [device header: 0 "EMMC_BOOT", "SDMMC_BOOT", "SF_BOOT", "SPINAND!" or "BOOTLOADER!" ..., 512
 * "BRLYT" ...] 0 "MMM" 01 38 00 00 00  8 "FILE_INFO"(12)  24 kind(2) medium(1) signature(1: 1
 * SHA-256) 28 load(4)  32 length with headers and signature(4) most(4)  40 length of the headers(4)
 *   44 length of the signature(4)  48 entry behind the start(4)
 *
 * Reference: U-Boot tools/mtk_image.h.
 */
#include "base/hash.h"
#include "format/part.h"

enum { INFO = 56, REACH = 0x4000 };

static const char mark[] = "MMM\x01\x38\0\0\0FILE_INFO\0\0";

static bool is_device(struct span in)
{
	return SPAN_IS(in, 0, "EMMC_BOOT\0") || SPAN_IS(in, 0, "SDMMC_BOOT\0") ||
	       SPAN_IS(in, 0, "SF_BOOT\0") || SPAN_IS(in, 0, "BOOTLOADER!\0V006NFIINFO") ||
	       SPAN_IS(in, 0, "SPINAND!\1\0\0\0");
}

/* Where the header of the file stands; false when there is none that makes sense. */
static bool info_at(struct span in, uint64_t *at)
{
	*at = 0;
	if (is_device(in)) {
		struct span front = span_cut(in, 0, REACH);
		*at = span_find(front, SPAN(mark, 19), 512);
	}
	uint64_t total = span_le32(in, *at + 32),
		 least = (uint64_t)span_le32(in, *at + 40) + span_le32(in, *at + 44);
	return span_has(in, *at, INFO) && span_is(in, *at, mark, 19) &&
	       span_le32(in, *at + 40) >= INFO && total > least && total <= 64u << 20;
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t at;
	*size = 0;
	if (!info_at(in, &at))
		return 0;
	*size = at + span_le32(in, at + 32);
	return 94;
}

static enum status boot_open(struct span in, struct sink *out)
{
	uint64_t at;
	uint8_t sum[SHA256_SIZE];
	if (!info_at(in, &at))
		return ST_DAMAGED;
	uint32_t total = span_le32(in, at + 32), header = span_le32(in, at + 40),
		 sign = span_le32(in, at + 44);
	struct span file = span_cut(in, at, total);
	out->used = at + file.n;
	if (file.n < total) {
		sink_note(out, at + 32, "declared length runs past the end");
	} else if (in.p[at + 27] == 1 && sign == SHA256_SIZE) {
		hash_sha256(span_cut(file, 0, total - sign), sum);
		if (!span_is(file, total - sign, sum, sizeof sum))
			sink_note(out, at + total - sign, "SHA-256 is wrong");
	}
	return part_slice(out, in, "loader", at + header, (uint64_t)total - header - sign);
}

static void boot_label(struct span in, struct label *out)
{
	char name[13];
	uint64_t at;
	if (info_at(in, &at))
		snprintf(out->text, sizeof out->text, "%s, load %08x",
			 part_text(in, 0, 11, name, sizeof name), span_le32(in, at + 28));
}

const struct format format_mtk_boot = {
    .name = "mtk-boot",
    .title = "MediaTek first loader (GFH)",
    .reference = "U-Boot tools/mtk_image.h",
    .tested = "mkimage 2023.01",
    .magic = (const struct magic[]){MAGIC(0, "MMM\x01\x38\0\0\0FILE_INFO"), MAGIC(0, "EMMC_BOOT\0"),
				    MAGIC(0, "SDMMC_BOOT\0"), MAGIC(0, "SF_BOOT\0"),
				    MAGIC(0, "BOOTLOADER!\0V006NFIINFO"),
				    MAGIC(0, "SPINAND!\1\0\0\0"), MAGIC_END},
    .bid = bid,
    .open = boot_open,
    .label = boot_label,
};
