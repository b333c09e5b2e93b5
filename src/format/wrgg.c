/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WRGG03 and its forerunner WRG, Alpha Networks' headers for D-Link access points; either byte
 * order, and that of the magics need not be that of the size:
 *
 *   WRGG03  0 signature(32)  32 20080321(4) 20080321(4)  40 version(16)  56 model(16)  72 flags(8)
 *           80 reserved(8)  88 build(16)  104 size(4)  108 offset(4)  112 device(32)  144 MD5(16)
 *           160 content
 *   WRG     0 signature(32)  32 20040220(4) 20040220(4)  40 size(4)  44 offset(4)  48 device(32)
 *           80 MD5(16)  96 content
 *
 * The MD5 is that of offset, device and content. Newer images are encrypted behind the header:
 * AES-256-CBC, key and vector from published seeds and the signature (see dlink-encimg.c).
 * Reference: OpenWrt mkwrggimg.c, mkwrgimg.c, mtdsplit_wrgg.c, unblob dlink/alpha_encimg.py.
 */
#include "base/hash.h"
#include "codec/decrypt.h"
#include "format/part.h"

enum { HASHED = 36 };

struct head {
	bool old;
	uint32_t header, size;
};

static bool md5_fits(struct span in, uint32_t header, struct span content)
{
	struct buf b = {0};
	uint8_t md5[16];
	buf_add(&b, in.p + header - 16 - HASHED, HASHED);
	buf_add(&b, content.p, content.n);
	hash_md5(buf_span(&b), md5);
	buf_free(&b);
	return span_is(in, header - 16, md5, 16);
}

/*
 * The size in the byte order of the magics, unless only the other one makes sense: makers write the
 * magics little endian and the size as the processor has it.
 */
static uint32_t size_of(struct span in, uint32_t header, bool big)
{
	uint64_t at = header - 16 - HASHED - 4;
	uint32_t one = span_u32(in, at, big), other = span_u32(in, at, !big);
	uint64_t room = in.n - header;
	if (other < 16 || other > room || one == other)
		return one;
	if (one < 16 || one > room)
		return other;
	return md5_fits(in, header, span_cut(in, header, other)) ? other : one;
}

static bool read_head(struct span in, struct head *h)
{
	static const struct {
		const char *magic;
		bool old, big;
	} kinds[] = {
	    {"\x21\x03\x08\x20\x21\x03\x08\x20", false, false},
	    {"\x20\x08\x03\x21\x20\x08\x03\x21", false, true},
	    {"\x20\x02\x04\x20\x20\x02\x04\x20", true, false},
	    {"\x20\x04\x02\x20\x20\x04\x02\x20", true, true},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!span_is(in, 32, kinds[i].magic, 8))
			continue;
		*h = (struct head){kinds[i].old, kinds[i].old ? 96 : 160, 0};
		if (in.n < h->header)
			return false;
		h->size = size_of(in, h->header, kinds[i].big);
		return true;
	}
	return false;
}

static int bid(struct span in, uint64_t *size)
{
	struct head h;
	*size = 0;
	if (!read_head(in, &h) || !part_is_text(in, 0, 32, 3) ||
	    (!h.old && !part_is_text(in, 40, 16, 0)) || !part_is_text(in, h.header - 48, 32, 0) || h.size < 16)
		return 0;
	*size = h.header + (uint64_t)h.size;
	return 92;
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
	struct head h;
	if (!read_head(in, &h))
		return ST_TRUNCATED;
	struct span content = span_cut(in, h.header, h.size);
	uint8_t *clear = try_decrypt(in, content);
	out->used = h.header + content.n;
	if (clear) {
		sink_note(out, h.header, "decrypted: AES-256 with a published key");
		enum status st = part_made(out, "firmware", h.header,
					   SPAN(clear, content.n - content.n % 16),
					   content.n < h.size ? ST_TRUNCATED : ST_OK);
		mem_free(clear);
		return st;
	}
	if (content.n == h.size && !md5_fits(in, h.header, content))
		sink_note(out, h.header - 16, "MD5 is wrong");
	return part_slice(out, in, "firmware", h.header, h.size);
}

static void wrgg_label(struct span in, struct label *out)
{
	char sign[33], version[17] = "", model[33] = "";
	struct head h;
	if (read_head(in, &h) && h.old) {
		snprintf(out->text, sizeof out->text, "%s %s", part_text(in, 0, 32, sign, sizeof sign),
			 part_text(in, 48, 32, model, sizeof model));
		return;
	}
	snprintf(out->text, sizeof out->text, "%s %s %s", part_text(in, 0, 32, sign, sizeof sign),
		 part_text(in, 56, 16, model, sizeof model),
		 part_text(in, 40, 16, version, sizeof version));
}

const struct format format_wrgg = {
	.name = "wrgg",
	.title = "WRG or WRGG03 firmware (Alpha Networks, D-Link)",
	.reference = "OpenWrt firmware-utils mkwrggimg.c, mkwrgimg.c",
	.tested = "OpenWrt mkwrggimg.c, mkwrgimg.c, followed in tests",
	.magic = (const struct magic[]){MAGIC(32, "\x21\x03\x08\x20\x21\x03\x08\x20"),
					MAGIC(32, "\x20\x08\x03\x21\x20\x08\x03\x21"),
					MAGIC(32, "\x20\x02\x04\x20\x20\x02\x04\x20"),
					MAGIC(32, "\x20\x04\x02\x20\x20\x04\x02\x20"), MAGIC_END},
	.bid = bid,
	.open = wrgg_open,
	.label = wrgg_label,
};
