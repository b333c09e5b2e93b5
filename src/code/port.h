/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a port number comes from: constants, parameters and what callers hand over, texts that
 * become numbers, variables with a value from the start, rows of a table.
 */
#ifndef CODE_PORT_H
#define CODE_PORT_H

#include "code/observe.h"

struct port {
	uint64_t at;	 /* of the call that hands it over, or of the row */
	uint64_t number; /* in host order */
	uint64_t row;	 /* address of the row of a table that it stands in; 0: none */
	bool fixed;	 /* nothing can change it */
};

enum { MAX_PORTS = 64 };

/* The value of a port in host order, at a call in `f`. Returns the number of ports. */
size_t ports_find(const struct look *l, const struct function *f, const struct call *at,
		  struct value v, struct port out[MAX_PORTS]);

/* The same for a text of digits, as getaddrinfo takes it. */
size_t ports_of_text(const struct look *l, const struct function *f, const struct call *at,
		     struct value v, struct port out[MAX_PORTS]);

#endif
