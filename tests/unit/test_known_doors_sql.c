/* SPDX-License-Identifier: Apache-2.0 */
/* Known doors met in facts: credentials only as credentials, ports only as listeners. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "fact/fact.h"
#include "fact/known_doors.h"
#include "fact/known_doors_sql.h"

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
}

static int number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	int n = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int(s, 0) : -1;
	sqlite3_finalize(s);
	return n;
}

/* The fact tables as a case has them, and the catalogue. */
static sqlite3 *make(void)
{
	sqlite3 *db;
	struct buf sql = {0};
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	for (int t = 0; t < TABLE_COUNT; t++) {
		buf_printf(&sql,
			   "CREATE TABLE \"%s\"(id INTEGER PRIMARY KEY, artifact INTEGER,"
			   " \"offset\" INTEGER, length INTEGER, vaddr INTEGER, packet INTEGER, observer TEXT",
			   fact_tables[t].name);
		for (size_t i = 0; i < fact_tables[t].count; i++)
			buf_printf(&sql, ", \"%s\"", fact_tables[t].columns[i].name);
		buf_str(&sql, ");");
	}
	known_doors_sql(&sql);
	run(db, buf_text(&sql));
	buf_free(&sql);
	return db;
}

static void match(sqlite3 *db)
{
	struct buf sql = {0};
	known_doors_facts_sql(&sql);
	run(db, buf_text(&sql));
	buf_free(&sql);
}

static void tables(void **state)
{
	(void)state;
	sqlite3 *db = make();
	assert_int_equal(number(db, "SELECT count(*) FROM known_door"), (int)known_door_count);
	assert_int_equal(number(db, "SELECT count(*) FROM known_term"), (int)known_term_count);
	assert_int_equal(number(db, "SELECT count(*) FROM known_term WHERE door = 'KD151'"), 0);
	sqlite3_close(db);
}

static void accounts(void **state)
{
	(void)state;
	sqlite3 *db = make();
	run(db, "INSERT INTO account(artifact,\"offset\",length,user,password,state,hash) VALUES"
		"(1,10,20,'root','xmhdipc','password',NULL),"       /* KD053 */
		"(1,40,20,'root','xmhdipc','password',NULL),"       /* the same door in the same file: once */
		"(2,0,9,'root','1234','password','aRDiHrJ0OkehM')," /* KD026, by its hash */
		"(3,0,9,'zyfwp','x','password',NULL),"              /* KD015 */
		"(4,0,9,'admin','C0DEairocon','password',NULL),"    /* KD023 */
		/* near misses */
		"(5,0,9,'admin','xmhdipc','password',NULL),"
		"(5,0,9,'zyfwp','x','locked',NULL),"
		"(5,0,9,'admin','airocon','password',NULL),"
		"(5,0,9,'root','password','password',NULL),"
		"(5,0,9,'root','root','password',NULL),"
		"(5,0,9,'admin','admin','password',NULL),"
		"(5,0,9,'root',NULL,'empty',NULL)");
	match(db);
	assert_int_equal(number(db, "SELECT count(*) FROM known"), 4);
	assert_int_equal(number(db, "SELECT \"offset\" FROM known WHERE door='KD053'"
				    " AND context='credential'"), 10);
	assert_int_equal(number(db, "SELECT artifact FROM known WHERE door='KD026'"), 2);
	assert_int_equal(number(db, "SELECT artifact FROM known WHERE door='KD015'"), 3);
	assert_int_equal(number(db, "SELECT artifact FROM known WHERE door='KD023'"), 4);
	match(db);
	assert_int_equal(number(db, "SELECT count(*) FROM known"), 4);
	sqlite3_close(db);
}

static void listeners(void **state)
{
	(void)state;
	sqlite3 *db = make();
	run(db, "INSERT INTO listener(artifact,protocol,port,program,origin,present) VALUES"
		"(1,'udp',53413,'/bin/igdmptd','config',1)," /* KD033 */
		"(2,'tcp',32764,'/sbin/x','code',NULL),"     /* KD003 */
		"(3,'udp',53413,'/bin/igdmptd','config',0)," /* the program is absent */
		"(3,'udp',53413,'/bin/other','config',1),"
		"(3,'tcp',53413,'/bin/igdmptd','config',1),"
		"(3,'tcp',32764,'/sbin/x','declared',1)");
	match(db);
	assert_int_equal(number(db, "SELECT count(*) FROM known"), 2);
	assert_int_equal(number(db, "SELECT artifact FROM known WHERE door='KD033' AND context='listener'"), 1);
	assert_int_equal(number(db, "SELECT artifact FROM known WHERE door='KD003'"), 2);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables),
		cmocka_unit_test(accounts),
		cmocka_unit_test(listeners),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
