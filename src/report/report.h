/* SPDX-License-Identifier: Apache-2.0 */
/* Reports read a case and nothing else. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

struct report_style {
	bool colour;
	int verbose; /* 0: doors certain and likely; 1: also hints, notes and evidence in full */
	double seconds;
};

/* The audit for a person. */
bool report_text(sqlite3 *db, FILE *out, const struct report_style *style);

/* docs/json.md */
bool report_json(sqlite3 *db, FILE *out);

#endif
