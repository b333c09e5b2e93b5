/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the compiler's library that divide, in programs for ARM. */
#ifndef CODE_ARM_DIVISION_H
#define CODE_ARM_DIVISION_H

#include "code/elf_image.h"

/* Name of the function that begins at this address of ARM code; NULL: it is none of them. */
const char *arm_division(const struct elf_image *img, uint64_t at);

#endif
