/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C library inside of a program that is linked statically: its functions have no names, but
 * they are known by what they do. A function that was recognised has the name as its stub, so that
 * everything else sees calls of it as calls of an import.
 */
#ifndef CODE_LIBRARY_H
#define CODE_LIBRARY_H

#include "code/program.h"

/* A program that needs nothing from elsewhere. */
bool library_inside(const struct elf_image *img);

/* Run the functions that choose others when the program starts, on a machine that can do little;
 * img->chosen then says what they chose, and loads see it. */
void library_choose(struct program *p, const struct decode *how);

/* From here on calls of the function are calls of the library's function `name`. */
void library_name(struct function *f, const char *name);

/* Where the function goes to without doing anything itself; 0: it does something. */
uint64_t library_jump(const struct program *p, const struct decode *how, const struct function *f);

/* A function that may be one on texts or memory, and how many calls stand in it. */
struct tried {
	struct function *f;
	unsigned calls;
};

/* Name those that behave like one. */
void library_behaviour(struct program *p, const struct decode *how, const struct tried *tried,
		       size_t count);

/* The function was walked: what it is, by the system calls and functions that it calls. */
void library_walked(struct program *p, struct function *f);

/* Name functions by how they are called. Asked when all functions were walked. */
void library_callers(struct program *p);

/* Does anything in the program listen, run commands or change identity? Asked when the functions
 * that make system calls were walked. */
bool library_is_worth(const struct program *p);

#endif
