/* SPDX-License-Identifier: Apache-2.0 */
/* Who bids how much for the bytes at one place. */
#ifndef ENGINE_CANDIDATE_H
#define ENGINE_CANDIDATE_H

#include "format/format.h"

enum { MAX_CANDIDATES = 8, SURE = 50 /* a bid from which on a format is believed */ };

struct candidate {
	const struct format *format;
	uint32_t index; /* in formats[] */
	int bid;
	uint64_t size; /* 0: only opening tells */
};

/* Ask one format for its bid for the front of `in`; a bidder takes its place in the list. */
void candidates_ask(struct span in, uint32_t index, struct candidate *list, size_t *count);

/* Is it known to reach from the first byte to the last? Padding does not count. */
bool candidate_owns(const struct candidate *k, struct span in);

/* Everybody's bid for the front of `in`, best first; the list has MAX_CANDIDATES places. */
size_t candidates_at_start(struct span in, struct candidate *list);

#endif
