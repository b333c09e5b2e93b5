/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/view.h"

#include <ctype.h>
#include <errno.h>

#include "base/msg.h"
#include "base/text.h"

enum { CONTEXT = 3, MAX_LINE = 160, ROW = 16, MAX_HEX = 4096 };

bool view_read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rbe");
	uint8_t chunk[65536];
	if (!f)
		return false;
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
		buf_add(out, chunk, n);
	bool ok = !ferror(f);
	fclose(f);
	return ok;
}

static const char *column(sqlite3_stmt *row, int i)
{
	const char *s = (const char *)sqlite3_column_text(row, i);
	return s ? s : "";
}

static void put_line(const char *name, const char *value)
{
	struct buf clean = {0};
	text_terminal(&clean, span_str(value));
	if (*value)
		printf("  %-12s%s\n", name, buf_text(&clean));
	buf_free(&clean);
}

void view_door(sqlite3_stmt *row, int64_t number)
{
	struct buf title = {0};
	text_terminal(&title, span_str(column(row, 0)));
	printf("door %lld: %s\n", (long long)number, buf_text(&title));
	buf_free(&title);
	put_line("kind", column(row, 1));
	put_line("confidence", column(row, 2));
	put_line("severity", column(row, 3));
	put_line("reach", column(row, 4));
	put_line("weakness", column(row, 5));
	put_line("rule", column(row, 9));
	put_line("because", column(row, 6));
	put_line("to check", column(row, 7));
}

void view_artifact(sqlite3 *db, int64_t artifact)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(
		db,
		"SELECT path, type, size, sha256, format, kind, arch, detail, printf('%04o', mode),"
		" uid, gid, link FROM artifact WHERE id = ?",
		-1, &s, NULL) != SQLITE_OK)
		return;
	sqlite3_bind_int64(s, 1, artifact);
	if (sqlite3_step(s) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(s); i++)
			put_line(i == 8 ? "mode" : sqlite3_column_name(s, i),
				 i == 8 && sqlite3_column_type(s, 9) == SQLITE_NULL ? ""
										    : column(s, i));
	sqlite3_finalize(s);
}

void view_chain(sqlite3 *db, int64_t artifact, struct buf *out)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(
		db,
		"WITH RECURSIVE up(id, parent, name, depth) AS (SELECT id, parent, name, 0 FROM"
		" artifact WHERE id = ?1 UNION ALL SELECT a.id, a.parent, a.name, depth + 1 FROM"
		" artifact a JOIN up ON a.id = up.parent WHERE depth < 64)"
		" SELECT name FROM up ORDER BY depth DESC",
		-1, &s, NULL) != SQLITE_OK)
		return;
	sqlite3_bind_int64(s, 1, artifact);
	for (bool first = true; sqlite3_step(s) == SQLITE_ROW; first = false) {
		buf_str(out, first ? "" : " / ");
		text_terminal(out, span_str(column(s, 0)));
	}
	sqlite3_finalize(s);
}

/* Are the bytes of an artifact the very bytes of its parent at its offset? */
static bool stands_as_is(sqlite3_stmt *up)
{
	const char *format = column(up, 3);
	return sqlite3_column_int(up, 4) || strcmp(format, "tar") == 0 ||
	       strcmp(format, "cpio") == 0 || strcmp(format, "uimage") == 0 ||
	       strcmp(format, "trx") == 0 || strcmp(format, "") == 0;
}

void view_origin(sqlite3 *db, int64_t artifact, uint64_t offset)
{
	sqlite3_stmt *s = NULL;
	uint64_t at = offset;
	bool exact = true, found = false;
	if (sqlite3_prepare_v2(
		db,
		"WITH RECURSIVE up(id, parent, at, type, depth) AS (SELECT id, parent, \"offset\","
		" name, 0 FROM artifact WHERE id = ?1 UNION ALL SELECT a.id, a.parent,"
		" a.\"offset\", a.name, depth + 1 FROM artifact a JOIN up ON a.id = up.parent"
		" WHERE depth < 64) SELECT up.id, up.parent, up.at, p.format,"
		" up.type LIKE '%@0x%' FROM up JOIN artifact p ON p.id = up.parent ORDER BY depth",
		-1, &s, NULL) != SQLITE_OK)
		return;
	sqlite3_bind_int64(s, 1, artifact);
	while (sqlite3_step(s) == SQLITE_ROW) {
		uint64_t own = (uint64_t)sqlite3_column_int64(s, 2);
		bool same = stands_as_is(s);
		exact = exact && same;
		at = same ? at + own : own;
		found = true;
	}
	sqlite3_finalize(s);
	if (!found)
		return;
	if (exact)
		printf("  raw image: byte %llu (0x%llx)\n", (unsigned long long)at,
		       (unsigned long long)at);
	else
		printf("  raw image: in data that begins at byte %llu (0x%llx) and has to be "
		       "unpacked\n",
		       (unsigned long long)at, (unsigned long long)at);
}

void view_lines(struct span text, uint64_t offset, uint64_t length)
{
	size_t pos = 0, n = 0, first = SIZE_MAX, last = 0;
	struct span line;
	uint64_t end = offset + (length ? length : 1);
	for (size_t start = 0; span_line(text, &pos, &line); start = pos, n++)
		if (start < end && pos > offset) {
			first = first == SIZE_MAX ? n : first;
			last = n;
		}
	if (first == SIZE_MAX)
		return;
	pos = n = 0;
	for (; span_line(text, &pos, &line); n++) {
		struct buf clean = {0};
		if (n + CONTEXT < first || n > last + CONTEXT)
			continue;
		text_terminal(&clean, span_cut(line, 0, MAX_LINE));
		printf("  %c%5zu  %s%s\n", n >= first && n <= last ? '>' : ' ', n + 1,
		       buf_text(&clean), line.n > MAX_LINE ? "..." : "");
		buf_free(&clean);
	}
}

void view_hex(struct span bytes, uint64_t offset, uint64_t length)
{
	uint64_t start = offset & ~(uint64_t)(ROW - 1);
	uint64_t end = offset + (length > MAX_HEX ? MAX_HEX : length ? length : 1);
	for (uint64_t at = start; at < end && at < bytes.n; at += ROW) {
		struct span row = span_cut(bytes, at, ROW);
		printf("  %08llx ", (unsigned long long)at);
		for (size_t i = 0; i < ROW; i++)
			if (i < row.n)
				printf("%s%02x", i == ROW / 2 ? "  " : " ", row.p[i]);
			else
				printf("%s  ", i == ROW / 2 ? "  " : " ");
		fputs("  |", stdout);
		for (size_t i = 0; i < row.n; i++)
			putchar(row.p[i] >= 0x20 && row.p[i] < 0x7f ? row.p[i] : '.');
		puts("|");
	}
}
