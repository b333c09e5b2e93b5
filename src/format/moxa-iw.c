/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moxa firmware of industrial wireless devices (AWK), big endian, all of it xor-ed with a published
 * text of 43 bytes, its NUL included:
 *
 *   0 maker's word(8)  8 length(4)  12 01  13 parts(1)  14 zero(2)  16 hardware(4)  20 build(4)
 *   24 zero(4)  28 build(4)  32 01000000  36 offsets of the parts(4 each)  sum(4)
 *   part: name(16) length with this header(4) 01000000 build(4) zero(4) sum(4) content
 *
 * The sums are CRC-32 without inversions. Reference: OpenWrt scripts/moxa-encode-fw.py.
 */
#include "base/hash.h"
#include "format/part.h"

enum { KEY = 43, FIXED = 36, PART = 36, MAX_PARTS = 8, HEADER = FIXED + 4 * MAX_PARTS + 4 };

static const uint8_t key[KEY] = "Seek AGREEMENT for the date of completion.";

/* n plain bytes from `at`; zeros where the input ends. */
static struct span plain(struct span in, uint64_t at, uint8_t *out, size_t n)
{
	struct span s = span_cut(in, at, n);
	memset(out, 0, n);
	for (size_t i = 0; i < s.n; i++)
		out[i] = s.p[i] ^ key[(at + i) % KEY];
	return SPAN(out, n);
}

static bool read_header(struct span in, uint8_t raw[HEADER], struct span *h)
{
	*h = plain(in, 0, raw, HEADER);
	unsigned parts = h->p[13];
	uint64_t length = span_be32(*h, 8);
	return in.n > HEADER + PART && h->p[12] == 1 && parts >= 1 && parts <= MAX_PARTS &&
	       span_be16(*h, 14) == 0 && span_be32(*h, 24) == 0 &&
	       span_be32(*h, 32) == 0x01000000 && span_be32(*h, 20) == span_be32(*h, 28) &&
	       span_be32(*h, 36) == FIXED + 4 * parts + 4 && length > HEADER;
}

static int bid(struct span in, uint64_t *size)
{
	uint8_t raw[HEADER];
	struct span h;
	*size = 0;
	if (!read_header(in, raw, &h))
		return 0;
	*size = span_be32(h, 8);
	return 94;
}

/* The maker's CRC: register from zero, not inverted at the end. */
static uint32_t moxa_sum(struct span in, uint64_t at, uint64_t n)
{
	uint8_t block[KEY * 64];
	uint32_t crc = 0;
	for (uint64_t i = 0; i < n; i += sizeof block) {
		size_t step = n - i < sizeof block ? (size_t)(n - i) : sizeof block;
		crc = hash_crc32_raw(crc, plain(in, at + i, block, step));
	}
	return crc;
}

static enum status open_part(struct span in, uint64_t at, struct sink *out)
{
	uint8_t raw[PART];
	char name[17];
	struct span h = plain(in, at, raw, PART);
	uint32_t n = span_be32(h, 16);
	if (!span_has(in, at, PART) || n < PART) {
		sink_note(out, at, "header of a part makes no sense");
		return ST_OK;
	}
	at += PART;
	n -= PART;
	part_name(h, 0, 16, name, sizeof name);
	if (span_has(in, at, n) && moxa_sum(in, at, n) != span_be32(h, 32))
		sink_note(out, at, "%s: checksum is wrong", name);
	return part_xor(out, in, *name ? name : "part", at, n, SPAN(key, KEY), at % KEY);
}

static enum status moxa_open(struct span in, struct sink *out)
{
	uint8_t raw[HEADER];
	struct span h;
	enum status st = ST_OK;
	if (!read_header(in, raw, &h))
		return ST_DAMAGED;
	uint64_t length = span_be32(h, 8);
	unsigned parts = h.p[13], header = FIXED + 4 * parts + 4;
	sink_note(out, 0, "decrypted: xor with a published text");
	if (length > in.n)
		sink_note(out, 8, "declared length runs past the end");
	else if (moxa_sum(in, header, length - header) != span_be32(h, FIXED + 4 * parts))
		sink_note(out, FIXED + 4 * parts, "checksum is wrong");
	out->used = length < in.n ? length : in.n;
	struct span image = span_cut(in, 0, length);
	for (unsigned i = 0; i < parts && st == ST_OK; i++)
		st = open_part(image, span_be32(h, FIXED + 4 * i), out);
	return st;
}

static void moxa_label(struct span in, struct label *out)
{
	uint8_t raw[HEADER];
	struct span h;
	if (read_header(in, raw, &h))
		snprintf(out->text, sizeof out->text, "hardware %08x, build %08x", span_be32(h, 16),
			 span_be32(h, 20));
}

const struct format format_moxa_iw = {
    .name = "moxa-iw",
    .title = "Moxa firmware of wireless devices (xor)",
    .reference = "OpenWrt scripts/moxa-encode-fw.py",
    .tested = "OpenWrt moxa-encode-fw.py, followed in tests",
    .magic = NULL,
    .flags = FORMAT_START,
    .bid = bid,
    .open = moxa_open,
    .label = moxa_label,
};
