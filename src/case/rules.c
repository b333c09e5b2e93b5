/* SPDX-License-Identifier: Apache-2.0 */
#include "case/rules.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "base/mem.h"
#include "base/msg.h"
#include "base/text.h"
#include "fact/known_doors_sql.h"

struct built_in_rule {
	const char *name, *text;
};
extern const struct built_in_rule built_in_rules[]; /* made from rules/ by scripts/make-rules */
extern const size_t built_in_rule_count;

enum { MAX_RULE = 256 * 1024, UNIT = 0x1f, RECORD = 0x1e };

static const char *const kinds[] = {"account", "key",	 "listener", "trigger", "shell", "callout",
				    "update",  "mirror", "kill",     "implant", "cipher"};
static const char *const severities[] = {"low", "medium", "high", "critical"};
static const char *const confidences[] = {"hint", "likely", "certain"};
static const char *const reaches[] = {"unknown",       "physical", "local",
				      "authenticated", "adjacent", "remote"};

static int rank(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; word && i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return (int)i;
	return -1;
}
#define RANK(word_, list_) rank((word_), (list_), sizeof(list_) / sizeof *(list_))

/* ---- reading ---- */

/* The value of "-- key: value" with its continuation lines; NULL when the header is absent. */
static const char *header(struct arena *a, const char *text, const char *key)
{
	struct buf value = {0};
	struct span all = span_str(text), line;
	bool in = false;
	for (size_t pos = 0; span_line(all, &pos, &line) && SPAN_IS(line, 0, "--");) {
		struct span rest = span_from(line, 2);
		bool more = SPAN_IS(rest, 0, "   ");
		rest = span_trim(rest);
		size_t n = strlen(key);
		if (in && more) {
			buf_byte(&value, ' ');
			buf_add(&value, rest.p, rest.n);
		} else {
			in = span_is(rest, 0, key, n) && rest.n > n && rest.p[n] == ':';
			struct span v = span_trim(span_from(rest, n + 1));
			if (in)
				buf_add(&value, v.p, v.n);
		}
	}
	const char *out = value.n ? arena_str(a, buf_span(&value)) : NULL;
	buf_free(&value);
	return out;
}

static void add_rule(struct rules *r, const char *name, const char *text, bool foreign)
{
	struct rule rule = {.name = name, .text = text, .foreign = foreign};
	rule.title = header(&r->arena, text, "title");
	rule.kind = header(&r->arena, text, "kind");
	rule.severity = header(&r->arena, text, "severity");
	rule.cwe = header(&r->arena, text, "cwe");
	rule.explain = header(&r->arena, text, "explain");
	rule.verify = header(&r->arena, text, "verify");
	r->list = mem_grow(r->list, &r->cap, r->count + 1, sizeof *r->list);
	r->list[r->count++] = rule;
}

