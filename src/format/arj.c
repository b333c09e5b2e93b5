/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arj: the archive's header, then members (header, content), then a header of size 0.
 *
 *   0 60 ea  2 size(2) of what follows up to the checksum: 4 fixed part's size 5 version 6 needed 7 host
 *   8 flags 9 method 10 type 12 time(4) 16 packed(4) 20 size(4) 24 CRC(4) 28 name(2) 30 mode(2)
 *   32 host data(2), ... then name\0 comment\0; CRC-32(4); extended headers: size(2) data CRC(4),
 *   a size of 0 ends them; content.
 *
 * Links of ARJ for Unix (type 6) are named, but their target is not read: no public description.
 * Reference: technical notes of unarj 2.65 (technote.txt).
 */
#include "base/hash.h"
#include "format/lzh.h"
#include "format/member.h"

enum { FIXED_MIN = 30, HEADER_MAX = 2600, RESYNC_MAX = 1 << 20 };
enum { GARBLED = 1, SLASHES = 16 };
enum { MAIN = 2, DIRECTORY = 3, LABEL = 4, CHAPTER = 5, SPECIAL = 6 };

struct head {
	uint64_t at, data, next;
	uint64_t packed, size;
	uint32_t crc, time;
	uint8_t host, flags, method, type;
	uint16_t mode;
	struct span name;
	bool last;
};

static bool head_at(struct span in, uint64_t at, struct head *h)
{
	uint64_t size = span_le16(in, at + 2);
	struct span b = span_cut(in, at + 4, size);
	*h = (struct head){.at = at, .last = size == 0, .next = at + 4};
	if (!SPAN_IS(in, at, "\x60\xea") || !span_has(in, at, 4) || size > HEADER_MAX)
		return false;
	if (h->last)
		return true;
	if (!span_has(in, at, size + 8) || size < FIXED_MIN || b.p[0] < FIXED_MIN || b.p[0] > size ||
	    hash_crc32(0, b) != span_le32(in, at + 4 + size))
		return false;
	h->host = b.p[3];
	h->flags = b.p[4];
	h->method = b.p[5];
	h->type = b.p[6];
	h->time = span_le32(b, 8);
	h->packed = span_le32(b, 12);
	h->size = span_le32(b, 16);
	h->crc = span_le32(b, 20);
	h->mode = span_le16(b, 26);
	h->name = member_text(span_from(b, b.p[0]));
	h->data = at + 4 + size + 4;
	while (span_le16(in, h->data)) /* each turn goes forward */
		h->data += 2u + span_le16(in, h->data) + 4u;
	h->data += 2;
	h->next = h->data + (h->type == MAIN ? 0 : h->packed);
	return true;
}

static bool unix_host(const struct head *h)
{
	return h->host == 2 || h->host == 8;
}

static int64_t time_of(const struct head *h)
{
	if (unix_host(h))
		return h->time;
	return member_dos_time((uint16_t)(h->time >> 16), (uint16_t)h->time);
}

struct checked {
	struct codec_out out;
	struct sink *sink;
	uint32_t crc;
};

static enum status on_write(struct codec_out *out, const void *p, size_t n)
{
	struct checked *c = (struct checked *)out;
	c->crc = hash_crc32(c->crc, SPAN(p, n));
	return c->sink->write(c->sink, p, n);
}

static enum status give_packed(struct sink *out, const struct head *h, const struct entry *e,
			       struct span content, enum status *st)
{
	struct checked c = {.out = {on_write}, .sink = out};
	enum status got = out->begin(out, e);
	if (got != ST_OK)
		return member_stops(got) ? got : ST_OK;
	*st = lzh_decode(h->method == 4 ? LZH_ARJ_FAST : LZH_ARJ, content, h->size, &c.out);
	if (*st == ST_OK && c.crc != h->crc)
		*st = ST_DAMAGED;
	if (*st == ST_DAMAGED && content.n < h->packed)
		*st = ST_TRUNCATED;
	got = out->end(out, *st);
	return *st == ST_LIMIT ? ST_LIMIT : member_stops(got) ? got : ST_OK;
}

