/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Poray firmware (Hame, Nexx, A5-V11 and other small MT76x0 and RT5350 routers), little endian:
 *
 *   0 hardware(4, text)  4 length(4)  8 flags(4: 0x020e0000)  12 zero(16)  28 content  sum(2)
 *
 * Content and sum are xor-ed with a key of 15 bytes, one of eight published ones; the sum (of
 * 16-bit words, the carry added back, inverted) tells which. Reference: OpenWrt firmware-utils
 * mkporayfw.c.
 */
#include "format/part.h"

enum { HEADER = 28, KEY = 15 };

static const uint8_t keys[][KEY] = {
    {0xc8, 0x3c, 0x3a, 0x93, 0xa2, 0x95, 0xc3, 0x63, 0x48, 0x45, 0x58, 0x09, 0x12, 0x03, 0x08},
    {0x89, 0x6b, 0x5a, 0x93, 0x92, 0x95, 0xc3, 0x63, 0xd0, 0xa3, 0x9c, 0x92, 0x2e, 0xe6, 0xc7},
    {0xc9, 0x1c, 0x3a, 0x93, 0x92, 0x95, 0xc3, 0x63, 0xd0, 0xa3, 0x9c, 0x92, 0x2e, 0xe6, 0xc7},
    {0x19, 0x1b, 0x3a, 0x93, 0x92, 0x95, 0xc3, 0x63, 0xd0, 0xa3, 0x9c, 0x92, 0x2e, 0xe6, 0xc7},
    {0x79, 0x7b, 0x7a, 0x93, 0x92, 0x95, 0xc3, 0x63, 0xd0, 0xa3, 0x9c, 0x92, 0x2e, 0xe6, 0xc7},
    {0x19, 0x1c, 0x4a, 0x93, 0x96, 0x95, 0xc3, 0x63, 0xd0, 0xa3, 0x9c, 0x92, 0x2e, 0x16, 0xc6},
    {0x39, 0x1c, 0x4a, 0x93, 0x96, 0x95, 0xc3, 0x63, 0xd0, 0xa3, 0x9c, 0x92, 0x2e, 0x16, 0xc6},
    {0xc8, 0x3c, 0x3a, 0x93, 0xa2, 0x95, 0xc3, 0x63, 0x48, 0x45, 0x58, 0x09, 0x20, 0x11, 0x08},
};

/* The sum of the decoded content; the carries of a sum of words are added back, then it is
 * inverted. */
static uint16_t sum_of(struct span data, const uint8_t *key)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < data.n; i++)
		sum += (uint64_t)(data.p[i] ^ key[i % KEY]) << (i & 1 ? 8 : 0);
	uint32_t s = (uint32_t)sum;
	s = s + (s >> 16) + 0xffff;
	return (uint16_t) ~(s + (s >> 16));
}

/* The key that makes the sum right, else the one that makes the front known; NULL: none. */
static const uint8_t *key_of(struct span in, bool *summed)
{
	uint32_t n = span_le32(in, 4);
	uint64_t end = HEADER + (uint64_t)n;
	for (size_t k = 0; k < sizeof keys / sizeof *keys && span_has(in, end, 2); k++) {
		uint16_t want = (uint16_t)((in.p[end] ^ keys[k][n % KEY]) |
					   (in.p[end + 1] ^ keys[k][(n + 1) % KEY]) << 8);
		*summed = sum_of(span_cut(in, HEADER, n), keys[k]) == want;
		if (*summed)
			return keys[k];
	}
	*summed = false;
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		uint8_t head[4];
		for (size_t i = 0; i < 4; i++)
			head[i] = in.p[HEADER + i] ^ keys[k][i];
		if (memcmp(head, "\x27\x05\x19\x56", 4) == 0 || memcmp(head, "hsqs", 4) == 0)
			return keys[k];
	}
	return NULL;
}

static int bid(struct span in, uint64_t *size)
{
	bool summed;
	*size = 0;
	if (in.n < HEADER + 16 || !SPAN_IS(in, 8, "\0\0\x0e\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") ||
	    !part_is_text(in, 0, 4, 4) || span_le32(in, 4) < 16 || !key_of(in, &summed))
		return 0;
	*size = HEADER + (uint64_t)span_le32(in, 4) + 2;
	return 92;
}

static enum status poray_open(struct span in, struct sink *out)
{
	bool summed = false;
	const uint8_t *key = in.n >= HEADER + 16 ? key_of(in, &summed) : NULL;
	if (!key)
		return ST_DAMAGED;
	uint32_t n = span_le32(in, 4);
	if (!summed)
		sink_note(out, HEADER, "checksum is wrong, or the image is cut");
	sink_note(out, HEADER, "xor-ed with a published key");
	out->used = HEADER + (uint64_t)n + 2 < in.n ? HEADER + (uint64_t)n + 2 : in.n;
	return part_xor(out, in, "firmware", HEADER, n, SPAN(key, KEY), 0);
}

static void label(struct span in, struct label *out)
{
	char id[5];
	snprintf(out->text, sizeof out->text, "hardware %s", part_text(in, 0, 4, id, sizeof id));
}

const struct format format_poray = {
    .name = "poray",
    .title = "Poray firmware (Hame, Nexx)",
    .reference = "OpenWrt firmware-utils mkporayfw.c",
    .tested = "generator in tests",
    .magic = (const struct magic[]){MAGIC(8, "\0\0\x0e\x02\0\0\0\0"), MAGIC_END},
    .bid = bid,
    .open = poray_open,
    .label = label,
};
