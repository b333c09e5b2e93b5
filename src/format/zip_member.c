/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One member of a zip file: headers, extra fields, decompression and its checks.
 *
 *   local    "PK\3\4" 4 version 6 flags 8 method 10 time 12 date 14 crc 18 packed 22 size 26 name(2)
 *            28 extra(2) 30 name, extra, content
 *   central  "PK\1\2" 4 made by 5 host 6 version 8 flags 10 method 12 time 14 date 16 crc 20 packed
 *            24 size 28 name(2) 30 extra(2) 32 comment(2) 36 internal 38 attributes 42 local offset
 *   extra    id(2) size(2) data: 0x0001 zip64, 0x5455 times, 0x5855 and 0x7875 Unix, 0x7075 name
 *
 * Reference: PKWARE APPNOTE 6.3.10; Info-ZIP extrafld.txt.
 */
#include "format/zip.h"

#include <archive.h>

#include "base/hash.h"
#include "format/archive_adapter.h"
#include "format/member.h"

enum { LINK_MAX_BYTES = 4096, NAME_LIMIT = 4096, LZMA_HEADER = 9 };

/* The data of an extra field. */
static bool extra_field(struct span extra, uint16_t id, struct span *out)
{
	while (extra.n >= 4) {
		*out = span_cut(extra, 4, span_le16(extra, 2));
		if (span_le16(extra, 0) == id && out->n == span_le16(extra, 2))
			return true;
		extra = span_from(extra, 4 + (uint64_t)span_le16(extra, 2));
	}
	return false;
}

/* Fields that hold all ones have their value in the zip64 field, in this order. */
static void zip64(struct zip_member *m, bool offset_too)
{
	struct span x;
	uint64_t *const fields[] = {&m->size, &m->packed, &m->local};
	if (!extra_field(m->extra, 0x0001, &x))
		return;
	for (size_t i = 0; i < 2u + offset_too; i++) {
		if (*fields[i] != UINT32_MAX)
			continue;
		*fields[i] = span_le64(x, 0);
		x = span_from(x, 8);
	}
}

static bool known_method(uint16_t m)
{
	return m <= 12 || m == 14 || m == 16 || (m >= 18 && m <= 20) || (m >= 93 && m <= 99);
}

bool zip_local(struct span in, uint64_t at, struct zip_member *m, uint64_t *data)
{
	struct span h = span_from(in, at);
	if (h.n < 30 || !SPAN_IS(h, 0, "PK\3\4"))
		return false;
	*m = (struct zip_member){
		.local = at,
		.flags = span_le16(h, 6),
		.method = span_le16(h, 8),
		.time = span_le16(h, 10),
		.date = span_le16(h, 12),
		.crc = span_le32(h, 14),
		.packed = span_le32(h, 18),
		.size = span_le32(h, 22),
	};
	uint16_t name = span_le16(h, 26), extra = span_le16(h, 28);
	if (!known_method(m->method) || h.p[4] > 99 || name == 0 || name > NAME_LIMIT ||
	    !span_has(h, 30, (uint64_t)name + extra))
		return false;
	m->name = span_cut(h, 30, name);
	m->extra = span_cut(h, 30u + name, extra);
	if (!member_printable(m->name))
		return false;
	m->open_end = (m->flags & ZIP_DESCRIPTOR) && (m->packed == 0 || m->crc == 0) &&
		      m->name.p[m->name.n - 1] != '/';
	zip64(m, false);
	*data = at + 30 + name + extra;
	return true;
}

bool zip_central(struct span in, uint64_t at, struct zip_member *m, uint64_t *next)
{
	struct span h = span_from(in, at);
	if (h.n < 46 || !SPAN_IS(h, 0, "PK\1\2"))
		return false;
	*m = (struct zip_member){
		.host = h.p[5],
		.flags = span_le16(h, 8),
		.method = span_le16(h, 10),
		.time = span_le16(h, 12),
		.date = span_le16(h, 14),
		.crc = span_le32(h, 16),
		.packed = span_le32(h, 20),
		.size = span_le32(h, 24),
		.attributes = span_le32(h, 38),
		.local = span_le32(h, 42),
	};
	uint64_t name = span_le16(h, 28), extra = span_le16(h, 30), comment = span_le16(h, 32);
	m->name = span_cut(h, 46, name);
	m->extra = span_cut(h, 46 + name, extra);
	*next = at + 46 + name + extra + comment;
	zip64(m, true);
	return span_has(h, 0, 46 + name + extra + comment);
}

