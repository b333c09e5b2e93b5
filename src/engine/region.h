/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What bytes are that no format claimed: padding, text, code, encrypted, compressed, unknown, with
 * Shannon entropy in bits per byte (0 to 8) and a chi-square test against uniform bytes.
 */
#ifndef ENGINE_REGION_H
#define ENGINE_REGION_H

#include "base/span.h"

struct region {
	uint64_t offset, size;
	const char *what; /* static: a format's name or one of the words above */
	double entropy;
	double
	    chi_square; /* of compressed and encrypted regions, else 0; random bytes: about 255 */
};

double region_entropy(struct span s);

/* Only one byte value (0x00 or 0xff or any other)? True for an empty span. */
bool region_is_padding(struct span s);

/*
 * Classify a gap of `in` piece by piece; `emit` gets consecutive regions. The gap begins at `at`;
 * where it ends need not be known yet: region_upto may be called again and again, with `end` when
 * the limit is the end of the gap. The regions are the same however it is fed.
 */
struct region_stream {
	void (*emit)(void *user, const struct region *);
	void *user;
	struct span in;
	size_t at, run; /* next piece; how many equal bytes are known to stand there */
	struct region now;
	uint64_t counts[256], counted; /* of `now`; beyond 1 MiB it is a sample */
};

void region_start(struct region_stream *s, struct span in, uint64_t at,
		  void (*emit)(void *user, const struct region *), void *user);
void region_upto(struct region_stream *s, uint64_t limit, bool end);

#endif
