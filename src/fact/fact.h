/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts: one struct per table of tables.h. Observers fill one in and hand it over with
 * fact_NAME(out, &(struct fact_NAME){ .at = ..., .user = "root", .uid = NUM(0) }).
 * A TEXT that is NULL and an INT that is not set become SQL NULL. Text is copied by the receiver;
 * it may hold any bytes but NUL (the receiver makes valid UTF-8 of it).
 */
#ifndef FACT_FACT_H
#define FACT_FACT_H

#include "base/span.h"
#include "fact/tables.h"

struct num {
	int64_t v;
	bool set;
};
#define NUM(v_) ((struct num){(int64_t)(v_), true})

struct tree_file;

/* Where a fact stands: byte range of an artifact, and an address or a packet where it has one. */
struct place {
	const struct tree_file *file; /* tree observers: the file it stands in; others: NULL */
	uint64_t offset, length;
	struct num vaddr, packet;
};

enum column_kind { COLUMN_TEXT, COLUMN_INT };

struct column {
	const char *name, *meaning;
	enum column_kind kind;
	size_t at; /* offset of the member in the fact's struct: const char * or struct num */
};

struct table {
	const char *name, *meaning;
	const struct column *columns;
	size_t count, size; /* columns; sizeof the struct */
};

#define FACT_MEMBER_TEXT(c_) const char *c_;
#define FACT_MEMBER_INT(c_)  struct num c_;
#define FACT_MEMBER(t_, k_, c_, d_) FACT_MEMBER_##k_(c_)
#define FACT_STRUCT(t_, cols_, d_)                                                                 \
	struct fact_##t_ {                                                                         \
		struct place at;                                                                   \
		cols_(FACT_MEMBER)                                                                 \
	};
FACT_TABLES(FACT_STRUCT)

enum fact_table {
#define FACT_ENUM(t_, cols_, d_) TABLE_##t_,
	FACT_TABLES(FACT_ENUM)
	TABLE_COUNT
};

extern const struct table fact_tables[TABLE_COUNT];

/* Receives what observers see. The receiver owns budgets; an observer need not check anything. */
struct facts {
	void (*put)(struct facts *, enum fact_table, const void *fact);
	void (*note)(struct facts *, const struct place *, const char *what);
};

#define FACT_PUT(t_, cols_, d_)                                                                    \
	static inline void fact_##t_(struct facts *out, const struct fact_##t_ *f)                 \
	{                                                                                          \
		out->put(out, TABLE_##t_, f);                                                      \
	}
FACT_TABLES(FACT_PUT)

void facts_note(struct facts *out, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
