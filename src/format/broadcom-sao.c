/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Broadcom SAO, signed objects of DSL and cable chips, little endian; a row of
 *
 *   0 "SOBJ"  4 header crc(4)  8 name(4)  12 version(2)  14 flags(2)  16 size of content(4)  20 ?(4)
 *   25 code type(1)  26 signature type(1: bit 7 encrypted)  52 content crc(4)  64 content
 *
 * Reference: fact_extractor plugin broadcom_sao and its magic (custommime).
 */
#include "format/part.h"

enum { HEADER = 64, MAX_OBJECTS = 256 };

static bool is_object(struct span in, uint64_t at, uint32_t *size)
{
	*size = span_le32(in, at + 16);
	return SPAN_IS(in, at, "SOBJ") && span_has(in, at, HEADER) && part_is_text(in, at + 8, 4, 2) &&
	       *size > 0 && *size < (256u << 20);
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t at = 0;
	uint32_t n;
	int count = 0;
	*size = 0;
	while (count < MAX_OBJECTS && is_object(in, at, &n)) {
		at += HEADER + (uint64_t)n;
		count++;
	}
	*size = at;
	if (count > 1)
		return 90;
	return count && at == in.n ? 80 : 0;
}

static enum status sao_open(struct span in, struct sink *out)
{
	uint64_t at = 0;
	uint32_t n;
	char type[5], name[16];
	enum status st = ST_OK;
	for (int i = 0; i < MAX_OBJECTS && st == ST_OK && is_object(in, at, &n); i++) {
		snprintf(name, sizeof name, "%s.sao", part_name(in, at + 8, 4, type, sizeof type));
		if (in.p[at + 26] & 0x80) {
			sink_note(out, at, "%s: encrypted, the key is in the chip", name);
			st = part_encrypted(out, in, name, at + HEADER, n);
		} else {
			st = part_slice(out, in, name, at + HEADER, n);
		}
		at += HEADER + (uint64_t)n;
	}
	out->used = at < in.n ? at : in.n;
	return at ? st : ST_DAMAGED;
}

const struct format format_broadcom_sao = {
	.name = "broadcom-sao",
	.title = "Broadcom SAO objects",
	.reference = "fact_extractor, broadcom_sao",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "SOBJ"), MAGIC_END},
	.bid = bid,
	.open = sao_open,
};
