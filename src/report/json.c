/* SPDX-License-Identifier: Apache-2.0 */
/* The case as one JSON document: docs/json.md, docs/postern.schema.json. */
#include "base/msg.h"
#include "base/banned.h"
#include "fact/fact.h"
#include "report/json_out.h"
#include "report/report.h"

/* Columns that are flags: JSON has booleans for them. */
static bool is_flag(const char *column)
{
	static const char *const flags[] = {"private",	"encrypted", "self_signed", "ca",
					    "present",	"nx",	     "pie",	    "canary",
					    "fortify",	"stripped",  "expected",    "verified",
					    "complete", "declared",  "built",	    "seen"};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (strcmp(column, flags[i]) == 0)
			return true;
	return false;
}

/* All columns of the current row from `from` on as members; NULL columns are left out. */
static void put_columns(struct json_out *j, sqlite3_stmt *s, int from)
{
	for (int i = from; i < sqlite3_column_count(s); i++) {
		const char *name = sqlite3_column_name(s, i);
		switch (sqlite3_column_type(s, i)) {
		case SQLITE_NULL:
			break;
		case SQLITE_INTEGER:
			if (is_flag(name))
				json_bool(j, name, sqlite3_column_int64(s, i) != 0);
			else
				json_int(j, name, sqlite3_column_int64(s, i));
			break;
		case SQLITE_FLOAT:
			json_real(j, name, sqlite3_column_double(s, i));
			break;
		default:
			json_text(j, name, (const char *)sqlite3_column_text(s, i));
		}
	}
}

static sqlite3_stmt *query(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) {
		msg_error("cannot read the case: %s", sqlite3_errmsg(db));
		return NULL;
	}
	return s;
}

/* An array of all rows of a query. */
static bool put_rows(struct json_out *j, sqlite3 *db, const char *key, const char *sql)
{
	sqlite3_stmt *s = query(db, sql);
	if (!s)
		return false;
	json_open(j, key, '[');
	while (sqlite3_step(s) == SQLITE_ROW) {
		json_open(j, NULL, '{');
		put_columns(j, s, 0);
		json_close(j, '}');
	}
	json_close(j, ']');
	sqlite3_finalize(s);
	return true;
}

static bool put_evidence(struct json_out *j, sqlite3 *db, int64_t door)
{
	char sql[400];
	snprintf(sql, sizeof sql,
		 "SELECT fact_table, fact, role FROM evidence WHERE door = %lld ORDER BY rowid",
		 (long long)door);
	sqlite3_stmt *s = query(db, sql);
	if (!s)
		return false;
	json_open(j, "evidence", '[');
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(s, 0);
		char one[300];
		json_open(j, NULL, '{');
		json_text(j, "table", table);
		json_int(j, "fact", sqlite3_column_int64(s, 1));
		json_text(j, "role", (const char *)sqlite3_column_text(s, 2));
		snprintf(one, sizeof one,
			 "SELECT a.path, f.\"offset\", f.length, f.vaddr, f.packet FROM \"%.40s\" f"
			 " JOIN artifact a ON a.id = f.artifact WHERE f.id = %lld",
			 table, (long long)sqlite3_column_int64(s, 1));
		sqlite3_stmt *f = query(db, one);
		if (f && sqlite3_step(f) == SQLITE_ROW)
			put_columns(j, f, 0);
		sqlite3_finalize(f);
		json_close(j, '}');
	}
	json_close(j, ']');
	sqlite3_finalize(s);
	return true;
}

static bool put_doors(struct json_out *j, sqlite3 *db)
{
	sqlite3_stmt *s = query(db, "SELECT * FROM door ORDER BY id");
	bool ok = s != NULL;
	if (!ok)
		return false;
	json_open(j, "doors", '[');
	while (ok && sqlite3_step(s) == SQLITE_ROW) {
		json_open(j, NULL, '{');
		put_columns(j, s, 0);
		ok = put_evidence(j, db, sqlite3_column_int64(s, 0));
		json_close(j, '}');
	}
	json_close(j, ']');
	sqlite3_finalize(s);
	return ok;
}

bool report_json(sqlite3 *db, FILE *out)
{
	struct json_out j = {.f = out, .first = true};
	json_open(&j, NULL, '{');
	json_text(&j, "format", "postern-case");
	json_int(&j, "version", 1);
	/* where the user keeps the image says nothing about the image: source.path is left out */
	bool ok = put_rows(&j, db, "sources",
			   "SELECT id, kind, name, sha256, size FROM source ORDER BY id") &&
		  put_doors(&j, db) &&
		  put_rows(&j, db, "artifacts", "SELECT * FROM artifact ORDER BY id") &&
		  put_rows(&j, db, "regions", "SELECT * FROM region ORDER BY rowid") &&
		  put_rows(&j, db, "notes", "SELECT * FROM note ORDER BY rowid");
	json_open(&j, "facts", '{');
	for (int t = 0; ok && t < TABLE_COUNT; t++) {
		char sql[100];
		snprintf(sql, sizeof sql, "SELECT * FROM \"%s\" ORDER BY id", fact_tables[t].name);
		ok = put_rows(&j, db, fact_tables[t].name, sql);
	}
	json_close(&j, '}');
	json_close(&j, '}');
	return ok && fflush(out) == 0 && !ferror(out);
}
