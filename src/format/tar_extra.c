/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extensions of tar.
 *
 *   pax record      "LENGTH key=value\n", LENGTH counts the whole record
 *                   SCHILY.xattr.NAME=bytes, LIBARCHIVE.xattr.NAME=base64: extended attributes
 *   old GNU sparse  four pieces at 386 of the header; 482: a block of 21 pieces follows (its 504: more)
 *   pax sparse 0.0  records GNU.sparse.offset and .numbytes in turn; 0.1: GNU.sparse.map=a,n,a,n
 *   pax sparse 1.0  the content begins with decimal lines: count, then offset and length of each
 *                   piece, filled up to a whole block
 */
#include "format/tar.h"

#include "base/base64.h"
#include "format/member.h"

enum { BLOCK = 512, XATTRS_MAX = 64, ATTRIBUTE = 64 * 1024 };

static void add_piece(struct arena *a, struct tar_piece **p, size_t *n, size_t *cap, uint64_t at,
		      uint64_t len)
{
	if (*n == *cap) {
		size_t bigger = *cap ? *cap * 2 : 16;
		struct tar_piece *q = arena_array(a, bigger, sizeof *q);
		if (*n)
			memcpy(q, *p, *n * sizeof *q);
		*p = q;
		*cap = bigger;
	}
	(*p)[(*n)++] = (struct tar_piece){at, len};
}

/* "1700000000.25", also negative: whole seconds. */
static bool seconds(struct span v, int64_t *out)
{
	bool minus = v.n && v.p[0] == '-';
	uint64_t n;
	size_t dot = span_find(v, SPAN_LIT("."), 0);
	struct span whole = span_from(dot == SIZE_MAX ? v : span_cut(v, 0, dot), minus);
	if (!member_number(whole, 10, &n) || n > INT64_MAX)
		return false;
	*out = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

static bool map_text(struct span v, struct arena *a, struct tar_extra *x)
{
	uint64_t pair[2];
	x->piece_count = x->piece_cap = 0;
	for (size_t i = 0; v.n; i++) {
		size_t comma = span_find(v, SPAN_LIT(","), 0);
		struct span one = comma == SIZE_MAX ? v : span_cut(v, 0, comma);
		if (!member_number(one, 10, &pair[i % 2]))
			return false;
		if (i % 2)
			add_piece(a, &x->pieces, &x->piece_count, &x->piece_cap, pair[0], pair[1]);
		v = span_from(v, comma == SIZE_MAX ? v.n : comma + 1);
	}
	return true;
}

static bool sparse_record(struct span key, struct span value, struct arena *a, struct tar_extra *x)
{
	uint64_t n = 0;
	if (span_eq_str(key, "GNU.sparse.map"))
		return map_text(value, a, x);
	if (span_eq_str(key, "GNU.sparse.name")) {
		x->path = arena_str(a, value);
		return true;
	}
	if (!member_number(value, 10, &n))
		return false;
	if (span_eq_str(key, "GNU.sparse.major"))
		x->sparse_major = n;
	else if (span_eq_str(key, "GNU.sparse.minor"))
		x->sparse_minor = n;
	else if (span_eq_str(key, "GNU.sparse.size") || span_eq_str(key, "GNU.sparse.realsize"))
		x->sparse_real = n;
	else if (span_eq_str(key, "GNU.sparse.offset"))
		add_piece(a, &x->pieces, &x->piece_count, &x->piece_cap, n, 0);
	else if (span_eq_str(key, "GNU.sparse.numbytes") && x->piece_count)
		x->pieces[x->piece_count - 1].n = n;
	return true;
}

static void add_xattr(struct arena *a, struct tar_extra *x, const char *name, struct span value)
{
	for (size_t i = 0; i < x->xattr_count; i++)
		if (strcmp(x->xattrs[i].name, name) == 0)
			return;
	if (x->xattr_count == XATTRS_MAX)
		return;
	if (x->xattr_count == x->xattr_cap) {
		size_t bigger = x->xattr_cap ? x->xattr_cap * 2 : 4;
		struct xattr *q = arena_array(a, bigger, sizeof *q);
		if (x->xattr_count)
			memcpy(q, x->xattrs, x->xattr_count * sizeof *q);
		x->xattrs = q;
		x->xattr_cap = bigger;
	}
	x->xattrs[x->xattr_count++] = (struct xattr){name, value};
}

/* "%41" in a name stands for a byte. */
static const char *url_name(struct span s, struct arena *a)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		uint64_t code;
		if (s.p[i] == '%' && span_has(s, i, 3) && member_number(span_cut(s, i + 1, 2), 16, &code) &&
		    code) {
			out[n++] = (char)code;
			i += 2;
		} else {
			out[n++] = (char)s.p[i];
		}
	}
	return out;
}

