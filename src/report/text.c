/* SPDX-License-Identifier: Apache-2.0 */
/* The audit for a person: what was opened, the doors with their proof, what to do next. */
#include "base/buf.h"
#include "base/text.h"
#include "report/fact_line.h"
#include "report/report.h"

enum { WIDTH = 92, MAX_EVIDENCE = 4 };

static const char *paint(const struct report_style *style, const char *code)
{
	return style->colour ? code : "";
}

static const char *colour_of(const struct report_style *style, const char *confidence)
{
	if (strcmp(confidence, "certain") == 0)
		return paint(style, "\033[1;31m");
	return strcmp(confidence, "likely") == 0 ? paint(style, "\033[1;33m")
						 : paint(style, "\033[1m");
}

static int64_t number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t n = 0;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

/* Words broken into lines with an indent; with `before` on the first line, in front of the indent.
 */
static void wrapped(FILE *out, const char *text, const char *before, int indent)
{
	struct buf clean = {0};
	text_terminal(&clean, span_str(text));
	struct span rest = buf_span(&clean);
	int column = 0;
	bool first = true;
	fputs(before, out);
	while (rest.n) {
		struct span word = text_field(&rest, ' ');
		if (!word.n)
			continue;
		if (first) {
			column = indent;
		} else if (column + (int)word.n + 1 > WIDTH) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", (int)word.n, (const char *)word.p);
		column += (int)word.n;
		first = false;
	}
	fputc('\n', out);
	buf_free(&clean);
}

static void put_evidence(sqlite3 *db, FILE *out, const struct report_style *style, int64_t door)
{
	sqlite3_stmt *s = NULL;
	int shown = 0, left = 0;
	if (sqlite3_prepare_v2(
		db, "SELECT fact_table, fact, role FROM evidence WHERE door = ? ORDER BY rowid", -1,
		&s, NULL) != SQLITE_OK)
		return;
	sqlite3_bind_int64(s, 1, door);
	while (sqlite3_step(s) == SQLITE_ROW) {
		struct buf line = {0};
		if (shown == MAX_EVIDENCE && !style->verbose) {
			left++;
			continue;
		}
		buf_printf(&line, "%s: ", (const char *)sqlite3_column_text(s, 2));
		fact_line(db, (const char *)sqlite3_column_text(s, 0), sqlite3_column_int64(s, 1),
			  style->verbose, &line);
		wrapped(out, buf_text(&line), style->colour ? "     \033[2m-\033[0m " : "     - ",
			7);
		buf_free(&line);
		shown++;
	}
	if (left)
		fprintf(out, "     - and %d more (-v shows all)\n", left);
	sqlite3_finalize(s);
}

static void put_source(sqlite3 *db, FILE *out, sqlite3_stmt *s, const struct report_style *style)
{
	struct buf name = {0};
	char sql[160];
	int64_t id = sqlite3_column_int64(s, 0);
	text_terminal(&name, span_str((const char *)sqlite3_column_text(s, 1)));
	snprintf(
	    sql, sizeof sql,
	    "SELECT count(*) FROM artifact WHERE source = %lld AND type IN ('file', 'hardlink')",
	    (long long)id);
	fprintf(out, "%s%s%s: ", paint(style, "\033[1m"), buf_text(&name), paint(style, "\033[0m"));
	int64_t size = sqlite3_column_int64(s, 2);
	if (size < 100000)
		fprintf(out, "%lld bytes, ", (long long)size);
	else
		fprintf(out, "%.1f MB, ", (double)size / 1e6);
	fprintf(out, "%lld files inside\n", (long long)number(db, sql));
	fprintf(out, "  SHA-256 %s\n", (const char *)sqlite3_column_text(s, 3));
	buf_free(&name);
}