/* The name as a path: the UTF-8 one where there is one; DOS tools write '\\' for '/'. */
static const char *path_of(const struct zip_member *m, struct arena *a)
{
	struct span x, name = m->name;
	if (extra_field(m->extra, 0x7075, &x) && x.n > 5 && x.p[0] == 1 &&
	    span_le32(x, 1) == hash_crc32(0, m->name))
		name = span_from(x, 5);
	char *path = arena_str(a, name);
	if (m->host == 0 && !strchr(path, '/'))
		for (char *p = path; *p; p++)
			if (*p == '\\')
				*p = '/';
	return path;
}

static void owner_and_time(const struct zip_member *m, struct entry *e)
{
	struct span x;
	if (extra_field(m->extra, 0x5455, &x) && x.n >= 5 && (x.p[0] & 1))
		e->mtime = (int32_t)span_le32(x, 1);
	else if (extra_field(m->extra, 0x5855, &x) && x.n >= 8)
		e->mtime = (int32_t)span_le32(x, 4);
	else
		e->mtime = member_dos_time(m->date, m->time);
	if (extra_field(m->extra, 0x7875, &x) && x.n >= 11 && x.p[1] == 4 && x.p[6] == 4) {
		e->uid = span_le32(x, 2);
		e->gid = span_le32(x, 7);
	}
}

static struct entry entry_of(const struct zip_member *m, struct arena *a)
{
	bool unix_mode = (m->host == 3 || m->host == 19) && m->attributes >> 16;
	struct entry e = {.path = path_of(m, a), .at = m->local, .size = m->size};
	size_t n = strlen(e.path);
	bool slash = n && e.path[n - 1] == '/';
	owner_and_time(m, &e);
	if (unix_mode) {
		bool known;
		e.type = member_type(m->attributes >> 16, &known);
		e.mode = m->attributes >> 16 & 07777;
		e.owned = true;
	}
	if (slash || (!unix_mode && m->host == 0 && (m->attributes & 0x10)))
		e.type = ENTRY_DIR;
	return e;
}

/* Counts and checks what a decoder makes, on its way to a sink or into a buffer. */
struct checked {
	struct codec_out out;
	struct sink *sink;
	struct buf *buf;
	uint64_t n;
	uint32_t crc;
};

static enum status on_write(struct codec_out *out, const void *p, size_t n)
{
	struct checked *c = (struct checked *)out;
	c->crc = hash_crc32(c->crc, SPAN(p, n));
	c->n += n;
	if (c->buf)
		return buf_add(c->buf, p, n) ? ST_OK : ST_DAMAGED;
	return c->sink->write(c->sink, p, n);
}

/* LZMA in zip: version(2) size of properties(2) properties(5) stream: make the usual header of it. */
static enum status lzma(const struct zip_member *m, struct span data, struct checked *c)
{
	struct buf b = {0};
	uint64_t used, size = (m->flags & ZIP_END_MARK) ? UINT64_MAX : m->size;
	uint8_t le[8];
	if (data.n < LZMA_HEADER || span_le16(data, 2) != 5)
		return data.n < LZMA_HEADER ? ST_TRUNCATED : ST_DAMAGED;
	for (size_t i = 0; i < 8; i++)
		le[i] = (uint8_t)(size >> (8 * i));
	buf_add(&b, data.p + 4, 5);
	buf_add(&b, le, sizeof le);
	buf_add(&b, data.p + LZMA_HEADER, data.n - LZMA_HEADER);
	enum status st = codec_stream(CODEC_LZMA_ALONE, buf_span(&b), &c->out, &used);
	buf_free(&b);
	return st;
}

/* PPMd goes through libarchive: as an archive of one member, whose header tells its sizes. */
static enum status ppmd(const struct zip_member *m, struct span data, struct checked *c)
{
	struct buf b = {0};
	const uint64_t fields[][2] = {{0x04034b50, 4}, {63, 2}, {0, 2}, {m->method, 2}, {0, 4},
				      {m->crc, 4}, {data.n, 4}, {m->size, 4}, {1, 2}, {0, 2}, {'x', 1}};
	if (data.n >= UINT32_MAX || m->size >= UINT32_MAX)
		return ST_UNSUPPORTED;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		for (uint64_t k = 0; k < fields[i][1]; k++)
			buf_byte(&b, (uint8_t)(fields[i][0] >> (8 * k)));
	buf_add(&b, data.p, data.n);
	enum status st = archive_content(buf_span(&b), &c->out,
					 archive_read_support_format_zip_streamable);
	buf_free(&b);
	return st;
}

