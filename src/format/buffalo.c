/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffalo's encrypted firmware, big endian:
 *
 *   0 "start" or "asar1", NUL(6)  6 seed(1)  7 length(4) product, encrypted
 *   length(4) version, encrypted  length(4) content, encrypted  sum(4)
 *
 * A stream cipher like RC4 whose key is a byte and then the text "Buffalo"; the byte is the seed for
 * the product, the product's first encrypted byte for the version, and the version's for the
 * content. Some devices use a state as long as the data. The sum verifies: a reflected CRC-32
 * that starts with the length and takes bytes as signed.
 * Reference: OpenWrt firmware-utils buffalo-lib.c, buffalo-enc.c.
 */
#include "format/part.h"

enum { MAX_TEXT = 64 };

struct header {
	uint64_t product, version, content; /* where they begin */
	uint32_t product_n, version_n, content_n;
};

static bool read_header(struct span in, struct header *h)
{
	struct reader r = reader_of(in, true);
	if (!SPAN_IS(in, 0, "start\0") && !SPAN_IS(in, 0, "asar1\0"))
		return false;
	read_skip(&r, 7);
	h->product_n = read_u32(&r);
	h->product = r.pos;
	if (h->product_n < 2 || h->product_n > MAX_TEXT)
		return false;
	read_skip(&r, h->product_n);
	h->version_n = read_u32(&r);
	h->version = r.pos;
	if (h->version_n < 2 || h->version_n > MAX_TEXT)
		return false;
	read_skip(&r, h->version_n);
	h->content_n = read_u32(&r);
	h->content = r.pos;
	return !r.bad && h->content_n >= 16;
}

/* Decrypts in place; `state` holds state_n bytes. */
static void cipher(uint8_t seed, uint8_t *p, size_t n, uint8_t *state, size_t state_n)
{
	uint8_t key[] = "?Buffalo";
	size_t key_n = sizeof key - 1, k = 0;
	uint8_t i = 0, j = 0;
	key[0] = seed;
	for (size_t x = 0; x < state_n; x++)
		state[x] = (uint8_t)x;
	for (size_t x = 0; x < state_n; x++) {
		uint8_t t = state[x];
		k = (k + key[x % key_n] + t) % state_n;
		state[x] = state[k];
		state[k] = t;
	}
	for (size_t x = 0; x < n; x++) {
		i = (uint8_t)((i + 1u) % state_n);
		j = (uint8_t)(((size_t)j + state[i]) % state_n);
		uint8_t t = state[j];
		state[j] = state[i];
		state[i] = t;
		p[x] ^= state[((size_t)state[i] + state[j]) % state_n];
	}
}

static uint32_t buffalo_sum(uint32_t sum, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		sum ^= (uint32_t)(int32_t)(int8_t)s.p[i];
		for (int b = 0; b < 8; b++)
			sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
	}
	return sum;
}

/* The product's name: text when the key is the right one. */
static bool product_of(struct span in, const struct header *h, char out[MAX_TEXT + 1])
{
	uint8_t text[MAX_TEXT], state[256];
	bool fits = false;
	for (int longer = 0; longer < 2 && !fits; longer++) {
		memcpy(text, in.p + h->product, h->product_n);
		cipher(in.p[6], text, h->product_n, state, longer ? h->product_n : sizeof state);
		fits = part_is_text(SPAN(text, h->product_n), 0, h->product_n, 2) &&
		       text[h->product_n - 1] == 0;
	}
	part_text(SPAN(text, h->product_n), 0, h->product_n, out, MAX_TEXT + 1);
	return fits;
}

static int bid(struct span in, uint64_t *size)
{
	struct header h;
	char product[MAX_TEXT + 1];
	*size = 0;
	if (!read_header(in, &h))
		return 0;
	*size = h.content + h.content_n + 4;
	return product_of(in, &h, product) ? 93 : 40;
}

static enum status buffalo_open(struct span in, struct sink *out)
{
	struct header h;
	if (!read_header(in, &h))
		return ST_DAMAGED;
	struct span data = span_cut(in, h.content, h.content_n);
	uint32_t want = span_be32(in, h.content + h.content_n);
	uint8_t *clear = mem_array(data.n + 1, 1), *state = mem_array(data.n + 256, 1);
	bool fits = false;
	enum status st;
	out->used = h.content + data.n + (data.n == h.content_n ? 4 : 0);
	if (out->used > in.n)
		out->used = in.n;
	for (int longer = 0; data.n == h.content_n && longer < 2 && !fits; longer++) {
		memcpy(clear, data.p, data.n);
		cipher(in.p[h.version], clear, data.n, state, longer ? data.n : 256);
		fits = buffalo_sum(h.content_n, SPAN(clear, data.n)) == want;
	}
	if (fits) {
		sink_note(out, 0, "decrypted: stream cipher with a published key");
		st = part_made(out, "firmware", h.content, SPAN(clear, data.n), ST_OK);
	} else if (data.n < h.content_n) {
		memcpy(clear, data.p, data.n);
		cipher(in.p[h.version], clear, data.n, state, 256);
		sink_note(out, h.content, "declared length runs past the end; decryption unverified");
		st = part_made(out, "firmware", h.content, SPAN(clear, data.n), ST_TRUNCATED);
	} else {
		sink_note(out, h.content, "encrypted: the published key does not open it, or damaged");
		st = part_encrypted(out, in, "firmware", h.content, h.content_n);
	}
	mem_free(state);
	mem_free(clear);
	return st;
}

static void buffalo_label(struct span in, struct label *out)
{
	struct header h;
	char product[MAX_TEXT + 1];
	if (read_header(in, &h) && product_of(in, &h, product))
		snprintf(out->text, sizeof out->text, "product %s", product);
}

const struct format format_buffalo = {
	.name = "buffalo",
	.title = "Buffalo encrypted firmware",
	.reference = "OpenWrt firmware-utils buffalo-lib.c",
	.tested = "OpenWrt buffalo-enc.c, followed in tests",
	.magic = (const struct magic[]){MAGIC(0, "start\0"), MAGIC(0, "asar1\0"), MAGIC_END},
	.bid = bid,
	.open = buffalo_open,
	.label = buffalo_label,
};
