/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hi-Link (HLK) modules: a uImage, encrypted twice with DES in ECB mode under a published key. First
 * all whole blocks from byte 0 on, then all whole blocks from byte 3 on; the tail stays as it is.
 * There is no header: the first 64 bytes are decrypted and must be a uImage header whose checksum
 * is right. Images of other makers that use the scheme with a key of their own stay unknown.
 * Reference: OpenWrt firmware-utils mkhilinkfw.c.
 */
#include "base/hash.h"
#include "codec/decrypt.h"
#include "format/part.h"

enum { HEADER = 64, SECOND = 3, NEED = 72 };

static const uint8_t key[8] = {'H', '@', 'L', '9', 'K', '*', '(', '3'};

/* Undo the second pass, then the first. The blocks of a cut are those of the whole. */
static void undo(struct span in, uint8_t *out)
{
	memcpy(out, in.p, in.n);
	decrypt(CIPHER_DES_ECB, key, NULL, span_from(in, SECOND), out + SECOND);
	size_t whole = in.n - in.n % 8;
	uint8_t *copy = mem_array(whole + 1, 1);
	memcpy(copy, out, whole);
	decrypt(CIPHER_DES_ECB, key, NULL, SPAN(copy, whole), out);
	mem_free(copy);
}

static int bid(struct span in, uint64_t *size)
{
	/* The block that ends byte 3 + 72 - 1 is whole in the cut: 3 + 9 * 8 = 75. */
	uint8_t first[8], head[HEADER + 16], plain[HEADER + 16], probe[16];
	*size = 0;
	if (in.n < 2 * NEED)
		return 0;
	/* Cheap look at the first block: bytes 0..2 stand as the first pass left them. */
	memcpy(probe, in.p, 3);
	decrypt(CIPHER_DES_ECB, key, NULL, span_cut(in, SECOND, 8), probe + SECOND);
	decrypt(CIPHER_DES_ECB, key, NULL, SPAN(probe, 8), first);
	if (memcmp(first, "\x27\x05\x19\x56", 4) != 0)
		return 0;
	memcpy(head, in.p, 3);
	decrypt(CIPHER_DES_ECB, key, NULL, span_cut(in, SECOND, NEED), head + SECOND);
	decrypt(CIPHER_DES_ECB, key, NULL, SPAN(head, NEED), plain);
	uint32_t crc = span_be32(SPAN(plain, HEADER), 4), data = span_be32(SPAN(plain, HEADER), 12);
	memset(plain + 4, 0, 4);
	if (hash_crc32(0, SPAN(plain, HEADER)) != crc)
		return 0;
	*size = HEADER + (uint64_t)data;
	return 96;
}

static enum status hilink_open(struct span in, struct sink *out)
{
	uint64_t size = 0;
	bid(in, &size);
	struct span s = span_cut(in, 0, size ? size : in.n);
	if (s.n < NEED)
		return ST_TRUNCATED;
	uint8_t *plain = mem_array(s.n + 16, 1);
	undo(s, plain);
	if (s.n < size)
		sink_note(out, 12, "declared length runs past the end");
	sink_note(out, 0, "decrypted: DES with a published key");
	out->used = s.n;
	enum status st = part_made(out, "uimage", 0, SPAN(plain, s.n), s.n < size ? ST_TRUNCATED : ST_OK);
	mem_free(plain);
	return st;
}

const struct format format_hilink_des = {
	.name = "hilink-des",
	.title = "Hi-Link encrypted firmware (DES, published key)",
	.reference = "OpenWrt firmware-utils mkhilinkfw.c",
	.tested = "OpenWrt mkhilinkfw.c, followed in tests",
	.magic = NULL,
	.flags = FORMAT_START,
	.bid = bid,
	.open = hilink_open,
};