/* Both ways of writing may stand side by side. */
static void xattr_record(struct span key, struct span value, struct arena *a, struct tar_extra *x)
{
	if (span_is(key, 0, "SCHILY.xattr.", 13)) {
		add_xattr(a, x, arena_str(a, span_from(key, 13)), value);
	} else if (span_is(key, 0, "LIBARCHIVE.xattr.", 17)) {
		struct buf b = {.max = ATTRIBUTE};
		if (base64_decode(&b, value)) {
			uint8_t *copy = arena_alloc(a, b.n + 1);
			if (b.n)
				memcpy(copy, b.p, b.n);
			add_xattr(a, x, url_name(span_from(key, 17), a), SPAN(copy, b.n));
		}
		buf_free(&b);
	}
}

static bool record(struct span key, struct span value, struct arena *a, struct tar_extra *x)
{
	if (span_eq_str(key, "path")) {
		if (!x->sparse_major) /* there GNU.sparse.name is the real one */
			x->path = arena_str(a, value);
		return true;
	}
	if (span_eq_str(key, "linkpath")) {
		x->link = arena_str(a, value);
		return true;
	}
	if (span_eq_str(key, "mtime"))
		return x->has_mtime = seconds(value, &x->mtime);
	if (span_eq_str(key, "size"))
		return x->has_size = member_number(value, 10, &x->size);
	if (span_eq_str(key, "uid"))
		return x->has_uid = member_number(value, 10, &x->uid);
	if (span_eq_str(key, "gid"))
		return x->has_gid = member_number(value, 10, &x->gid);
	if (span_is(key, 0, "GNU.sparse.", 11))
		return sparse_record(key, value, a, x);
	xattr_record(key, value, a, x);
	return true;
}

bool tar_pax(struct span records, struct arena *a, struct tar_extra *extra)
{
	while (records.n && records.p[0]) {
		uint64_t len;
		size_t blank = span_find(span_cut(records, 0, 21), SPAN_LIT(" "), 0);
		if (blank == SIZE_MAX || !member_number(span_cut(records, 0, blank), 10, &len) ||
		    len < blank + 4 || len > records.n || records.p[len - 1] != '\n')
			return false;
		struct span body = span_cut(records, blank + 1, len - blank - 2);
		size_t equal = span_find(body, SPAN_LIT("="), 0);
		if (equal == SIZE_MAX || !record(span_cut(body, 0, equal),
						 span_from(body, equal + 1), a, extra))
			return false;
		records = span_from(records, len);
	}
	return true;
}

uint64_t tar_sparse_data(struct span in, uint64_t header)
{
	uint64_t at = header + BLOCK;
	while (span_has(in, at, BLOCK)) {
		bool more = in.p[at + 504];
		at += BLOCK;
		if (!more)
			break;
	}
	return at;
}

/* Pieces must follow each other and lie inside the file. */
static void check(struct tar_sparse *map)
{
	uint64_t last = 0, end;
	for (size_t i = 0; i < map->count; i++) {
		const struct tar_piece *p = &map->pieces[i];
		if (p->at < last || __builtin_add_overflow(p->at, p->n, &end) || end > map->real) {
			map->bad = true;
			map->count = i;
			return;
		}
		last = end;
	}
}

