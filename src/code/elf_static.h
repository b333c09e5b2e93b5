/* SPDX-License-Identifier: Apache-2.0 */
/* What a program that is linked statically has instead of tables for a loader. */
#ifndef CODE_ELF_STATIC_H
#define CODE_ELF_STATIC_H

#include "code/elf_image.h"

/* Words that stand in the file for good (GOT, RELRO), what $gp is, both only without a dynamic
 * section; and functions that are chosen at start. */
void elf_static_read(struct elf_image *img, bool dynamic, struct arena *a);

/* What the functions in img->chosen returned stands in their `value` now: let loads see it. */
void elf_static_chosen(struct elf_image *img, struct arena *a);

#endif
