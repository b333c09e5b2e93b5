/* SPDX-License-Identifier: Apache-2.0 */
/*
 * D-Link MH01 (Eagle Pro AI, Aquila), little endian:
 *
 *   0 "MH01"  4 size without this header(4)  8 size of the signature(4)  12 ?(4)
 *   16 "MH01"  20 length of the text(4)  24 encrypted size(4)  28 ?(4)
 *   32 initial vector in hex digits, a line end
 *   then, as "openssl enc" writes it: "Salted__" salt(8) AES-128-CBC
 *
 * The key is SHA-256(passphrase, salt), first half. The passphrases are public; the plain text
 * begins with MH01 again, which verifies them.
 * Reference: delink mh01.rs, binwalk src/structures/mh01.rs.
 */
#include "base/hash.h"
#include "codec/decrypt.h"
#include "format/part.h"

enum { HEADER = 32, SALTED = 16 };

static const char *const passphrases[] = {
	"044b4e59846ecee953662ff2238fcc23", "927fc5786df1a9557524a0289e1e3f3b",
	"4d5ee2c8b5d0fdd9a9a2d351ba897752", "238a29b9432f688e30b701548c753146",
	"a4f7c17c3e0aa4532c2024ce6ac5f17c", "6b5a65dbc1ebc492ac6d8efbbb59ae09",
	"70070e579f97548a96a7794d4d779376", "7b4df82f7f042b9d0b40971be0ff53c4",
	"6276ccf4c1d8d6f54b481095e78ff97f", "1ae6c79be7d069ca74df7670bdfc4952",
	"b4517d9b98e04d9f075f5e78c743e097", "05c79b73cf88619d7b9725505cfd718f",
	"6b29f1d663a21b35fb45b69a42649f5e", "1bfb1004e29f9eb76dbe26eb0dd87cd1",
	"c5f8a1e22f808abc84f2e4a6fa5f10bb", "6420da70a975455e4ddd6b8fa5b652e7",
};

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_iv(struct span in, uint8_t iv[16])
{
	if (!span_has(in, HEADER, 32))
		return false;
	for (size_t i = 0; i < 16; i++) {
		int hi = digit(in.p[HEADER + 2 * i]), lo = digit(in.p[HEADER + 2 * i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		iv[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

static int bid(struct span in, uint64_t *size)
{
	uint8_t iv[16];
	uint32_t text = span_le32(in, 20), n = span_le32(in, 24);
	*size = 0;
	if (!SPAN_IS(in, 0, "MH01") || !SPAN_IS(in, 16, "MH01") || text < 32 || text > 64 ||
	    !read_iv(in, iv) || !SPAN_IS(in, HEADER + text, "Salted__") || n < SALTED + 16)
		return 0;
	/* The first header counts neither itself nor the signature behind all. */
	uint64_t whole = 16 + (uint64_t)span_le32(in, 4) + span_le32(in, 8);
	*size = (uint64_t)HEADER + text + n;
	if (whole > *size && whole <= in.n)
		*size = whole;
	return 94;
}

/* The passphrase whose key makes the plain text begin as it must. */
static bool find_key(struct span salted, const uint8_t iv[16], uint8_t key[SHA256_SIZE])
{
	uint8_t head[16], material[40];
	for (size_t i = 0; i < sizeof passphrases / sizeof *passphrases; i++) {
		memcpy(material, passphrases[i], 32);
		memcpy(material + 32, salted.p + 8, 8);
		hash_sha256(SPAN(material, sizeof material), key);
		decrypt(CIPHER_AES_128_CBC, key, iv, span_cut(salted, SALTED, 16), head);
		if (memcmp(head, "MH01", 4) == 0)
			return true;
	}
	return false;
}

static enum status mh01_open(struct span in, struct sink *out)
{
	uint8_t iv[16], key[SHA256_SIZE];
	uint64_t size = 0;
	if (!bid(in, &size) || !read_iv(in, iv))
		return ST_DAMAGED;
	uint64_t at = (uint64_t)HEADER + span_le32(in, 20);
	uint32_t n = span_le32(in, 24);
	struct span salted = span_cut(in, at, n);
	out->used = size < in.n ? size : in.n;
	if (salted.n < SALTED + 16)
		return ST_TRUNCATED;
	if (!find_key(salted, iv, key)) {
		sink_note(out, at, "encrypted: no published passphrase opens it");
		return part_encrypted(out, in, "firmware", at, n);
	}
	sink_note(out, at, "decrypted: AES-128 with a published passphrase");
	uint8_t *clear = mem_array(salted.n + 16, 1);
	size_t k = decrypt(CIPHER_AES_128_CBC, key, iv, span_from(salted, SALTED), clear);
	if (salted.n == n && k && clear[k - 1] >= 1 && clear[k - 1] <= 16)
		k -= clear[k - 1];
	enum status st = part_made(out, "firmware", at + SALTED, SPAN(clear, k),
				   salted.n < n ? ST_TRUNCATED : ST_OK);
	mem_free(clear);
	return st;
}

const struct format format_dlink_mh01 = {
	.name = "dlink-mh01",
	.title = "D-Link MH01 encrypted firmware",
	.reference = "delink mh01.rs; OpenWrt firmware-utils dlink-ai-firmware-tool.c",
	.tested = "OpenWrt dlink-ai-firmware-tool.c, followed in tests; generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "MH01"), MAGIC_END},
	.bid = bid,
	.open = mh01_open,
};
