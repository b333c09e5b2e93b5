/* SPDX-License-Identifier: Apache-2.0 */
/* postern show: the evidence by hand. */
#include <getopt.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/text.h"
#include "case/rules.h"
#include "cli/cli.h"
#include "cli/fetch.h"
#include "cli/view.h"
#include "report/fact_line.h"

enum { AT, LENGTH, IMAGE };
static const struct cli_option options[] = {
    [AT] = {"at", 0, "OFFSET", "show the artifact from this byte (decimal or 0x...)"},
    [LENGTH] = {"length", 0, "N", "how many bytes (default 256)"},
    [IMAGE] = {"image", 0, "FILE", "where the image is now, if it was moved since the scan"},
    {0},
};

struct show {
	const char *what, *from, *image;
	int64_t at, length;
	bool has_at;
	sqlite3 *db;
	struct case_store store; /* when `from` is an image */
	struct arena arena;
};

/* One artifact whose bytes are wanted, and the place in it. */
struct exhibit {
	struct fetched *bytes, *code;
	const char *path, *role, *table;
	const char *places; /* in code: to be explained; NULL: bytes are the evidence */
	const char *observer;
	int64_t artifact, fact, offset, length;
};

static bool parse(const struct command *c, int argc, char **argv, struct show *s)
{
	const char *argument, *operands[3] = {0};
	size_t n = 0;
	int option;
	while ((option = cli_next(c, argc, argv, &argument)) != -1) {
		if (option == -2)
			return false;
		if (option == -3)
			operands[n < 2 ? n++ : 2] = argument;
		else if (option == IMAGE)
			s->image = argument;
		else if (!text_number(span_str(argument), option == AT ? &s->at : &s->length) ||
			 (option == AT ? s->at : s->length) < 0) {
			msg_error("--%s takes a number of bytes, not \"%s\"", options[option].name,
				  argument);
			return false;
		}
		s->has_at = s->has_at || option == AT;
	}
	while (optind < argc)
		operands[n < 2 ? n++ : 2] = argv[optind++];
	s->from = operands[0];
	s->what = operands[1];
	if (n != 2 || operands[2]) {
		msg_error("postern show takes a case or image, and a door's number or an "
			  "artifact's path");
		return false;
	}
	return true;
}

/* A case for reading: the given one, or a fresh one made from the image. */
static bool open_case(struct show *s)
{
	struct rules rules;
	if (case_is(s->from)) {
		s->db = case_open(s->from);
		return s->db != NULL;
	}
	if (!case_create(&s->store, NULL)) {
		case_discard(&s->store);
		return false;
	}
	struct engine_options options_ = {0};
	bool ok = !engine_scan(&s->from, 1, &options_, &s->store.sink).failed && !s->store.failed &&
		  rules_load(&rules, NULL);
	if (ok) {
		ok = rules_run(&rules, &s->store, false);
		rules_free(&rules);
	}
	s->db = s->store.db;
	s->image = s->from;
	return ok;
}

static const char *text_of(struct show *s, sqlite3_stmt *q, int column)
{
	return arena_dup(&s->arena, (const char *)sqlite3_column_text(q, column));
}

/* The image file a source came from, if it still is what it was. NULL after a message. */
static const char *image_of(struct show *s, int64_t source)
{
	sqlite3_stmt *q = NULL;
	const char *path = s->image, *sha = NULL;
	char hex[SHA256_HEX];
	struct buf b = {0};
	if (sqlite3_prepare_v2(s->db, "SELECT path, sha256 FROM source WHERE id = ?", -1, &q,
			       NULL) == SQLITE_OK) {
		sqlite3_bind_int64(q, 1, source);
		if (sqlite3_step(q) == SQLITE_ROW) {
			path = path ? path : text_of(s, q, 0);
			sha = text_of(s, q, 1);
		}
	}
	sqlite3_finalize(q);
	if (!path || !view_read_file(path, &b)) {
		msg_error("the bytes are in the image, and %s cannot be read: say where it is with "
			  "--image",
			  path ? path : "it");
		buf_free(&b);
		return NULL;
	}
	uint8_t digest[SHA256_SIZE];
	hash_sha256(buf_span(&b), digest);
	hash_hex(digest, sizeof digest, hex);
	buf_free(&b);
	if (sha && strcmp(sha, hex) != 0) {
		msg_error(
		    "%s is not the image of this case (SHA-256 %s expected): give it with --image",
		    path, sha);
		return NULL;
	}
	return path;
}

