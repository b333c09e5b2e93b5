/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sercomm encrypted firmware, fields of 32 bytes:
 *
 *   0 key, unused  32 version  64 vector  96 random  128 length as text  160 AES-256-CBC, padded as
 *   PKCS #7 does
 *
 * The key is MD5(random, version) and MD5(length, version) of the header itself, so anybody may
 * open it; there is no magic, but the last block must have the padding that the length calls for.
 * Inside: product id(112) zeros(16) SHA-256 of the rest(32), gzip of tagged partitions.
 * Reference: OpenWrt scripts/sercomm-crypto.py, sercomm-payload.py.
 */
#include "base/hash.h"
#include "base/text.h"
#include "codec/decrypt.h"
#include "format/part.h"

enum { FIELD = 32, VERSION = 32, VECTOR = 64, RANDOM = 96, LENGTH = 128, HEADER = 160, PID = 128 };

static void key_of(struct span in, uint8_t key[32])
{
	uint8_t text[2 * FIELD];
	memcpy(text, in.p + RANDOM, FIELD);
	memcpy(text + FIELD, in.p + VERSION, FIELD);
	hash_md5(SPAN(text, sizeof text), key);
	memcpy(text, in.p + LENGTH, FIELD);
	hash_md5(SPAN(text, sizeof text), key + 16);
}

static bool length_of(struct span in, int64_t *n)
{
	char text[FIELD + 1];
	return in.n >= HEADER + 32 && part_is_text(in, LENGTH, FIELD, 1) &&
	       part_is_text(in, VERSION, FIELD, 1) && part_is_text(in, 0, FIELD, 0) &&
	       text_number(span_str(part_text(in, LENGTH, FIELD, text, sizeof text)), n) &&
	       *n >= 16 && *n <= UINT32_MAX;
}

static int bid(struct span in, uint64_t *size)
{
	uint8_t key[32], last[16];
	int64_t n;
	*size = 0;
	if (!length_of(in, &n))
		return 0;
	uint64_t stored = (uint64_t)n / 16 * 16 + 16;
	*size = HEADER + stored;
	if (!span_has(in, HEADER, stored))
		return 0;
	key_of(in, key);
	uint64_t at = HEADER + stored - 16;
	decrypt(CIPHER_AES_256_CBC, key, in.p + at - 16, span_cut(in, at, 16), last);
	unsigned pad = 16 - (unsigned)(n % 16);
	return part_all(SPAN(last, 16), 16 - pad, pad, (uint8_t)pad) ? (pad > 1 ? 95 : 60) : 0;
}

static enum status crypto_open(struct span in, struct sink *out)
{
	uint8_t key[32], sum[32];
	uint64_t size = 0;
	int64_t n = 0;
	if (!bid(in, &size) || !length_of(in, &n))
		return ST_DAMAGED;
	key_of(in, key);
	struct span data = span_cut(in, HEADER, size - HEADER);
	uint8_t *clear = mem_array(data.n + 16, 1);
	decrypt(CIPHER_AES_256_CBC, key, in.p + VECTOR, data, clear);
	struct span plain = SPAN(clear, (size_t)n);
	out->used = size;
	sink_note(out, HEADER, "decrypted: AES-256, its key follows from the header");
	bool payload = plain.n > PID + 32 && part_is_text(plain, 0, 112, 112);
	if (payload) {
		hash_sha256(span_from(plain, PID + 32), sum);
		if (!span_is(plain, PID, sum, 32))
			sink_note(out, HEADER + PID, "SHA-256 of the payload is wrong");
	}
	enum status st =
	    part_made(out, "firmware", HEADER, payload ? span_from(plain, PID + 32) : plain, ST_OK);
	mem_free(clear);
	return st;
}

static void crypto_label(struct span in, struct label *out)
{
	char version[FIELD + 1];
	snprintf(out->text, sizeof out->text, "version %s",
		 part_text(in, VERSION, FIELD, version, sizeof version));
}

const struct format format_sercomm_crypto = {
    .name = "sercomm-crypto",
    .title = "Sercomm encrypted firmware",
    .reference = "OpenWrt scripts/sercomm-crypto.py, sercomm-payload.py",
    .tested = "OpenWrt sercomm-crypto.py, sercomm-payload.py, sercomm-pid.py, followed in tests",
    .magic = NULL,
    .flags = FORMAT_START,
    .bid = bid,
    .open = crypto_open,
    .label = crypto_label,
};
