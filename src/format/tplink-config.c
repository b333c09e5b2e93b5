/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TP-Link configuration backup: DES-ECB under a key that is in every device, over
 *
 *   0 MD5 of the text(16)  16 text, lines "name value", NUL padded to whole blocks
 *
 * Nothing marks the file from outside: the first blocks are decrypted and must be text; the MD5
 * verifies. Reference: Matteo Croce, "tplink" (2012); Sinnamon, "Decrypting TP-Link config.bin".
 */
#include "base/hash.h"
#include "codec/decrypt.h"
#include "format/part.h"

enum { DIGEST = 16, HEAD = 64 };

static const uint8_t key[8] = {0x47, 0x8d, 0xa5, 0x0b, 0xf9, 0xe3, 0xd2, 0xcf};

static bool is_text(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((p[i] < 0x20 || p[i] > 0x7e) && p[i] != '\r' && p[i] != '\n' && p[i] != '\t')
			return false;
	return true;
}

static int bid(struct span in, uint64_t *size)
{
	uint8_t head[HEAD];
	*size = 0;
	if (in.n < 2 * HEAD || in.n % 8 || in.n > (4u << 20))
		return 0;
	decrypt(CIPHER_DES_ECB, key, NULL, span_cut(in, DIGEST, HEAD), head);
	return is_text(head, HEAD) ? 90 : 0;
}

static enum status config_open(struct span in, struct sink *out)
{
	uint8_t md5[DIGEST];
	if (in.n < 2 * HEAD)
		return ST_TRUNCATED;
	uint8_t *clear = mem_array(in.n + 8, 1);
	size_t n = decrypt(CIPHER_DES_ECB, key, NULL, in, clear);
	while (n > DIGEST && clear[n - 1] == 0)
		n--;
	struct span text = span_from(SPAN(clear, n), DIGEST);
	hash_md5(text, md5);
	bool fits = memcmp(md5, clear, DIGEST) == 0;
	if (!fits)
		sink_note(out, 0, "MD5 is wrong");
	sink_note(out, 0, "decrypted: DES with a published key");
	out->used = in.n;
	enum status st = part_made(out, "config.txt", DIGEST, text, fits ? ST_OK : ST_DAMAGED);
	mem_free(clear);
	return st;
}

static void config_label(struct span in, struct label *out)
{
	(void)in;
	out->type = "configuration";
}

const struct format format_tplink_config = {
	.name = "tplink-config",
	.title = "TP-Link configuration backup (DES)",
	.reference = "Matteo Croce, tplink config.bin decrypter (2012)",
	.tested = "generator in tests",
	.magic = NULL,
	.flags = FORMAT_START,
	.bid = bid,
	.open = config_open,
	.label = config_label,
};
