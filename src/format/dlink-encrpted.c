/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "encrpted_img" of D-Link (DIR-X series) and Netgear (WAX), big endian:
 *
 *   D-Link   0 "encrpted_img"  12 length of what follows or of the file(4)  16 encrypted
 *   Netgear  0 model(32) region(32) version(64) date(64) hardware(4) index(1) counts(2) ?(13)
 *            ids and models(200) ?(100)  512 "encrpted_img"  524 length(4) block(4)  532 encrypted
 *            CRC-32 of all before(4)
 *
 * AES-256-CBC with a public key and vector. One chain over all of it in some images; a new chain for
 * each block in others: Netgear's header tells its length, D-Link's is an erase block of 128 KiB, and
 * is told by the UBI header that begins there again.
 * Reference: unblob dlink/encrpted_img.py; Huessy and others, "Extracting Decryption Keys for D-Link"
 * (ONEKEY); OpenWrt scripts/netgear-encrypted-factory.py.
 */
#include "base/hash.h"
#include "codec/decrypt.h"
#include "format/part.h"

enum { SHORT = 16, LONG = 532, MARK = 512, BLOCK = 0x20000 };

static const uint8_t key[] = "he9-4+M!)d6=m~we1,q2a3d1n&2*Z^%8";
static const uint8_t iv[] = "J%1iQl8$=lm-;8AE";

static bool is_long(struct span in)
{
	uint32_t block = span_be32(in, MARK + 16);
	return SPAN_IS(in, MARK, "encrpted_img") && part_is_text(in, 0, 32, 1) && part_is_text(in, 32, 32, 0) &&
	       part_is_text(in, 64, 64, 1) && block >= 16 && block % 16 == 0;
}

static int bid(struct span in, uint64_t *size)
{
	uint32_t n = span_be32(in, is_long(in) ? MARK + 12 : 12);
	*size = 0;
	if (n < 16)
		return 0;
	if (is_long(in)) {
		*size = (uint64_t)LONG + n + 4;
		return 95;
	}
	if (in.n < SHORT + 16 || !SPAN_IS(in, 0, "encrpted_img"))
		return 0;
	uint64_t file = n, behind = (uint64_t)SHORT + n;
	*size = file == in.n ? file : behind;
	return 93;
}

static void first_block(struct span data, uint64_t at, uint8_t head[16])
{
	memset(head, 0, 16);
	decrypt(CIPHER_AES_256_CBC, key, iv, span_cut(data, at, 16), head);
}

/* Does a chain of its own begin at each block? Then the second block starts like the first. */
static bool restarts(struct span data)
{
	uint8_t head[16];
	if (data.n < BLOCK + 16)
		return false;
	first_block(data, BLOCK, head);
	return memcmp(head, "UBI#", 4) == 0;
}

/* The key is known to fit when the plain text begins as firmware does. */
static bool key_fits(struct span data)
{
	static const char magics[][5] = {"UBI#", "\x27\x05\x19\x56", "\xd0\x0d\xfe\xed", "hsqs", "HDR0",
					 "\x5e\xa3\xa4\x17", "\x1f\x8b\x08\x00", "\xfd\x37zX"};
	uint8_t head[16];
	first_block(data, 0, head);
	for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
		if (memcmp(head, magics[i], 4) == 0)
			return true;
	return part_all(SPAN(head, 16), 4, 12, 0) || part_is_text(SPAN(head, 16), 0, 16, 12);
}

static enum status encrpted_open(struct span in, struct sink *out)
{
	uint64_t size = 0;
	if (!bid(in, &size))
		return ST_DAMAGED;
	bool wide = is_long(in);
	uint64_t at = wide ? LONG : SHORT, want = size - at - (wide ? 4 : 0);
	struct span data = span_cut(in, at, want);
	out->used = size < in.n ? size : in.n;
	if (wide && size <= in.n && hash_crc32_raw(0, span_cut(in, 0, size - 4)) != span_be32(in, size - 4))
		sink_note(out, size - 4, "checksum is wrong");
	if (!key_fits(data)) {
		sink_note(out, at, "encrypted: the published key does not open it");
		return part_encrypted(out, in, "firmware", at, want);
	}
	if (data.n < want)
		sink_note(out, at - 4, "declared length runs past the end");
	sink_note(out, at, "decrypted: AES-256 with a published key");
	uint8_t *clear = mem_array(data.n + 16, 1);
	size_t n = 0, step = wide ? span_be32(in, MARK + 16) : restarts(data) ? BLOCK : data.n;
	for (size_t pos = 0; pos < data.n; pos += step)
		n += decrypt(CIPHER_AES_256_CBC, key, iv, span_cut(data, pos, step), clear + pos);
	bool ubi = n >= 4 && memcmp(clear, "UBI#", 4) == 0;
	enum status st =
	    part_made(out, ubi ? "ubi" : "firmware", at, SPAN(clear, n), data.n < want ? ST_TRUNCATED : ST_OK);
	mem_free(clear);
	return st;
}

static void encrpted_label(struct span in, struct label *out)
{
	char model[33], version[65];
	if (is_long(in))
		snprintf(out->text, sizeof out->text, "%s %s", part_text(in, 0, 32, model, sizeof model),
			 part_text(in, 64, 64, version, sizeof version));
}

const struct format format_dlink_encrpted = {
	.name = "dlink-encrpted",
	.title = "D-Link or Netgear encrpted_img firmware",
	.reference = "unblob dlink/encrpted_img.py; OpenWrt scripts/netgear-encrypted-factory.py",
	.tested = "OpenWrt netgear-encrypted-factory.py, followed in tests; generator in tests",
	.magic = (const struct magic[]){MAGIC(MARK, "encrpted_img"), MAGIC(0, "encrpted_img"), MAGIC_END},
	.bid = bid,
	.open = encrpted_open,
	.label = encrpted_label,
};
