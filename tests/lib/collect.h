/* SPDX-License-Identifier: Apache-2.0 */
/* A sink and a fact receiver that remember everything: for unit tests, golden tests and fuzzing. */
#ifndef TESTS_COLLECT_H
#define TESTS_COLLECT_H

#include "fact/observer.h"
#include "format/format.h"

struct member {
	char *path, *link;   /* path as the format gave it, not cleaned */
	char *xattrs;        /* "name=hex" lines */
	struct entry e;      /* e.path and e.link point to the two above */
	uint8_t *bytes;
	size_t n, room;      /* room: allocated */
	enum status status;
};

struct collected_note {
	uint64_t at;
	char *what;
};

struct collect {
	struct sink sink; /* give &c.sink to a format's open */
	struct member *members;
	size_t count, cap;
	struct collected_note *notes;
	size_t note_count, note_cap;
	size_t budget;  /* bytes and members together; ST_LIMIT once it is used up. 0: 256 MiB */
	bool open;      /* between begin and end */
};

void collect_init(struct collect *c);
void collect_free(struct collect *c);
const struct member *collect_find(const struct collect *c, const char *path); /* NULL: none */
bool collect_noted(const struct collect *c, const char *part); /* is there a note that holds this? */

/* Facts as text lines: "account user=root uid=0 state=empty @12+30"; unset columns are left out. */
struct collect_facts {
	struct facts facts; /* give &c.facts to an observer */
	struct buf text;
	size_t count;
};

void collect_facts_init(struct collect_facts *c);
void collect_facts_free(struct collect_facts *c);
/* Is there a line that holds all of these parts (NULL-terminated list)? */
bool collect_has(struct collect_facts *c, const char *part, ...) __attribute__((sentinel));

/*
 * Run an artifact observer over bytes as the engine would: patterns are searched, hits are given.
 * `path` as in struct artifact. Returns the number of facts.
 */
size_t collect_observe(struct collect_facts *c, const struct observer *o, const char *path,
		       struct span bytes);

/* A table of bytes and of the one fact that an observer makes of them. */
struct example {
	const char *want; /* part of the fact's line; NULL: no fact at all */
	const char *path, *bytes;
	size_t n;
};
#define CASE(want_, path_, lit_) {want_, path_, lit_, sizeof(lit_) - 1}

/* The first example that is not as it should be, as a message; NULL: all are. The caller frees it. */
char *collect_examples(const struct observer *o, const struct example *list, size_t n);

/* Run a tree observer over files given as path, content pairs (NULL-terminated); "a -> b" is a link. */
size_t collect_observe_tree(struct collect_facts *c, const struct observer *o, const char *path,
			    ...) __attribute__((sentinel));

/* Whole file into memory (tests only); aborts with a message when it cannot be read. */
struct span collect_file(const char *path);

#endif