static void put_chain(struct show *s, int64_t artifact)
{
	struct buf line = {0};
	view_chain(s->db, artifact, &line);
	printf("  path: %s\n", buf_text(&line));
	buf_free(&line);
}

static void put_exhibit(struct show *s, const struct exhibit *e)
{
	struct buf line = {0};
	if (e->table) {
		text_terminal(&line, span_str(e->role));
		buf_str(&line, ": ");
		fact_line(s->db, e->table, e->fact, true, &line);
		printf("\n%s\n", buf_text(&line));
	}
	put_chain(s, e->artifact);
	view_origin(s->db, e->artifact, (uint64_t)e->offset);
	if (e->code && e->code->found)
		fputs(buf_text(&e->code->bytes), stdout);
	else if (!e->bytes->found)
		puts("  (no bytes: a folder, a link, a device, or content that could not be read)");
	else if (text_looks(buf_span(&e->bytes->bytes)))
		view_lines(buf_span(&e->bytes->bytes), (uint64_t)e->offset, (uint64_t)e->length);
	else
		view_hex(buf_span(&e->bytes->bytes), (uint64_t)e->offset, (uint64_t)e->length);
	buf_free(&line);
}

/* Get the bytes of all exhibits in one go, then print them. */
static bool put_exhibits(struct show *s, int64_t source, struct exhibit *list, size_t count)
{
	struct fetched *bytes = mem_array(2 * count + 1, sizeof *bytes);
	const char *image = image_of(s, source);
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;
		while (k < n && (bytes[k].places || strcmp(bytes[k].path, list[i].path) != 0))
			k++;
		if (k == n)
			bytes[n++].path = list[i].path;
		list[i].bytes = &bytes[k];
		if (!list[i].places)
			continue;
		list[i].code = &bytes[n];
		bytes[n++] = (struct fetched){
		    .path = list[i].path, .observer = list[i].observer, .places = list[i].places};
	}
	bool ok = image && fetch_artifacts(image, bytes, n);
	for (size_t i = 0; ok && i < count; i++)
		put_exhibit(s, &list[i]);
	for (size_t i = 0; i < n; i++)
		buf_free(&bytes[i].bytes);
	mem_free(bytes);
	return ok;
}

static size_t exhibits_of(struct show *s, int64_t door, struct exhibit *list, size_t max)
{
	sqlite3_stmt *e = NULL, *f = NULL;
	size_t n = 0;
	char sql[300];
	if (sqlite3_prepare_v2(
		s->db, "SELECT fact_table, fact, role FROM evidence WHERE door = ? ORDER BY rowid",
		-1, &e, NULL) != SQLITE_OK)
		return 0;
	sqlite3_bind_int64(e, 1, door);
	while (n < max && sqlite3_step(e) == SQLITE_ROW) {
		struct exhibit x = {.table = text_of(s, e, 0), .role = text_of(s, e, 2)};
		x.fact = sqlite3_column_int64(e, 1);
		bool chain = strcmp(x.table, "guard") == 0 || strcmp(x.table, "cipher") == 0;
		snprintf(sql, sizeof sql,
			 "SELECT a.path, a.id, f.\"offset\", f.length, f.observer, CASE WHEN vaddr"
			 " IS NOT NULL THEN ifnull(%s, printf('here at 0x%%x', vaddr)) END"
			 " FROM \"%.60s\" f JOIN artifact a ON a.id = f.artifact WHERE f.id = %lld",
			 chain ? "chain" : "NULL", x.table, (long long)x.fact);
		if (sqlite3_prepare_v2(s->db, sql, -1, &f, NULL) == SQLITE_OK &&
		    sqlite3_step(f) == SQLITE_ROW) {
			x.path = text_of(s, f, 0);
			x.artifact = sqlite3_column_int64(f, 1);
			x.offset = sqlite3_column_int64(f, 2);
			x.length = sqlite3_column_int64(f, 3);
			x.observer = text_of(s, f, 4);
			if (sqlite3_column_type(f, 5) != SQLITE_NULL)
				x.places = text_of(s, f, 5);
			list[n++] = x;
		}
		sqlite3_finalize(f);
	}
	sqlite3_finalize(e);
	return n;
}

