/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue of known doors in SQL, for a case. Bytes alone do not tell a credential from a word
 * or a port from a number: terms of these kinds are compared with facts.
 *
 *   known_door(id, year, vendor, product, class, cve, source, verified, explanation)
 *   known_term(door, way, terms, kind, text, value, second, port)
 *     way     terms with the same door and way belong together; `terms` says how many they are
 *     kind    as in data/known-doors.tsv; text: the term as it stands there
 *     value   account, generic: the user; listener: the program or ''; bytes, hex, key: ''
 *     second  account, generic: the password; listener: the protocol
 */
#ifndef FACT_KNOWN_DOORS_SQL_H
#define FACT_KNOWN_DOORS_SQL_H

#include "base/buf.h"

/* Statements that make and fill the two tables. */
void known_doors_sql(struct buf *out);

/*
 * Statements that add rows to `known` for what stands in `account` and `listener`: once for each
 * door and artifact, and not where the observer met the door already. A listener of a
 * configuration counts only when its program is in the image; locked accounts do not count.
 */
void known_doors_facts_sql(struct buf *out);

#endif
