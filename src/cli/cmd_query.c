/* SPDX-License-Identifier: Apache-2.0 */
/* postern query: a question in SQL to a case, reading only. */
#include <getopt.h>

#include "base/buf.h"
#include "base/msg.h"
#include "base/text.h"
#include "case/case.h"
#include "cli/cli.h"

enum { HEADER };
static const struct cli_option options[] = {
    [HEADER] = {"header", 0, NULL, "print the names of the columns first"},
    {0},
};

static void put_header(sqlite3_stmt *s)
{
	struct buf line = {0};
	for (int i = 0; i < sqlite3_column_count(s); i++) {
		buf_str(&line, i ? "\t" : "");
		text_terminal(&line, span_str(sqlite3_column_name(s, i)));
	}
	puts(buf_text(&line));
	buf_free(&line);
}

static void put_row(sqlite3_stmt *s)
{
	struct buf line = {0};
	for (int i = 0; i < sqlite3_column_count(s); i++) {
		const char *v = (const char *)sqlite3_column_text(s, i);
		buf_str(&line, i ? "\t" : "");
		text_terminal(&line, span_str(v));
	}
	puts(buf_text(&line));
	buf_free(&line);
}

static int ask(sqlite3 *db, const char *sql, bool header)
{
	sqlite3_stmt *s = NULL;
	const char *rest = NULL;
	case_select_only(db);
	if (sqlite3_prepare_v2(db, sql, -1, &s, &rest) != SQLITE_OK || !s) {
		msg_error("%s (only SELECT is allowed; the tables are described in docs/case.md)",
			  sqlite3_errmsg(db));
		sqlite3_finalize(s);
		return EXIT_FAILED;
	}
	if (span_trim(span_str(rest)).n) {
		msg_error("one statement only, please");
		sqlite3_finalize(s);
		return EXIT_FAILED;
	}
	if (header)
		put_header(s);
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		put_row(s);
	if (rc != SQLITE_DONE)
		msg_error("%s", sqlite3_errmsg(db));
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? EXIT_CLEAN : EXIT_FAILED;
}

static int run(const struct command *c, int argc, char **argv)
{
	const char *argument, *operands[2] = {0};
	size_t n = 0;
	bool header = false;
	int option;
	while ((option = cli_next(c, argc, argv, &argument)) != -1) {
		if (option == -2)
			return EXIT_FAILED;
		if (option == -3 && n < 2)
			operands[n++] = argument;
		header = header || option == HEADER;
	}
	while (optind < argc && n < 2)
		operands[n++] = argv[optind++];
	if (n != 2) {
		msg_error("postern query takes a case and a SELECT in quotes");
		return EXIT_FAILED;
	}
	sqlite3 *db = case_open(operands[0]);
	if (!db)
		return EXIT_FAILED;
	int rc = ask(db, operands[1], header);
	sqlite3_close(db);
	return rc;
}

const struct command command_query = {
    .name = "query",
    .usage = "[--header] CASE 'SELECT ...'",
    .summary = "ask a case a question in SQL (reading only)",
    .help = "Ask a case a question of your own. Columns are separated by tabs.\n\n"
	    "  postern query router.postern 'SELECT user, state, password FROM account'\n"
	    "  postern query router.postern \"SELECT path FROM artifact WHERE format = 'elf'\"\n",
    .options = options,
    .run = run,
};
