/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WRGG03, Alpha Networks' header for D-Link access points; either byte order:
 *
 *   0 signature(32)  32 20080321(4) 20080321(4)  40 version(16)  56 model(16)  72 flags(8)
 *   80 reserved(8)  88 build(16)  104 size(4)  108 offset(4)  112 device(32)  144 MD5(16)
 *   160 content
 *
 * The MD5 is that of offset, device and content. Newer images are encrypted behind the header:
 * AES-256-CBC, key and vector from published seeds and the signature (see dlink-encimg.c).
 * Reference: OpenWrt firmware-utils mkwrggimg.c, unblob dlink/alpha_encimg.py.
 */
#include "base/hash.h"
#include "codec/decrypt.h"
#include "format/part.h"

enum { HEADER = 160, HASHED = 36 };

static bool is_big(struct span in)
{
	return SPAN_IS(in, 32, "\x20\x08\x03\x21\x20\x08\x03\x21");
}

static int bid(struct span in, uint64_t *size)
{
	bool big = is_big(in);
	*size = 0;
	if (in.n < HEADER || (!big && !SPAN_IS(in, 32, "\x21\x03\x08\x20\x21\x03\x08\x20")) ||
	    !part_is_text(in, 0, 32, 3) || !part_is_text(in, 40, 16, 0) || !part_is_text(in, 112, 32, 0))
		return 0;
	uint32_t n = span_u32(in, 104, big);
	if (n < 16)
		return 0;
	*size = HEADER + (uint64_t)n;
	return 92;
}

static bool md5_fits(struct span in, struct span content)
{
	struct buf b = {0};
	uint8_t md5[16];
	buf_add(&b, in.p + 108, HASHED);
	buf_add(&b, content.p, content.n);
	hash_md5(buf_span(&b), md5);
	buf_free(&b);
	return span_is(in, 144, md5, 16);
}

/* Decrypts when the plain text then begins like something that is known. */
static uint8_t *try_decrypt(struct span in, struct span content)
{
	static const char seed_key[] = "oVhq0hvXHdfaGFLdubM4/QvuVHdKee7v", seed_iv[] = "0BO5nlYankuVBe4s";
	uint8_t key[32], iv[16], head[16];
	size_t len = strnlen((const char *)in.p, 32);
	if (len == 0 || content.n < 32)
		return NULL;
	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (uint8_t)((uint8_t)seed_key[i] ^ (i + 1) ^ in.p[i % len]);
	for (size_t i = 0; i < sizeof iv; i++)
		iv[i] = (uint8_t)((uint8_t)seed_iv[i] ^ (i + 1) ^ in.p[i % len]);
	decrypt(CIPHER_AES_256_CBC, key, iv, span_cut(content, 0, 16), head);
	if (memcmp(head, "\x5e\xa3\xa4\x17", 4) != 0 && memcmp(head, "\xd0\x0d\xfe\xed", 4) != 0 &&
	    memcmp(head, "\x5d\x00\x00\x80", 4) != 0 && memcmp(head, "\x27\x05\x19\x56", 4) != 0)
		return NULL;
	uint8_t *clear = mem_array(content.n + 16, 1);
	decrypt(CIPHER_AES_256_CBC, key, iv, content, clear);
	return clear;
}

static enum status wrgg_open(struct span in, struct sink *out)
{
	if (in.n < HEADER)
		return ST_TRUNCATED;
	uint32_t n = span_u32(in, 104, is_big(in));
	struct span content = span_cut(in, HEADER, n);
	uint8_t *clear = try_decrypt(in, content);
	out->used = HEADER + content.n;
	if (clear) {
		sink_note(out, HEADER, "decrypted: AES-256 with a published key");
		enum status st = part_made(out, "firmware", HEADER, SPAN(clear, content.n - content.n % 16),
					   content.n < n ? ST_TRUNCATED : ST_OK);
		mem_free(clear);
		return st;
	}
	if (content.n == n && !md5_fits(in, content))
		sink_note(out, 144, "MD5 is wrong");
	return part_slice(out, in, "firmware", HEADER, n);
}

static void wrgg_label(struct span in, struct label *out)
{
	char sign[33], version[17], model[17];
	snprintf(out->text, sizeof out->text, "%s %s %s", part_text(in, 0, 32, sign, sizeof sign),
		 part_text(in, 56, 16, model, sizeof model),
		 part_text(in, 40, 16, version, sizeof version));
}

const struct format format_wrgg = {
	.name = "wrgg",
	.title = "WRGG03 firmware (Alpha Networks, D-Link)",
	.reference = "OpenWrt firmware-utils mkwrggimg.c",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(32, "\x21\x03\x08\x20\x21\x03\x08\x20"),
					MAGIC(32, "\x20\x08\x03\x21\x20\x08\x03\x21"), MAGIC_END},
	.bid = bid,
	.open = wrgg_open,
	.label = wrgg_label,
};
