/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xar:  "xar!" header size(2) version(2) packed size of the table(8) its size(8) checksum kind(4), all
 *       big-endian; the table of contents (zlib, XML); the heap. The table tells of each piece of the
 *       heap <data><length>N</length><offset>N</offset>...</data>: the last one ends the archive.
 * The members are read by libarchive.
 * Reference: https://github.com/mackyle/xar/wiki/xarformat
 */
#include "format/archive_adapter.h"

#include <archive.h>

#include "format/member.h"

enum { HEADER = 28, TABLE_MAX = 64 << 20 };

static int bid(struct span in, uint64_t *size)
{
	uint16_t header = span_be16(in, 4);
	*size = 0;
	if (in.n < HEADER + 2 || !SPAN_IS(in, 0, "xar!") || header < HEADER || header > 512 ||
	    span_be16(in, 6) > 1)
		return 0;
	if (span_be64(in, 8) == 0 || span_be64(in, 8) > TABLE_MAX || span_be64(in, 16) > TABLE_MAX ||
	    span_be32(in, 24) > 16)
		return 0;
	/* the table is a zlib stream */
	return in.n > header + 1u && in.p[header] == 0x78 && span_be16(in, header) % 31 == 0 ? 90 : 0;
}

struct table {
	struct codec_out out;
	struct buf text;
};

static enum status add(struct codec_out *out, const void *p, size_t n)
{
	return buf_add(&((struct table *)out)->text, p, n) ? ST_OK : ST_LIMIT;
}

static bool number_at(struct span text, size_t at, const char *tag, uint64_t *v)
{
	size_t n = strlen(tag);
	if (!span_is(text, at, tag, n))
		return false;
	struct span rest = span_cut(text, at + n, 20);
	size_t end = span_find(rest, SPAN_LIT("<"), 0);
	return end != SIZE_MAX && member_number(span_cut(rest, 0, end), 10, v);
}

/* Where the last piece of the heap ends. */
static uint64_t heap_size(struct span text)
{
	static const char *const opens[] = {"<data", "<ea", "<checksum"};
	static const char *const closes[] = {"</data>", "</ea>", "</checksum>"};
	uint64_t length = 0, offset = 0, size = 0, end, max = 0;
	for (size_t at = 0; (at = span_find(text, SPAN_LIT("<"), at)) != SIZE_MAX; at++) {
		if (number_at(text, at, "<length>", &length) ||
		    number_at(text, at, "<offset>", &offset) ||
		    number_at(text, at, "<size>", &size))
			continue;
		for (size_t i = 0; i < 3; i++) {
			if (span_is(text, at, opens[i], strlen(opens[i])))
				length = offset = size = 0;
			if (span_is(text, at, closes[i], strlen(closes[i])) &&
			    !__builtin_add_overflow(offset, length ? length : size, &end) &&
			    end > max)
				max = end;
		}
	}
	return max;
}

static enum status xar_open(struct span in, struct sink *out)
{
	struct table t = {.out = {add}, .text = {.max = TABLE_MAX}};
	uint64_t own, used, end, heap;
	if (!bid(in, &own))
		return ST_DAMAGED;
	heap = span_be16(in, 4) + span_be64(in, 8);
	enum status st = codec_stream(CODEC_ZLIB, span_cut(in, span_be16(in, 4), span_be64(in, 8)),
				      &t.out, &used);
	uint64_t size = heap_size(buf_span(&t.text));
	buf_free(&t.text);
	if (st != ST_OK) {
		out->note(out, HEADER, "the table of contents cannot be read");
		return st;
	}
	if (__builtin_add_overflow(heap, size, &end))
		return ST_DAMAGED;
	out->used = end < in.n ? end : in.n;
	st = archive_members(span_cut(in, 0, end), out, archive_read_support_format_xar);
	return st == ST_OK && end > in.n ? ST_TRUNCATED : st;
}

const struct format format_xar = {
	.name = "xar",
	.title = "xar archive",
	.reference = "https://github.com/mackyle/xar/wiki/xarformat",
	.tested = "archives written by libarchive; read by libarchive",
	.magic = (const struct magic[]){MAGIC(0, "xar!"), MAGIC_END},
	.flags = FORMAT_TREE,
	.bid = bid,
	.open = xar_open,
};
