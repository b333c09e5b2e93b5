/* SPDX-License-Identifier: Apache-2.0 */
/* postern scan: images in, audit out. */
#include <errno.h>
#include <getopt.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/msg.h"
#include "base/text.h"
#include "case/rules.h"
#include "cli/cli.h"
#include "cli/extract.h"
#include "cli/progress.h"
#include "report/report.h"

enum { OUTPUT, JSON, FAIL_ON, JOBS, EXTRACT, RULES, NO_KNOWN, NO_CODE, QUIET, VERBOSE };
static const struct cli_option options[] = {
    [OUTPUT] = {"output", 'o', "CASE", "keep the case in this file (SQLite; see docs/case.md)"},
    [JSON] = {"json", 0, "FILE", "write everything as JSON; - is standard output"},
    [FAIL_ON] =
	{"fail-on", 0, "SEVERITY",
	 "exit with 1 if a certain or likely door is at least low, medium, high or critical"},
    [JOBS] = {"jobs", 'j', "N", "worker processes (default: one per processor)"},
    [EXTRACT] = {"extract", 0, "DIR",
		 "write the opened files into this folder, never outside of it"},
    [RULES] = {"rules", 0, "DIR", "use the rules (*.sql) in this folder too"},
    [NO_KNOWN] = {"no-known", 0, NULL, "do not use the catalogue of known doors"},
    [NO_CODE] = {"no-code", 0, NULL, "do not analyse machine code: quicker, misses its doors"},
    [QUIET] = {"quiet", 'q', NULL, "print nothing but errors"},
    [VERBOSE] = {"verbose", 'v', NULL, "show hints, notes and all evidence"},
    {0},
};

struct scan {
	const char *output, *json, *extract, *rules;
	int fail_on; /* index into severities, -1: never */
	bool quiet;
	int verbose;
	struct engine_options engine;
	const char **images;
	size_t count, cap;
};

static const char *const severities[] = {"low", "medium", "high", "critical"};

static bool set_option(struct scan *s, int option, const char *argument)
{
	int64_t n = 0;
	switch (option) {
	case OUTPUT:
		s->output = argument;
		return true;
	case JSON:
		s->json = argument;
		return true;
	case EXTRACT:
		s->extract = argument;
		return true;
	case RULES:
		s->rules = argument;
		return true;
	case NO_CODE:
		s->engine.no_code = true;
		return true;
	case NO_KNOWN:
		s->engine.no_known = true;
		return true;
	case QUIET:
		s->quiet = true;
		return true;
	case VERBOSE:
		s->verbose++;
		return true;
	case JOBS:
		if (!text_number(span_str(argument), &n) || n < 1 || n > 256) {
			msg_error("--jobs takes a number from 1 to 256, not \"%s\"", argument);
			return false;
		}
		s->engine.jobs = (unsigned)n;
		return true;
	case FAIL_ON:
		for (s->fail_on = 3; s->fail_on >= 0; s->fail_on--)
			if (strcmp(severities[s->fail_on], argument) == 0)
				return true;
		msg_error("--fail-on takes low, medium, high or critical, not \"%s\"", argument);
		return false;
	default:
		return false;
	}
}

static void add_image(struct scan *s, const char *image)
{
	s->images = mem_grow(s->images, &s->cap, s->count + 1, sizeof *s->images);
	s->images[s->count++] = image;
}

static bool parse(const struct command *c, int argc, char **argv, struct scan *s)
{
	const char *argument;
	int option;
	while ((option = cli_next(c, argc, argv, &argument)) != -1) {
		if (option == -3)
			add_image(s, argument);
		else if (option == -2 || !set_option(s, option, argument))
			return false;
	}
	while (optind < argc)
		add_image(s, argv[optind++]);
	if (s->count == 0) {
		msg_error("no image given: postern scan IMAGE... (see postern scan --help)");
		return false;
	}
	return true;
}