static enum status decode(const struct zip_member *m, struct span data, struct checked *c,
			  uint64_t *used)
{
	*used = data.n;
	switch (m->method) {
	case 0: return data.n ? c->out.write(&c->out, data.p, data.n) : ST_OK;
	case 8: return codec_stream(CODEC_DEFLATE, data, &c->out, used);
	case 12: return codec_stream(CODEC_BZIP2, data, &c->out, used);
	case 14: return lzma(m, data, c);
	case 20:
	case 93: return codec_stream(CODEC_ZSTD, data, &c->out, used);
	case 98: return ppmd(m, data, c);
	case 95: return codec_stream(CODEC_XZ, data, &c->out, used);
	default: return ST_UNSUPPORTED;
	}
}

/* A descriptor "PK\7\8" (optional) crc packed size stands behind content of unknown size. */
static bool descriptor_agrees(struct span d, uint32_t crc)
{
	uint64_t sign = SPAN_IS(d, 0, "PK\7\x08") ? 4 : 0;
	return span_has(d, sign, 12) && span_le32(d, sign) == crc;
}

static enum status verdict(const struct zip_member *m, const struct checked *c, struct span data,
			   uint64_t used, enum status st)
{
	if (st != ST_OK)
		return st;
	if (m->open_end)
		return descriptor_agrees(span_from(data, used), c->crc) ? ST_OK : ST_DAMAGED;
	return c->n == m->size && c->crc == m->crc ? ST_OK : ST_DAMAGED;
}

/* Made content: begin, decode, end. A status that came from the sink (ST_LIMIT) stops everything. */
static enum status give_made(struct sink *out, const struct zip_member *m, const struct entry *e,
			     struct span data, uint64_t *used, enum status *st)
{
	struct checked c = {.out = {on_write}, .sink = out};
	enum status got = out->begin(out, e);
	if (got == ST_SKIP && m->open_end) {
		struct buf nothing = {.max = SIZE_MAX / 2};
		c.buf = &nothing;
		*st = decode(m, data, &c, used);
		buf_free(&nothing);
		return ST_OK;
	}
	if (got != ST_OK)
		return member_stops(got) ? got : ST_OK;
	*st = decode(m, data, &c, used);
	*st = verdict(m, &c, data, *used, *st);
	got = out->end(out, *st);
	if (*st == ST_LIMIT)
		return ST_LIMIT;
	return member_stops(got) ? got : ST_OK;
}

static enum status give_link(struct sink *out, const struct zip_member *m, struct entry *e,
			     struct span data, struct arena *a, uint64_t *used, enum status *st)
{
	struct buf target = {.max = LINK_MAX_BYTES};
	struct checked c = {.out = {on_write}, .buf = &target};
	*st = decode(m, data, &c, used);
	*st = verdict(m, &c, data, *used, *st);
	e->link = arena_str(a, buf_span(&target));
	e->size = 0;
	buf_free(&target);
	return member_give(out, e, SPAN(NULL, 0), *st);
}

enum status zip_give(struct sink *out, const struct zip_member *m, struct span data,
		     struct arena *a, uint64_t *used, enum status *st)
{
	struct entry e = entry_of(m, a);
	bool cut = !m->open_end && data.n < m->packed;
	enum status got;
	*used = data.n;
	*st = ST_OK;
	if (m->flags & ZIP_ENCRYPTED) {
		*st = ST_ENCRYPTED;
		sink_note(out, m->local, "encrypted member: %s (%s)", e.path,
			  m->method == 99 ? "AES" : "ZipCrypto or strong encryption");
		return member_give(out, &e, SPAN(NULL, 0), *st);
	}
	if (e.type == ENTRY_DIR)
		return member_give(out, &e, SPAN(NULL, 0), ST_OK);
	if (e.type == ENTRY_SYMLINK) {
		got = give_link(out, m, &e, data, a, used, st);
	} else if (m->method == 0 && !m->open_end) {
		bool right = data.n == m->size && hash_crc32(0, data) == m->crc;
		*st = cut ? ST_TRUNCATED : right ? ST_OK : ST_DAMAGED;
		got = member_give(out, &e, data, *st);
	} else {
		got = give_made(out, m, &e, data, used, st);
	}
	if (cut && *st == ST_DAMAGED)
		*st = ST_TRUNCATED;
	if (*st != ST_OK && *st != ST_LIMIT)
		sink_note(out, m->local, "%s: content is %s (method %u)", e.path, status_word(*st),
			  m->method);
	return got;
}
