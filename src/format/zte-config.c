/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ZTE config.bin, the configuration of modems and optical terminals, mostly big endian. Up to three
 * headers follow each other:
 *
 *   [99999999 44444444 55555555 aaaaaaaa ... 0x44 header length(=128) 0x48 length ...](128)
 *   [04030201 0 length, model text]
 *   01020304  4 type  8 plain length  12 end of the last chunk but one  16 chunk size  20 crc of the
 *   chunks  24 crc of the first 24 bytes  28 zeros  60 chunks: plain length, stored length,
 *   offset of the next chunk or 0, data
 *
 * Type 0 and 1: zlib chunks. Type 2: AES-128-ECB, 3 to 6: AES-256-CBC with SHA-256 of a text as key
 * and of another as vector; inside stands a payload of type 0, which verifies the key. The keys
 * below are published; those that come from a device's serial number or address are not tried.
 * Reference: zte-config-utility (zcu/zte.py, compression.py, xcryptors.py, known_keys.py).
 */
#include "base/hash.h"
#include "codec/decrypt.h"
#include "format/part.h"

enum { OUTER = 128, PAYLOAD = 60, CHUNK = 12, MAX_CHUNKS = 65536 };

struct layout {
	uint64_t payload;
	struct span model;
	uint32_t type;
};

static bool read_layout(struct span in, struct layout *l)
{
	uint64_t at = 0;
	*l = (struct layout){.model = SPAN(in.p, 0)};
	if (SPAN_IS(in, 0, "\x99\x99\x99\x99\x44\x44\x44\x44\x55\x55\x55\x55\xaa\xaa\xaa\xaa"))
		at = OUTER;
	if (SPAN_IS(in, at, "\x04\x03\x02\x01")) {
		uint32_t n = span_be32(in, at + 8);
		if (n > 64 || !part_is_text(in, at + 12, n, n ? 1 : 0))
			return false;
		l->model = span_cut(in, at + 12, n);
		at += 12 + n;
	}
	if (!SPAN_IS(in, at, "\x01\x02\x03\x04"))
		return false;
	l->payload = at;
	l->type = span_be32(in, at + 4);
	return l->type <= 6 && span_has(in, at, PAYLOAD + CHUNK + 16) &&
	       part_all(in, at + 28, PAYLOAD - 28, 0);
}

static bool header_crc_fits(struct span in, uint64_t at)
{
	return hash_crc32(0, span_cut(in, at, 24)) == span_be32(in, at + 24);
}

/*
 * The chunks of a payload, one after the other; false at the end or where they make no sense.
 * Type 2 keeps the stored length in the first field, all others in the second.
 */
struct chunk {
	struct span data;
	uint32_t plain;
	uint64_t next; /* of the following chunk's header; 0: none */
};

static bool read_chunk(struct span in, uint64_t at, uint32_t type, struct chunk *c)
{
	if (!span_has(in, at, CHUNK))
		return false;
	uint32_t stored = span_be32(in, at + (type == 2 ? 0 : 4));
	c->plain = span_be32(in, at);
	c->data = span_cut(in, at + CHUNK, stored);
	c->next = span_be32(in, at + 8) ? at + CHUNK + stored : 0;
	return stored > 0 && c->data.n == stored;
}

/* The header of an encrypted payload: zeros, or the length, the end and the size of chunks. */
static bool bare_header_fits(struct span in, uint32_t stored)
{
	uint32_t plain = span_be32(in, 8), end = span_be32(in, 12), step = span_be32(in, 16);
	return part_all(in, 20, 8, 0) && (plain == 0 || plain <= stored) &&
	       (end == 0 || end == stored + PAYLOAD + CHUNK) &&
	       (step == 0 || (step >= 1024 && step <= 1u << 24));
}

static int bid(struct span in, uint64_t *size)
{
	struct layout l;
	struct chunk c;
	*size = 0;
	if (!read_layout(in, &l))
		return 0;
	uint64_t at = l.payload + PAYLOAD;
	uint32_t stored = span_be32(in, at + (l.type == 2 ? 0 : 4));
	if (!read_chunk(in, at, l.type, &c))
		return l.payload && stored && stored < (16u << 20) ? 60 : 0;
	if (l.type < 2)
		return header_crc_fits(in, l.payload) ? 95 : 0;
	/* Whole cipher blocks, and a header without checksums: only lengths, which must agree. */
	return stored % 16 == 0 && (l.payload || bare_header_fits(in, stored)) ? 85 : 0;
}

