/* SPDX-License-Identifier: Apache-2.0 */
/* Private to arj: its two ways to compress. */
#ifndef FORMAT_ARJ_H
#define FORMAT_ARJ_H

#include "codec/codec.h"

/* Methods 1 to 3 (Huffman codes) and 4; makes at most `size` bytes. */
enum status arj_decode(unsigned method, struct span in, uint64_t size, struct codec_out *out);

#endif