static enum status stored_status(const struct head *h, struct span content)
{
	if (content.n < h->packed)
		return ST_TRUNCATED;
	return h->packed == h->size && hash_crc32(0, content) == h->crc ? ST_OK : ST_DAMAGED;
}

static enum status give(struct span in, struct sink *out, const struct head *h, enum status *st)
{
	struct arena a = {0};
	struct span content = span_cut(in, h->data, h->packed);
	struct entry e = {.at = h->at, .size = h->size, .mtime = time_of(h)};
	char *path = arena_str(&a, h->name);
	for (char *p = path; *p && !(h->flags & SLASHES); p++)
		if (*p == '\\')
			*p = '/';
	e.path = path;
	e.owned = unix_host(h);
	e.mode = e.owned ? h->mode & 07777 : 0;
	enum status got;
	*st = ST_OK;
	if (h->type == DIRECTORY) {
		e.type = ENTRY_DIR;
		got = member_give(out, &e, SPAN(NULL, 0), ST_OK);
	} else if (h->flags & GARBLED) {
		*st = ST_ENCRYPTED;
		got = member_give(out, &e, SPAN(NULL, 0), *st);
	} else if (h->type == SPECIAL || h->method > 4) {
		*st = ST_UNSUPPORTED;
		got = member_give(out, &e, SPAN(NULL, 0), *st);
	} else if (h->method == 0) {
		*st = stored_status(h, content);
		got = member_give(out, &e, content, *st);
	} else {
		got = give_packed(out, h, &e, content, st);
	}
	if (*st != ST_OK && *st != ST_LIMIT)
		sink_note(out, h->at, "%s: %s", path, status_word(*st));
	arena_free(&a);
	return got;
}

static bool search(struct span in, uint64_t from, struct head *h)
{
	struct span area = span_cut(in, 0, from + RESYNC_MAX);
	for (size_t at = (size_t)from; from < in.n; at++) {
		at = span_find(area, SPAN_LIT("\x60\xea"), at);
		if (at == SIZE_MAX)
			return false;
		if (head_at(in, at, h) && (!h->last || at == from))
			return true;
	}
	return false;
}

static enum status arj_open(struct span in, struct sink *out)
{
	struct head h;
	enum status worst = ST_OK, st, got = ST_OK;
	if (!head_at(in, 0, &h) || h.last || h.type != MAIN)
		return in.n < FIXED_MIN + 8 ? ST_TRUNCATED : ST_DAMAGED;
	for (uint64_t at = h.next; got == ST_OK && !h.last; at = h.next) {
		if (!head_at(in, at, &h)) {
			if (!search(in, at, &h)) {
				out->note(out, at, "the archive ends without its last header");
				worst = member_worse(worst, ST_TRUNCATED);
				h.next = at;
				break;
			}
			sink_note(out, at, "no member header here, the next is at 0x%llx",
				  (unsigned long long)h.at);
			worst = ST_DAMAGED;
		}
		if (h.last || h.type == LABEL || h.type == CHAPTER || h.type == MAIN)
			continue;
		got = give(in, out, &h, &st);
		worst = member_worse(worst, st);
	}
	out->used = h.next < in.n ? h.next : in.n;
	return got != ST_OK ? got : worst;
}

static int bid(struct span in, uint64_t *size)
{
	struct head h;
	*size = 0;
	if (!head_at(in, 0, &h) || h.last || h.type != MAIN)
		return 0;
	/* to the end mark; each turn goes forward, and a fault ends the archive */
	while (head_at(in, h.next, &h) && !h.last)
		*size = h.next;
	*size = h.last ? h.next : *size;
	return *size ? 90 : 0; /* a lone main header is a part of some program */
}

const struct format format_arj = {
	.name = "arj",
	.title = "ARJ archive",
	.reference = "technote.txt of unarj 2.65",
	.tested = "arj 3.10 (methods 0 to 4, garbled)",
	.magic = (const struct magic[]){MAGIC(0, "\x60\xea"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = arj_open,
};