static bool write_json(sqlite3 *db, const char *path)
{
	bool standard = strcmp(path, "-") == 0;
	struct stat st;
	/* an older file stays until the new one is whole; a pipe or device is written to */
	bool direct = standard || (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
	struct buf partial = {0};
	buf_printf(&partial, "%s%s", path, direct ? "" : ".partial");
	errno = 0;
	FILE *f = standard ? stdout : fopen(buf_text(&partial), "we");
	bool ok = f && report_json(db, f);
	int why = errno;
	if (f && !standard && fclose(f) != 0) {
		why = ok ? errno : why;
		ok = false;
	}
	if (ok && !direct && rename(buf_text(&partial), path) != 0) {
		why = errno;
		ok = false;
	}
	if (!ok && !(standard && why == EPIPE))
		msg_error("cannot write %s: %s", standard ? "to standard output" : path,
			  strerror(why));
	if (!ok && f && !direct)
		unlink(buf_text(&partial));
	buf_free(&partial);
	return ok;
}

static bool has_doors(sqlite3 *db, int fail_on)
{
	sqlite3_stmt *s = NULL;
	bool found = false;
	if (fail_on < 0 ||
	    sqlite3_prepare_v2(db, "SELECT severity FROM door WHERE confidence <> 'hint'", -1, &s,
			       NULL) != SQLITE_OK)
		return false;
	while (!found && sqlite3_step(s) == SQLITE_ROW)
		for (int i = fail_on; i < 4; i++)
			found = found ||
				strcmp((const char *)sqlite3_column_text(s, 0), severities[i]) == 0;
	sqlite3_finalize(s);
	return found;
}

static bool reports(struct scan *s, struct case_store *c, const struct progress_line *p)
{
	struct report_style style = {.colour = cli_colour(STDOUT_FILENO),
				     .verbose = s->verbose,
				     .seconds = progress_seconds(p)};
	bool json_out = s->json && strcmp(s->json, "-") == 0;
	if (s->json && !write_json(c->db, s->json))
		return false;
	if (s->quiet || json_out)
		return true;
	bool ok = report_text(c->db, stdout, &style);
	if (!ok && errno != EPIPE)
		msg_error("cannot write the report: %s", strerror(errno));
	return ok;
}

static int audit(struct scan *s, const struct rules *rules)
{
	struct case_store store;
	struct progress_line line;
	struct extraction files = {0};
	if (!case_create(&store, s->output)) {
		case_discard(&store);
		return EXIT_FAILED;
	}
	if (s->extract && !extract_begin(&files, s->extract, &store.sink)) {
		case_discard(&store);
		return EXIT_FAILED;
	}
	progress_start(&line, s->quiet);
	s->engine.progress = progress_draw;
	s->engine.user = &line;
	s->engine.keep = s->extract ? "*" : NULL;
	struct engine_outcome outcome = engine_scan(s->images, s->count, &s->engine, &store.sink);
	msg_hook(NULL, NULL);
	bool ok =
	    !store.failed && !outcome.nothing && (!s->extract || extract_end(&files, store.db));
	ok = ok && rules_run(rules, &store, s->engine.no_known) && reports(s, &store, &line);
	bool doors = ok && has_doors(store.db, s->fail_on);
	bool incomplete = outcome.incomplete || store.incomplete;
	ok = (ok ? case_finish(&store) : (case_discard(&store), false)) && !outcome.failed;
	if (!ok)
		return EXIT_FAILED;
	return doors ? EXIT_DOORS : incomplete ? EXIT_INCOMPLETE : EXIT_CLEAN;
}

static int run(const struct command *c, int argc, char **argv)
{
	struct scan s = {.fail_on = -1};
	struct rules rules;
	int rc = EXIT_FAILED;
	if (!parse(c, argc, argv, &s)) {
		mem_free(s.images);
		return rc;
	}
	if (rules_load(&rules, s.rules) && (!s.rules || rules_lint(&rules)))
		rc = audit(&s, &rules);
	rules_free(&rules);
	mem_free(s.images);
	return rc;
}

const struct command command_scan = {
    .name = "scan",
    .usage = "[options] IMAGE...",
    .summary = "open firmware images and list the doors in them",
    .help =
	"Open firmware images, look at everything inside without running any of it, and list the\n"
	"doors: ways in or out that nobody declared, each with its proof.\n\n"
	"  postern scan router.bin                      the audit for a person\n"
	"  postern scan router.bin -o router.postern    keep the case for show and query\n"
	"  postern scan *.bin --json all.json --fail-on high\n\n"
	"Exit status: 0 no door at or above --fail-on; 1 there are such doors; 2 could not run;\n"
	"3 finished, but something was left out (see the notes with -v).\n",
    .options = options,
    .run = run,
};