struct to_sink {
	struct codec_out out;
	struct sink *sink;
};

static enum status to_sink(struct codec_out *out, const void *p, size_t n)
{
	struct sink *s = ((struct to_sink *)out)->sink;
	return s->write(s, p, n);
}

/* A payload of type 0 or 1 as config.xml; *end is where it ends. */
static enum status open_plain(struct span in, uint64_t payload, struct sink *out, uint64_t *end)
{
	struct to_sink to = {.out = {.write = to_sink}, .sink = out};
	struct entry e = {.path = "config.xml", .type = ENTRY_PART, .at = payload,
			  .size = span_be32(in, payload + 8)};
	uint64_t at = payload + PAYLOAD, used, total = 0;
	uint32_t crc = 0;
	struct chunk c;
	enum status st = out->begin(out, &e), member = ST_OK;
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	for (int i = 0; i < MAX_CHUNKS && at && st == ST_OK && member == ST_OK; i++) {
		/* A last chunk that is full says that another follows. */
		if (!read_chunk(in, at, 0, &c)) {
			member = total && total == e.size ? ST_OK : ST_TRUNCATED;
			break;
		}
		total += c.plain;
		crc = hash_crc32(crc, c.data);
		st = codec_stream(CODEC_ZLIB, c.data, &to.out, &used);
		if (st == ST_DAMAGED || st == ST_TRUNCATED) {
			member = st;
			st = ST_OK;
		}
		*end = at + CHUNK + c.data.n;
		at = c.next;
	}
	if (member == ST_OK && st == ST_OK && crc != span_be32(in, payload + 20))
		member = ST_DAMAGED;
	enum status ended = out->end(out, st != ST_OK ? st : member);
	if (member != ST_OK)
		sink_note(out, at, "payload is %s", status_word(member));
	return st != ST_OK ? st : ended;
}

/* All chunks of an encrypted payload in one run. */
static void join(struct span in, const struct layout *l, struct buf *b, uint64_t *end)
{
	uint64_t at = l->payload + PAYLOAD;
	struct chunk c;
	for (int i = 0; i < MAX_CHUNKS && at && read_chunk(in, at, l->type, &c); i++) {
		buf_add(b, c.data.p, c.data.n);
		*end = at + CHUNK + c.data.n;
		at = c.next;
	}
}

static bool is_plain(const uint8_t *p, size_t n)
{
	struct span s = SPAN(p, n);
	return SPAN_IS(s, 0, "\x01\x02\x03\x04\x00\x00\x00\x00") && header_crc_fits(s, 0);
}

static bool try_ecb(struct span secret, uint8_t *clear)
{
	static const char *const keys[] = {
		"MIK@0STzKpB%qJZe", "MIK@0STzKpB%qJZf", "402c38de39bed665", "Q#Zxn*x3kVLc", "Wj",
		"m8@96&ZG3Nm7N&Iz", "GrWM2Hz&LTvz&f^5", "GrWM3Hz&LTvz&f^9", "Renjx%2$CjM",
		"tHG@Ti&GVh@ql3XN", "SDEwOE5WMi41Uk9T", "Wj%2$CjM",
	};
	for (size_t i = 0; secret.n >= 64 && i < sizeof keys / sizeof *keys; i++) {
		uint8_t key[16] = {0};
		memcpy(key, keys[i], strlen(keys[i]));
		decrypt(CIPHER_AES_128_ECB, key, NULL, span_cut(secret, 0, 64), clear);
		if (!is_plain(clear, 64))
			continue;
		decrypt(CIPHER_AES_128_ECB, key, NULL, secret, clear);
		return true;
	}
	return false;
}

/* SHA-256 of two texts, one behind the other. */
static void hash_both(const char *one, const char *two, uint8_t sum[SHA256_SIZE])
{
	struct buf b = {0};
	buf_str(&b, one);
	buf_str(&b, two);
	hash_sha256(buf_span(&b), sum);
	buf_free(&b);
}

/* Key and vector are digests of a common text and a word each, which stands behind it or before it. */
static bool try_cbc(struct span secret, const char *text, const char *const word[2], bool before,
		    uint8_t *clear)
{
	uint8_t key[SHA256_SIZE], iv[SHA256_SIZE];
	hash_both(before ? word[0] : text, before ? text : word[0], key);
	hash_both(before ? word[1] : text, before ? text : word[1], iv);
	decrypt(CIPHER_AES_256_CBC, key, iv, span_cut(secret, 0, 64), clear);
	if (!is_plain(clear, 64))
		return false;
	decrypt(CIPHER_AES_256_CBC, key, iv, secret, clear);
	return true;
}