static bool number12(struct span in, uint64_t at, uint64_t *out)
{
	struct span f = span_cut(in, at, 12);
	if (f.n == 12 && (f.p[0] & 0x80)) {
		*out = span_be64(f, 4);
		return true;
	}
	return member_number(member_field(f), 8, out);
}

static void old_pieces(struct span in, uint64_t at, size_t n, struct arena *a,
		       struct tar_sparse *map)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t from, len;
		if (!number12(in, at + 24 * i, &from) || !number12(in, at + 24 * i + 12, &len))
			return;
		add_piece(a, &map->pieces, &map->count, &map->cap, from, len);
	}
}

bool tar_sparse_old(struct span in, uint64_t header, struct span *content, struct arena *a,
		    struct tar_sparse *map)
{
	uint64_t data = header + BLOCK;
	size_t size = content->n;
	if (!number12(in, header + 483, &map->real))
		return false;
	old_pieces(in, header + 386, 4, a, map);
	if (in.p[header + 482]) {
		uint64_t end = tar_sparse_data(in, header);
		for (; data < end; data += BLOCK)
			old_pieces(in, data, 21, a, map);
		*content = span_cut(in, end, size);
	}
	check(map);
	return true;
}

/* A decimal line of the map in front of the content. */
static bool line_number(struct span in, size_t *pos, uint64_t *out)
{
	struct span line;
	size_t nl = span_find(in, SPAN_LIT("\n"), *pos);
	if (nl == SIZE_MAX)
		return false;
	line = span_cut(in, *pos, nl - *pos);
	*pos = nl + 1;
	return member_number(line, 10, out);
}

bool tar_sparse_pax(const struct tar_extra *extra, struct span *content, struct arena *a,
		    struct tar_sparse *map)
{
	size_t pos = 0;
	uint64_t count, at, len;
	map->real = extra->sparse_real;
	if (extra->sparse_major == 0) {
		map->pieces = extra->pieces;
		map->count = extra->piece_count;
		check(map);
		return true;
	}
	if (extra->sparse_major != 1 || !line_number(*content, &pos, &count)) {
		map->bad = true;
		return false;
	}
	for (uint64_t i = 0; i < count && !map->bad; i++) {
		map->bad = !line_number(*content, &pos, &at) || !line_number(*content, &pos, &len);
		if (!map->bad)
			add_piece(a, &map->pieces, &map->count, &map->cap, at, len);
	}
	*content = span_from(*content, (pos + BLOCK - 1) / BLOCK * BLOCK);
	if (!map->bad)
		check(map);
	return true;
}

static enum status zeros(struct sink *out, uint64_t n)
{
	static const uint8_t zero[65536];
	enum status st = ST_OK;
	for (; n && st == ST_OK; n -= n < sizeof zero ? n : sizeof zero)
		st = out->write(out, zero, n < sizeof zero ? (size_t)n : sizeof zero);
	return st;
}

enum status tar_sparse_give(struct sink *out, const struct entry *e, struct span content,
			    const struct tar_sparse *map, enum status *st)
{
	uint64_t at = 0;
	enum status got = out->begin(out, e);
	if (got != ST_OK)
		return member_stops(got) ? got : ST_OK;
	for (size_t i = 0; i < map->count && got == ST_OK; i++) {
		struct span piece = span_cut(content, 0, map->pieces[i].n);
		got = zeros(out, map->pieces[i].at - at);
		if (got == ST_OK && piece.n)
			got = out->write(out, piece.p, piece.n);
		at = map->pieces[i].at + map->pieces[i].n;
		content = span_from(content, piece.n);
		if (piece.n < map->pieces[i].n) {
			*st = member_worse(*st, ST_TRUNCATED);
			break;
		}
	}
	if (got == ST_OK && *st == ST_OK && at < map->real)
		got = zeros(out, map->real - at);
	enum status ended = out->end(out, got == ST_OK ? *st : got);
	return got != ST_OK ? got : member_stops(ended) ? ended : ST_OK;
}
