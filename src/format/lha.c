/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lha: members, each header and content, then a zero byte. All numbers are little-endian.
 *
 *   0 size(1) 1 sum(1) 2 method "-lh5-" 7 packed(4) 11 size(4) 15 time(4) 19 attributes 20 level
 *   level 0  21 name, CRC-16 of the content(2), then perhaps 'U' minor time(4) mode(2) uid(2) gid(2)
 *   level 1  21 name, CRC-16(2), system(1), size of the first extended header(2). The header is
 *            size + 2 bytes, sum is over those behind it; extended headers count as packed.
 *   level 2  0 size(2) of the whole header ... 15 seconds(4) ... 21 CRC-16(2) 23 system 24 size(2)
 *   level 3  0 word size 4(2) ... 21 CRC-16(2) 23 system 24 size of the whole header(4) 28 size(4)
 *   extended header: kind(1) data, size of the next one(2, level 3: 4); its size counts all three.
 *            0 CRC-16 of the header, 1 name, 2 folder (0xff between), 0x44 0x45 both as UTF-16,
 *            0x50 mode, 0x51 gid uid, 0x54 time
 *
 * Methods lh0, lz4, lhd (nothing compressed) and lh4 to lh7 are read; lh1 to lh3, lzs and lz5 are named only.
 * Reference: header.doc of LHa for UNIX.
 */
#include "format/lzh.h"
#include "format/member.h"

enum { MIN_HEADER = 22, PATH_LIMIT = 4096, HEADER_LIMIT = 1 << 20 };

struct head {
	uint64_t at, data, next, packed, size;
	int64_t mtime;
	uint32_t mode, uid, gid;
	uint16_t crc;
	uint8_t level;
	char method[6];
	bool owned, summed;   /* summed: a checksum over the header is there and right */
	struct span name, folder;
	bool wide_name, wide_folder;
};

static uint16_t crc16(uint16_t crc, struct span s)
{
	static const uint16_t half[16] = {0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00,
					  0x2800, 0xe401, 0xa001, 0x6c00, 0x7800, 0xb401,
					  0x5000, 0x9c01, 0x8801, 0x4400};
	for (size_t i = 0; i < s.n; i++) {
		crc = (uint16_t)(crc ^ s.p[i]);
		crc = (uint16_t)(crc >> 4 ^ half[crc & 15]);
		crc = (uint16_t)(crc >> 4 ^ half[crc & 15]);
	}
	return crc;
}

static bool method(struct span in, uint64_t at)
{
	if (!span_has(in, at, MIN_HEADER) || !SPAN_IS(in, at + 2, "-l") || in.p[at + 6] != '-')
		return false;
	uint8_t kind = in.p[at + 4], n = in.p[at + 5];
	if (kind == 'h')
		return (n >= '0' && n <= '7') || n == 'd';
	return kind == 'z' && (n == 's' || n == '4' || n == '5');
}

static bool sum_is_right(struct span in, uint64_t at)
{
	struct span body = span_cut(in, at + 2, in.p[at]);
	uint8_t sum = 0;
	for (size_t i = 0; i < body.n; i++)
		sum = (uint8_t)(sum + body.p[i]);
	return body.n == in.p[at] && sum == in.p[at + 1];
}

/* The header's own CRC counts as zero bytes. */
static bool crc_is_right(struct span header, uint64_t field)
{
	static const uint8_t zero[2];
	uint16_t crc = crc16(0, span_cut(header, 0, field));
	crc = crc16(crc, SPAN(zero, 2));
	return crc16(crc, span_from(header, field + 2)) == span_le16(header, field);
}

/* A name in UTF-16 is the better one, wherever it stands. */
static void set_name(struct span *name, bool *wide, struct span v, bool is_wide)
{
	if (*wide && !is_wide)
		return;
	*name = v;
	*wide = is_wide;
}

static void extended(struct head *h, struct span header, uint64_t at, struct span x)
{
	struct span v = span_from(x, 1);
	switch (x.p[0]) {
	case 0x00:
		if (h->level >= 2 && v.n >= 2)
			h->summed = crc_is_right(header, at + 1);
		break;
	case 0x44:
	case 0x01: set_name(&h->name, &h->wide_name, v, x.p[0] == 0x44); break;
	case 0x45:
	case 0x02: set_name(&h->folder, &h->wide_folder, v, x.p[0] == 0x45); break;
	case 0x50: h->mode = span_le16(v, 0); h->owned = true; break;
	case 0x51: h->gid = span_le16(v, 0); h->uid = span_le16(v, 2); break;
	case 0x54: h->mtime = span_le32(v, 0); break;
	default: break;
	}
}

