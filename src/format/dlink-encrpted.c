/* SPDX-License-Identifier: Apache-2.0 */
/*
 * D-Link "encrpted_img" (DIR-X series):
 *
 *   0 "encrpted_img"  12 length of what follows or of the file(4, BE)  16 AES-256-CBC of a UBI image
 *
 * One chain over all of it in some images, a new chain for each erase block of 128 KiB in others;
 * where a new chain begins, the first 16 bytes of a block are those of a UBI header again. Key and
 * vector are public. Reference: unblob dlink/encrpted_img.py; Huessy and others, "Extracting
 * Decryption Keys for D-Link" (ONEKEY).
 */
#include "codec/decrypt.h"
#include "format/part.h"

enum { HEADER = 16, BLOCK = 0x20000 };

static const uint8_t key[] = "he9-4+M!)d6=m~we1,q2a3d1n&2*Z^%8";
static const uint8_t iv[] = "J%1iQl8$=lm-;8AE";

static int bid(struct span in, uint64_t *size)
{
	uint32_t n = span_be32(in, 12);
	*size = 0;
	if (in.n < HEADER + 16 || !SPAN_IS(in, 0, "encrpted_img") || n < 16)
		return 0;
	uint64_t file = n, behind = (uint64_t)HEADER + n;
	*size = file == in.n ? file : behind;
	return 93;
}

/* Does a chain of its own begin at each block? Then the second block starts like the first. */
static bool restarts(struct span data)
{
	uint8_t head[16];
	if (data.n < BLOCK + 16)
		return false;
	decrypt(CIPHER_AES_256_CBC, key, iv, span_cut(data, BLOCK, 16), head);
	return memcmp(head, "UBI#", 4) == 0;
}

static enum status encrpted_open(struct span in, struct sink *out)
{
	uint64_t size = 0;
	uint8_t head[16];
	if (!bid(in, &size))
		return ST_DAMAGED;
	struct span data = span_cut(in, HEADER, size - HEADER);
	decrypt(CIPHER_AES_256_CBC, key, iv, span_cut(data, 0, 16), head);
	out->used = HEADER + data.n;
	if (memcmp(head, "UBI#", 4) != 0) {
		sink_note(out, HEADER, "encrypted: the published key does not open it");
		return part_encrypted(out, in, "firmware", HEADER, size - HEADER);
	}
	if (HEADER + data.n < size)
		sink_note(out, 12, "declared length runs past the end");
	sink_note(out, HEADER, "decrypted: AES-256 with a published key");
	uint8_t *clear = mem_array(data.n + 16, 1);
	size_t n = 0, step = restarts(data) ? BLOCK : data.n;
	for (size_t at = 0; at < data.n; at += step)
		n += decrypt(CIPHER_AES_256_CBC, key, iv, span_cut(data, at, step), clear + at);
	enum status st = part_made(out, "ubi", HEADER, SPAN(clear, n),
				   HEADER + data.n < size ? ST_TRUNCATED : ST_OK);
	mem_free(clear);
	return st;
}

const struct format format_dlink_encrpted = {
	.name = "dlink-encrpted",
	.title = "D-Link encrpted_img firmware",
	.reference = "unblob dlink/encrpted_img.py",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "encrpted_img"), MAGIC_END},
	.bid = bid,
	.open = encrpted_open,
};
