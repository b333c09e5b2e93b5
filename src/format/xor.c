/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images xor-ed with a short repeating key: no header, the key is recovered. One maker (NEC) xors with
 * a row of the numbers 1 to 251 as well, over and over.
 *
 * Two ways, and both must end at a header inside that checks out (a uImage with a right checksum, a
 * SquashFS 4 superblock or an ELF header whose fields agree, Seama, TRX):
 *  - known bytes: a magic at the front gives a key of up to four bytes; the NUL tail of a uImage's
 *    name one of up to sixteen, also where the maker has a magic of his own;
 *  - padding: where the input repeats with a short period, the period is the key (or its inverse).
 * Random and compressed data have no header that checks out under any of these keys.
 * Reference: OpenWrt firmware-utils xorimage.c, nec-enc.c.
 */
#include "base/hash.h"
#include "format/part.h"

enum { HEAD = 128, MAX_KEY = 64, STEP = 4096, RUN = 512, COUNT = 251 };

struct key {
	uint8_t bytes[MAX_KEY];
	size_t n;
	bool counted; /* and with 1 to 251 */
};

static uint8_t count_at(const struct key *k, uint64_t at)
{
	return k->counted ? (uint8_t)(at % COUNT + 1) : 0;
}

static bool is_uimage(struct span h)
{
	uint8_t head[64];
	if (!SPAN_IS(h, 0, "\x27\x05\x19\x56") &&
	    (h.p[28] - 1u >= 40 || h.p[29] - 1u >= 40 || h.p[30] - 1u >= 60 || h.p[31] > 10 ||
	     !span_be32(h, 12)))
		return false;
	memcpy(head, h.p, 64);
	memset(head + 4, 0, 4);
	return hash_crc32(0, SPAN(head, 64)) == span_be32(h, 4);
}

static bool is_squashfs(struct span h, uint64_t n)
{
	uint32_t block = span_le32(h, 12);
	uint16_t log = span_le16(h, 22);
	return SPAN_IS(h, 0, "hsqs") && span_le16(h, 28) == 4 && span_le16(h, 30) == 0 && log >= 12 &&
	       log <= 20 && block == UINT32_C(1) << log && span_le64(h, 40) <= n;
}

static bool is_elf(struct span h)
{
	bool big = h.p[5] == 2, wide = h.p[4] == 2;
	return SPAN_IS(h, 0, "\177ELF") && h.p[4] - 1u < 2 && h.p[5] - 1u < 2 && h.p[6] == 1 &&
	       span_u32(h, 20, big) == 1 && span_u16(h, wide ? 52 : 40, big) == (wide ? 64 : 52) &&
	       part_all(h, 9, 7, 0);
}

static bool is_seama(struct span h)
{
	return SPAN_IS(h, 0, "\x5e\xa3\xa4\x17\0\0") && span_be32(h, 8) == 0 && SPAN_IS(h, 12, "signature=");
}

static bool is_trx(struct span h, uint64_t n)
{
	return SPAN_IS(h, 0, "HDR0") && span_le32(h, 4) <= n && span_le16(h, 14) == 1 &&
	       span_le32(h, 16) == 28 && span_le32(h, 20) < span_le32(h, 4);
}

/* Does the front, decoded with this key, check out? The key must change something. */
static bool opens(struct span in, const struct key *k)
{
	uint8_t head[HEAD];
	if (in.n < HEAD || k->n == 0 || part_all(SPAN(k->bytes, k->n), 0, k->n, 0))
		return false;
	for (size_t i = 0; i < HEAD; i++)
		head[i] = in.p[i] ^ k->bytes[i % k->n] ^ count_at(k, i);
	struct span h = SPAN(head, HEAD);
	return is_uimage(h) || is_squashfs(h, in.n) || is_elf(h) || is_seama(h) || is_trx(h, in.n);
}

