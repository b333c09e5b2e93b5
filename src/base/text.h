/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of unknown origin. Strings from an image are hostile: text_utf8 makes them valid UTF-8 for
 * tables and JSON, text_terminal makes them harmless on a terminal.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"
#include "base/buf.h"

/* Valid UTF-8 with the same meaning: bytes that are not become \xNN, NUL becomes \x00. */
char *text_utf8(struct arena *a, struct span s);

/* As text_utf8, and control characters (C0, C1, DEL, bidirectional overrides) become \xNN / U+NNNN. */
void text_terminal(struct buf *out, struct span s);

/* Mostly printable text, no NUL? Looks at no more than the first 64 KiB. Empty input is text. */
bool text_looks(struct span s);

/* The same for who has counted the bytes of `s`, or a sample of `n` of them, already. */
bool text_looks_counted(const uint64_t counts[256], size_t n, struct span s);

/* Fold ASCII to lower case in place of a copy. */
char *text_lower(struct arena *a, struct span s);

/* A whole decimal, 0x hex or 0 octal number; false when anything else stands there. */
bool text_number(struct span s, int64_t *out);

/* One field up to a separator; advances *rest past it. */
struct span text_field(struct span *rest, char separator);

bool text_prefix(struct span s, const char *prefix);
bool text_suffix(struct span s, const char *suffix);

#endif
