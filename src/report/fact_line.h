/* SPDX-License-Identifier: Apache-2.0 */
/* One fact in one line for a person: where it stands and what it says. */
#ifndef REPORT_FACT_LINE_H
#define REPORT_FACT_LINE_H

#include <sqlite3.h>

#include "base/buf.h"

/*
 * Appends "etc/passwd, byte 17", and with `whole` what the row says: ": user root, uid 0, ...".
 * Hostile text is made harmless.
 */
void fact_line(sqlite3 *db, const char *table, int64_t id, bool whole, struct buf *out);

#endif
