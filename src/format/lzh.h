/* SPDX-License-Identifier: Apache-2.0 */
/* The compression that arj and lha share: Huffman codes over bytes, lengths and positions. */
#ifndef FORMAT_LZH_H
#define FORMAT_LZH_H

#include "codec/codec.h"

enum lzh {
	LZH_ARJ,      /* methods 1 to 3 of arj */
	LZH_ARJ_FAST, /* method 4 of arj */
	LZH_LH5,      /* -lh4- and -lh5- */
	LZH_LH6,
	LZH_LH7,
};

/* Makes `size` bytes, or fewer when the stream is cut or wrong. */
enum status lzh_decode(enum lzh kind, struct span in, uint64_t size, struct codec_out *out);

#endif
