/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/codec.h"

#include "codec/internal.h"

static enum status stored_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	(void)c;
	*n = in.n < cap ? in.n : cap;
	if (*n)
		memcpy(out, in.p, *n);
	return in.n > cap ? ST_DAMAGED : ST_OK;
}

/* A codec without a block decoder of its own gets one from its stream decoder. */
static const struct {
	const char *name;
	codec_stream_fn *stream;
	codec_block_fn *block;
} codecs[CODEC_COUNT] = {
	[CODEC_STORED] = {"stored", NULL, stored_block},
	[CODEC_DEFLATE] = {"deflate", deflate_stream, deflate_block},
	[CODEC_ZLIB] = {"zlib", deflate_stream, deflate_block},
	[CODEC_GZIP] = {"gzip", deflate_stream, deflate_block},
	[CODEC_LZMA_ALONE] = {"lzma-alone", lzma_stream_decode, lzma_block_decode},
	[CODEC_LZMA_SHORT] = {"lzma-short", NULL, lzma_block_decode},
	[CODEC_LZMA_RAW] = {"lzma-raw", NULL, lzma_block_decode},
	[CODEC_XZ] = {"xz", xz_stream, xz_block},
	[CODEC_LZIP] = {"lzip", lzma_stream_decode, NULL},
	[CODEC_BZIP2] = {"bzip2", bzip2_stream, NULL},
	[CODEC_LZ4_FRAME] = {"lz4", lz4_stream, NULL},
	[CODEC_LZ4_LEGACY] = {"lz4-legacy", lz4_stream, NULL},
	[CODEC_LZ4_BLOCK] = {"lz4-block", NULL, lz4_block},
	[CODEC_ZSTD] = {"zstd", zstd_stream, zstd_block},
	[CODEC_LZO1X] = {"lzo1x", NULL, lzo_block},
	[CODEC_LZOP] = {"lzop", lzop_stream, NULL},
	[CODEC_COMPRESS] = {"compress", compress_stream, NULL},
	[CODEC_RTIME] = {"rtime", NULL, rtime_block},
	[CODEC_RUBIN] = {"rubin", NULL, rubin_block},
};

const char *codec_name(enum codec c)
{
	return c < CODEC_COUNT && codecs[c].name ? codecs[c].name : "unknown";
}

enum status codec_stream(enum codec c, struct span in, struct codec_out *out, uint64_t *used)
{
	*used = 0;
	if (c >= CODEC_COUNT || !codecs[c].stream)
		return ST_UNSUPPORTED;
	return codecs[c].stream(c, in, out, used);
}

struct to_block {
	struct codec_out out;
	uint8_t *p;
	size_t n, cap;
};

static enum status to_block(struct codec_out *out, const void *p, size_t n)
{
	struct to_block *to = (struct to_block *)out;
	size_t room = n < to->cap - to->n ? n : to->cap - to->n;
	if (room)
		memcpy(to->p + to->n, p, room);
	to->n += room;
	return room < n ? ST_DAMAGED : ST_OK;
}

enum status block_by_stream(codec_stream_fn *stream, enum codec c, struct span in, uint8_t *out,
			    size_t cap, size_t *n)
{
	struct to_block to = {{to_block}, out, 0, cap};
	uint64_t used = 0;
	enum status st = stream(c, in, &to.out, &used);
	*n = to.n;
	return st;
}

enum status codec_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n)
{
	*n = 0;
	if (c >= CODEC_COUNT)
		return ST_UNSUPPORTED;
	if (codecs[c].block)
		return codecs[c].block(c, in, out, cap, n);
	return codecs[c].stream ? block_by_stream(codecs[c].stream, c, in, out, cap, n) : ST_UNSUPPORTED;
}