static char *read_rule(struct rules *r, const char *folder, const char *file)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, file);
	struct buf b = {.max = MAX_RULE};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t chunk[4096];
	ssize_t n = -1;
	while (fd >= 0 && (n = read(fd, chunk, sizeof chunk)) > 0)
		buf_add(&b, chunk, (size_t)n);
	if (n < 0)
		msg_error("cannot read %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	char *text = n < 0 ? NULL : arena_str(&r->arena, buf_span(&b));
	buf_free(&b);
	return text;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool load_folder(struct rules *r, const char *folder)
{
	DIR *d = opendir(folder);
	const char **names = NULL;
	size_t count = 0, cap = 0;
	bool ok = true;
	if (!d) {
		msg_error("cannot read the rules in %s: %s", folder, strerror(errno));
		return false;
	}
	for (struct dirent *e; (e = readdir(d));) {
		if (!text_suffix(span_str(e->d_name), ".sql"))
			continue;
		names = mem_grow(names, &cap, count + 1, sizeof *names);
		names[count++] = arena_dup(&r->arena, e->d_name);
	}
	closedir(d);
	if (count)
		qsort(names, count, sizeof *names, by_name);
	for (size_t i = 0; ok && i < count; i++) {
		const char *text = read_rule(r, folder, names[i]);
		ok = text != NULL;
		if (ok)
			add_rule(r, arena_str(&r->arena, SPAN(names[i], strlen(names[i]) - 4)),
				 text, true);
	}
	mem_free(names);
	return ok;
}

bool rules_load(struct rules *r, const char *folder)
{
	*r = (struct rules){0};
	for (size_t i = 0; i < built_in_rule_count; i++)
		add_rule(r, built_in_rules[i].name, built_in_rules[i].text, false);
	return !folder || load_folder(r, folder);
}

void rules_free(struct rules *r)
{
	mem_free(r->list);
	arena_free(&r->arena);
}

/* ---- SQL functions for rules ---- */

/* seen(table, id, role): one piece of evidence as text; rules join them with ||. */
static void sql_seen(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	struct buf b = {0};
	if (n == 3 && sqlite3_value_type(v[1]) == SQLITE_INTEGER) {
		buf_str(&b, (const char *)sqlite3_value_text(v[0]));
		buf_byte(&b, UNIT);
		buf_printf(&b, "%lld", (long long)sqlite3_value_int64(v[1]));
		buf_byte(&b, UNIT);
		buf_str(&b, sqlite3_value_text(v[2]) ? (const char *)sqlite3_value_text(v[2]) : "");
		buf_byte(&b, RECORD);
	}
	sqlite3_result_text(ctx, buf_text(&b), (int)b.n, SQLITE_TRANSIENT);
	buf_free(&b);
}

/* base_name('/usr/sbin/telnetd') = 'telnetd' */
static void sql_base_name(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	const char *s = n == 1 ? (const char *)sqlite3_value_text(v[0]) : NULL;
	if (s)
		sqlite3_result_text(ctx, path_base(s), -1, SQLITE_TRANSIENT);
	else
		sqlite3_result_null(ctx);
}

static bool add_functions(sqlite3 *db)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
	return sqlite3_create_function(db, "seen", 3, flags, NULL, sql_seen, NULL, NULL) ==
		   SQLITE_OK &&
	       sqlite3_create_function(db, "base_name", 1, flags, NULL, sql_base_name, NULL,
				       NULL) == SQLITE_OK;
}

/* ---- lint ---- */

static const char *const wanted_columns[] = {"source",	   "title",	  "subject", "reach",
					     "confidence", "explanation", "evidence"};
enum { WANTED = sizeof wanted_columns / sizeof *wanted_columns, KIND = WANTED, SEVERITY, COLUMNS };

static int column_named(sqlite3_stmt *s, const char *name)
{
	for (int i = 0; i < sqlite3_column_count(s); i++)
		if (strcmp(sqlite3_column_name(s, i), name) == 0)
			return i;
	return -1;
}

/* Compile a rule and find its columns. NULL after a message. */
static sqlite3_stmt *compile(sqlite3 *db, const struct rule *rule, int columns[COLUMNS])
{
	sqlite3_stmt *s = NULL;
	const char *rest = NULL;
	if (sqlite3_prepare_v2(db, rule->text, -1, &s, &rest) != SQLITE_OK || !s) {
		msg_error("rule %s: %s", rule->name, s ? "" : sqlite3_errmsg(db));
		sqlite3_finalize(s);
		return NULL;
	}
	if (span_trim(span_str(rest)).n) {
		msg_error("rule %s: more than one statement", rule->name);
		sqlite3_finalize(s);
		return NULL;
	}
	columns[KIND] = column_named(s, "kind");
	columns[SEVERITY] = column_named(s, "severity");
	for (int w = 0; w < WANTED; w++) {
		columns[w] = column_named(s, wanted_columns[w]);
		if (columns[w] < 0) {
			msg_error("rule %s: the SELECT has no column \"%s\"", rule->name,
				  wanted_columns[w]);
			sqlite3_finalize(s);
			return NULL;
		}
	}
	return s;
}

static bool headers_good(const struct rule *r)
{
	bool ok = true;
	if (!r->title || !r->explain || !r->verify) {
		msg_error("rule %s: headers title, explain and verify are needed", r->name);
		ok = false;
	}
	if (RANK(r->kind, kinds) < 0) {
		msg_error("rule %s: kind \"%s\" is not a kind of door", r->name,
			  r->kind ? r->kind : "");
		ok = false;
	}
	if (RANK(r->severity, severities) < 0) {
		msg_error("rule %s: severity must be critical, high, medium or low", r->name);
		ok = false;
	}
	return ok;
}

bool rules_lint(const struct rules *r)
{
	struct case_store c;
	bool ok = case_create(&c, NULL) && add_functions(c.db);
	if (ok)
		case_select_only(c.db);
	for (size_t i = 0; ok && i < r->count; i++) {
		int columns[COLUMNS];
		sqlite3_stmt *s =
		    headers_good(&r->list[i]) ? compile(c.db, &r->list[i], columns) : NULL;
		ok = s != NULL;
		sqlite3_finalize(s);
	}
	sqlite3_set_authorizer(c.db, NULL, NULL);
	case_discard(&c);
	return ok;
}

