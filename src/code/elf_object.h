/* SPDX-License-Identifier: Apache-2.0 */
/* Relocatable ELF files: kernel modules and objects. Part of elf_image.h. */
#ifndef CODE_ELF_OBJECT_H
#define CODE_ELF_OBJECT_H

#include "code/elf_image.h"

/* Give the sections addresses, and put those into a copy of the bytes. False: nothing to look at.
 */
bool elf_object_read(struct elf_image *img, struct arena *a);

/* elf_relocate.c: one relocation at `p` (address `at`) of the symbol address s. */
struct elf_relocation {
	uint8_t *p; /* at least 4 bytes, 8 for 64-bit words */
	uint64_t at, symbol;
	int64_t addend;
	bool has_addend, big;
	uint32_t type;
};
void elf_relocate(uint16_t machine, const struct elf_relocation *r);

/* Is it a whole address in a word of data? */
bool elf_relocates_word(uint16_t machine, uint32_t type);

#endif
