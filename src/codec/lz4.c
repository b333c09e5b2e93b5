/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LZ4 (lz4_Block_format.md, lz4_Frame_format.md of the LZ4 project):
 *
 *   frame    184d2204, descriptor, blocks, end mark 0, checksum; through liblz4
 *   legacy   184c2102, then blocks: size(4, LE) bytes, each but the last holds 8 MiB of content
 *   block    a bare block; what liblz4 refuses is decoded again here, to keep what stands before
 *            the fault
 */
#include <lz4.h>
#include <lz4frame.h>

#include "base/mem.h"
#include "codec/internal.h"

enum { CHUNK = 256 * 1024, LEGACY_BLOCK = 8 << 20, MAGIC_SKIP = 0x184d2a50 };
#define MAGIC_FRAME  0x184d2204u
#define MAGIC_LEGACY 0x184c2102u

/* A length nibble that is continued by bytes while they are 255. */
static uint64_t long_length(struct reader *r, unsigned nibble)
{
	uint64_t n = nibble;
	if (nibble == 15)
		for (uint8_t b = 255; b == 255 && !r->bad;)
			n += b = read_u8(r);
	return n;
}

/* Block decoder that keeps everything before a fault. */
static enum status careful_block(struct span in, uint8_t *out, size_t cap, size_t *n)
{
	struct reader r = reader_of(in, false);
	size_t pos = 0;
	enum status st = ST_OK;
	while (st == ST_OK && r.pos < in.n) {
		uint8_t token = read_u8(&r);
		uint64_t len = long_length(&r, token >> 4);
		struct span lit = span_cut(in, r.pos, len);
		size_t room = lit.n < cap - pos ? lit.n : cap - pos;
		if (room)
			memcpy(out + pos, lit.p, room);
		pos += room;
		read_skip(&r, len);
		if (r.bad || room < len) {
			st = r.bad ? ST_TRUNCATED : ST_DAMAGED;
			break;
		}
		if (r.pos == in.n)
			break;
		size_t distance = read_u16(&r);
		len = long_length(&r, token & 15) + 4;
		if (r.bad || distance == 0 || distance > pos || len > cap - pos)
			st = r.bad ? ST_TRUNCATED : ST_DAMAGED;
		else
			for (; len; len--, pos++)
				out[pos] = out[pos - distance];
	}
	*n = pos;
	return st;
}

static enum status bare_block(struct span in, uint8_t *out, size_t cap, size_t *n)
{
	if (in.n == 0)
		return ST_TRUNCATED;
	if (in.n <= INT32_MAX && cap <= INT32_MAX) {
		int rc = LZ4_decompress_safe((const char *)in.p, (char *)out, (int)in.n, (int)cap);
		if (rc >= 0) {
			*n = (size_t)rc;
			return ST_OK;
		}
	}
	return careful_block(in, out, cap, n);
}

static enum status one_frame(struct span in, struct codec_out *out, uint64_t *used)
{
	uint8_t chunk[CHUNK];
	LZ4F_dctx *d;
	enum status st = ST_OK;
	size_t rc, got, took;
	if (LZ4F_isError(LZ4F_createDecompressionContext(&d, LZ4F_VERSION)))
		abort();
	do {
		struct span rest = span_from(in, *used);
		got = CHUNK;
		took = rest.n;
		rc = LZ4F_decompress(d, chunk, &got, rest.p, &took, NULL);
		if (LZ4F_isError(rc))
			break;
		*used += took;
		if (got)
			st = out->write(out, chunk, got);
	} while (st == ST_OK && rc != 0 && (got || took));
	LZ4F_freeDecompressionContext(d);
	if (st != ST_OK || rc == 0)
		return st;
	return LZ4F_isError(rc) ? ST_DAMAGED : ST_TRUNCATED;
}

static enum status frames(struct span in, struct codec_out *out, uint64_t *used)
{
	enum status st = one_frame(in, out, used);
	while (st == ST_OK) {
		uint32_t magic = span_le32(in, *used);
		uint64_t more = 0;
		if (magic != MAGIC_FRAME && (magic & 0xfffffff0u) != MAGIC_SKIP)
			break;
		st = one_frame(span_from(in, *used), out, &more);
		*used += more;
	}
	return st;
}

/* Blocks up to the first one that is not full: nothing else marks the end. */
static enum status legacy(struct span in, struct codec_out *out, uint64_t *used)
{
	uint8_t *block = mem_array(LEGACY_BLOCK, 1);
	enum status st = span_le32(in, 0) == MAGIC_LEGACY ? ST_OK : ST_DAMAGED;
	size_t n = LEGACY_BLOCK;
	bool first = true;
	*used = in.n < 4 ? in.n : 4;
	while (st == ST_OK && n == LEGACY_BLOCK) {
		uint32_t size = span_le32(in, *used);
		if (size == MAGIC_LEGACY && !first) {
			*used += 4;
			continue;
		}
		if (size == 0 || size > LZ4_COMPRESSBOUND(LEGACY_BLOCK)) {
			st = first ? ST_DAMAGED : ST_OK;
			break;
		}
		struct span body = span_cut(in, *used + 4, size);
		n = 0;
		st = bare_block(body, block, LEGACY_BLOCK, &n);
		*used += 4 + body.n;
		if (body.n < size)
			st = ST_TRUNCATED;
		enum status written = n ? out->write(out, block, n) : ST_OK;
		st = written != ST_OK ? written : st;
		first = false;
	}
	mem_free(block);
	return st;
}

enum status lz4_stream(enum codec c, struct span in, struct codec_out *out, uint64_t *used)
{
	return c == CODEC_LZ4_FRAME ? frames(in, out, used) : legacy(in, out, used);
}

enum status lz4_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	(void)c;
	return bare_block(in, out, cap, n);
}
