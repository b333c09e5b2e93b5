/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A case: one SQLite file that holds sources, artifacts, regions, notes, facts and doors
 * (docs/case.md). The store is an engine_sink; after a run the rules draw doors from the facts.
 */
#ifndef CASE_CASE_H
#define CASE_CASE_H

#include <sqlite3.h>

#include "engine/engine.h"

enum { CASE_VERSION = 4, CASE_APPLICATION = 0x70737472 /* "pstr" */ };

struct case_store {
	struct engine_sink sink; /* first member: give &store->sink to the engine */
	sqlite3 *db;
	sqlite3_stmt *insert[5 + TABLE_COUNT];
	uint32_t next_id[TABLE_COUNT];
	struct arena arena;
	char *path, *partial; /* NULL: the case lives in memory only */
	bool failed;	      /* a message was printed */
	bool incomplete;         /* a rule was stopped, or a row of it left out */
	void *user;	      /* for whoever sets sink.content */
};

/*
 * A new, empty case; `path` NULL: in memory. An older case at that path is replaced when the new
 * one is finished; anything else there is left alone (false after a message).
 */
bool case_create(struct case_store *c, const char *path);

/* Write out and put in place. False after a message (disk full, permission). */
bool case_finish(struct case_store *c);
void case_discard(struct case_store *c);

/* Open an existing case for reading only, hardened against a hostile file. NULL after a message. */
sqlite3 *case_open(const char *path);

/* Is there a case (not an image) at this path? */
bool case_is(const char *path);

/* Forbid everything but SELECT and functions on this connection, for foreign SQL. */
void case_select_only(sqlite3 *db);

#endif
