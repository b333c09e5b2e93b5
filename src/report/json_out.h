/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A streaming JSON writer (RFC 8259): two-space indent, members in the order written, strings must
 * be valid UTF-8 (the case sees to that). The caller balances open and close.
 */
#ifndef REPORT_JSON_OUT_H
#define REPORT_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_out {
	FILE *f;
	unsigned depth;
	bool first; /* nothing written in the current object or array yet */
};

/* `key` is NULL inside arrays and at the top. */
void json_open(struct json_out *j, const char *key, char bracket);	/* '{' or '[' */
void json_close(struct json_out *j, char bracket);			/* '}' or ']' */
void json_text(struct json_out *j, const char *key, const char *value); /* NULL: null */
void json_int(struct json_out *j, const char *key, int64_t value);
void json_real(struct json_out *j, const char *key, double value); /* three digits */
void json_bool(struct json_out *j, const char *key, bool value);
void json_null(struct json_out *j, const char *key);

#endif
