/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alpha Networks' encimg (D-Link DIR, DAP): AES-256-CBC over a Seama image; key and vector are
 * seeds from the vendor's published sources, each byte xor-ed with its number plus one and with
 * the image's signature text. No header at all:
 *
 *   AES( Seama ... zero padding(1..16) | plain length(4, BE) zeros(12) )
 *
 * Either the first block of the plain text is a Seama header, and the signature in its metadata the
 * one the key was made with; or the last block is the length that the whole has room for, and zeros.
 * Reference: OpenWrt firmware-utils alpha_encimg.c, delink encimg.rs, unblob dlink/alpha_encimg.py.
 */
#include "codec/decrypt.h"
#include "format/part.h"

enum { HEAD = 64, LEAST = 32 << 10 /* smaller ones are not asked for their tail: it costs time */ };

static const struct {
	const char *sign, *key, *iv;
} devices[] = {
	{"wapac25_dlink.2015_dap1665", "EfCHXytwsC6F0zsedwZc+9vDbCjE3ge4", "ggPy917jwESpnfXm"},
	{"wapac28_dlink.2015_dap1720", "qBiz6o/1RVQTtJBd3FS7FDbqogE8yoBm", "EfDMqWWxHCOhEqgY"},
	{"wrgac43s_dlink.2015_dir822c1", "KNpsEntCcsep1jdFIs3wnXySKRGNCGmf", "uph587JdKHrtAUlr"},
	{"wrgac65_dlink.2015_dir842", "xQYoRZeD726UAbRb846kO7TeNw8eZa6u", "zufEbNF3kUafxFiE"},
	{"wrgac65_dlink.2015_dir842EU", "xQYoRZeD726UAbRb846kO7TeNw8eZa6u", "zufEbNF3kUafxFiE"},
	{"wrgac05_dlob.hans_dir850l", "BIuS1CVMEQG+0pUeE99jnR+vLlLd9unr", "f3+odwHhmJL1ceW1"},
	{"wrgac25_dlink.2013gui_dir850l", "qQehHMEmEPQ5izL+cabn8bNHZXHjkp6W", "Mmb+IKQgnO8OuF4b"},
	{"wrgac37_dlink.2013gui_dir859", "KY0H9R2PDL3eu1J4uCVd1CK7BJ7vF1kc", "qbStAzIRvWeQHz5U"},
};

static void mangle(const char *sign, const char *seed, size_t n, uint8_t *out)
{
	size_t len = strlen(sign);
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)((uint8_t)seed[i] ^ (i + 1) ^ (uint8_t)sign[i % len]);
}

/* Is the last block a length and zeros? A block of CBC needs the one before it only. */
static bool tail_fits(struct span in, const uint8_t *key)
{
	uint8_t last[16];
	if (in.n < LEAST)
		return false;
	decrypt(CIPHER_AES_256_CBC, key, in.p + in.n - 32, span_cut(in, in.n - 16, 16), last);
	uint64_t length = span_be32(SPAN(last, 16), 0);
	return part_all(SPAN(last, 16), 4, 12, 0) && length < in.n - 16 && length + 32 >= in.n;
}

/* The device whose key opens the head or the tail; -1: none. */
static int device_of(struct span in)
{
	uint8_t key[32], iv[16], head[HEAD];
	for (size_t i = 0; in.n >= 2 * HEAD && i < sizeof devices / sizeof *devices; i++) {
		const char *sign = devices[i].sign;
		mangle(sign, devices[i].key, sizeof key, key);
		mangle(sign, devices[i].iv, sizeof iv, iv);
		if (tail_fits(in, key))
			return (int)i;
		decrypt(CIPHER_AES_256_CBC, key, iv, span_cut(in, 0, 16), head);
		if (memcmp(head, "\x5e\xa3\xa4\x17", 4) != 0)
			continue;
		decrypt(CIPHER_AES_256_CBC, key, iv, span_cut(in, 0, HEAD), head);
		if (memcmp(head + 12, "signature=", 10) == 0 &&
		    strncmp((const char *)head + 22, sign, HEAD - 22) == 0)
			return (int)i;
	}
	return -1;
}

static int bid(struct span in, uint64_t *size)
{
	*size = 0;
	if (in.n < 2 * HEAD || in.n % 16)
		return 0;
	return device_of(in) >= 0 ? 96 : 0;
}

static enum status encimg_open(struct span in, struct sink *out)
{
	int d = device_of(in);
	uint8_t key[32], iv[16];
	if (d < 0)
		return ST_ENCRYPTED;
	mangle(devices[d].sign, devices[d].key, sizeof key, key);
	mangle(devices[d].sign, devices[d].iv, sizeof iv, iv);
	uint8_t *clear = mem_array(in.n + 16, 1);
	size_t n = decrypt(CIPHER_AES_256_CBC, key, iv, in, clear);
	struct span plain = SPAN(clear, n);
	uint32_t length = n >= 16 ? span_be32(plain, n - 16) : 0;
	bool told = n >= 32 && part_all(plain, n - 12, 12, 0) && length < n - 16 && length + 32 >= n - 16;
	if (!told)
		sink_note(out, n, "the length behind the image is missing: cut or damaged");
	sink_note(out, 0, "decrypted: AES-256 with a published key");
	out->used = in.n;
	const char *name = SPAN_IS(plain, 0, "\x5e\xa3\xa4\x17") ? "seama" : "firmware";
	enum status st = part_made(out, name, 0, span_cut(plain, 0, told ? length : n),
				   told ? ST_OK : ST_TRUNCATED);
	mem_free(clear);
	return st;
}

static void encimg_label(struct span in, struct label *out)
{
	int d = device_of(in);
	snprintf(out->text, sizeof out->text, "%s", d >= 0 ? devices[d].sign : "");
}

const struct format format_dlink_encimg = {
	.name = "dlink-encimg",
	.title = "D-Link / Alpha Networks encimg firmware",
	.reference = "OpenWrt firmware-utils alpha_encimg.c",
	.tested = "OpenWrt alpha_encimg.c, followed in tests",
	.magic = NULL,
	.flags = FORMAT_START,
	.bid = bid,
	.open = encimg_open,
	.label = encimg_label,
};
