/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zip: members, each a local header and content; the central directory; its end record.
 *
 *   end      "PK\5\6" 4 disks 8 entries here 10 entries 12 directory size 16 its offset 20
 * comment(2) zip64    "PK\6\6" 4 size(8) 32 entries(8) 40 directory size(8) 48 its offset(8), then
 * a locator "PK\6\7" of 20 bytes, then the end record with fields of all ones
 *
 * The directory is what counts: it is found from the first end record that fits, and offsets in it
 * are shifted by where it really lies, so bytes in front (self-extractors) do no harm. Where it is
 * damaged or missing, members come from their local headers.
 * Reference: PKWARE APPNOTE 6.3.10. Members and methods: zip_member.c.
 */
#include "format/zip.h"

#include "format/member.h"

enum { RESYNC_MAX = 1 << 20, WALK_FACTOR = 4 };

struct directory {
	uint64_t at, stop; /* central headers */
	uint64_t end;	   /* behind the end record and its comment */
	uint64_t shift;	   /* add to an offset of a local header (wraps around) */
};

/* Fill in where the directory lies from an end record at `at`. */
static bool end_record(struct span in, uint64_t at, struct directory *d, uint64_t *entries)
{
	uint64_t size = span_le32(in, at + 12), offset = span_le32(in, at + 16);
	if (!span_has(in, at, 22))
		return false;
	*entries = span_le16(in, at + 10);
	d->stop = at;
	d->end = at + 22 + span_le16(in, at + 20);
	if (d->end > in.n)
		d->end = in.n;
	if (at >= 76 && SPAN_IS(in, at - 20, "PK\6\7") && SPAN_IS(in, at - 76, "PK\6\6")) {
		d->stop = at - 76;
		*entries = span_le64(in, d->stop + 32);
		size = span_le64(in, d->stop + 40);
		offset = span_le64(in, d->stop + 48);
	}
	if (size > d->stop)
		return false;
	d->at = d->stop - size;
	d->shift = d->at - offset;
	return true;
}

/*
 * Do central headers fill the directory, and does its first member stand at the start of `in`? A
 * zip stored in a zip has an end record as well, but its members stand further behind.
 */
static bool fits(struct span in, const struct directory *d, uint64_t entries)
{
	struct zip_member m;
	uint64_t at = d->at, count = 0, first = UINT64_MAX;
	while (at < d->stop && zip_central(in, at, &m, &at)) {
		if (m.local + d->shift < first)
			first = m.local + d->shift;
		count++;
	}
	if (at != d->stop || (count & 0xffff) != (entries & 0xffff))
		return false;
	if (!count)
		return d->at == 0;
	if (SPAN_IS(in, 0, "PK\7\x08") || SPAN_IS(in, 0, "PK00"))
		return first == 4;
	return SPAN_IS(in, first, "PK\3\4") && (first == 0 || !SPAN_IS(in, 0, "PK\3\4"));
}

static bool find_directory(struct span in, struct directory *d)
{
	uint64_t entries, walked = 0;
	for (size_t at = 0; (at = span_find(in, SPAN_LIT("PK\5\6"), at)) != SIZE_MAX; at++) {
		if (!end_record(in, at, d, &entries))
			continue;
		if (fits(in, d, entries))
			return true;
		walked += d->stop - d->at;
		if (walked / WALK_FACTOR > in.n)
			return false; /* end records made to keep us busy */
	}
	return false;
}

static enum status by_directory(struct span in, const struct directory *d, struct sink *out,
				enum status *worst)
{
	struct arena a = {0};
	struct zip_member m, local;
	enum status got = ST_OK;
	for (uint64_t at = d->at; at < d->stop && got == ST_OK;) {
		uint64_t data, used;
		enum status st = ST_DAMAGED;
		if (!zip_central(in, at, &m, &at))
			break;
		m.local += d->shift;
		if (zip_local(in, m.local, &local, &data) ||
		    (SPAN_IS(in, m.local, "PK\3\4") &&
		     (data = m.local + 30 + span_le16(in, m.local + 26) +
			     span_le16(in, m.local + 28)))) {
			got = zip_give(out, &m, span_cut(in, data, m.packed), &a, &used, &st);
		} else {
			struct entry e = {.path = arena_str(&a, m.name), .at = at, .size = m.size};
			sink_note(out, at, "%s: no local header at 0x%llx", e.path,
				  (unsigned long long)m.local);
			got = member_give(out, &e, SPAN(NULL, 0), ST_DAMAGED);
		}
		*worst = member_worse(*worst, st);
		arena_reset(&a);
	}
	arena_free(&a);
	return got;
}

/* Behind a content whose header did not tell its size. */
static uint64_t skip_descriptor(struct span in, uint64_t at, uint64_t packed)
{
	uint64_t sign = SPAN_IS(in, at, "PK\7\x08") ? 4 : 0;
	if (span_le32(in, at + sign + 4) == (uint32_t)packed) {
		bool wide =
		    span_le64(in, at + sign + 4) == packed && !SPAN_IS(in, at + sign + 12, "PK");
		return at + sign + (wide ? 20 : 12);
	}
	return at + sign;
}

/* A member's header, or a central one, within reach. */
static uint64_t search(struct span in, uint64_t from)
{
	struct span area = span_cut(in, 0, from + RESYNC_MAX);
	struct zip_member m;
	uint64_t next;
	for (size_t at = (size_t)from; from < in.n; at++) {
		at = span_find(area, SPAN_LIT("PK"), at);
		if (at == SIZE_MAX)
			break;
		if (zip_local(in, at, &m, &next) || zip_central(in, at, &m, &next))
			return at;
	}
	return 0;
}

