/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one multi-pattern scan: every magic of every format and every pattern of every observer in a
 * single automaton (vectorscan), or in a plain Aho-Corasick machine on a CPU that vectorscan does
 * not support. Built once, before workers are forked; read-only after that.
 */
#ifndef ENGINE_SCANNER_H
#define ENGINE_SCANNER_H

#include "engine/literals.h"
#include "fact/observer.h"
#include "format/format.h"

struct scanner;

/* A format's magic was seen: the format would begin at `offset`. */
struct proposal {
	uint64_t offset;
	uint32_t format; /* index into formats[] */
};

/* What one scan found. Reused from scan to scan; hits[i] and found[i] belong to observers[i]. */
struct findings {
	struct proposal *proposals; /* sorted by offset, then format; no doubles */
	size_t count, cap;
	size_t next;  /* those before it have been dealt with: the caller moves it */
	size_t total; /* proposals so far */
	struct {
		struct hit *list; /* sorted by offset, then pattern */
		size_t count, cap;
	} * hits;
	struct {
		uint64_t *list; /* in the order in which the observer saw them */
		size_t count, cap;
		bool enough; /* there were more */
	} * found;
	bool overflow; /* more proposals than the scan keeps */
};

struct scanner *scanner_new(void);
struct findings *findings_new(void);
void findings_reset(struct findings *f);

/*
 * Look at `in` from `from` to `to`, windows one behind the other. Proposals before
 * `to` - scanner_reach are all there then; hits are in order when scanner_finish was called.
 */
void scanner_window(const struct scanner *s, struct span in, uint64_t from, uint64_t to,
		    bool want_formats, struct findings *out);
void scanner_finish(struct findings *out);
uint64_t scanner_reach(const struct scanner *s);
void scanner_free(struct scanner *s);
void findings_free(struct findings *f);

/* Made by the build from the lists of formats and observers: prebuild.c. */
extern const struct prebuilt scanner_prebuilt;
bool scanner_prebuild(struct buf *out, uint8_t digest[32]);

#endif
