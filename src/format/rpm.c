/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpm:  lead, signature header (filled up to 8 bytes), header, payload.
 *
 *   lead (96)  ed ab ee db  major minor type(2) arch(2) name(66) os(2) signature type(2) reserved(16)
 *   header     8e ad e8 01  0(4) entries(4) size of store(4), entries: tag(4) type(4) offset(4) count(4),
 *              store. All numbers are big-endian.
 *   Signature tags: 1000 size of header and payload, 270 the same in 64 bits, 1004 MD5 of both.
 *   Header tags: 1000 name, 1001 version, 1002 release, 1022 architecture.
 *
 * The payload (a compressed cpio archive) is one part. Reference: rpm docs/manual/format.md (format 3 and 4).
 */
#include "base/hash.h"
#include "format/member.h"

enum { LEAD = 96, INTRO = 16, ENTRY = 16, STRING = 6, INT32 = 4, INT64 = 5, BINARY = 7 };
enum { SIG_SIZE = 1000, SIG_LONG_SIZE = 270, SIG_MD5 = 1004 };
enum { NAME = 1000, VERSION = 1001, RELEASE = 1002, ARCH = 1022 };

struct header {
	struct span index, store;
	uint64_t at, end;
};

static bool header_at(struct span in, uint64_t at, struct header *h)
{
	uint64_t entries = span_be32(in, at + 8), size = span_be32(in, at + 12);
	if (!SPAN_IS(in, at, "\x8e\xad\xe8\x01") || !span_has(in, at, INTRO) || !entries)
		return false;
	*h = (struct header){.at = at, .end = at + INTRO + entries * ENTRY + size};
	h->index = span_cut(in, at + INTRO, entries * ENTRY);
	h->store = span_cut(in, at + INTRO + entries * ENTRY, size);
	return true;
}

/* The value of a tag, from its start to the end of the store. */
static bool value(const struct header *h, uint32_t tag, uint32_t type, struct span *out)
{
	for (uint64_t at = 0; span_has(h->index, at, ENTRY); at += ENTRY) {
		if (span_be32(h->index, at) != tag || span_be32(h->index, at + 4) != type)
			continue;
		*out = span_from(h->store, span_be32(h->index, at + 8));
		return out->n > 0;
	}
	return false;
}

static bool headers(struct span in, struct header *signature, struct header *main)
{
	return SPAN_IS(in, 0, "\xed\xab\xee\xdb") && header_at(in, LEAD, signature) &&
	       header_at(in, (signature->end + 7) / 8 * 8, main);
}

/* Where the package ends; 0 when its signature does not say. */
static uint64_t extent(const struct header *signature, const struct header *main)
{
	struct span v;
	uint64_t size = 0, end;
	if (value(signature, SIG_LONG_SIZE, INT64, &v))
		size = span_be64(v, 0);
	else if (value(signature, SIG_SIZE, INT32, &v))
		size = span_be32(v, 0);
	if (__builtin_add_overflow(main->at, size, &end) || end < main->end)
		return 0;
	return end;
}

static int bid(struct span in, uint64_t *size)
{
	struct header signature, main;
	*size = 0;
	if (!SPAN_IS(in, 0, "\xed\xab\xee\xdb") || in.n < LEAD || in.p[4] < 3 || in.p[4] > 4 ||
	    span_be16(in, 6) > 1 || span_be16(in, 78) != 5)
		return 0;
	if (!headers(in, &signature, &main))
		return header_at(in, LEAD, &signature) && signature.end >= in.n ? 60 : 0;
	*size = extent(&signature, &main);
	return 95;
}

static bool sum_is_wrong(const struct header *signature, struct span body)
{
	struct span v;
	uint8_t md5[16];
	if (!value(signature, SIG_MD5, BINARY, &v) || v.n < sizeof md5)
		return false;
	hash_md5(body, md5);
	return memcmp(md5, v.p, sizeof md5) != 0;
}

static enum status rpm_open(struct span in, struct sink *out)
{
	struct header signature, main;
	if (!headers(in, &signature, &main) || main.end > in.n) {
		out->note(out, LEAD, "no whole headers");
		return in.n < LEAD + INTRO || SPAN_IS(in, LEAD, "\x8e\xad\xe8\x01") ? ST_TRUNCATED
										    : ST_DAMAGED;
	}
	uint64_t end = extent(&signature, &main);
	struct span body = end ? span_cut(in, main.at, end - main.at) : span_from(in, main.at);
	struct span payload = span_from(body, main.end - main.at);
	enum status st = end > in.n ? ST_TRUNCATED : ST_OK;
	if (st == ST_OK && sum_is_wrong(&signature, body))
		st = ST_DAMAGED;
	if (st != ST_OK)
		sink_note(out, main.end, "the payload is %s", status_word(st));
	out->used = main.at + body.n;
	struct entry e = {.path = "payload", .type = ENTRY_PART, .at = main.end, .size = payload.n};
	enum status got = member_give(out, &e, payload, st);
	return got != ST_OK ? got : st;
}

static void label(struct span in, struct label *out)
{
	struct header signature, main;
	struct span v[4];
	static const uint32_t tags[] = {NAME, VERSION, RELEASE, ARCH};
	if (!headers(in, &signature, &main))
		return;
	for (size_t i = 0; i < 4; i++)
		v[i] = value(&main, tags[i], STRING, &v[i]) ? member_text(span_cut(v[i], 0, 25))
							    : SPAN(in.p, 0);
	snprintf(out->text, sizeof out->text, "%.*s-%.*s-%.*s.%.*s", (int)v[0].n,
		 (const char *)v[0].p, (int)v[1].n, (const char *)v[1].p, (int)v[2].n,
		 (const char *)v[2].p, (int)v[3].n, (const char *)v[3].p);
}

const struct format format_rpm = {
	.name = "rpm",
	.title = "RPM package",
	.reference = "rpm docs/manual/format.md",
	.tested = "generator in tests; packages of rpmbuild",
	.magic = (const struct magic[]){MAGIC(0, "\xed\xab\xee\xdb"), MAGIC_END},
	.bid = bid,
	.open = rpm_open,
	.label = label,
};