/* ---- running ---- */

struct door {
	const struct rule *rule;
	int64_t source;
	const char *title, *subject, *reach, *confidence, *explanation, *kind, *severity;
	struct buf evidence;
};

struct doors {
	struct door *list;
	size_t count, cap;
	struct arena arena;
};

static const char *column_text(struct arena *a, sqlite3_stmt *s, int i)
{
	return arena_dup(a, (const char *)sqlite3_column_text(s, i));
}

static bool good_row(const struct rule *rule, const struct door *d)
{
	if (d->title && RANK(d->confidence, confidences) >= 0 && RANK(d->reach, reaches) >= 0 &&
	    RANK(d->kind, kinds) >= 0 && RANK(d->severity, severities) >= 0)
		return true;
	msg_warn(
	    "rule %s, one row left out: no title, or with a kind, severity, confidence or reach "
	    "that does not exist",
	    rule->name);
	return false;
}

static void speak(struct door *d, const struct door *row)
{
	d->title = row->title;
	d->reach = row->reach;
	d->confidence = row->confidence;
	d->explanation = row->explanation;
}

static void merge_row(struct doors *all, size_t first, struct door *row, const char *evidence)
{
	struct door *d = NULL;
	for (size_t i = first; i < all->count && !d; i++)
		if (all->list[i].source == row->source &&
		    strcmp(all->list[i].subject, row->subject) == 0)
			d = &all->list[i];
	if (!d) {
		all->list = mem_grow(all->list, &all->cap, all->count + 1, sizeof *all->list);
		d = &all->list[all->count++];
		*d = *row;
	} else if (RANK(row->confidence, confidences) > RANK(d->confidence, confidences)) {
		speak(d, row);
	}
	buf_str(&d->evidence, evidence ? evidence : "");
}

/* A hostile image can make facts by the thousand: no rule may multiply them without end. */
enum { STEP = 1000000, MAX_STEPS = 300, MAX_ROWS = 20000 };

static int count_steps(void *user)
{
	int *steps = user;
	return ++*steps > MAX_STEPS;
}

static void take_row(struct doors *all, size_t first, const struct rule *rule, sqlite3_stmt *s,
		     const int columns[COLUMNS], struct case_store *c)
{
	struct arena *a = &all->arena;
	struct door row = {.rule = rule, .source = sqlite3_column_int64(s, columns[0])};
	row.title = column_text(a, s, columns[1]);
	row.subject = column_text(a, s, columns[2]);
	row.reach = column_text(a, s, columns[3]);
	row.confidence = column_text(a, s, columns[4]);
	row.explanation = column_text(a, s, columns[5]);
	row.subject = row.subject ? row.subject : "";
	row.kind = columns[KIND] < 0 ? rule->kind : column_text(a, s, columns[KIND]);
	row.severity =
	    columns[SEVERITY] < 0 ? rule->severity : column_text(a, s, columns[SEVERITY]);
	if (good_row(rule, &row))
		merge_row(all, first, &row, (const char *)sqlite3_column_text(s, columns[6]));
	else
		c->incomplete = true;
}

static bool run_rule(struct case_store *c, const struct rule *rule, struct doors *all)
{
	int columns[COLUMNS], rc = SQLITE_DONE, steps = 0, rows = 0;
	size_t first = all->count;
	sqlite3_stmt *s = headers_good(rule) ? compile(c->db, rule, columns) : NULL;
	if (!s)
		return false;
	sqlite3_progress_handler(c->db, STEP, count_steps, &steps);
	while (rows < MAX_ROWS && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		take_row(all, first, rule, s, columns, c);
		rows++;
	}
	sqlite3_progress_handler(c->db, 0, NULL, NULL);
	bool ok = rc == SQLITE_DONE;
	if (rc == SQLITE_INTERRUPT || rows == MAX_ROWS) {
		msg_warn(
		    "rule %s was stopped: there are too many facts; its doors may be incomplete",
		    rule->name);
		c->incomplete = true;
		ok = true;
	} else if (!ok) {
		msg_error("rule %s: %s", rule->name, sqlite3_errmsg(c->db));
	}
	sqlite3_finalize(s);
	return ok;
}