/* Walk the extended headers from `at` in `header`; returns behind the last one, 0: they are wrong. */
static uint64_t walk_extended(struct head *h, struct span header, uint64_t at, unsigned width)
{
	for (;;) {
		uint64_t n = width == 2 ? span_le16(header, at) : span_le32(header, at);
		if (!span_has(header, at, width))
			return 0;
		at += width;
		if (!n)
			return at;
		if (n < width + 1u || !span_has(header, at, n))
			return 0;
		extended(h, header, at, span_cut(header, at, n - width));
		at += n - width;
	}
}

static bool old_header(struct span in, struct head *h)
{
	uint64_t at = h->at, end = at + 2 + in.p[at], name = in.p[at + 21];
	if (in.p[at] < MIN_HEADER - 2 || !sum_is_right(in, at) || 24 + name > in.p[at] + 2u)
		return false;
	h->summed = true;
	h->mtime = member_dos_time(span_le16(in, at + 17), span_le16(in, at + 15));
	h->name = span_cut(in, at + 22, name);
	h->crc = span_le16(in, at + 22 + name);
	h->data = end;
	if (h->level == 0) {
		struct span u = span_cut(in, at + 24 + name, end - at - 24 - name);
		if (u.n >= 12 && u.p[0] == 'U') {
			h->mtime = span_le32(u, 2);
			h->mode = span_le16(u, 6);
			h->uid = span_le16(u, 8);
			h->gid = span_le16(u, 10);
			h->owned = true;
		}
		return true;
	}
	struct span header = span_cut(in, at, HEADER_LIMIT);
	uint64_t behind = end - at >= 27 ? walk_extended(h, header, end - at - 2, 2) : 0;
	if (!behind || behind - (end - at) > h->packed)
		return false;
	h->data = at + behind;
	h->packed -= behind - (end - at);
	return true;
}

static bool new_header(struct span in, struct head *h)
{
	bool three = h->level == 3;
	uint64_t size = three ? span_le32(in, h->at + 24) : span_le16(in, h->at);
	struct span header = span_cut(in, h->at, size);
	if (size < (three ? 32u : 26u) || size > HEADER_LIMIT || header.n < size ||
	    (three && span_le16(in, h->at) != 4))
		return false;
	h->mtime = span_le32(header, 15);
	h->crc = span_le16(header, 21);
	h->data = h->at + size;
	return walk_extended(h, header, three ? 28 : 24, three ? 4 : 2) != 0;
}

static bool head_at(struct span in, uint64_t at, struct head *h)
{
	if (!method(in, at))
		return false;
	*h = (struct head){.at = at, .level = in.p[at + 20]};
	memcpy(h->method, in.p + at + 2, 5);
	h->packed = span_le32(in, at + 7);
	h->size = span_le32(in, at + 11);
	if (h->level > 3 || !(h->level < 2 ? old_header(in, h) : new_header(in, h)))
		return false;
	h->next = h->data + h->packed;
	return true;
}

static void add_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_byte(b, (uint8_t)c);
	} else if (c < 0x800) {
		buf_byte(b, (uint8_t)(0xc0 | c >> 6));
		buf_byte(b, (uint8_t)(0x80 | (c & 63)));
	} else {
		buf_byte(b, (uint8_t)(0xe0 | c >> 12));
		buf_byte(b, (uint8_t)(0x80 | (c >> 6 & 63)));
		buf_byte(b, (uint8_t)(0x80 | (c & 63)));
	}
}

/*
 * Characters of the basic plane; separators 0xff, 0xffff and '\\' become '/'. Behind a byte that is
 * not ASCII a '\\' may be half of a Japanese character.
 */
static void add_name(struct buf *b, struct span s, bool wide)
{
	for (size_t i = 0; i < s.n; i += wide ? 2 : 1) {
		uint32_t c = wide ? span_le16(s, i) : s.p[i];
		if (c == 0)
			break;
		bool half = !wide && i && s.p[i - 1] >= 0x80;
		if (c == (wide ? 0xffffu : 0xffu) || (c == '\\' && !half))
			c = '/';
		if (wide)
			add_utf8(b, c);
		else
			buf_byte(b, (uint8_t)c);
	}
}

struct checked {
	struct codec_out out;
	struct sink *sink;
	uint64_t n;
	uint16_t crc;
};

static enum status on_write(struct codec_out *out, const void *p, size_t n)
{
	struct checked *c = (struct checked *)out;
	c->crc = crc16(c->crc, SPAN(p, n));
	c->n += n;
	return c->sink->write(c->sink, p, n);
}

