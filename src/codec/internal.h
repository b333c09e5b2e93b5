/* SPDX-License-Identifier: Apache-2.0 */
/* The codecs behind codec.c: one file a family. Same contracts as codec.h. */
#ifndef CODEC_INTERNAL_H
#define CODEC_INTERNAL_H

#include "codec/codec.h"

typedef enum status codec_stream_fn(enum codec, struct span, struct codec_out *, uint64_t *);
typedef enum status codec_block_fn(enum codec, struct span, uint8_t *, size_t, size_t *);

codec_stream_fn deflate_stream, lzma_stream_decode, xz_stream, bzip2_stream, lz4_stream;
codec_stream_fn zstd_stream, lzop_stream, compress_stream;
codec_block_fn deflate_block, lzma_block_decode, xz_block, lz4_block, zstd_block, lzo_block;
codec_block_fn rtime_block, rubin_block;

/* A block decoder made of a stream decoder: ST_DAMAGED when the content does not fit into `cap`. */
enum status block_by_stream(codec_stream_fn *stream, enum codec c, struct span in, uint8_t *out,
			    size_t cap, size_t *n);

#endif
