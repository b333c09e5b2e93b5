/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The LZMA1 decoder that all LZMA wrappers share. It decodes into a flat buffer that is its own
 * dictionary, so nothing is copied twice, no memory hangs on a declared dictionary size, and every
 * legal lc/lp/pb works (liblzma refuses lc + lp > 4).
 *
 * The owner provides `dst`; it may slide or grow it between two calls of lzma1_run (lzma1_slide).
 */
#ifndef CODEC_LZMA1_H
#define CODEC_LZMA1_H

#include "codec/codec.h"

enum lzma1_result {
	LZMA1_FULL, /* dst is filled up to `stop` */
	LZMA1_END,  /* end mark met */
	LZMA1_MORE, /* the input ended inside a symbol */
	LZMA1_BAD,  /* a distance before the start of the data, or a bad first byte */
};

enum { LZMA1_TAIL = 64 };

struct lzma1 {
	struct span in;      /* compressed bytes, without any header */
	size_t in_pos;       /* bytes taken from `in` */
	uint8_t *dst;
	size_t pos;          /* bytes in dst */
	uint64_t base;       /* bytes slid out in front of dst */
	uint32_t range, code;
	uint32_t rep[4], state;
	uint32_t pending;    /* bytes of the last match that did not fit before `stop` */
	uint32_t lc, lp_mask, pb_mask;
	bool ends_with_input; /* no size, no end mark: LZMA1_END where the last byte closes the coder */
	uint16_t *probs;
	uint16_t *own;       /* heap table where lc + lp > 4, else NULL */
	uint8_t tail[LZMA1_TAIL];
};

/* False when `props` (or the first byte of the stream) is not legal. Pair with lzma1_free. */
bool lzma1_init(struct lzma1 *d, uint8_t props, struct span in);
void lzma1_free(struct lzma1 *d);

/* Decode until dst holds `stop` bytes. With LZMA1_MORE and LZMA1_BAD `pos` counts good bytes only. */
enum lzma1_result lzma1_run(struct lzma1 *d, size_t stop);

/*
 * After LZMA1_FULL or LZMA1_END: does the stream end here, with the range coder in its end state or
 * with an end mark? Takes what belongs to that from the input.
 */
bool lzma1_finished(struct lzma1 *d);

/* Drop the first n bytes of dst; what is left is the dictionary for what follows. */
void lzma1_slide(struct lzma1 *d, size_t n);

#endif
