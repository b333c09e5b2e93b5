/* SPDX-License-Identifier: Apache-2.0 */
/*
 * D-Link SHRS (devices made by SGE / T&W), big endian:
 *
 *   0 "SHRS"  4 plain length(4)  8 encrypted length(4)  12 initial vector(16)
 *   28 SHA-512 of plain + key(64)  92 SHA-512 of plain(64)  156 SHA-512 of encrypted(64)
 *   220 public key, unused(512)  732 signature(512)  1244 signature(512)
 *   1756 AES-128-CBC, zero padded
 *
 * The keys stand in D-Link's published sources; the digest over plain text and key tells which one.
 * Reference: OpenWrt firmware-utils dlink-sge-image.c.
 */
#include "base/hash.h"
#include "codec/decrypt.h"
#include "format/part.h"

enum { HEADER = 1756, DIGEST = 64 };

static const uint8_t keys[][16] = {
	/* COVR-C1200, COVR-P2500, DIR-8xx, DIR-1935, DIR-2150 and many others */
	{0xc0, 0x5f, 0xbf, 0x19, 0x36, 0xc9, 0x94, 0x29, 0xce, 0x2a, 0x07, 0x81, 0xf0, 0x8d, 0x6a, 0xd8},
	/* COVR-X1860 */
	{'h', 'e', '9', '-', '4', '+', 'M', '!', ')', 'd', '6', '=', 'm', '~', '#', '$'},
	/* DIR-X1860 B1 */
	{'h', 'e', '9', '-', '4', '+', 'M', '8', '-', '8', '0', '!', ')', 'd', '6', '='},
	/* DIR-X3260 */
	{'r', 't', '9', '-', '4', '%', '^', '+', 'M', '!', ')', 'd', '6', '=', 'm', '~'},
};

static int bid(struct span in, uint64_t *size)
{
	uint32_t plain = span_be32(in, 4), stored = span_be32(in, 8);
	*size = 0;
	if (in.n < HEADER || !SPAN_IS(in, 0, "SHRS") || stored == 0 || stored % 16 || plain > stored ||
	    stored - plain > 16 || !part_all(in, 220, 512, 0))
		return 0;
	*size = (uint64_t)HEADER + stored;
	return 92;
}

/* Decrypts with one key; does the digest of the plain text fit? */
static bool opens(struct span in, struct span data, uint32_t plain, const uint8_t key[16], uint8_t *out)
{
	uint8_t sum[DIGEST];
	decrypt(CIPHER_AES_128_CBC, key, in.p + 12, data, out);
	hash_sha512(SPAN(out, plain < data.n ? plain : data.n), sum);
	return span_is(in, 92, sum, DIGEST);
}

static enum status shrs_open(struct span in, struct sink *out)
{
	uint32_t plain = span_be32(in, 4), stored = span_be32(in, 8);
	struct span data = span_cut(in, HEADER, stored);
	uint8_t sum[DIGEST];
	enum status st;
	bool found = false;
	if (in.n < HEADER)
		return ST_TRUNCATED;
	out->used = HEADER + data.n;
	hash_sha512(data, sum);
	bool whole = data.n == stored && span_is(in, 156, sum, DIGEST);
	if (!whole)
		sink_note(out, 156, data.n < stored ? "declared length runs past the end"
						    : "SHA-512 of the content is wrong");
	uint8_t *clear = mem_array(data.n + 16, 1);
	for (size_t i = 0; i < sizeof keys / sizeof *keys && !found; i++)
		found = opens(in, data, plain, keys[i], clear);
	if (!found && !whole) /* no digest can tell: the first key is by far the most common */
		decrypt(CIPHER_AES_128_CBC, keys[0], in.p + 12, data, clear);
	if (found || !whole) {
		sink_note(out, HEADER, found ? "decrypted: AES-128 with a published key"
					     : "encrypted; decrypted with the usual key, unverified");
		size_t n = plain < data.n ? plain : data.n;
		st = part_made(out, "firmware", HEADER, SPAN(clear, n),
			       found ? ST_OK : data.n < stored ? ST_TRUNCATED : ST_DAMAGED);
	} else {
		sink_note(out, HEADER, "encrypted: no published key opens it");
		st = part_encrypted(out, in, "firmware", HEADER, stored);
	}
	mem_free(clear);
	return st;
}

const struct format format_dlink_shrs = {
	.name = "dlink-shrs",
	.title = "D-Link SHRS encrypted firmware",
	.reference = "OpenWrt firmware-utils dlink-sge-image.c",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "SHRS"), MAGIC_END},
	.bid = bid,
	.open = shrs_open,
};