/* Stored or encrypted content of unknown size: ends where a descriptor tells its length, or at the
 * next header. */
static uint64_t search_descriptor(struct span in, uint64_t data)
{
	for (size_t at = (size_t)data; data < in.n; at++) {
		at = span_find(in, SPAN_LIT("PK\7\x08"), at);
		if (at == SIZE_MAX)
			break;
		if (span_le32(in, at + 8) == (uint32_t)(at - data))
			return at;
	}
	uint64_t next = search(in, data);
	return next ? next : in.n;
}

static bool self_ending(const struct zip_member *m)
{
	return !(m->flags & ZIP_ENCRYPTED) &&
	       (m->method == 8 || m->method == 12 || m->method == 93 || m->method == 95);
}

/* One member from its local header at `at`; returns where the next thing stands. */
static uint64_t one_local(struct span in, struct zip_member *m, uint64_t data, struct sink *out,
			  enum status *worst, enum status *got)
{
	struct arena a = {0};
	uint64_t used;
	enum status st;
	struct span content = span_cut(in, data, m->packed);
	if (m->open_end) {
		content = span_from(in, data);
		if (!self_ending(m)) {
			uint64_t end = m->packed ? data + m->packed : search_descriptor(in, data);
			content = span_cut(in, data, end - data);
			m->packed = m->size = content.n;
			m->crc = span_le32(in, end + (SPAN_IS(in, end, "PK\7\x08") ? 4 : 0));
			m->open_end = false;
		}
	}
	bool open_end = m->open_end;
	*got = zip_give(out, m, content, &a, &used, &st);
	*worst = member_worse(*worst, st);
	arena_free(&a);
	uint64_t next = data + (open_end ? used : content.n);
	if (m->flags & ZIP_DESCRIPTOR)
		next = skip_descriptor(in, next, open_end ? used : content.n);
	return next;
}

/* Records other than members; 0 when there is none here. */
static uint64_t skip_record(struct span in, uint64_t at, bool *end)
{
	struct zip_member m;
	uint64_t next, size;
	*end = false;
	if (zip_central(in, at, &m, &next))
		return next;
	if (SPAN_IS(in, at, "PK\6\6"))
		return __builtin_add_overflow(at + 12, span_le64(in, at + 4), &size) ? 0 : size;
	if (SPAN_IS(in, at, "PK\6\7"))
		return at + 20;
	if (SPAN_IS(in, at, "PK\6\x08"))
		return at + 8 + span_le32(in, at + 4);
	if (SPAN_IS(in, at, "PK\5\5"))
		return at + 6 + span_le16(in, at + 4);
	*end = SPAN_IS(in, at, "PK\5\6");
	return *end ? at + 22 + span_le16(in, at + 20) : 0;
}

/* No directory: walk the local headers. Returns what the sink wants to stop with. */
static enum status by_locals(struct span in, struct sink *out, enum status *worst)
{
	struct zip_member m;
	uint64_t at = SPAN_IS(in, 0, "PK\3\4") ? 0 : search(in, 0), data, next;
	enum status got = ST_OK;
	bool end = false;
	out->note(out, 0,
		  "central directory missing or damaged, members are taken from their own headers");
	while (!end && got == ST_OK && at < in.n) {
		if (zip_local(in, at, &m, &data)) {
			next = one_local(in, &m, data, out, worst, &got);
		} else {
			next = skip_record(in, at, &end);
			if (!next && (next = search(in, at))) {
				*worst = ST_DAMAGED;
				sink_note(out, at, "no zip record here, the next is at 0x%llx",
					  (unsigned long long)next);
			}
		}
		if (next <= at)
			break;
		at = next;
	}
	out->used = at < in.n ? at : in.n;
	*worst = member_worse(*worst, end ? ST_DAMAGED : ST_TRUNCATED);
	return got;
}

static enum status zip_open(struct span in, struct sink *out)
{
	struct directory d;
	enum status worst = ST_OK, got;
	if (find_directory(in, &d)) {
		out->used = d.end;
		got = by_directory(in, &d, out, &worst);
	} else {
		got = by_locals(in, out, &worst);
	}
	return got != ST_OK ? got : worst;
}

static int bid(struct span in, uint64_t *size)
{
	struct zip_member m;
	uint64_t data, at = 0;
	*size = 0;
	if (SPAN_IS(in, 0, "PK\5\6")) { /* an archive without members */
		static const uint8_t zero[16];
		return in.n >= 22 && memcmp(in.p + 4, zero, 16) == 0 ? 50 : 0;
	}
	if (SPAN_IS(in, 0, "PK\7\x08PK\3\4") || SPAN_IS(in, 0, "PK00PK\3\4"))
		at = 4;
	if (!zip_local(in, at, &m, &data))
		return 0;
	/* a stored member is as long as its content, except for the header of an encrypted one */
	if (m.method == 0 && !(m.flags & (ZIP_DESCRIPTOR | ZIP_ENCRYPTED)) && m.packed != m.size)
		return 0;
	return 85;
}

const struct format format_zip = {
    .name = "zip",
    .title = "zip archive",
    .reference = "PKWARE APPNOTE 6.3.10",
    .tested = "Info-ZIP 3.0, p7zip (stored, deflate, bzip2, lzma, encrypted, streamed)",
    .magic = (const struct magic[]){MAGIC(0, "PK\3\4"), MAGIC(0, "PK\5\6\0\0\0\0"),
				    MAGIC(0, "PK\7\x08PK\3\4"), MAGIC(0, "PK00PK\3\4"), MAGIC_END},
    .flags = FORMAT_TREE | FORMAT_SPLIT,
    .bid = bid,
    .open = zip_open,
};
