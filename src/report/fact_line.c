/* SPDX-License-Identifier: Apache-2.0 */
#include "report/fact_line.h"

#include "base/path.h"
#include "base/text.h"
#include "fact/fact.h"

enum { MAX_VALUE = 90 };

static void put_value(struct buf *out, const char *text)
{
	struct span s = span_str(text);
	bool cut = s.n > MAX_VALUE;
	text_terminal(out, span_cut(s, 0, MAX_VALUE));
	if (cut)
		buf_str(out, "...");
}

static bool is_table(const char *name)
{
	for (int t = 0; t < TABLE_COUNT; t++)
		if (strcmp(fact_tables[t].name, name) == 0)
			return true;
	return false;
}

static void put_row(sqlite3_stmt *s, struct buf *out)
{
	bool first = true;
	for (int i = 9; i < sqlite3_column_count(s); i++) {
		const char *name = sqlite3_column_name(s, i);
		const char *value = (const char *)sqlite3_column_text(s, i);
		if (!value || !*value)
			continue;
		buf_printf(out, "%s%s ", first ? "" : ", ", name);
		put_value(out, value);
		first = false;
	}
}

void fact_line(sqlite3 *db, const char *table, int64_t id, bool whole, struct buf *out)
{
	char sql[300];
	sqlite3_stmt *s = NULL;
	if (!is_table(table))
		return;
	snprintf(sql, sizeof sql,
		 "SELECT a.name, a.path, f.* FROM \"%s\" f JOIN artifact a ON a.id = f.artifact "
		 "WHERE f.id = %lld",
		 table, (long long)id);
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW) {
		put_value(out, (const char *)sqlite3_column_text(s, 0));
		if (sqlite3_column_type(s, 6) == SQLITE_INTEGER)
			buf_printf(out, ", address 0x%llx",
				   (unsigned long long)sqlite3_column_int64(s, 6));
		else
			buf_printf(out, ", byte %lld", (long long)sqlite3_column_int64(s, 4));
		if (whole) {
			buf_str(out, ": ");
			put_row(s, out);
		}
	}
	sqlite3_finalize(s);
}
