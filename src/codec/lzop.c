/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lzop(1) files, all fields big-endian (layout as in the kernel's lib/decompress_unlzo.c):
 *
 *   89 "LZO" 00 0d 0a 1a 0a, version(2) library(2) [needed(2)] method(1) [level(1)] flags(4)
 *   [filter(4)] mode(4) mtime(4) [mtime high(4)] name length(1) name, checksum of all that(4)
 *   [extra field: length(4) bytes checksum(4)]
 *   blocks: content size(4; 0 ends the file) stored size(4) [checksums of content, then of the
 *   stored bytes where they are compressed], bytes
 *
 * Brackets: from version 0.940 on, or when a flag says so.
 */
#include <zlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "codec/internal.h"

enum {
	ADLER_D = 0x1,
	ADLER_C = 0x2,
	EXTRA = 0x40,
	CRC_D = 0x100,
	CRC_C = 0x200,
	MULTIPART = 0x400,
	FILTER = 0x800,
	HEADER_CRC = 0x1000,
	VERSION_NEW = 0x940,
	BLOCK_MAX = 64 << 20,
	STEP = 256 * 1024,
};
#define MAGIC "\x89LZO\0\r\n\x1a\n"

static uint32_t sum_of(bool crc, struct span s)
{
	return crc ? hash_crc32(0, s) : (uint32_t)adler32_z(1, s.p, s.n);
}

/* Reads the header; *flags for the blocks. */
static enum status header(struct reader *r, uint32_t *flags)
{
	size_t from = sizeof MAGIC - 1;
	read_skip(r, from);
	uint16_t version = read_u16(r);
	read_skip(r, version >= VERSION_NEW ? 4 : 2);
	uint8_t method = read_u8(r);
	read_skip(r, version >= VERSION_NEW ? 1 : 0);
	*flags = read_u32(r);
	uint32_t filter = *flags & FILTER ? read_u32(r) : 0;
	read_skip(r, version >= VERSION_NEW ? 12 : 8);
	read_skip(r, read_u8(r));
	struct span all = span_cut(r->s, from, r->pos - from);
	uint32_t sum = read_u32(r);
	if (r->bad)
		return ST_TRUNCATED;
	if (sum != sum_of(*flags & HEADER_CRC, all))
		return ST_DAMAGED;
	if (*flags & EXTRA) {
		read_skip(r, read_u32(r));
		read_skip(r, 4);
	}
	bool known = method >= 1 && method <= 3 && filter == 0 && !(*flags & MULTIPART);
	return r->bad ? ST_TRUNCATED : known ? ST_OK : ST_UNSUPPORTED;
}

struct sums {
	uint32_t adler, crc;
};

static struct sums read_sums(struct reader *r, uint32_t flags, uint32_t adler, uint32_t crc)
{
	struct sums s = {0};
	if (flags & adler)
		s.adler = read_u32(r);
	if (flags & crc)
		s.crc = read_u32(r);
	return s;
}

static bool right(struct span s, struct sums want, uint32_t flags, uint32_t adler, uint32_t crc)
{
	return (!(flags & adler) || sum_of(false, s) == want.adler) &&
	       (!(flags & crc) || sum_of(true, s) == want.crc);
}

/* Decode a compressed block into a buffer that grows with the content, not with the field. */
static enum status expand(struct span body, size_t size, uint8_t **buf, size_t *cap, size_t *n)
{
	size_t want = size < STEP ? size : STEP;
	for (;;) {
		if (*cap < want) {
			*buf = mem_resize(*buf, want, 1);
			*cap = want;
		}
		enum status st = lzo_block(CODEC_LZO1X, body, *buf, want, n);
		if (st != ST_DAMAGED || *n < want || want == size)
			return st;
		want = size / 4 < want ? size : want * 4;
	}
}

/* One block. *last: the end mark was read. */
static enum status block(struct reader *r, uint32_t flags, struct codec_out *out, uint8_t **buf,
			 size_t *cap, bool *last)
{
	uint32_t size = read_u32(r);
	*last = size == 0 && !r->bad;
	if (*last || r->bad)
		return r->bad ? ST_TRUNCATED : ST_OK;
	uint32_t stored = read_u32(r);
	if (!r->bad && (size > BLOCK_MAX || stored > size || stored == 0))
		return ST_DAMAGED;
	struct sums content = read_sums(r, flags, ADLER_D, CRC_D), packed = {0};
	if (stored < size)
		packed = read_sums(r, flags, ADLER_C, CRC_C);
	if (r->bad)
		return ST_TRUNCATED;
	struct span body = span_cut(r->s, r->pos, stored), got = body;
	read_skip(r, body.n);
	size_t n = 0;
	enum status st = ST_OK;
	if (stored < size) {
		st = expand(body, size, buf, cap, &n);
		got = SPAN(*buf, n);
		if (body.n == stored && !right(body, packed, flags, ADLER_C, CRC_C))
			st = ST_DAMAGED;
	}
	if (body.n < stored)
		st = ST_TRUNCATED;
	else if (st == ST_OK && (got.n != size || !right(got, content, flags, ADLER_D, CRC_D)))
		st = ST_DAMAGED;
	enum status written = got.n ? out->write(out, got.p, got.n) : ST_OK;
	return written != ST_OK ? written : st;
}

enum status lzop_stream(enum codec c, struct span in, struct codec_out *out, uint64_t *used)
{
	struct reader r = reader_of(in, true);
	uint32_t flags = 0;
	uint8_t *buf = NULL;
	size_t cap = 0;
	bool last = false;
	(void)c;
	enum status st = SPAN_IS(in, 0, MAGIC) ? header(&r, &flags) : ST_DAMAGED;
	while (st == ST_OK && !last)
		st = block(&r, flags, out, &buf, &cap, &last);
	mem_free(buf);
	*used = r.pos;
	return st;
}
