/* SPDX-License-Identifier: Apache-2.0 */
/* Printing evidence on a terminal; hostile text is made harmless. */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include <sqlite3.h>

#include "base/buf.h"

bool view_read_file(const char *path, struct buf *out);
/* Columns: title, kind, confidence, severity, reach, cwe, explanation, verify, source, rule. */
void view_door(sqlite3_stmt *row, int64_t number);
void view_artifact(sqlite3 *db, int64_t artifact);
/* "router.bin / squashfs@0x20000 / etc/passwd" */
void view_chain(sqlite3 *db, int64_t artifact, struct buf *out);
/* Where byte `offset` of an artifact stands in the raw image. */
void view_origin(sqlite3 *db, int64_t artifact, uint64_t offset);
/* Lines around a byte range, with numbers; the lines of the range are marked. */
void view_lines(struct span text, uint64_t offset, uint64_t length);
void view_hex(struct span bytes, uint64_t offset, uint64_t length);

#endif
