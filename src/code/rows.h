/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables in the data of a program whose rows hold a text and the address of a function: pages of a
 * web server, commands of a shell, methods of a bus. They are found by their shape alone, before
 * functions are known.
 */
#ifndef CODE_ROWS_H
#define CODE_ROWS_H

#include "code/insn.h"

struct rows {
	uint64_t at;		   /* of the first row: of its first member that is known */
	size_t count;		   /* of rows, those without a function included */
	unsigned stride;	   /* bytes of a row */
	unsigned name_at, code_at; /* where in a row they stand */
};

enum { MAX_ROWS = 1024, MAX_TABLES = 64 };

/* In the order of addresses; arena memory. Returns their number. */
size_t rows_find(const struct elf_image *img, const struct isa *isa, struct rows **out,
		 struct arena *a);

/* The pointer that a word of the data holds when the program runs; false: it is not known. */
bool rows_pointer(const struct elf_image *img, unsigned word, uint64_t at, uint64_t *out);

/* Name and function of a row; an empty name, or 0: none. */
struct span rows_name(const struct elf_image *img, unsigned word, const struct rows *r, size_t row);
uint64_t rows_code(const struct elf_image *img, unsigned word, const struct rows *r, size_t row);

#endif
