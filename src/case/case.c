/* SPDX-License-Identifier: Apache-2.0 */
#include "case/case.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/text.h"
#include "fact/known_doors_sql.h"
#include "fact/observer.h"

enum { INSERT_SOURCE, INSERT_ARTIFACT, INSERT_REGION, INSERT_NOTE, INSERT_FACT = 5 };

static const char schema[] =
    "CREATE TABLE source(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL,"
    " sha256 TEXT, size INTEGER, path TEXT) STRICT;"
    "CREATE TABLE artifact(id INTEGER PRIMARY KEY, source INTEGER NOT NULL, parent INTEGER,"
    " path TEXT NOT NULL, name TEXT NOT NULL, \"offset\" INTEGER, size INTEGER, sha256 TEXT,"
    " format TEXT, type TEXT NOT NULL, kind TEXT, arch TEXT, detail TEXT, mode INTEGER,"
    " uid INTEGER, gid INTEGER, mtime INTEGER, device TEXT, link TEXT, complete INTEGER) STRICT;"
    "CREATE TABLE region(artifact INTEGER NOT NULL, \"offset\" INTEGER, size INTEGER, what TEXT,"
    " entropy REAL) STRICT;"
    "CREATE TABLE note(artifact INTEGER NOT NULL, \"offset\" INTEGER, what TEXT NOT NULL) STRICT;"
    "CREATE TABLE door(id INTEGER PRIMARY KEY, source INTEGER, rule TEXT NOT NULL,"
    " kind TEXT NOT NULL, title TEXT NOT NULL, subject TEXT, reach TEXT, confidence TEXT,"
    " severity TEXT, cwe TEXT, declared INTEGER, built INTEGER, seen INTEGER, explanation TEXT,"
    " verify TEXT) STRICT;"
    "CREATE TABLE evidence(door INTEGER NOT NULL, fact_table TEXT NOT NULL, fact INTEGER NOT NULL,"
    " role TEXT) STRICT;";

static const char *const type_words[] = {"file",  "dir",  "symlink", "hardlink", "char",
					 "block", "fifo", "socket",  "part"};

static bool db_failed(struct case_store *c, const char *doing)
{
	if (!c->failed)
		msg_error("%s %s: %s", doing, c->path ? c->path : "the case",
			  sqlite3_errmsg(c->db));
	c->failed = true;
	return false;
}

static bool run_sql(struct case_store *c, const char *sql)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	       db_failed(c, "cannot write");
}

static bool create_tables(struct case_store *c)
{
	struct buf sql = {0};
	buf_str(&sql, schema);
	for (int t = 0; t < TABLE_COUNT; t++) {
		const struct table *table = &fact_tables[t];
		buf_printf(&sql,
			   "CREATE TABLE \"%s\"(id INTEGER PRIMARY KEY, artifact INTEGER NOT NULL,"
			   " \"offset\" INTEGER, length INTEGER, vaddr INTEGER, packet INTEGER, "
			   "observer TEXT",
			   table->name);
		for (size_t i = 0; i < table->count; i++)
			buf_printf(&sql, ", \"%s\" %s", table->columns[i].name,
				   table->columns[i].kind == COLUMN_INT ? "INTEGER" : "TEXT");
		buf_printf(&sql,
			   ") STRICT;CREATE VIEW \"%s_at\" AS SELECT t.*, a.source, a.parent AS "
			   "tree, a.path,"
			   " a.name AS file FROM \"%s\" t JOIN artifact a ON a.id = t.artifact;",
			   table->name, table->name);
	}
	known_doors_sql(&sql);
	bool ok = run_sql(c, buf_text(&sql));
	buf_free(&sql);
	return ok;
}

static bool prepare(struct case_store *c, int which, const char *sql)
{
	return sqlite3_prepare_v2(c->db, sql, -1, &c->insert[which], NULL) == SQLITE_OK ||
	       db_failed(c, "cannot prepare");
}

