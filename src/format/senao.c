/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Senao (EnGenius, D-Link, Araknis ...), big endian:
 *
 *   0 head(4)  4 vendor(4)  8 product(4)  12 version(16)  28 type(4)  32 size(4)  36 zero(4)
 *   40 MD5 of the content(16)  56 padding(32)  88 sum(4)  92 key(4)
 *   type 0 may have a second header: 96 mod(4) sku(4) versions(3 x 4) date(4) versions(3 x 4)
 *   132 model length(4) model
 *
 * The sum is that of all header bytes without the sum itself. Byte i of the content is xor-ed with
 * key >> (i % 8), lowest eight bits; the second header is not.
 * Reference: OpenWrt firmware-utils mksenaofw.c.
 */
#include "base/hash.h"
#include "format/part.h"

enum { HEADER = 96, SECOND = 40 };

/* Where the content begins, by the sum that fits; 0 when none does. */
static uint32_t content_at(struct span in)
{
	if (in.n < HEADER + 16)
		return 0;
	uint32_t want = span_be32(in, 88);
	uint32_t sum = part_sum8(span_cut(in, 0, 88)) + part_sum8(span_cut(in, 92, 4));
	if (sum == want)
		return HEADER;
	uint32_t model = span_be32(in, 132);
	if (span_be32(in, 28) != 0 || model > 64 || !span_has(in, HEADER, SECOND + model))
		return 0;
	sum += part_sum8(span_cut(in, HEADER, SECOND + model));
	return sum == want ? HEADER + SECOND + model : 0;
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < HEADER || span_be32(in, 92) == 0 || span_be32(in, 36) != 0 ||
	    span_be32(in, 4) == 0 || span_be32(in, 8) == 0 || span_be32(in, 28) > 0x20 ||
	    !part_is_text(in, 12, 16, 1) || span_be32(in, 32) == 0)
		return 0;
	uint32_t at = content_at(in);
	if (at == 0)
		return 0;
	*size = (uint64_t)at + span_be32(in, 32);
	return part_all(in, 56, 32, 0) ? 88 : 70;
}

static void key_of(struct span in, uint8_t key[8])
{
	for (unsigned i = 0; i < 8; i++)
		key[i] = (uint8_t)(span_be32(in, 92) >> i);
}

static bool md5_fits(struct span in, uint32_t at, const uint8_t key[8])
{
	struct span s = span_cut(in, at, span_be32(in, 32));
	struct buf b = {0};
	uint8_t md5[16];
	buf_add(&b, s.p, s.n);
	for (size_t i = 0; i < b.n; i++)
		b.p[i] ^= key[i % 8];
	hash_md5(buf_span(&b), md5);
	buf_free(&b);
	return span_is(in, 40, md5, 16);
}

static const char *part_of(uint32_t type)
{
	static const char *const names[] = {"combo", "bootloader", "kernel", "kernelapp", "apps"};
	return type < 5 ? names[type] : "data";
}

static enum status senao_open(struct span in, struct sink *out)
{
	uint32_t at = content_at(in), n = span_be32(in, 32);
	uint8_t key[8];
	if (at == 0)
		return ST_DAMAGED;
	key_of(in, key);
	if (span_has(in, at, n) && !md5_fits(in, at, key))
		sink_note(out, 40, "MD5 of the content is wrong");
	out->used = (uint64_t)at + n < in.n ? (uint64_t)at + n : in.n;
	/* Zeros that pad the content to a block are xor-ed, too. */
	while (out->used < in.n && in.p[out->used] == key[(out->used - at) % 8])
		out->used++;
	return part_xor(out, in, part_of(span_be32(in, 28)), at, n, SPAN(key, 8), 0);
}

static void senao_label(struct span in, struct label *out)
{
	char version[17], model[65] = "";
	uint32_t at = content_at(in);
	if (at > HEADER + SECOND)
		part_text(in, HEADER + SECOND, at - HEADER - SECOND, model, sizeof model);
	snprintf(out->text, sizeof out->text, "%s, vendor %x, product %x, version %s",
		 *model ? model : part_of(span_be32(in, 28)), span_be32(in, 4), span_be32(in, 8),
		 part_text(in, 12, 16, version, sizeof version));
}

const struct format format_senao = {
	.name = "senao",
	.title = "Senao firmware (EnGenius and others)",
	.reference = "OpenWrt firmware-utils mksenaofw.c",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(92, "\x12\x34\x56\x78"), MAGIC_END},
	.bid = bid,
	.open = senao_open,
	.label = senao_label,
};