static bool try_pairs(struct span secret, struct span model, uint8_t *clear)
{
	static const char *const fixed[][2] = {
		{"H267AV1_CZkey", "H267AV1_CZIV"},
		{"8cc72b05705d5c46f412af8cbed55aad", "667b02a85c61c786def4521b060265e8"},
		{"8dc79b15726d5c46d412af8cbed65aad", "678b02a85c63c786def4523b061265e8"},
		{"L04&Product@5A238dc79b15726d5c06", "ZTE%FN$GponNJ025678b02a85c63c706"},
		{"f680v9.0", "ZTE%FN$GponNJ025"},
		{"H6107AV10Key20102021", "ZTE%FN$GponNJ025"},
	};
	static const char *const suffix[][2] = {
		{"", ""}, {"key", "IV"}, {"Key02660004", "Iv02660004"}, {"Key02710001", "Iv02710001"},
		{"Key02710010", "Iv02710010"}, {"Key02721401", "Iv02721401"},
		{"8cc72b05705d5c46f412af8cbed55aa", "667b02a85c61c786def4521b060265e"},
	};
	static const char *const models[] = {"H268Q", "H298Q", "H188A", "H288A", "H196Q", "ZXHNH168NV3.5"};
	char names[2 + sizeof models / sizeof *models][72];
	size_t n = 0, k = 0;
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (try_cbc(secret, "", fixed[i], false, clear))
			return true;
	if (model.n) {
		part_text(model, 0, model.n, names[n++], sizeof names[0]);
		for (const char *c = names[0]; *c; c++)
			if (*c != ' ')
				names[1][k++] = *c;
		names[n++][k] = 0;
	}
	for (size_t i = 0; i < sizeof models / sizeof *models; i++)
		snprintf(names[n++], sizeof names[0], "%s", models[i]);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < sizeof suffix / sizeof *suffix; j++) {
			if (try_cbc(secret, names[i], suffix[j], false, clear) ||
			    try_cbc(secret, names[i], suffix[j], true, clear))
				return true;
		}
	return false;
}

static enum status open_secret(struct span in, const struct layout *l, struct sink *out, uint64_t *end)
{
	struct buf b = {0};
	uint64_t unused = 0;
	enum status st;
	join(in, l, &b, end);
	struct span secret = buf_span(&b);
	uint8_t *clear = mem_array(b.n + 16, 1);
	bool open = secret.n >= 64 &&
		    (l->type == 2 ? try_ecb(secret, clear) : try_pairs(secret, l->model, clear));
	if (open) {
		sink_note(out, l->payload, "decrypted: AES with a published key");
		st = open_plain(SPAN(clear, b.n - b.n % 16), 0, out, &unused);
	} else {
		sink_note(out, l->payload, "encrypted (type %u): no published key opens it", l->type);
		st = part_made(out, "config", l->payload + PAYLOAD, secret, ST_ENCRYPTED);
	}
	mem_free(clear);
	buf_free(&b);
	return st;
}

static enum status zte_open(struct span in, struct sink *out)
{
	struct layout l;
	uint64_t end = 0;
	if (!read_layout(in, &l))
		return ST_DAMAGED;
	enum status st = l.type < 2 ? open_plain(in, l.payload, out, &end)
				    : open_secret(in, &l, out, &end);
	out->used = end ? end : in.n;
	return st;
}

static void zte_label(struct span in, struct label *out)
{
	struct layout l;
	char model[65];
	if (!read_layout(in, &l))
		return;
	out->type = "configuration";
	snprintf(out->text, sizeof out->text, "%s, type %u",
		 part_text(l.model, 0, l.model.n, model, sizeof model), l.type);
}

const struct format format_zte_config = {
	.name = "zte-config",
	.title = "ZTE configuration (config.bin)",
	.reference = "zte-config-utility, zcu/zte.py",
	.tested = "zte-config-utility encode.py, followed in tests; generator in tests",
	.magic = (const struct magic[]){
		MAGIC(0, "\x99\x99\x99\x99\x44\x44\x44\x44\x55\x55\x55\x55\xaa\xaa\xaa\xaa"),
		MAGIC(0, "\x04\x03\x02\x01\x00\x00\x00\x00\x00\x00\x00"),
		MAGIC(0, "\x01\x02\x03\x04\x00\x00\x00"), MAGIC_END},
	.bid = bid,
	.open = zte_open,
	.label = zte_label,
};
