/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_out.h"

static void quoted(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", f);
		else if (c == '\t')
			fputs("\\t", f);
		else if (c < 0x20 || c == 0x7f)
			fprintf(f, "\\u%04x", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

static void begin(struct json_out *j, const char *key)
{
	if (j->depth) {
		fputs(j->first ? "\n" : ",\n", j->f);
		for (unsigned i = 0; i < j->depth; i++)
			fputs("  ", j->f);
	}
	j->first = false;
	if (key) {
		quoted(j->f, key);
		fputs(": ", j->f);
	}
}

void json_open(struct json_out *j, const char *key, char bracket)
{
	begin(j, key);
	fputc(bracket, j->f);
	j->depth++;
	j->first = true;
}

void json_close(struct json_out *j, char bracket)
{
	j->depth--;
	if (!j->first) {
		fputc('\n', j->f);
		for (unsigned i = 0; i < j->depth; i++)
			fputs("  ", j->f);
	}
	fputc(bracket, j->f);
	j->first = false;
	if (j->depth == 0)
		fputc('\n', j->f);
}

void json_text(struct json_out *j, const char *key, const char *value)
{
	begin(j, key);
	if (value)
		quoted(j->f, value);
	else
		fputs("null", j->f);
}

void json_int(struct json_out *j, const char *key, int64_t value)
{
	begin(j, key);
	fprintf(j->f, "%lld", (long long)value);
}

void json_real(struct json_out *j, const char *key, double value)
{
	begin(j, key);
	fprintf(j->f, "%.3f", value);
}

void json_bool(struct json_out *j, const char *key, bool value)
{
	begin(j, key);
	fputs(value ? "true" : "false", j->f);
}

void json_null(struct json_out *j, const char *key)
{
	begin(j, key);
	fputs("null", j->f);
}