static bool prepare_all(struct case_store *c)
{
	bool ok = prepare(c, INSERT_SOURCE, "INSERT INTO source VALUES(?,?,?,?,?,?)") &&
		  prepare(c, INSERT_ARTIFACT,
			  "INSERT INTO artifact VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)") &&
		  prepare(c, INSERT_REGION, "INSERT INTO region VALUES(?,?,?,?,?)") &&
		  prepare(c, INSERT_NOTE, "INSERT INTO note VALUES(?,?,?)");
	for (int t = 0; ok && t < TABLE_COUNT; t++) {
		struct buf sql = {0};
		buf_printf(&sql, "INSERT INTO \"%s\" VALUES(?,?,?,?,?,?,?", fact_tables[t].name);
		for (size_t i = 0; i < fact_tables[t].count; i++)
			buf_str(&sql, ",?");
		buf_str(&sql, ")");
		ok = prepare(c, INSERT_FACT + t, buf_text(&sql));
		buf_free(&sql);
	}
	return ok;
}

/* ---- the sink ---- */

static void bind_text(sqlite3_stmt *s, int at, const char *text, struct arena *a)
{
	if (text)
		sqlite3_bind_text(s, at, text_utf8(a, span_str(text)), -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(s, at);
}

static void bind_num(sqlite3_stmt *s, int at, struct num n)
{
	if (n.set)
		sqlite3_bind_int64(s, at, n.v);
	else
		sqlite3_bind_null(s, at);
}

static void bind_hex(sqlite3_stmt *s, int at, const uint8_t sha[SHA256_SIZE], bool set)
{
	char hex[SHA256_HEX];
	hash_hex(sha, SHA256_SIZE, hex);
	if (set)
		sqlite3_bind_text(s, at, hex, -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(s, at);
}

static void step(struct case_store *c, sqlite3_stmt *s)
{
	if (sqlite3_step(s) != SQLITE_DONE)
		db_failed(c, "cannot write");
	sqlite3_reset(s);
	arena_reset(&c->arena);
}

static void on_source(struct engine_sink *sink, const struct source_info *info)
{
	struct case_store *c = (struct case_store *)sink;
	sqlite3_stmt *s = c->insert[INSERT_SOURCE];
	sqlite3_bind_int64(s, 1, info->id);
	sqlite3_bind_text(s, 2, "image", -1, SQLITE_STATIC);
	bind_text(s, 3, info->name, &c->arena);
	bind_hex(s, 4, info->sha256, true);
	sqlite3_bind_int64(s, 5, (int64_t)info->size);
	bind_text(s, 6, info->path, &c->arena);
	step(c, s);
}

static void on_artifact(struct engine_sink *sink, const struct final_artifact *f)
{
	struct case_store *c = (struct case_store *)sink;
	sqlite3_stmt *s = c->insert[INSERT_ARTIFACT];
	const struct row_artifact *row = f->row;
	bool device = row->type == ENTRY_CHAR || row->type == ENTRY_BLOCK;
	char numbers[32];
	sqlite3_bind_int64(s, 1, f->id);
	sqlite3_bind_int64(s, 2, f->source);
	bind_num(s, 3, f->parent ? NUM(f->parent) : (struct num){0});
	bind_text(s, 4, f->path, &c->arena);
	bind_text(s, 5, row->name, &c->arena);
	sqlite3_bind_int64(s, 6, (int64_t)row->offset);
	sqlite3_bind_int64(s, 7, (int64_t)row->size);
	bind_hex(s, 8, row->sha256, row->hashed);
	bind_text(s, 9, row->format, &c->arena);
	sqlite3_bind_text(s, 10, f->parent ? type_words[row->type] : "image", -1, SQLITE_STATIC);
	bind_text(s, 11, row->kind, &c->arena);
	bind_text(s, 12, row->arch, &c->arena);
	bind_text(s, 13, row->detail, &c->arena);
	bind_num(s, 14, row->owned ? NUM(row->mode) : (struct num){0});
	bind_num(s, 15, row->owned ? NUM(row->uid) : (struct num){0});
	bind_num(s, 16, row->owned ? NUM(row->gid) : (struct num){0});
	bind_num(s, 17, row->owned || row->mtime ? NUM(row->mtime) : (struct num){0});
	snprintf(numbers, sizeof numbers, "%u:%u", row->dev_major, row->dev_minor);
	bind_text(s, 18, device ? numbers : NULL, &c->arena);
	bind_text(s, 19, row->link, &c->arena);
	sqlite3_bind_int64(s, 20, !row->absent);
	step(c, s);
}

static void on_region(struct engine_sink *sink, uint32_t artifact, uint64_t offset, uint64_t size,
		      const char *what, uint32_t millibits)
{
	struct case_store *c = (struct case_store *)sink;
	sqlite3_stmt *s = c->insert[INSERT_REGION];
	sqlite3_bind_int64(s, 1, artifact);
	sqlite3_bind_int64(s, 2, (int64_t)offset);
	sqlite3_bind_int64(s, 3, (int64_t)size);
	bind_text(s, 4, what, &c->arena);
	sqlite3_bind_double(s, 5, millibits / 1000.0);
	step(c, s);
}

static void on_note(struct engine_sink *sink, uint32_t artifact, uint64_t offset, const char *what)
{
	struct case_store *c = (struct case_store *)sink;
	sqlite3_stmt *s = c->insert[INSERT_NOTE];
	sqlite3_bind_int64(s, 1, artifact);
	sqlite3_bind_int64(s, 2, (int64_t)offset);
	bind_text(s, 3, what, &c->arena);
	step(c, s);
}

static void on_fact(struct engine_sink *sink, uint32_t artifact, const struct row_fact *row)
{
	struct case_store *c = (struct case_store *)sink;
	sqlite3_stmt *s = c->insert[INSERT_FACT + row->table];
	const struct table *table = &fact_tables[row->table];
	sqlite3_bind_int64(s, 1, ++c->next_id[row->table]);
	sqlite3_bind_int64(s, 2, artifact);
	sqlite3_bind_int64(s, 3, (int64_t)row->at.offset);
	sqlite3_bind_int64(s, 4, (int64_t)row->at.length);
	bind_num(s, 5, row->at.vaddr);
	bind_num(s, 6, row->at.packet);
	bind_text(s, 7, observers[row->observer]->name, &c->arena);
	for (size_t i = 0; i < table->count; i++)
		if (table->columns[i].kind == COLUMN_INT)
			bind_num(s, 8 + (int)i, row->values[i].num);
		else
			bind_text(s, 8 + (int)i, row->values[i].text, &c->arena);
	step(c, s);
}

/* ---- files ---- */

bool case_is(const char *path)
{
	static const char magic[] = "SQLite format 3";
	uint8_t head[72];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, head, sizeof head);
	close(fd);
	struct span s = SPAN(head, n > 0 ? (size_t)n : 0);
	return SPAN_IS(s, 0, magic) && span_be32(s, 68) == CASE_APPLICATION;
}

static bool choose_file(struct case_store *c, const char *path)
{
	struct stat st;
	if (!path)
		return true;
	if (stat(path, &st) == 0 && !(S_ISREG(st.st_mode) && (st.st_size == 0 || case_is(path)))) {
		msg_error("%s exists and is not a case: choose another name for -o", path);
		return false;
	}
	struct buf b = {0};
	buf_printf(&b, "%s.partial", path);
	c->path = mem_dup(path);
	c->partial = mem_dup(buf_text(&b));
	buf_free(&b);
	unlink(c->partial);
	return true;
}

bool case_create(struct case_store *c, const char *path)
{
	*c = (struct case_store){.sink = {.source = on_source,
					  .artifact = on_artifact,
					  .region = on_region,
					  .note = on_note,
					  .fact = on_fact}};
	if (!choose_file(c, path)) {
		c->failed = true;
		return false;
	}
	int rc = sqlite3_open(c->partial ? c->partial : ":memory:", &c->db);
	if (rc != SQLITE_OK)
		return db_failed(c, "cannot create");
	char pragmas[200];
	snprintf(pragmas, sizeof pragmas,
		 "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA application_id=%d;"
		 " PRAGMA user_version=%d; BEGIN",
		 CASE_APPLICATION, CASE_VERSION);
	return run_sql(c, pragmas) && create_tables(c) && prepare_all(c);
}

static void close_all(struct case_store *c)
{
	for (size_t i = 0; i < sizeof c->insert / sizeof *c->insert; i++)
		sqlite3_finalize(c->insert[i]);
	sqlite3_close(c->db);
	c->db = NULL;
	arena_free(&c->arena);
}

bool case_finish(struct case_store *c)
{
	bool ok = c->db && !c->failed && run_sql(c, "COMMIT");
	close_all(c);
	if (ok && c->partial && rename(c->partial, c->path) != 0) {
		msg_error("cannot put %s in place: %s", c->path, strerror(errno));
		ok = false;
	}
	if (!ok && c->partial)
		unlink(c->partial);
	mem_free(c->partial);
	mem_free(c->path);
	c->partial = c->path = NULL;
	return ok;
}

void case_discard(struct case_store *c)
{
	c->failed = true;
	case_finish(c);
}

/* As it stands: no journal next to it is read or written. */
static bool open_immutable(const char *path, sqlite3 **db)
{
	struct buf uri = {0};
	buf_str(&uri, *path == '/' ? "file://" : "file:");
	for (const char *p = path; *p; p++)
		if (strchr("?#%", *p))
			buf_printf(&uri, "%%%02x", (unsigned)(uint8_t)*p);
		else
			buf_byte(&uri, (uint8_t)*p);
	buf_str(&uri, "?immutable=1");
	int rc = sqlite3_open_v2(buf_text(&uri), db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
	buf_free(&uri);
	return rc == SQLITE_OK;
}

/* All tables and views with the words that made them. */
static bool schema_of(sqlite3 *db, struct buf *out)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2",
				    -1, &s, NULL);
	while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		for (int i = 0; i < 3; i++) {
			const char *v = (const char *)sqlite3_column_text(s, i);
			buf_printf(out, "%s\n", v ? v : "");
		}
		rc = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return rc == SQLITE_DONE;
}

