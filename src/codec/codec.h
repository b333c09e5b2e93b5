/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decompressors and decryptors: span in, bytes out. A codec knows no container and keeps no state.
 *
 * codec_stream: one self-delimited stream from the front of `in`; output goes to `out` in pieces;
 * *used becomes the exact number of input bytes that belong to the stream. On ST_TRUNCATED and
 * ST_DAMAGED everything that could be decoded before the fault has been written, and *used is the
 * input position reached. A status from out->write ends the stream and is returned.
 *
 * codec_block: one block whose output size is bounded by `cap`; *n becomes the bytes written.
 * Same rule: what was decoded before a fault stands in `out`.
 */
#ifndef CODEC_CODEC_H
#define CODEC_CODEC_H

#include "base/span.h"
#include "base/status.h"

enum codec {
	CODEC_STORED,     /* bytes as they are (block only) */
	CODEC_DEFLATE,    /* RFC 1951 */
	CODEC_ZLIB,       /* RFC 1950 */
	CODEC_GZIP,       /* RFC 1952; a stream is all members that follow each other */
	CODEC_LZMA_ALONE, /* 13-byte header: properties, dictionary, size (or -1 with end mark) */
	CODEC_LZMA_SHORT, /* 5-byte header (properties, dictionary), no size: block only */
	CODEC_LZMA_RAW,   /* no header at all: block only, properties are found by trial */
	CODEC_XZ,         /* a stream is one .xz stream with its index and padding */
	CODEC_LZIP,
	CODEC_BZIP2,
	CODEC_LZ4_FRAME,
	CODEC_LZ4_LEGACY,
	CODEC_LZ4_BLOCK,  /* block only */
	CODEC_ZSTD,
	CODEC_LZO1X,      /* raw LZO1X stream, block only */
	CODEC_LZOP,       /* lzop(1) file */
	CODEC_COMPRESS,   /* compress(1) .Z */
	CODEC_RTIME,      /* JFFS2 rtime, block only */
	CODEC_RUBIN,      /* JFFS2 dynrubin, block only */
	CODEC_COUNT
};

struct codec_out {
	enum status (*write)(struct codec_out *, const void *p, size_t n);
};

/* Stable lower-case name ("lzma-alone"); never NULL. */
const char *codec_name(enum codec c);

enum status codec_stream(enum codec c, struct span in, struct codec_out *out, uint64_t *used);
enum status codec_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n);

#endif
