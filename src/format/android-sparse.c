/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Android sparse image. Little endian.
 *
 * header  ed26ff3a(4) major=1(2) minor(2) header_size=28(2) chunk_header_size=12(2) block_size(4)
 *         blocks(4) chunks(4) checksum(4)
 * chunk   type(2) 0(2) blocks(4) total_size(4), then
 *         cac1 content | cac2 four bytes to repeat | cac3 nothing (zeros) | cac4 CRC-32 so far
 *
 * Reference: AOSP system/core/libsparse/sparse_format.h.
 */
#include "format/unix.h"

enum { RAW = 0xcac1, FILL, DONT_CARE, CRC, PIECE = 4096 };

struct header {
	uint32_t size, chunk_size, block_size, blocks, chunks;
};

struct chunk {
	uint64_t at, blocks, size; /* size: with its header */
	uint16_t type;
};

static bool header_of(struct span in, struct header *h)
{
	*h = (struct header){span_le16(in, 8), span_le16(in, 10), span_le32(in, 12),
			     span_le32(in, 16), span_le32(in, 20)};
	return in.n >= 28 && SPAN_IS(in, 0, "\x3a\xff\x26\xed\1\0") && h->size >= 28 &&
	       h->size < 256 && h->chunk_size >= 12 && h->chunk_size < 256 && h->block_size &&
	       h->block_size % 4 == 0 && h->block_size <= 1 << 20 && h->chunks;
}

static bool chunk_at(struct span in, const struct header *h, uint64_t at, struct chunk *c)
{
	struct span s = span_cut(in, at, h->chunk_size);
	*c = (struct chunk){at, span_le32(s, 4), span_le32(s, 8), span_le16(s, 0)};
	if (s.n < h->chunk_size || c->type < RAW || c->type > CRC || c->size < h->chunk_size)
		return false;
	uint64_t body = c->size - h->chunk_size;
	switch (c->type) {
	case RAW:
		return body == c->blocks * h->block_size;
	case DONT_CARE:
		return body == 0;
	default:
		return body == 4;
	}
}

/* Walk the chunks; the end of the last one. *n: how many are sound. */
static uint64_t end_of(struct span in, const struct header *h, uint32_t *n)
{
	uint64_t at = h->size;
	struct chunk c;
	for (*n = 0; *n < h->chunks && chunk_at(in, h, at, &c); ++*n)
		at += c.size;
	return at;
}

static int bid(struct span in, uint64_t *size)
{
	struct header h;
	uint32_t n;
	*size = 0;
	if (!header_of(in, &h))
		return 0;
	*size = end_of(in, &h, &n);
	return n ? 95 : 0;
}

static enum status write_fill(struct sink *out, uint32_t word, uint64_t n)
{
	uint8_t piece[PIECE];
	enum status st = ST_OK;
	for (size_t i = 0; i < PIECE; i++)
		piece[i] = (uint8_t)(word >> (i % 4 * 8));
	for (; n && st == ST_OK; n -= n < PIECE ? n : PIECE)
		st = out->write(out, piece, n < PIECE ? (size_t)n : PIECE);
	return st;
}

static enum status write_chunk(struct sink *out, struct span in, const struct header *h,
			       const struct chunk *c, enum status *whole)
{
	struct span body = span_cut(in, c->at + h->chunk_size, c->size - h->chunk_size);
	uint64_t n = c->blocks * h->block_size;
	switch (c->type) {
	case RAW:
		if (body.n < n) {
			sink_note(out, c->at, "the input ends inside a chunk");
			*whole = ST_TRUNCATED;
		}
		return body.n ? out->write(out, body.p, body.n) : ST_OK;
	case FILL:
		return write_fill(out, span_le32(body, 0), n);
	case DONT_CARE:
		return sink_zeros(out, n);
	default:
		return ST_OK;
	}
}

static enum status sparse_open(struct span in, struct sink *out)
{
	struct header h;
	struct chunk c;
	uint32_t n = 0;
	enum status whole = ST_OK;
	if (!header_of(in, &h))
		return ST_DAMAGED;
	struct entry e = {.path = "image", .type = ENTRY_PART, .at = h.size};
	e.size = (uint64_t)h.blocks * h.block_size;
	out->used = end_of(in, &h, &n);
	enum status st = out->begin(out, &e);
	if (st != ST_OK)
		return st == ST_SKIP ? ST_OK : st;
	uint64_t at = h.size, blocks = 0;
	for (uint32_t i = 0; i < n && st == ST_OK && chunk_at(in, &h, at, &c); i++, at += c.size) {
		st = write_chunk(out, in, &h, &c, &whole);
		blocks += c.blocks;
	}
	if (n < h.chunks || blocks != h.blocks) {
		sink_note(out, at, "%u of %u chunks, %llu of %u blocks", n, h.chunks,
			  (unsigned long long)blocks, h.blocks);
		if (whole == ST_OK)
			whole = at >= in.n ? ST_TRUNCATED : ST_DAMAGED;
	}
	enum status ended = out->end(out, st != ST_OK ? st : whole);
	return st != ST_OK ? st : ended;
}

const struct format format_android_sparse = {
	.name = "android-sparse",
	.title = "Android sparse image",
	.reference = "AOSP libsparse/sparse_format.h",
	.tested = "generator in tests",
	.magic = (const struct magic[]){MAGIC(0, "\x3a\xff\x26\xed\1\0"), MAGIC_END},
	.bid = bid,
	.open = sparse_open,
};