static enum status give_packed(struct sink *out, const struct head *h, const struct entry *e,
			       struct span content, enum status *st)
{
	struct checked c = {.out = {on_write}, .sink = out};
	enum lzh kind = h->method[3] == '7' ? LZH_LH7 : h->method[3] == '6' ? LZH_LH6 : LZH_LH5;
	bool known = h->method[2] == 'h' && h->method[3] >= '4';
	enum status got = out->begin(out, e);
	if (got != ST_OK)
		return member_stops(got) ? got : ST_OK;
	*st = known ? lzh_decode(kind, content, h->size, &c.out) : ST_UNSUPPORTED;
	if (*st == ST_OK && (c.n != h->size || c.crc != h->crc))
		*st = ST_DAMAGED;
	if (*st == ST_DAMAGED && content.n < h->packed)
		*st = ST_TRUNCATED;
	got = out->end(out, *st);
	return *st == ST_LIMIT ? ST_LIMIT : member_stops(got) ? got : ST_OK;
}

static enum status give_content(struct span in, struct sink *out, const struct head *h,
				struct entry *e, enum status *st)
{
	struct span content = span_cut(in, h->data, h->packed);
	if (!SPAN_IS(span_str(h->method), 0, "-lh0-") && !SPAN_IS(span_str(h->method), 0, "-lz4-"))
		return give_packed(out, h, e, content, st);
	if (content.n < h->packed)
		*st = ST_TRUNCATED;
	else if (h->packed != h->size || crc16(0, content) != h->crc)
		*st = ST_DAMAGED;
	return member_give(out, e, content, *st);
}

static enum status give(struct span in, struct sink *out, const struct head *h, enum status *st)
{
	struct buf path = {.max = PATH_LIMIT};
	struct entry e = {.at = h->at, .size = h->size, .mtime = h->mtime, .uid = h->uid, .gid = h->gid};
	enum status got;
	*st = ST_OK;
	add_name(&path, h->folder, h->wide_folder);
	if (path.n && path.p[path.n - 1] != '/')
		buf_byte(&path, '/');
	add_name(&path, h->name, h->wide_name);
	char *text = (char *)(uintptr_t)buf_text(&path);
	char *bar = strchr(text, '|');
	e.owned = h->owned;
	e.mode = h->mode & 07777;
	e.path = text;
	if (h->owned && (h->mode & MODE_TYPE) == MODE_LINK && bar) {
		*bar = 0;
		e.link = bar + 1;
		e.type = ENTRY_SYMLINK;
	} else if (h->method[3] == 'd') {
		e.type = ENTRY_DIR;
	}
	if (e.type == ENTRY_FILE)
		got = give_content(in, out, h, &e, st);
	else
		got = member_give(out, &e, SPAN(NULL, 0), ST_OK);
	if (*st != ST_OK && *st != ST_LIMIT)
		sink_note(out, h->at, "%s: %s (%s)", e.path, status_word(*st), h->method);
	buf_free(&path);
	return got;
}

static enum status lha_open(struct span in, struct sink *out)
{
	struct head h;
	uint64_t at = 0;
	enum status worst = ST_OK, st, got = ST_OK;
	while (got == ST_OK && at < in.n && head_at(in, at, &h)) {
		got = give(in, out, &h, &st);
		worst = member_worse(worst, st);
		at = h.next;
	}
	if (at == 0)
		return ST_DAMAGED;
	if (at < in.n && in.p[at] == 0)
		at++; /* many makers leave the zero byte out */
	else if (at < in.n && method(in, at))
		worst = ST_DAMAGED;
	out->used = at < in.n ? at : in.n;
	return got != ST_OK ? got : worst;
}

static int bid(struct span in, uint64_t *size)
{
	struct head h, more;
	*size = 0;
	if (!head_at(in, 0, &h))
		return 0;
	if (h.summed)
		return 85;
	/* without a checksum, what follows must fit */
	if (h.next < in.n)
		return in.p[h.next] == 0 || head_at(in, h.next, &more) ? 60 : 0;
	return h.next == in.n ? 60 : 0;
}

const struct format format_lha = {
	.name = "lha",
	.title = "LHA archive",
	.reference = "header.doc of LHa for UNIX",
	.tested = "generator in tests (stored); archives of LHa and UNLHA32, all header levels, lh5 to lh7",
	.magic = (const struct magic[]){MAGIC(2, "-lh"), MAGIC(2, "-lz"), MAGIC_END},
	.flags = FORMAT_TREE | FORMAT_SPLIT,
	.bid = bid,
	.open = lha_open,
};