/* A file from elsewhere may hold views and triggers that say anything: only our own will do. */
static bool same_schema(sqlite3 *db)
{
	struct case_store fresh;
	struct buf ours = {0}, theirs = {0};
	bool same = case_create(&fresh, NULL) && schema_of(fresh.db, &ours) &&
		    schema_of(db, &theirs) && span_equal(buf_span(&ours), buf_span(&theirs));
	case_discard(&fresh);
	buf_free(&ours);
	buf_free(&theirs);
	return same;
}

sqlite3 *case_open(const char *path)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	int version = 0;
	if (!case_is(path)) {
		msg_error("%s is not a case of postern: make one with `postern scan IMAGE -o %s`",
			  path, path);
		return NULL;
	}
	if (!open_immutable(path, &db)) {
		msg_error("cannot open %s: %s", path, sqlite3_errmsg(db));
		sqlite3_close(db);
		return NULL;
	}
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		version = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	if (version != CASE_VERSION) {
		msg_error("%s has version %d, this postern reads version %d: scan the image again",
			  path, version, CASE_VERSION);
		sqlite3_close(db);
		return NULL;
	}
	if (!same_schema(db)) {
		msg_error("%s does not hold the tables of a case: scan the image again", path);
		sqlite3_close(db);
		return NULL;
	}
	return db;
}

static int only_select(void *user, int what, const char *a, const char *b, const char *c,
		       const char *d)
{
	(void)user;
	(void)c;
	(void)d;
	if (what == SQLITE_FUNCTION)
		return b && (strcmp(b, "load_extension") == 0 ||
			     strcmp(b, "fts3_tokenizer") == 0 /* tells an address */)
			   ? SQLITE_DENY
			   : SQLITE_OK;
	if (what == SQLITE_PRAGMA)
		return a && strcmp(a, "table_info") == 0 ? SQLITE_OK : SQLITE_DENY;
	return what == SQLITE_SELECT || what == SQLITE_READ || what == SQLITE_RECURSIVE
		   ? SQLITE_OK
		   : SQLITE_DENY;
}

void case_select_only(sqlite3 *db)
{
	sqlite3_set_authorizer(db, only_select, NULL);
}