static void put_door(sqlite3 *db, FILE *out, sqlite3_stmt *s, const struct report_style *style)
{
	struct buf title = {0};
	const char *confidence = (const char *)sqlite3_column_text(s, 2);
	text_terminal(&title, span_str((const char *)sqlite3_column_text(s, 1)));
	fprintf(out, "\n%3lld  %s%s%s  %s%s%s\n", (long long)sqlite3_column_int64(s, 0),
		colour_of(style, confidence), confidence, paint(style, "\033[0m"),
		paint(style, "\033[1m"), buf_text(&title), paint(style, "\033[0m"));
	fprintf(out, "     %s, severity %s, reach: %s%s%s\n",
		(const char *)sqlite3_column_text(s, 3), (const char *)sqlite3_column_text(s, 4),
		(const char *)sqlite3_column_text(s, 5), sqlite3_column_text(s, 7) ? ", " : "",
		sqlite3_column_text(s, 7) ? (const char *)sqlite3_column_text(s, 7) : "");
	if (sqlite3_column_text(s, 6))
		wrapped(out, (const char *)sqlite3_column_text(s, 6), "     ", 5);
	put_evidence(db, out, style, sqlite3_column_int64(s, 0));
	buf_free(&title);
}

static void put_notes(sqlite3 *db, FILE *out)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
			       "SELECT a.path, n.\"offset\", n.what FROM note n JOIN artifact a ON "
			       "a.id = n.artifact"
			       " ORDER BY n.rowid",
			       -1, &s, NULL) != SQLITE_OK)
		return;
	for (bool first = true; sqlite3_step(s) == SQLITE_ROW; first = false) {
		struct buf line = {0};
		if (first)
			fputs("\nNotes\n", out);
		text_terminal(&line, span_str((const char *)sqlite3_column_text(s, 0)));
		buf_printf(&line, ", byte %lld: ", (long long)sqlite3_column_int64(s, 1));
		text_terminal(&line, span_str((const char *)sqlite3_column_text(s, 2)));
		fprintf(out, "  %s\n", buf_text(&line));
		buf_free(&line);
	}
	sqlite3_finalize(s);
}

static void put_summary(sqlite3 *db, FILE *out, const struct report_style *style)
{
	int64_t shown = number(db, "SELECT count(*) FROM door WHERE confidence <> 'hint'");
	int64_t hints = number(db, "SELECT count(*) FROM door WHERE confidence = 'hint'");
	int64_t notes = number(db, "SELECT count(*) FROM note");
	if (shown == 0)
		fputs("\nNo door was found that is certain or likely. That is no proof that there "
		      "is none.\n",
		      out);
	fprintf(out, "\n%lld door%s", (long long)shown, shown == 1 ? "" : "s");
	if (hints)
		fprintf(out, ", %lld hint%s%s", (long long)hints, hints == 1 ? "" : "s",
			style->verbose ? "" : " (-v shows them)");
	if (notes)
		fprintf(out, ", %lld note%s%s", (long long)notes, notes == 1 ? "" : "s",
			style->verbose ? "" : " (-v)");
	if (style->seconds > 0)
		fprintf(out, "; %.1f seconds", style->seconds);
	fputc('\n', out);
	if (shown)
		fputs("postern show IMAGE NUMBER shows the proof of a door.\n", out);
}

bool report_text(sqlite3 *db, FILE *out, const struct report_style *style)
{
	sqlite3_stmt *sources = NULL, *doors = NULL;
	bool ok =
	    sqlite3_prepare_v2(db, "SELECT id, name, size, sha256 FROM source ORDER BY id", -1,
			       &sources, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(
		db,
		"SELECT id, title, confidence, kind, severity, reach, explanation, cwe FROM door"
		" WHERE source = ? AND (? OR confidence <> 'hint') ORDER BY id",
		-1, &doors, NULL) == SQLITE_OK;
	while (ok && sqlite3_step(sources) == SQLITE_ROW) {
		put_source(db, out, sources, style);
		sqlite3_bind_int64(doors, 1, sqlite3_column_int64(sources, 0));
		sqlite3_bind_int(doors, 2, style->verbose > 0);
		while (sqlite3_step(doors) == SQLITE_ROW)
			put_door(db, out, doors, style);
		sqlite3_reset(doors);
		fputc('\n', out);
	}
	sqlite3_finalize(sources);
	sqlite3_finalize(doors);
	if (ok && style->verbose)
		put_notes(db, out);
	if (ok)
		put_summary(db, out, style);
	return ok && fflush(out) == 0 && !ferror(out);
}
