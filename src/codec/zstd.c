/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zstandard (RFC 8878) through libzstd. Frames and skippable frames that follow each other are one
 * file. The window is bounded, whatever a frame asks for.
 */
#include <zstd.h>

#include "codec/internal.h"

enum { CHUNK = 128 * 1024, WINDOW_LOG_MAX = 27, MAGIC_SKIP = 0x184d2a50 };
#define MAGIC_FRAME 0xfd2fb528u

static ZSTD_DCtx *context(void)
{
	static _Thread_local ZSTD_DCtx *d;
	if (!d && !(d = ZSTD_createDCtx()))
		abort();
	ZSTD_DCtx_reset(d, ZSTD_reset_session_and_parameters);
	ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	return d;
}

/* One frame; *used: bytes of input it took. */
static enum status one_frame(struct span in, struct codec_out *out, uint64_t *used)
{
	uint8_t chunk[CHUNK];
	ZSTD_DCtx *d = context();
	ZSTD_inBuffer from = {in.p, in.n, 0};
	enum status st = ST_OK;
	size_t rc;
	do {
		size_t before = from.pos;
		ZSTD_outBuffer to = {chunk, CHUNK, 0};
		rc = ZSTD_decompressStream(d, &to, &from);
		if (to.pos)
			st = out->write(out, chunk, to.pos);
		if (rc != 0 && !ZSTD_isError(rc) && from.pos == before && to.pos == 0)
			break;
	} while (st == ST_OK && rc != 0 && !ZSTD_isError(rc));
	*used = from.pos;
	if (st != ST_OK || rc == 0)
		return st;
	return ZSTD_isError(rc) ? ST_DAMAGED : ST_TRUNCATED;
}

enum status zstd_stream(enum codec c, struct span in, struct codec_out *out, uint64_t *used)
{
	(void)c;
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

enum status zstd_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	size_t rc = ZSTD_decompressDCtx(context(), out, cap, in.p, in.n);
	if (!ZSTD_isError(rc)) {
		*n = rc;
		return ST_OK;
	}
	return block_by_stream(zstd_stream, c, in, out, cap, n);
}
