/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls: which function of the C library a number stands for, by instruction set, and where
 * its arguments are. So the code of a C library that is part of a program tells its own names.
 */
#ifndef CODE_KERNEL_H
#define CODE_KERNEL_H

#include "code/walk.h"

/* What V_PARAM has as its number when a function is entered with the number of a system call in
 * the register that the kernel wants it in. */
enum { KERNEL_NUMBER = 15 };

/* The register that holds the number; REG_NONE: not known for this set. */
uint8_t kernel_register(const struct elf_image *img);

/* Name of the C library's function for this number; NULL: none that matters. */
const char *kernel_name(const struct elf_image *img, uint64_t number);

/* How many arguments a function of this name hands over as it got them; -1: no system call. */
int kernel_arguments(const char *name);

/* The system call at `i` as a call of that function; w->now is what is known there. Its name is
 * "syscall" when the number is not known; then w->f->number tells whether a parameter is it. */
void kernel_call(struct walk *w, const struct insn *i, struct call *c);

/* A call of a function that makes the system call which its argument names. */
void kernel_indirect(struct walk *w, struct call *c);

#endif
