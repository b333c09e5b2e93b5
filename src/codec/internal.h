/* SPDX-License-Identifier: Apache-2.0 */
/* The codecs behind codec.c: one file a family. Same contracts as codec.h. */
#ifndef CODEC_INTERNAL_H
#define CODEC_INTERNAL_H

#include "codec/codec.h"

enum status deflate_stream(enum codec c, struct span in, struct codec_out *out, uint64_t *used);
enum status deflate_block(enum codec c, struct span in, uint8_t *out, size_t cap, size_t *n);

#endif
