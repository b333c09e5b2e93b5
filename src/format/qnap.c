/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QNAP firmware: the first part of the image is encrypted; 74 bytes stand at its very end:
 *
 *   0 "icpnas"  6 length of the encrypted part(4, LE)  10 device(16)  26 version(16)  42 date(16)
 *   58 revision(16)
 *
 * The cipher is PC1 (Pukall 1991): a word of the key at a time is mixed with all plain text so far.
 * The key is "QNAPNASVERSION" and the first digit of the version (NAS) or the device's name
 * (routers). Nothing inside verifies it but the gzip magic of what comes out.
 * Reference: ulidtko, qnap-qts-fw-cryptor.py; OpenWrt firmware-utils pc1crypt.c; unblob qnap.
 */
#include "format/part.h"

enum { FOOTER = 74, MAX_WORDS = 16, CHUNK = 16 * 1024 };

struct pc1 {
	/* For each value of the running xor and each key word: what it adds. */
	uint16_t y[256][MAX_WORDS], t[256][MAX_WORDS];
	size_t words;
	uint16_t last, z;
	uint8_t acc;
};

static void pc1_start(struct pc1 *c, const char *secret)
{
	size_t len = strlen(secret);
	c->words = len / 2 < MAX_WORDS ? len / 2 : MAX_WORDS;
	c->last = c->z = 0;
	c->acc = 0;
	for (unsigned a = 0; a < 256; a++) {
		uint32_t s = 0;
		for (size_t i = 0; i < c->words; i++) {
			uint32_t hi = ((uint8_t)secret[2 * i] ^ a) & 0xff;
			uint32_t lo = ((uint8_t)secret[2 * i + 1] ^ a) & 0xff;
			if (hi >= 0x80)
				hi -= 0x101; /* a signed char, and the borrow of the low half */
			uint32_t x = s ^ ((hi << 8) + lo);
			s = (0x4e35 * x + 1) & 0xffff;
			c->y[a][i] = (uint16_t)(0x15a * x);
			c->t[a][i] = (uint16_t)s;
		}
	}
}

static uint8_t pc1_byte(struct pc1 *c, uint8_t v)
{
	uint16_t mixed = 0;
	for (size_t i = 0; i < c->words; i++) {
		uint16_t before = c->last;
		c->last = c->y[c->acc][i];
		c->z = (uint16_t)(c->last + before + 0x4e35u * (c->z + (uint32_t)i));
		mixed = (uint16_t)(mixed ^ c->t[c->acc][i] ^ c->z);
	}
	uint8_t plain = (uint8_t)(v ^ (mixed >> 8) ^ mixed);
	c->acc ^= plain;
	return plain;
}

static bool footer_fits(struct span in, uint64_t *at)
{
	if (in.n < FOOTER + 64)
		return false;
	*at = in.n - FOOTER;
	return SPAN_IS(in, *at, "icpnas") && span_le32(in, *at + 6) >= 16 && span_le32(in, *at + 6) <= *at &&
	       part_is_text(in, *at + 10, 16, 2) && part_is_text(in, *at + 26, 16, 1);
}

static int bid(struct span in, uint64_t *size)
{
	uint64_t at;
	*size = 0;
	if (!footer_fits(in, &at))
		return 0;
	*size = in.n;
	return 96;
}

/* Does this key make the front a gzip member or another thing that is known? */
static bool key_fits(struct pc1 *c, struct span in, const char *secret)
{
	uint8_t head[4];
	pc1_start(c, secret);
	for (size_t i = 0; i < sizeof head; i++)
		head[i] = pc1_byte(c, in.p[i]);
	pc1_start(c, secret);
	return memcmp(head, "\x1f\x8b\x08", 3) == 0 || memcmp(head, "hsqs", 4) == 0 ||
	       memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "\xd0\x0d\xfe\xed", 4) == 0 ||
	       memcmp(head, "\xfd" "7zX", 4) == 0;
}

static enum status write_all(struct pc1 *c, struct span in, uint64_t secret, uint64_t all, struct sink *out)
{
	uint8_t chunk[CHUNK];
	struct entry e = {.path = "firmware", .type = ENTRY_PART, .size = all};
	enum status st = out->begin(out, &e);
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	for (uint64_t pos = 0; pos < secret && st == ST_OK; pos += CHUNK) {
		struct span s = span_cut(in, pos, secret - pos < CHUNK ? secret - pos : CHUNK);
		for (size_t i = 0; i < s.n; i++)
			chunk[i] = pc1_byte(c, s.p[i]);
		st = out->write(out, chunk, s.n);
	}
	struct span rest = span_cut(in, secret, all - secret);
	if (st == ST_OK && rest.n)
		st = out->write(out, rest.p, rest.n);
	enum status ended = out->end(out, st);
	return st != ST_OK ? st : ended;
}

static enum status qnap_open(struct span in, struct sink *out)
{
	uint64_t at;
	char device[17], version[17], secret[40];
	if (!footer_fits(in, &at))
		return ST_DAMAGED;
	struct pc1 *c = mem_alloc(sizeof *c);
	part_text(in, at + 10, 16, device, sizeof device);
	part_text(in, at + 26, 16, version, sizeof version);
	snprintf(secret, sizeof secret, "QNAPNASVERSION%c", version[0]);
	bool found = key_fits(c, in, secret) || key_fits(c, in, device);
	enum status st;
	out->used = in.n;
	if (found) {
		sink_note(out, 0, "decrypted: PC1 with a published key");
		st = write_all(c, in, span_le32(in, at + 6), at, out);
	} else {
		sink_note(out, 0, "encrypted: no published key opens it");
		st = part_encrypted(out, in, "firmware", 0, at);
	}
	mem_free(c);
	return st;
}

static void qnap_label(struct span in, struct label *out)
{
	uint64_t at;
	char device[17], version[17];
	if (footer_fits(in, &at))
		snprintf(out->text, sizeof out->text, "%s %s",
			 part_text(in, at + 10, 16, device, sizeof device),
			 part_text(in, at + 26, 16, version, sizeof version));
}

const struct format format_qnap = {
	.name = "qnap",
	.title = "QNAP firmware",
	.reference = "qnap-qts-fw-cryptor.py, unblob qnap",
	.tested = "generator in tests",
	.magic = NULL,
	.flags = FORMAT_START,
	.bid = bid,
	.open = qnap_open,
	.label = qnap_label,
};