/* Keys of one, two and four bytes from a magic that may stand at the front. */
static bool by_magic(struct span in, struct key *k)
{
	static const char magics[][5] = {"\x27\x05\x19\x56", "hsqs", "\177ELF", "\x5e\xa3\xa4\x17", "HDR0"};
	for (size_t m = 0; m < sizeof magics / sizeof *magics; m++)
		for (k->n = 1; k->n <= 4; k->n *= 2) {
			for (size_t i = 0; i < k->n; i++)
				k->bytes[i] = in.p[i] ^ (uint8_t)magics[m][i] ^ count_at(k, i);
			if (opens(in, k))
				return true;
		}
	return false;
}

/* Keys of up to sixteen bytes from the end of a uImage's name, which mostly is NUL. */
static bool by_name_tail(struct span in, struct key *k)
{
	for (k->n = 3; k->n <= 16; k->n++) {
		for (size_t i = 64 - k->n; i < 64; i++)
			k->bytes[i % k->n] = in.p[i] ^ count_at(k, i);
		if (opens(in, k))
			return true;
	}
	return false;
}

/* Padding: RUN bytes that repeat with a period of at most MAX_KEY, in steps through the input. */
static bool by_padding(struct span in, struct key *k)
{
	size_t step = in.n / 256 > STEP ? in.n / 256 : STEP;
	for (size_t at = 0; span_has(in, at, RUN); at += step) {
		uint8_t p[RUN];
		for (size_t i = 0; i < RUN; i++)
			p[i] = in.p[at + i] ^ count_at(k, at + i);
		for (k->n = 1; k->n <= MAX_KEY; k->n++)
			if (memcmp(p, p + k->n, RUN - k->n) == 0)
				break;
		if (k->n > MAX_KEY)
			continue;
		for (size_t i = 0; i < k->n; i++)
			k->bytes[(at + i) % k->n] = p[i];
		if (opens(in, k))
			return true;
		for (size_t i = 0; i < k->n; i++)
			k->bytes[i] ^= 0xff;
		if (opens(in, k))
			return true;
	}
	return false;
}

static bool find_key(struct span in, struct key *k)
{
	if (in.n < 2 * HEAD)
		return false;
	for (int counted = 0; counted < 2; counted++) {
		k->counted = counted;
		if (by_magic(in, k) || by_name_tail(in, k) || by_padding(in, k))
			return true;
	}
	return false;
}

/* Key and numbers as one key, which is as long as both together. */
static enum status open_counted(struct span in, const struct key *k, struct sink *out)
{
	size_t n = COUNT * k->n;
	uint8_t *both = mem_array(n, 1);
	for (size_t i = 0; i < n; i++)
		both[i] = k->bytes[i % k->n] ^ count_at(k, i);
	enum status st = part_xor(out, in, "data", 0, in.n, SPAN(both, n), 0);
	mem_free(both);
	return st;
}

static int bid(struct span in, uint64_t *size)
{
	struct key k;
	*size = 0;
	return find_key(in, &k) ? 80 : 0;
}

static enum status xor_open(struct span in, struct sink *out)
{
	struct key k;
	char hex[2 * MAX_KEY + 1];
	if (!find_key(in, &k))
		return ST_DAMAGED;
	hash_hex(k.bytes, k.n, hex);
	sink_note(out, 0, "xor-ed with a key of %zu bytes%s: %s", k.n,
		  k.counted ? " and a row of numbers" : "", hex);
	out->used = in.n;
	if (k.counted)
		return open_counted(in, &k, out);
	return part_xor(out, in, "data", 0, in.n, SPAN(k.bytes, k.n), 0);
}

const struct format format_xor = {
	.name = "xor",
	.title = "Image xor-ed with a short key",
	.reference = "OpenWrt firmware-utils xorimage.c, nec-enc.c",
	.tested = "OpenWrt xorimage.c, nec-enc.c, followed in tests; generator in tests",
	.magic = NULL,
	.flags = FORMAT_START,
	.bid = bid,
	.open = xor_open,
};