static int show_door(struct show *s, int64_t door)
{
	enum { MAX_EXHIBITS = 64 };
	sqlite3_stmt *q = NULL;
	struct exhibit list[MAX_EXHIBITS];
	bool found = false;
	int64_t source = 0;
	if (sqlite3_prepare_v2(
		s->db,
		"SELECT title, kind, confidence, severity, reach, cwe, explanation, verify, source,"
		" rule FROM door WHERE id = ?",
		-1, &q, NULL) == SQLITE_OK) {
		sqlite3_bind_int64(q, 1, door);
		found = sqlite3_step(q) == SQLITE_ROW;
	}
	if (found) {
		source = sqlite3_column_int64(q, 8);
		view_door(q, door);
	}
	sqlite3_finalize(q);
	if (!found) {
		msg_error("there is no door %lld in %s", (long long)door, s->from);
		return EXIT_FAILED;
	}
	size_t n = exhibits_of(s, door, list, MAX_EXHIBITS);
	return put_exhibits(s, source, list, n) ? EXIT_CLEAN : EXIT_FAILED;
}

/* An artifact by its whole path, or by the end of it if only one has that end. */
static int show_artifact(struct show *s)
{
	sqlite3_stmt *q = NULL;
	struct exhibit e = {.offset = s->at, .length = s->length ? s->length : 256};
	int64_t source = 0;
	int matches = 0;
	if (sqlite3_prepare_v2(
		s->db,
		"SELECT id, path, source FROM artifact WHERE path = ?1 OR substr(path,"
		" -length('/' || ?1)) = '/' || ?1 ORDER BY path <> ?1, id",
		-1, &q, NULL) != SQLITE_OK)
		return EXIT_FAILED;
	sqlite3_bind_text(q, 1, s->what, -1, SQLITE_STATIC);
	while (sqlite3_step(q) == SQLITE_ROW) {
		const char *path = text_of(s, q, 1);
		if (matches++ && e.path && strcmp(e.path, s->what) == 0)
			break;
		if (matches == 1) {
			e.artifact = sqlite3_column_int64(q, 0);
			e.path = path;
			source = sqlite3_column_int64(q, 2);
		} else if (matches == 2) {
			msg_error("more than one artifact ends in \"%s\": give more of the path",
				  s->what);
			msg_error("  %s", e.path);
			msg_error("  %s", path);
		} else if (matches < 8) {
			msg_error("  %s", path);
		}
	}
	sqlite3_finalize(q);
	if (matches == 0)
		msg_error("%s holds no artifact \"%s\": postern query can list them", s->from,
			  s->what);
	if (matches == 0 || (matches > 1 && strcmp(e.path, s->what) != 0))
		return EXIT_FAILED;
	view_artifact(s->db, e.artifact);
	return put_exhibits(s, source, &e, 1) ? EXIT_CLEAN : EXIT_FAILED;
}

static int run(const struct command *c, int argc, char **argv)
{
	struct show s = {.from = NULL};
	int64_t door;
	int rc = EXIT_FAILED;
	if (!parse(c, argc, argv, &s))
		return rc;
	if (open_case(&s))
		rc = text_number(span_str(s.what), &door) ? show_door(&s, door) : show_artifact(&s);
	if (s.store.db)
		case_discard(&s.store);
	else
		sqlite3_close(s.db);
	arena_free(&s.arena);
	return rc;
}

const struct command command_show = {
    .name = "show",
    .usage = "CASE|IMAGE DOOR|ARTIFACT [--at OFFSET]",
    .summary = "show the evidence of a door, or the bytes of an artifact",
    .help = "Show the proof of a door so that it can be checked by hand: the way through the "
	    "containers,\n"
	    "the bytes or the lines of the file, and where they stand in the raw image.\n\n"
	    "  postern show router.postern 1                 the first door of a case\n"
	    "  postern show router.bin etc/passwd            a file inside an image\n"
	    "  postern show router.bin usr/sbin/httpd --at 0x4000 --length 64\n",
    .options = options,
    .run = run,
};
