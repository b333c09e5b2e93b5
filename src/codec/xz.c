/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xz (The .xz File Format, tukaani.org/xz/xz-file-format.txt) through liblzma, checks included:
 * header, blocks of LZMA2 and branch filters, index, footer. Streams that follow each other, with
 * zero padding in between, are one file.
 */
#include <lzma.h>

#include "codec/internal.h"

enum { CHUNK = 256 * 1024, MEMORY_MAX = 160 * 1024 * 1024, HEADER = 12 };

static enum status of_lzma(lzma_ret rc, bool input_left)
{
	switch (rc) {
	case LZMA_STREAM_END:
		return ST_OK;
	case LZMA_MEM_ERROR:
		abort();
	case LZMA_MEMLIMIT_ERROR:
		return ST_LIMIT;
	case LZMA_OPTIONS_ERROR:
		return ST_UNSUPPORTED;
	case LZMA_BUF_ERROR:
		return input_left ? ST_DAMAGED : ST_TRUNCATED;
	default:
		return ST_DAMAGED;
	}
}

static enum status one_stream(struct span in, struct codec_out *out, uint64_t *used)
{
	uint8_t chunk[CHUNK];
	lzma_stream z = LZMA_STREAM_INIT;
	enum status st = ST_OK;
	lzma_ret rc = lzma_stream_decoder(&z, MEMORY_MAX, 0);
	if (rc != LZMA_OK)
		abort();
	z.next_in = in.p;
	z.avail_in = in.n;
	do {
		z.next_out = chunk;
		z.avail_out = CHUNK;
		rc = lzma_code(&z, LZMA_RUN);
		if (z.avail_out < CHUNK)
			st = out->write(out, chunk, CHUNK - z.avail_out);
	} while (st == ST_OK && rc == LZMA_OK);
	*used = z.total_in;
	if (st == ST_OK)
		st = of_lzma(rc, z.avail_in > 0);
	lzma_end(&z);
	return st;
}

/* Where the next stream begins behind zero padding; 0 when none follows. */
static uint64_t next_stream(struct span in, uint64_t at)
{
	while (span_has(in, at, 4) && span_le32(in, at) == 0)
		at += 4;
	lzma_stream_flags flags;
	bool is = span_has(in, at, HEADER) &&
		  lzma_stream_header_decode(&flags, in.p + at) == LZMA_OK;
	return is ? at : 0;
}

enum status xz_stream(enum codec c, struct span in, struct codec_out *out, uint64_t *used)
{
	(void)c;
	enum status st = one_stream(in, out, used);
	for (uint64_t at; st == ST_OK && (at = next_stream(in, *used)) != 0;) {
		uint64_t more = 0;
		st = one_stream(span_from(in, at), out, &more);
		*used = at + more;
	}
	return st;
}

/* The decoder is kept per thread: liblzma reuses its memory when it is set up again. */
enum status xz_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	static _Thread_local lzma_stream z = LZMA_STREAM_INIT;
	(void)c;
	if (lzma_stream_decoder(&z, MEMORY_MAX, 0) != LZMA_OK)
		abort();
	z.next_in = in.p;
	z.avail_in = in.n;
	z.next_out = out;
	z.avail_out = cap;
	lzma_ret rc = LZMA_OK;
	while (rc == LZMA_OK)
		rc = lzma_code(&z, LZMA_RUN);
	*n = cap - z.avail_out;
	return of_lzma(rc, z.avail_in > 0);
}
