/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: what a program does when it is asked for something by name. They stand in tables, are
 * registered one by one (define("name", function)), or hang on a chain of compares of the same
 * thing with one name after the other.
 */
#ifndef CODE_TABLE_H
#define CODE_TABLE_H

#include "code/observe.h"

struct handler {
	struct span name;
	const struct function *f;
	int32_t block; /* where it begins: 0, or a block that only this name leads to; NO_BLOCK: it
			* is only what follows this way: */
	struct way by;
	uint64_t at; /* of the row, of the call that registers it, or of the compare */
};

enum table_kind { TABLE_DATA, TABLE_CALLS, TABLE_CHAIN };

struct handler_table {
	enum table_kind kind;
	struct handler *handlers; /* in the order of the table; never of one function only */
	size_t count;
	const struct rows *rows; /* TABLE_DATA */
	const char *by;		 /* the function that registers, or that compares */
};

struct handler_tables {
	struct handler_table *list;
	size_t count;
};

/* Is the call a part of what the handler itself does? */
bool handler_does(const struct handler *h, const struct call *c);

struct handler_tables *tables_find(const struct look *l);

/* The table of data that this address stands in; NULL: none. */
const struct handler_table *tables_at(const struct handler_tables *t, uint64_t at);

#endif
