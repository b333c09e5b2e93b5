/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many literals in one pass. Two engines with the same answers: vectorscan, and an Aho-Corasick
 * machine of our own for CPUs without SSE4.2. Compiling for vectorscan takes a tenth of a second:
 * the build does it once (prebuild.c), and what it made is taken when the list and the version of
 * the library are still the same; otherwise the list is compiled at run time.
 */
#ifndef ENGINE_LITERALS_H
#define ENGINE_LITERALS_H

#include "base/buf.h"
#include "base/span.h"

struct literal {
	const char *bytes;
	size_t n;      /* at least 1 */
	bool any_case; /* ASCII letters match in either case */
};

struct literals;

/* What the build made of a list, and the digest of that list; size 0: nothing. */
struct prebuilt {
	const uint8_t *bytes;
	size_t size;
	uint8_t list[32];
};

/*
 * `list` must live as long as the result. `plain` forces the Aho-Corasick machine. `made` may be
 * NULL.
 */
struct literals *literals_new(const struct literal *list, size_t count, const struct prebuilt *made,
			      bool plain);

/* For prebuild.c: compile for any CPU with SSE4.2. The bytes are added to `out`. */
bool literals_prebuild(const struct literal *list, size_t count, struct buf *out,
		       uint8_t digest[32]);

/* Calls `hit` for every occurrence (start offset), in order of the end of the match. */
void literals_scan(const struct literals *l, struct span in,
		   void (*hit)(void *user, uint32_t index, uint64_t start), void *user);
void literals_free(struct literals *l);

#endif