static int by_weight(const void *a, const void *b)
{
	const struct door *x = a, *y = b;
	int c = RANK(y->confidence, confidences) - RANK(x->confidence, confidences);
	int sev = RANK(y->severity, severities) - RANK(x->severity, severities);
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	if (c)
		return c;
	if (sev)
		return sev;
	c = strcmp(x->rule->name, y->rule->name);
	return c ? c : strcmp(x->subject, y->subject);
}

static bool store_evidence(struct case_store *c, sqlite3_stmt *s, int64_t door, struct door *d)
{
	struct span rest = span_str(buf_text(&d->evidence));
	struct arena seen = {0};
	struct span *done = arena_array(&seen, rest.n / 3 + 1, sizeof *done);
	size_t n = 0;
	bool ok = true;
	while (ok && rest.n) {
		struct span one = text_field(&rest, RECORD), all = one;
		bool again = false;
		for (size_t i = 0; i < n; i++)
			again = again || span_equal(done[i], all);
		if (again)
			continue;
		done[n++] = all;
		struct span table = text_field(&one, UNIT), id = text_field(&one, UNIT);
		int64_t number = 0;
		text_number(id, &number);
		sqlite3_bind_int64(s, 1, door);
		sqlite3_bind_text(s, 2, (const char *)table.p, (int)table.n, SQLITE_TRANSIENT);
		sqlite3_bind_int64(s, 3, number);
		sqlite3_bind_text(s, 4, (const char *)one.p, (int)one.n, SQLITE_TRANSIENT);
		ok = sqlite3_step(s) == SQLITE_DONE;
		sqlite3_reset(s);
	}
	arena_free(&seen);
	if (!ok)
		msg_error("cannot write doors: %s", sqlite3_errmsg(c->db));
	return ok;
}

static bool store_doors(struct case_store *c, struct doors *all)
{
	sqlite3_stmt *door = NULL, *evidence = NULL;
	bool ok =
	    sqlite3_prepare_v2(c->db, "INSERT INTO door VALUES(?,?,?,?,?,?,?,?,?,?,0,1,0,?,?)", -1,
			       &door, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(c->db, "INSERT INTO evidence VALUES(?,?,?,?)", -1, &evidence,
			       NULL) == SQLITE_OK;
	for (size_t i = 0; ok && i < all->count; i++) {
		struct door *d = &all->list[i];
		const char *texts[] = {d->rule->name, d->kind,	     d->title,	  d->subject,
				       d->reach,      d->confidence, d->severity, d->rule->cwe};
		sqlite3_bind_int64(door, 1, (int64_t)i + 1);
		sqlite3_bind_int64(door, 2, d->source);
		for (int k = 0; k < 8; k++)
			sqlite3_bind_text(door, 3 + k, texts[k], -1, SQLITE_STATIC);
		sqlite3_bind_text(door, 11, d->explanation ? d->explanation : d->rule->explain, -1,
				  SQLITE_STATIC);
		sqlite3_bind_text(door, 12, d->rule->verify, -1, SQLITE_STATIC);
		ok = sqlite3_step(door) == SQLITE_DONE;
		sqlite3_reset(door);
		ok = ok && store_evidence(c, evidence, (int64_t)i + 1, d);
	}
	if (!ok)
		msg_error("cannot write doors: %s", sqlite3_errmsg(c->db));
	sqlite3_finalize(door);
	sqlite3_finalize(evidence);
	return ok;
}

/* What of the catalogue of known doors shows only in facts becomes facts of its own. */
static bool compare_known(struct case_store *c)
{
	struct buf sql = {0};
	known_doors_facts_sql(&sql);
	bool ok = sqlite3_exec(c->db, buf_text(&sql), NULL, NULL, NULL) == SQLITE_OK;
	if (!ok)
		msg_error("cannot compare with the known doors: %s", sqlite3_errmsg(c->db));
	buf_free(&sql);
	return ok;
}

bool rules_run(const struct rules *r, struct case_store *c, bool no_known)
{
	struct doors all = {.arena = {.cap = SIZE_MAX / 4}};
	bool ok = add_functions(c->db) && (no_known || compare_known(c));
	for (size_t i = 0; ok && i < r->count; i++) {
		case_select_only(c->db);
		ok = run_rule(c, &r->list[i], &all);
		sqlite3_set_authorizer(c->db, NULL, NULL);
	}
	if (all.count)
		qsort(all.list, all.count, sizeof *all.list, by_weight);
	ok = ok && store_doors(c, &all);
	for (size_t i = 0; i < all.count; i++)
		buf_free(&all.list[i].evidence);
	mem_free(all.list);
	arena_free(&all.arena);
	return ok;
}
