/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deflate in its three wrappers (RFC 1950, 1951, 1952). Blocks go through libdeflate, which is
 * three times as fast; streams and everything damaged through zlib, which keeps partial output.
 */
#include <libdeflate.h>
#include <zlib.h>

#include "codec/internal.h"

enum { CHUNK = 128 * 1024 };

static int window_bits(enum codec c)
{
	return c == CODEC_GZIP ? 31 : c == CODEC_ZLIB ? 15 : -15;
}

static enum status of_zlib(int rc, bool input_left)
{
	if (rc == Z_STREAM_END)
		return ST_OK;
	return rc == Z_BUF_ERROR && !input_left ? ST_TRUNCATED : ST_DAMAGED;
}

/* One member; *used: bytes of input it took. */
static enum status one_stream(int bits, struct span in, struct codec_out *out, uint64_t *used)
{
	uint8_t chunk[CHUNK];
	z_stream z = {0};
	enum status st = ST_OK;
	int rc = inflateInit2(&z, bits);
	if (rc != Z_OK)
		abort();
	size_t given = 0;
	do {
		if (z.avail_in == 0 && given < in.n) {
			size_t n = in.n - given < (1u << 30) ? in.n - given : 1u << 30;
			z.next_in = (Bytef *)(uintptr_t)(in.p + given);
			z.avail_in = (uInt)n;
			given += n;
		}
		z.next_out = chunk;
		z.avail_out = CHUNK;
		rc = inflate(&z, Z_NO_FLUSH);
		if (z.avail_out < CHUNK)
			st = out->write(out, chunk, CHUNK - z.avail_out);
		if (rc == Z_BUF_ERROR && given < in.n)
			rc = Z_OK;
	} while (st == ST_OK && rc == Z_OK);
	*used = given - z.avail_in;
	if (st == ST_OK)
		st = of_zlib(rc, z.avail_in > 0);
	inflateEnd(&z);
	return st;
}

enum status deflate_stream(enum codec c, struct span in, struct codec_out *out, uint64_t *used)
{
	enum status st = one_stream(window_bits(c), in, out, used);
	while (c == CODEC_GZIP && st == ST_OK) {
		struct span rest = span_from(in, *used);
		uint64_t more = 0;
		if (rest.n < 18 || !SPAN_IS(rest, 0, "\x1f\x8b\x08") || (rest.p[3] & 0xe0))
			break;
		enum status next = one_stream(window_bits(c), rest, out, &more);
		if (next == ST_DAMAGED)
			break; /* bytes behind the stream that only look like a member */
		*used += more;
		st = next;
	}
	return st;
}

/* For blocks that libdeflate refuses: keep what can be decoded. */
static enum status partial_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p, .next_out = out};
	if (in.n > UINT32_MAX || cap > UINT32_MAX)
		return ST_LIMIT;
	z.avail_in = (uInt)in.n;
	z.avail_out = (uInt)cap;
	if (inflateInit2(&z, window_bits(c)) != Z_OK)
		abort();
	int rc = inflate(&z, Z_SYNC_FLUSH);
	*n = cap - z.avail_out;
	enum status st = of_zlib(rc, z.avail_in > 0);
	inflateEnd(&z);
	return st;
}

enum status deflate_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	static _Thread_local struct libdeflate_decompressor *d;
	enum libdeflate_result r;
	if (!d && !(d = libdeflate_alloc_decompressor()))
		abort();
	if (c == CODEC_GZIP)
		r = libdeflate_gzip_decompress(d, in.p, in.n, out, cap, n);
	else if (c == CODEC_ZLIB)
		r = libdeflate_zlib_decompress(d, in.p, in.n, out, cap, n);
	else
		r = libdeflate_deflate_decompress(d, in.p, in.n, out, cap, n);
	if (r == LIBDEFLATE_SUCCESS)
		return ST_OK;
	return partial_block(c, in, out, cap, n);
}
