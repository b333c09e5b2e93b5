/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RAR 1.5 to 4: "Rar!\x1a\7\0", blocks: CRC(2) type(1) flags(2) size(2) [data size(4) when flags has
 *     0x8000]; 0x73 archive, 0x74 file (data size at 7, its high half at 32 when flags has 0x100),
 *     0x7a subblock, 0x7b end. Archive flag 0x80: headers are encrypted.
 * RAR 5: "Rar!\x1a\7\1\0", blocks: CRC(4) header size, type, flags, [extra size], [data size] as
 *     numbers of 7 bits a byte, low ones first; types 1 archive, 2 file, 3 service, 4 encryption, 5 end.
 *
 * The blocks are walked here to know the end; members are read by libarchive.
 * Reference: RAR 5.0 archive format (rarlab); RAR 4 technote.txt.
 */
#include "format/archive_adapter.h"

#include <archive.h>

#include "base/hash.h"

enum { MARK4 = 7, MARK5 = 8, END4 = 0x7b, MAIN4 = 0x73, END5 = 5, ENCRYPTION5 = 4 };

struct block {
	uint64_t next;
	unsigned type, flags;
	bool whole;          /* its checksum is right */
	bool modern;         /* a file of RAR 3 or 4, which write an end block */
};

static bool block4(struct span in, uint64_t at, struct block *b)
{
	uint16_t flags = span_le16(in, at + 3), size = span_le16(in, at + 5);
	uint64_t data = 0;
	if (!span_has(in, at, 7) || size < 7)
		return false;
	*b = (struct block){.type = in.p[at + 2], .flags = flags};
	if (b->type < 0x72 || b->type > END4)
		return false;
	bool file = b->type == 0x74 || b->type == 0x7a;
	if (file || (flags & 0x8000))
		data = span_le32(in, at + 7);
	if (file && (flags & 0x100))
		data |= (uint64_t)span_le32(in, at + 32) << 32;
	b->modern = b->type == 0x74 && span_has(in, at, 25) && in.p[at + 24] >= 29;
	b->whole = span_has(in, at, size) &&
		   (hash_crc32(0, span_cut(in, at + 2, size - 2u)) & 0xffff) == span_le16(in, at);
	return !__builtin_add_overflow(at + size, data, &b->next);
}

static uint64_t number(struct reader *r)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 63; shift += 7) {
		uint8_t b = read_u8(r);
		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return v;
	}
	r->bad = true;
	return 0;
}

static bool block5(struct span in, uint64_t at, struct block *b)
{
	struct reader r = reader_of(in, false);
	uint64_t data = 0;
	read_seek(&r, at);
	uint32_t crc = read_u32(&r);
	uint64_t size = number(&r), body = r.pos;
	if (r.bad || size < 2 || size > 2 << 20)
		return false;
	*b = (struct block){.type = (unsigned)number(&r)};
	b->flags = (unsigned)number(&r);
	if (b->flags & 1)
		number(&r);
	if (b->flags & 2)
		data = number(&r);
	b->whole = !r.bad && span_has(in, body, size) &&
		   hash_crc32(0, span_cut(in, at + 4, body - at - 4 + size)) == crc;
	return !r.bad && !__builtin_add_overflow(body + size, data, &b->next);
}

static int version(struct span in)
{
	if (SPAN_IS(in, 0, "Rar!\x1a\7\1\0"))
		return 5;
	return SPAN_IS(in, 0, "Rar!\x1a\7\0") ? 4 : 0;
}

static bool block_at(struct span in, uint64_t at, struct block *b)
{
	return version(in) == 5 ? block5(in, at, b) : block4(in, at, b);
}

/* Are the headers encrypted, so that nobody can walk them? */
static bool hidden(int v, const struct block *b)
{
	return v == 5 ? b->type == ENCRYPTION5 : b->type == MAIN4 && (b->flags & 0x80);
}

/* *st: how the walk ended. May lie past the end of `in`. */
static uint64_t find_end(struct span in, enum status *st)
{
	int v = version(in);
	uint64_t at = v == 5 ? MARK5 : MARK4;
	struct block b;
	bool modern = v == 5;
	*st = ST_OK;
	while (at < in.n && block_at(in, at, &b)) {
		if (hidden(v, &b)) {
			*st = ST_ENCRYPTED;
			return in.n;
		}
		if (!b.whole && v == 5)
			break;
		at = b.next;
		modern |= b.modern;
		if (b.type == (v == 5 ? END5 : END4))
			return at;
	}
	/* archives from before RAR 3 have no end block */
	if (modern || at > in.n)
		*st = ST_TRUNCATED;
	return at;
}

static int bid(struct span in, uint64_t *size)
{
	int v = version(in);
	struct block b;
	*size = 0;
	if (!v || !block_at(in, v == 5 ? MARK5 : MARK4, &b) || !b.whole)
		return 0;
	if (v == 5)
		return b.type == 1 || b.type == ENCRYPTION5 ? 95 : 0;
	return b.type == MAIN4 ? 95 : 0;
}

static enum status rar_open(struct span in, struct sink *out)
{
	enum status walk, st;
	uint64_t end = find_end(in, &walk);
	if (!version(in))
		return ST_DAMAGED;
	out->used = end < in.n ? end : in.n;
	if (walk == ST_ENCRYPTED) {
		out->note(out, 0, "encrypted: the names of the members too; the end is not known");
		return ST_ENCRYPTED;
	}
	if (walk != ST_OK)
		out->note(out, out->used, "the archive ends without its end block");
	st = archive_members(span_cut(in, 0, end), out,
			     version(in) == 5 ? archive_read_support_format_rar5
					      : archive_read_support_format_rar);
	return st == ST_OK ? walk : st;
}

static void label(struct span in, struct label *out)
{
	snprintf(out->text, sizeof out->text, "RAR %s", version(in) == 5 ? "5" : "1.5 to 4");
}

const struct format format_rar = {
	.name = "rar",
	.title = "RAR archive",
	.reference = "RAR 5.0 archive format; RAR 4 technote.txt",
	.tested = "generator in tests (stored members); read by libarchive",
	.magic = (const struct magic[]){MAGIC(0, "Rar!\x1a\7\0"), MAGIC(0, "Rar!\x1a\7\1\0"), MAGIC_END},
	.flags = FORMAT_TREE,
	.bid = bid,
	.open = rar_open,
	.label = label,
};
