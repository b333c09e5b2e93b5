/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: one SQL query each that draws doors from facts. A rule file opens with comment lines
 *   -- title: ...        one line for a list of rules
 *   -- kind: account     kind of door (docs/rules.md)
 *   -- severity: high    critical, high, medium, low
 *   -- cwe: CWE-798
 *   -- explain: ...      what it means and why it matters; may go on in lines "--   ..."
 *   -- verify: ...       how a stranger checks it by hand
 * and holds one SELECT with the columns source, title, subject, reach, confidence, explanation,
 * evidence, and if they differ from row to row kind and severity. `evidence` is a concatenation of
 * seen(table, id, role). Rows of one rule with the same source and subject are one door: the most
 * confident row speaks, the evidence is joined.
 */
#ifndef CASE_RULES_H
#define CASE_RULES_H

#include "case/case.h"

struct rule {
	const char *name; /* file name without ".sql" */
	const char *text; /* the whole file */
	const char *title, *kind, *severity, *cwe, *explain, *verify;
	bool foreign; /* from a user's folder */
};

struct rules {
	struct rule *list;
	size_t count, cap;
	struct arena arena;
};

/* The built-in rules, then those of a user's folder (NULL: none). False after a message. */
bool rules_load(struct rules *r, const char *folder);

/* Check that a rule has its headers and compiles as one SELECT; prints what is wrong. */
bool rules_lint(const struct rules *r);

/* Draw doors; they become rows of `door` and `evidence`. False after a message. */
bool rules_run(const struct rules *r, struct case_store *c, bool no_known);
void rules_free(struct rules *r);

#endif
