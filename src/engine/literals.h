/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many literals in one pass. Two engines with the same answers: vectorscan, and an Aho-Corasick
 * machine of our own for CPUs without SSE4.2.
 */
#ifndef ENGINE_LITERALS_H
#define ENGINE_LITERALS_H

#include "base/span.h"

struct literal {
	const char *bytes;
	size_t n;      /* at least 1 */
	bool any_case; /* ASCII letters match in either case */
};

struct literals;

/* `list` must live as long as the result. `plain` forces the Aho-Corasick machine. */
struct literals *literals_new(const struct literal *list, size_t count, bool plain);

/* Calls `hit` for every occurrence (start offset), in order of the end of the match. */
void literals_scan(const struct literals *l, struct span in,
		   void (*hit)(void *user, uint32_t index, uint64_t start), void *user);
void literals_free(struct literals *l);

#endif
