/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of the rows of a table that say who may ask for a handler: a function that is called
 * first, or a number that the one that calls the handlers looks at before it turns somebody away.
 */
#ifndef CODE_COLUMNS_H
#define CODE_COLUMNS_H

#include "code/table.h"

struct row_column {
	int64_t at; /* from the beginning of a row, as struct rows counts it */
	unsigned size;
	bool function;	/* it holds functions; a number otherwise */
	uint64_t where; /* of the function, or of what looks at the number */
};

enum { MAX_COLUMNS = 4 };

size_t columns_find(const struct look *l, const struct handler_table *t,
		    struct row_column out[MAX_COLUMNS]);

/* What it holds for this handler: 0 or 1 for functions. */
uint64_t column_value(const struct look *l, const struct row_column *c, const struct handler *h);

#endif
