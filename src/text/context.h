/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of text or program a byte stands in: the difference between a word that does something
 * and a word that is merely mentioned. All functions are pure and look only inside the span.
 */
#ifndef TEXT_CONTEXT_H
#define TEXT_CONTEXT_H

#include "fact/observer.h"

/* Manuals, change logs, word lists and detection rules, by the path: text about something. */
bool context_is_document(const char *path);

/* A script, page or configuration file, by its first line or its path. */
bool context_is_program_text(const struct artifact *a);

/* Containers whose members are artifacts of their own: what stands in them stands there again. */
bool context_is_container(const struct artifact *a);

/* The line that holds `at`, without its end; at most `limit` bytes to either side. */
struct span context_line(struct span s, uint64_t at, size_t limit);

/* Is `at` behind a comment mark on its line, or inside of one that began on it? */
bool context_is_comment(struct span s, uint64_t at);

/* The longest run of printable ASCII around `at`, at most `limit` bytes to either side. */
struct span context_string(struct span s, uint64_t at, size_t limit);

/* Offset of a span cut from `whole`. */
static inline uint64_t context_offset(struct span whole, struct span part)
{
	return (uint64_t)(part.p - whole.p);
}

#endif
